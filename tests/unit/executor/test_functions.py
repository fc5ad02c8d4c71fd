"""How a component's function is called, and what becomes of what it returns and writes."""

from __future__ import annotations

import hashlib

import pytest

from headrace.types.digests import digest_path

_CLASS = "class Color(__import__('enum').Enum):\n    RED = 'red'\n"


@pytest.mark.parametrize(
    ("signature", "value", "seen"),
    [
        ("x: int", 3, "3"),
        ("x: int", 3.0, "3"),
        ("x: float", 3, "3.0"),
        ("x: str", "3", "'3'"),
        ("x: bool", True, "True"),
        ("x: list", [1, "a"], "[1, 'a']"),
        ("x: List[int]", [1], "[1]"),
        ("x: Dict[str, int]", {"a": 1}, "{'a': 1}"),
        ("x: Optional[int] = None", None, "None"),
        ("x: Optional[int]", None, "None"),
        ("x: Optional[int] = 5", None, "5"),
        ("x: int = 5", None, "5"),
        ("x: int = 5", 6, "6"),
        ("*, x: int = 5", None, "5"),
        ("x: 'int'", 3, "3"),
        ("x: __import__('datetime').date", "2024-02-29", "datetime.date(2024, 2, 29)"),
        ("x: __import__('pathlib').Path", "/a/b", "PosixPath('/a/b')"),
        ("x: Color", "red", "<Color.RED: 'red'>"),
        ("x", 7, "7"),
    ],
)
def test_a_parameter_comes_in_the_form_of_its_annotation(play, signature, value, seen):
    code = f"{_CLASS}\ndef step({signature}) -> str:\n    return repr(x)\n"
    found = play(code, inputs={} if value is None else {"x": value}, files={"Output": "STRING"})
    assert found["parameters"] == {"Output": seen}


def test_a_value_that_the_annotation_does_not_take_names_the_input(play):
    failure = play.failure(f"{_CLASS}\ndef step(x: Color): pass\n", inputs={"x": "blue"})
    assert failure["message"] == "input x: 'blue' is not a valid Color"


@pytest.mark.parametrize(
    ("annotation", "expression", "value"),
    [
        ("int", "3", 3),
        ("float", "3", 3),
        ("float", "0.5", 0.5),
        ("str", "'é'", "é"),
        ("bool", "False", False),
        ("list", "[1, {'a': None}]", [1, {"a": None}]),
        ("Dict[str, List[int]]", "{'a': [1]}", {"a": [1]}),
        ("Optional[str]", "'a'", "a"),
        ("Optional[str]", "None", None),
        ("Literal['a', 'b']", "'b'", "b"),
        ("__import__('datetime').date", "__import__('datetime').date(2024, 2, 29)", "2024-02-29"),
        ("Color", "Color.RED", "red"),
    ],
)
def test_a_returned_value_is_the_output(play, annotation, expression, value):
    code = f"{_CLASS}\ndef step() -> {annotation}:\n    return {expression}\n"
    assert play(code, files={"Output": "STRING"})["parameters"] == {"Output": value}


@pytest.mark.parametrize(
    ("annotation", "expression", "message"),
    [
        ("int", "'3'", "output Output is declared int, but the function returned '3' of type str"),
        (
            "int",
            "True",
            "output Output is declared int, but the function returned True of type bool",
        ),
        ("str", "None", "output Output is declared str, but the function returned None for it"),
        (
            "list",
            "(1, 2)",
            "output Output is declared list, but the function returned (1, 2) of type",
        ),
        ("float", "float('nan')", "output Output cannot be written as JSON"),
        ("dict", "{'a': object()}", "output Output cannot be written as JSON"),
        ("Literal['a']", "'b'", "output Output must be one of 'a', but the function returned 'b'"),
        ("NamedTuple('R', [('a', int), ('b', int)])", "(1,)", "but its outputs are a, b"),
        ("object", "1", "which is no output"),
    ],
)
def test_a_wrong_return_value_is_refused_in_words(play, annotation, expression, message):
    code = f"def step() -> {annotation}:\n    return {expression}\n"
    failure = play.failure(code, files={"Output": "STRING"})
    assert failure["type"] == "InvalidOutputError"
    assert message in failure["message"]


@pytest.mark.parametrize(
    "expression", ["(1, 'x')", "[1, 'x']", "{'n': 1, 's': 'x'}", "R(1, 'x')", "Other()"]
)
def test_named_outputs_come_from_what_holds_them(play, expression):
    code = f"""
        class R(NamedTuple):
            n: int
            s: str

        class Other:
            n, s = 1, "x"

        def step() -> NamedTuple("Outputs", [("n", int), ("s", str)]):
            return {expression}
    """
    found = play(code, files={"n": "NUMBER_INTEGER", "s": "STRING"})
    assert found["parameters"] == {"n": 1, "s": "x"}


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("STRING", " as it is\n", " as it is\n"),
        ("NUMBER_INTEGER", " 42\n", 42),
        ("NUMBER_DOUBLE", "2.5", 2.5),
        ("BOOLEAN", "True\n", True),
        ("BOOLEAN", "f", False),
        ("LIST", "[1, 2]", [1, 2]),
        ("STRUCT", '{"a": 1}', {"a": 1}),
    ],
)
def test_an_output_path_of_a_parameter_is_read_by_its_type(play, kind, text, value):
    code = "def step(out: OutputPath(str), text: str):\n    open(out, 'w').write(text)\n"
    found = play(
        code.replace(
            "open(out, 'w').write(text)", "__import__('pathlib').Path(out).write_text(text)"
        ),
        inputs={"text": text},
        files={"out": kind},
    )
    assert found["parameters"] == {"out": value}


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("NUMBER_INTEGER", "4.5"),
        ("BOOLEAN", "yes"),
        ("LIST", "{}"),
        ("STRUCT", "[1]"),
        ("NUMBER_DOUBLE", "nan"),
    ],
)
def test_text_of_another_type_is_refused(play, kind, text):
    code = "def step(out: OutputPath(str), text: str):\n    __import__('pathlib').Path(out).write_text(text)\n"
    failure = play.failure(code, inputs={"text": text}, files={"out": kind})
    assert failure["message"] == f"output out is {text!r}, which is not {kind}"


def test_an_output_that_was_not_written_fails(play):
    failure = play.failure("def step(out: OutputPath(str)): pass\n", files={"out": "STRING"})
    assert "output out was not written" in failure["message"]


def test_an_input_path_of_a_parameter_holds_its_text(play):
    code = "def step(x: InputPath(dict)) -> str:\n    return __import__('pathlib').Path(x).read_text()\n"
    assert play(code, inputs={"x": {"a": 1}}, files={"Output": "STRING"})["parameters"] == {
        "Output": '{"a": 1}'
    }


# ------------------------------------------------------------------------- artifacts


def test_an_output_artifact_is_digested_and_measured(play):
    code = """
        def step(data: Output[Dataset]):
            with open(data.path, "w") as file:
                file.write("abc")
            data.metadata["rows"] = 1
    """
    found = play(code, outputs={"data": "system.Dataset"})
    assert found["artifacts"]["data"] == [
        {
            "uri": f"file://{play.root}/out/data",
            "metadata": {"rows": 1},
            "digest": "sha256:" + hashlib.sha256(b"abc").hexdigest(),
            "size": 3,
        }
    ]


def test_an_output_artifact_may_be_a_directory(play):
    code = """
        import os
        def step(model: OutputPath("Model")):
            os.makedirs(model + "/deep")
            with open(model + "/deep/weights", "w") as file:
                file.write("w" * 100)
    """
    found = play(code, outputs={"model": "system.Model"})["artifacts"]["model"][0]
    assert (found["digest"], found["size"]) == digest_path(play.root / "out" / "model")
    assert found["size"] == 100


def test_an_output_artifact_that_was_not_written_is_missing(play):
    found = play(
        "def step(m: Output[Metrics]):\n    m.log_metric('a', 1)\n", outputs={"m": "system.Metrics"}
    )
    assert found["artifacts"]["m"] == [
        {"uri": f"file://{play.root}/out/m", "metadata": {"a": 1}, "missing": True}
    ]


def test_metadata_that_json_cannot_hold_becomes_what_it_can(play):
    code = """
        class Scalar:
            def item(self):
                return 1.5

        def step(m: Output[Metrics]):
            m.metadata.update(nan=float("nan"), inf=float("-inf"), scalar=Scalar(), t=(1, 2), o=object)
    """
    metadata = play(code, outputs={"m": "system.Metrics"})["artifacts"]["m"][0]["metadata"]
    assert metadata["nan"] == "NaN"
    assert metadata["inf"] == "-Infinity"
    assert metadata["scalar"] == 1.5
    assert metadata["t"] == [1, 2]
    assert isinstance(metadata["o"], str)


def test_an_artifact_is_returned_in_the_pythonic_style(play):
    code = """
        def step() -> Dataset:
            data = dsl.Dataset(uri=dsl.get_uri(), metadata={"a": 1})
            with open(data.path, "w") as file:
                file.write("abc")
            return data
    """
    found = play(code, outputs={"Output": "system.Dataset"})["artifacts"]["Output"][0]
    assert (found["uri"], found["size"]) == (f"file://{play.root}/out/Output", 3)
    assert found["metadata"] == {"a": 1}


def test_data_returned_for_an_artifact_becomes_its_content(play):
    play("def step() -> Dataset:\n    return 'abc'\n", outputs={"Output": "system.Dataset"})
    assert (play.root / "out" / "Output").read_text() == "abc"


def test_a_returned_artifact_of_another_type_says_so(play):
    code = "def step() -> Artifact:\n    return Model(uri=dsl.get_uri())\n"
    found = play(code, outputs={"Output": "system.Artifact"})["artifacts"]["Output"][0]
    assert found["schema_title"] == "system.Model"


@pytest.mark.parametrize("inside", [True, False], ids=["below the attempt", "elsewhere"])
def test_what_was_written_to_a_custom_path_is_brought_home(play, tmp_path_factory, inside):
    place = (play.root if inside else tmp_path_factory.mktemp("other")) / "mine.txt"
    code = f"""
        def step(data: Output[Dataset]):
            data.set_path({str(place)!r})
            with open(data.path, "w") as file:
                file.write("abc")
    """
    found = play(code, outputs={"data": "system.Dataset"})["artifacts"]["data"][0]
    assert (play.root / "out" / "data").read_text() == "abc"
    assert found["size"] == 3
    assert place.exists() is not inside  # a file of the user's is copied, never taken away


@pytest.mark.parametrize(
    ("annotation", "title", "seen"),
    [
        ("Input[Dataset]", "system.Dataset", "Dataset"),
        ("Input[Model]", "system.Artifact", "Model"),
        ("Input[Artifact]", "system.Model", "Model"),
        ("Dataset", "system.Dataset", "Dataset"),
        ("Optional[Input[Dataset]]", "system.Dataset", "Dataset"),
        ("Input['Dataset']", "system.Dataset", "Dataset"),
        ("Input[Mine]", "google.Mine", "Mine"),
    ],
)
def test_an_input_artifact_has_the_class_that_serves_best(play, annotation, title, seen):
    code = f"""
        class Mine(Artifact):
            schema_title = "google.Mine"
            schema_version = "0.0.1"

        def step(data: {annotation}) -> str:
            return type(data).__name__ + " " + data.path + " " + str(data.metadata)
    """
    record = play.record("data", title, metadata={"a": 1}, uri="gs://bucket/x")
    found = play(code, artifacts={"data": record}, files={"Output": "STRING"})
    assert found["parameters"]["Output"] == f"{seen} /gcs/bucket/x {{'a': 1}}"


@pytest.mark.parametrize(
    "annotation", ["Input[List[Dataset]]", "List[Dataset]", "Input[list[Dataset]]"]
)
@pytest.mark.parametrize("count", [0, 1, 3])
def test_lists_of_artifacts_come_whole(play, annotation, count):
    records = [play.record(f"d{n}") for n in range(count)]
    code = f"def step(data: {annotation}) -> list:\n    return [type(d).__name__ + d.name for d in data]\n"
    found = play(code, artifacts={"data": records}, files={"Output": "LIST"})
    assert found["parameters"]["Output"] == [f"Datasetd{n}" for n in range(count)]


def test_an_optional_artifact_may_be_missing(play):
    code = "def step(data: Optional[Input[Dataset]] = None) -> bool:\n    return data is None\n"
    assert play(code, files={"Output": "BOOLEAN"})["parameters"] == {"Output": True}


def test_embedded_files_are_found(play):
    code = """
        __KFP_EMBEDDED_ASSET_DIR = "/assets"
        __KFP_EMBEDDED_ASSET_FILE = "/assets/a.txt"

        def step(asset: dsl.EmbeddedInput[dsl.Dataset]) -> str:
            return type(asset).__name__ + asset.path
    """
    assert play(code, files={"Output": "STRING"})["parameters"] == {
        "Output": "Dataset/assets/a.txt"
    }


def test_embedded_files_that_are_not_there_fail(play):
    failure = play.failure("def step(asset: dsl.EmbeddedInput[dsl.Dataset]): pass\n")
    assert failure["message"] == "the component's source carries no embedded files"


@pytest.mark.parametrize("keys", ["camel", "snake"])
def test_the_final_status_has_its_fields(play, keys):
    names = {
        "camel": ("pipelineJobResourceName", "pipelineTaskName"),
        "snake": ("pipeline_job_resource_name", "pipeline_task_name"),
    }[keys]
    status = {
        "state": "FAILED",
        names[0]: "run",
        names[1]: "fit",
        "error": {"code": 9, "message": "no"},
    }
    code = """
        def step(status: PipelineTaskFinalStatus) -> list:
            s = status
            return [s.state, s.pipeline_job_resource_name, s.pipeline_task_name, s.error_code, s.error_message]
    """
    found = play(code, inputs={"status": status}, files={"Output": "LIST"})
    assert found["parameters"]["Output"] == ["FAILED", "run", "fit", 9, "no"]


def test_the_task_configuration_may_be_empty(play):
    code = "def step(c: dsl.TaskConfig) -> bool:\n    return c.env is None\n"
    assert play(code, files={"Output": "BOOLEAN"})["parameters"] == {"Output": True}


def test_a_coroutine_is_run_to_its_end(play):
    code = """
        import asyncio
        async def step(x: int) -> int:
            await asyncio.sleep(0)
            return x + 1
    """
    assert play(code, inputs={"x": 1}, files={"Output": "NUMBER_INTEGER"})["parameters"] == {
        "Output": 2
    }


def test_threads_are_waited_for(play):
    code = """
        import threading, time
        def step(data: Output[Dataset]):
            def late():
                time.sleep(0.05)
                with open(data.path, "w") as file:
                    file.write("late")
            threading.Thread(target=late).start()
    """
    assert play(code, outputs={"data": "system.Dataset"})["artifacts"]["data"][0]["size"] == 4


def test_a_quiet_exit_is_a_success(play):
    assert play("import sys\ndef step():\n    sys.exit(0)\n") == {"parameters": {}, "artifacts": {}}


def test_the_notebook_function_is_put_in_place_by_the_source(play):
    code = """
        def mine(**values):
            return values
        dsl.run_notebook = mine
        def step(x: int) -> dict:
            return dsl.run_notebook(x=x)
    """
    assert play(code, inputs={"x": 1}, files={"Output": "STRUCT"})["parameters"] == {
        "Output": {"x": 1}
    }


# ------------------------------------------------------------------------- inputs stay as they are


def test_an_input_that_is_changed_in_place_fails_the_task(play):
    data = play.root / "data.csv"
    data.write_text("a")
    code = "def step(data: Input[Dataset]):\n    with open(data.path, 'a') as file:\n        file.write('b')\n"
    failure = play.failure(
        code,
        artifacts={"data": play.record("data", uri=f"file://{data}")},
        digests={str(data): digest_path(data).digest},
    )
    assert failure["type"] == "InputChangedError"
    assert str(data) in failure["message"]
    assert "copy it" in failure["message"]


def test_an_input_that_is_touched_or_chmoded_is_not_changed(play):
    data = play.root / "data.csv"
    data.write_text("a")
    code = "import os\ndef step(data: Input[Dataset]):\n    os.chmod(data.path, 0o600)\n    os.utime(data.path)\n"
    play(
        code,
        artifacts={"data": play.record("data", uri=f"file://{data}")},
        digests={str(data): digest_path(data).digest},
    )


def test_a_file_added_to_an_input_directory_is_a_change(play):
    data = play.root / "dir"
    data.mkdir()
    (data / "a").write_text("a")
    code = "def step(data: Input[Dataset]):\n    open(data.path + '/b', 'w').close()\n"
    failure = play.failure(
        code,
        artifacts={"data": play.record("data", uri=f"file://{data}")},
        digests={str(data): digest_path(data).digest},
    )
    assert failure["type"] == "InputChangedError"


def test_an_output_that_is_no_file_is_refused(play):
    code = "import os\ndef step(data: Output[Dataset]):\n    os.mkfifo(data.path)\n"
    failure = play.failure(code, outputs={"data": "system.Dataset"})
    assert failure["type"] == "InvalidOutputError"
    assert "output data cannot be stored" in failure["message"]
