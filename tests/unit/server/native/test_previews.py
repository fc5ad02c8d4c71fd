"""Previews of artifacts, over bytes in a dictionary."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.engine.attempts import Artifact
from headrace.errors import NotFound
from headrace.server.native.previews import HEAD_BYTES, kinds, preview
from headrace.server.native.previews.classification import area, classification_of
from headrace.server.native.previews.sniffing import text_of
from headrace.server.native.previews.tables import delimited_table, lines_table
from headrace.server.services import ArtifactStat

PNG = b"\x89PNG\r\n\x1a\n rest"


class Files:
    """Bytes by URI; a dictionary of them is a directory."""

    def __init__(self, content):
        self.content = content
        self.read = 0

    def stat(self, uri):
        if self.content is None:
            raise NotFound("gone")
        if isinstance(self.content, dict):
            sizes = tuple((name, len(data)) for name, data in self.content.items())
            return ArtifactStat(sum(size for _, size in sizes), sizes)
        return ArtifactStat(len(self.content))

    def open(self, uri, start=0, end=None):
        for at in range(start, len(self.content) if end is None else end, 1 << 16):
            block = self.content[at : at + (1 << 16)]
            self.read += len(block)
            yield block


def shown(content, title="system.Dataset", metadata=None, **more):
    if isinstance(content, str):
        content = content.encode()
    fields = {"id": "a", "name": "out", "schema_version": "0.0.1", "uri": "file:///x/out"} | more
    artifact = Artifact(schema_title=title, metadata=metadata or {}, **fields)
    return preview(artifact, artifact.uri, Files(content))


@pytest.mark.parametrize(
    ("content", "title", "kind"),
    [
        pytest.param("a,b\n1,2\n", "system.Dataset", kinds.Table, id="csv"),
        pytest.param("a\tb\n1\t2\n", "system.Artifact", kinds.Table, id="tsv"),
        pytest.param('{"a": 1}\n{"a": 2}\n', "system.Dataset", kinds.Table, id="json lines"),
        pytest.param(PNG, "system.Artifact", kinds.Image, id="png"),
        pytest.param(b"RIFF1234WEBPVP8", "system.Artifact", kinds.Image, id="webp"),
        pytest.param("<svg onload='x()'/>", "system.Artifact", kinds.Image, id="svg"),
        pytest.param('{"a": [1]}', "system.Artifact", kinds.Json, id="json"),
        pytest.param("{not json", "system.Artifact", kinds.Text, id="no json"),
        pytest.param("[" * 100_000, "system.Artifact", kinds.Text, id="deep json"),
        pytest.param("# Title", "system.Markdown", kinds.Markdown, id="markdown"),
        pytest.param("<b>x</b>", "system.HTML", kinds.Html, id="html"),
        pytest.param("<!DOCTYPE html><p>", "system.Artifact", kinds.Html, id="html by content"),
        pytest.param("some words\nand more\n", "system.Dataset", kinds.Text, id="text"),
        pytest.param(b"\x80\x04\x95K\x01.\x00", "system.Artifact", kinds.Nothing, id="a pickle"),
        pytest.param(b"", "system.Dataset", kinds.Nothing, id="empty"),
        pytest.param(None, "system.Dataset", kinds.Nothing, id="gone"),
        pytest.param({"a": b"1"}, "system.Dataset", kinds.Directory, id="directory"),
        pytest.param(b"\x80\x04", "system.Model", kinds.Model, id="model"),
    ],
)
def test_the_kind_follows_the_type_and_then_the_content(content, title, kind):
    assert type(shown(content, title)) is kind


def test_a_pickle_is_never_loaded(monkeypatch):
    import pickle

    monkeypatch.setattr(pickle, "loads", lambda *_: pytest.fail("unpickled"))
    monkeypatch.setattr(pickle, "load", lambda *_: pytest.fail("unpickled"))
    assert isinstance(shown(pickle.dumps({"a": 1}), "system.Model"), kinds.Model)
    assert isinstance(shown(pickle.dumps({"a": 1})), kinds.Nothing)


def test_columns_say_what_they_hold():
    table = shown("id,score,label,ok\n1,0.5,a,true\n2,,b,false\n3,1.5,a,true\n")
    by_name = {column.name: column for column in table.columns}
    assert [column.type for column in table.columns] == ["integer", "number", "text", "boolean"]
    assert (by_name["id"].min, by_name["id"].max, by_name["id"].mean) == (1, 3, 2)
    assert (by_name["score"].missing, by_name["score"].mean) == (1, 1.0)
    assert by_name["label"].top[0] == kinds.Counted(value="a", count=2)
    assert by_name["label"].distinct == 2
    assert (table.rows[1], table.total_rows) == (["2", "", "b", "false"], 3)
    assert table.complete


def test_a_first_line_of_numbers_is_a_row():
    table = shown("1,2\n3,4\n")
    assert [column.name for column in table.columns] == ["column 1", "column 2"]
    assert table.rows_read == 2


def test_a_data_frames_index_without_a_name_is_a_column():
    table = shown(",x\n0,5\n1,6\n")
    assert [(column.name, column.type) for column in table.columns] == [
        ("", "integer"),
        ("x", "integer"),
    ]


def test_only_the_beginning_of_a_large_table_is_read():
    files = Files(b"a,b\n" + b"1,2\n" * 2_000_000)
    artifact = Artifact(
        id="a", name="o", schema_title="system.Dataset", schema_version="0", uri="file:///x"
    )
    table = preview(artifact, artifact.uri, files)
    assert files.read <= HEAD_BYTES + (1 << 16)
    assert (table.rows_read, table.complete, len(table.rows)) == (10_000, False, 100)


def test_the_cut_off_last_line_is_no_row():
    table = delimited_table("a,b\n1,2\n3,", complete=False)
    assert table.rows == [["1", "2"]]


def test_lines_with_other_keys_have_gaps():
    table = lines_table('{"a": 1}\n{"a": 2, "b": {"c": 3}}\n', complete=True)
    assert [column.name for column in table.columns] == ["a", "b"]
    assert table.rows == [["1", None], ["2", '{"c":3}']]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a;b\n1,5;2\n3;4\n", ["a", "b"]),
        ('a,b\n"x, y",2\n', ["a", "b"]),
        ("a|b|c\n1|2|3\n", ["a", "b", "c"]),
    ],
)
def test_the_delimiter_is_that_which_fits_every_line(text, names):
    assert [column.name for column in delimited_table(text, complete=True).columns] == names


@pytest.mark.parametrize("text", ["one line", "a\nb\nc\n", "a,b\n1\n", ""])
def test_prose_is_no_table(text):
    assert delimited_table(text, complete=True) is None


def test_a_file_that_is_named_a_table_may_have_one_column():
    assert isinstance(shown("a\n1\n2\n", uri="file:///x/o.csv"), kinds.Table)


@given(st.binary(max_size=300))
def test_no_content_is_an_error(content):
    for title in ("system.Dataset", "system.HTML", "system.Markdown", "system.Artifact"):
        shown(content, title)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
        ),
        max_leaves=8,
    )
)
def test_no_metadata_is_an_error(value):
    metadata = {"confidenceMetrics": value, "confusionMatrix": value, "evaluationSlices": value}
    for title in ("Metrics", "ClassificationMetrics", "SlicedClassificationMetrics", "Model"):
        shown(b"x", f"system.{title}", metadata)


CURVE = [
    {"confidenceThreshold": float("inf"), "recall": 0.0, "falsePositiveRate": 0.0},
    {"confidenceThreshold": 0.5, "recall": 1.0, "falsePositiveRate": 0.0},
    {"confidenceThreshold": 0.1, "recall": 1.0, "falsePositiveRate": 1.0},
]
MATRIX = {
    "annotationSpecs": [{"displayName": "cat"}, {"displayName": "dog"}],
    "rows": [{"row": [9, 1]}, {"row": [2, 8]}],
}


def test_a_roc_curve_has_its_area_and_the_matrix_beside_it():
    found = classification_of({"confidenceMetrics": CURVE, "confusionMatrix": MATRIX})
    assert found.auc == 1.0
    assert found.points[0].threshold is None
    assert found.points[1] == kinds.RocPoint(threshold=0.5, tpr=1.0, fpr=0.0)
    assert found.confusion.matrix == [[9, 1], [2, 8]]


def test_wrapped_metadata_is_unwrapped():
    wrapped = {
        "confusionMatrix": {
            "struct": {
                "annotationSpecs": {"list": [{"struct": {"displayName": "cat"}}]},
                "rows": {"list": [{"row": {"list": [3]}}]},
            }
        }
    }
    assert classification_of(wrapped) == kinds.Confusion(labels=["cat"], matrix=[[3.0]])


@pytest.mark.parametrize(
    "matrix",
    [
        {**MATRIX, "rows": [{"row": [1]}, {"row": [1]}]},
        {**MATRIX, "rows": []},
        {"annotationSpecs": [{"displayName": "x"}] * 500, "rows": [{"row": [0] * 500}] * 500},
    ],
    ids=["ragged", "no rows", "too large"],
)
def test_a_matrix_that_does_not_fit_its_labels_is_not_shown(matrix):
    assert isinstance(classification_of({"confusionMatrix": matrix}), kinds.Nothing)


def test_slices_are_told_apart():
    metadata = {
        "evaluationSlices": [
            {"slice": "age<30", "sliceClassificationMetrics": {"confusionMatrix": MATRIX}},
            {"slice": "rest", "sliceClassificationMetrics": {"confidenceMetrics": CURVE}},
        ]
    }
    found = shown(b"", "system.SlicedClassificationMetrics", metadata)
    assert [(one.slice, one.auc) for one in found.slices] == [("age<30", None), ("rest", 1.0)]
    assert found.slices[0].confusion.labels == ["cat", "dog"]


def test_a_curve_of_many_points_is_thinned_out_and_keeps_its_end():
    many = [
        {"confidenceThreshold": 1 - i / 1e5, "recall": i / 1e5, "falsePositiveRate": i / 1e5}
        for i in range(100_001)
    ]
    found = classification_of({"confidenceMetrics": many})
    assert len(found.points) <= 5001
    assert found.points[-1].tpr == 1.0
    assert found.auc == 0.5


def test_one_point_has_no_area():
    assert area([kinds.RocPoint(threshold=None, tpr=1.0, fpr=0.0)]) is None


def test_metrics_are_numbers_only():
    found = shown(b"", "system.Metrics", {"a": 1, "b": 0.5, "c": True, "d": "x", "e": float("nan")})
    assert {metric.name: metric.value for metric in found.metrics} == {"a": 1, "b": 0.5, "e": None}


def test_a_model_shows_its_framework_and_files():
    found = shown({"w.bin": b"123"}, "system.Model", {"framework": "sklearn", "auc": 0.9})
    assert (found.framework, found.size) == ("sklearn", 3)
    assert found.files == [kinds.Entry(name="w.bin", size=3)]


def test_what_a_step_did_not_write_says_so():
    found = shown(None, size=0)
    assert found == kinds.Nothing(reason="the step wrote nothing there")


def test_parquet_without_a_library_says_what_is_needed(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    assert "pyarrow or polars" in shown(b"PAR1 rest").reason


def test_a_character_cut_in_two_is_left_out():
    whole = "grün".encode()
    assert text_of(whole[:3], complete=False) == "gr"
    assert text_of(whole, complete=False) == "grün"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_text_is_read_in_the_usual_encodings(encoding):
    assert text_of("grün".encode(encoding), complete=True) == "grün"


def test_previews_are_json():
    found = shown("a,b\n1,2\n")
    import msgspec

    assert json.loads(msgspec.json.encode(found))["kind"] == "table"


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        pytest.param(
            'print(\'{"names": ["a"], "rows": [["1"], [null]], "total": 9}\')',
            "table",
            id="reads it",
        ),
        pytest.param("import os; os.kill(os.getpid(), 11)", "cannot be read", id="crashes"),
        pytest.param("raise SystemExit(1)", "cannot be read", id="gives up"),
        pytest.param("print('[')", "cannot be read", id="says nonsense"),
        pytest.param("import time; time.sleep(30)", "too long", id="hangs"),
    ],
)
def test_whatever_a_parquet_file_does_to_its_reader_the_server_goes_on(
    tmp_path, monkeypatch, program, expected
):
    from headrace.server.native.previews import parquet

    reader = tmp_path / "reader.py"
    reader.write_text(program)
    monkeypatch.setattr(parquet, "_READER", reader)
    monkeypatch.setattr(parquet, "_SECONDS", 0.5 if "sleep" in program else 20.0)
    monkeypatch.setattr(parquet, "_is_there", lambda _: True)
    found = shown(b"PAR1 rest")
    if expected == "table":
        assert (found.total_rows, found.rows, found.complete) == (9, [["1"], [None]], False)
    else:
        assert expected in found.reason


def test_a_parquet_file_that_is_too_large_is_not_read(monkeypatch):
    from headrace.server.native.previews import parquet

    monkeypatch.setattr(parquet, "_is_there", lambda _: True)
    blocks = (pytest.fail("read") for _ in range(1))
    found = parquet.parquet_table(parquet.MAX_BYTES + 1, blocks)
    assert "up to 256 MiB" in found.reason


def test_the_reader_gives_texts_of_the_first_rows():
    from types import SimpleNamespace

    from headrace.server.native.previews import parquet_reader

    class File:
        schema_arrow = SimpleNamespace(names=["n", "t"])
        metadata = SimpleNamespace(num_rows=3)

        def __init__(self, path):
            assert path == "x.parquet"

        def __enter__(self):
            return self

        def __exit__(self, *_):
            pass

        def iter_batches(self, batch_size, use_threads):
            columns = [[1, None][:batch_size], ["ü" * 500, "\ud800"][:batch_size]]
            yield SimpleNamespace(
                columns=[
                    SimpleNamespace(to_pylist=lambda values=values: values) for values in columns
                ]
            )

    module = SimpleNamespace(ParquetFile=File)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parquet_reader.importlib, "import_module", lambda _: module)
        found = parquet_reader._by_pyarrow("x.parquet", 10)
    assert found == {"names": ["n", "t"], "rows": [["1", "ü" * 200], [None, "?"]], "total": 3}
