"""Hostile files: archives that unpack to more than there is, that point elsewhere, and bombs of text."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import time
import zipfile

import pytest
from native_bench import SPEC

from headrace.ir import write_yaml

YAML = write_yaml(SPEC).encode()
KFP = "/apis/v2beta1/pipelines/upload"
NATIVE = "/api/v1/pipelines"
BOUND_S = 40.0


def _upload(world, data: bytes, name: str = "p.yaml"):
    """Upload by each way there is; return the answers."""
    kfp = world.ask(
        "editor",
        "POST",
        KFP,
        params={"namespace": "a", "name": "up"},
        files={"uploadfile": (name, data)},
    )
    native = world.ask(
        "editor",
        "POST",
        NATIVE,
        data={"namespace": "a", "name": "up2"},
        files={"file": (name, data)},
    )
    package = world.ask(
        "editor", "POST", "/registry", params={"namespace": "a"}, files={"content": (name, data)}
    )
    return [kfp, native, package]


def _refused(world, data: bytes, name: str) -> None:
    before = len(world.store.pipelines())
    began = time.monotonic()
    for answer in _upload(world, data, name):
        assert answer.status_code in (400, 413), answer.text
        assert "Traceback" not in answer.text
    assert time.monotonic() - began < BOUND_S
    assert len(world.store.pipelines()) == before


def _zip(*entries: tuple[str, bytes], **more) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries:
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = more.get("attr", 0o644 << 16)
            archive.writestr(info, data)
    return out.getvalue()


def _tar(*members: tuple[tarfile.TarInfo, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for info, data in members:
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def _member(name: str, **fields) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    for field, value in fields.items():
        setattr(info, field, value)
    return info


def test_the_same_pipeline_in_every_packing_is_taken(world) -> None:
    for number, (data, name) in enumerate(
        [
            (YAML, "p.yaml"),
            (json.dumps(SPEC).encode(), "p.json"),
            (_zip(("pipeline.yaml", YAML)), "p.zip"),
            (_tar((_member("pipeline.yaml"), YAML)), "p.tar.gz"),
        ]
    ):
        answer = world.ask(
            "editor",
            "POST",
            KFP,
            params={"namespace": "a", "name": f"n{number}"},
            files={"uploadfile": (name, data)},
        )
        assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(lambda: _zip(("pipeline.yaml", b"a" * (80 << 20))), id="one entry of 80 MiB"),
        pytest.param(lambda: _zip(("pipeline.yaml", _zip(("x", b"0" * (64 << 20))))), id="nested"),
        pytest.param(lambda: _zip(*((f"f{n}", b"") for n in range(30_000))), id="many entries"),
        pytest.param(lambda: b"PK\x03\x04" + b"\x00" * 100, id="no archive"),
        pytest.param(lambda: _zip(("pipeline.yaml", YAML))[:-20], id="cut off"),
    ],
)
def test_a_zip_that_is_a_bomb_or_broken_is_refused(data, world) -> None:
    _refused(world, data(), "p.zip")


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(lambda: _tar((_member("pipeline.yaml"), b"a" * (80 << 20))), id="80 MiB"),
        pytest.param(lambda: gzip.compress(b"\x00" * (80 << 20)), id="zeros"),
        pytest.param(lambda: b"\x1f\x8b" + b"\x00" * 100, id="no archive"),
        pytest.param(
            lambda: _tar(
                (_member("pipeline.yaml", type=tarfile.SYMTYPE, linkname="/etc/passwd"), b"")
            ),
            id="symbolic link",
        ),
        pytest.param(
            lambda: _tar(
                (_member("pipeline.yaml", type=tarfile.LNKTYPE, linkname="/etc/passwd"), b"")
            ),
            id="hard link",
        ),
        pytest.param(
            lambda: _tar(
                (_member("pipeline.yaml", type=tarfile.CHRTYPE, devmajor=1, devminor=5), b"")
            ),
            id="device",
        ),
        pytest.param(
            lambda: _tar((_member("pipeline.yaml", type=tarfile.FIFOTYPE), b"")), id="pipe"
        ),
        pytest.param(
            lambda: _tar((_member("pipeline.yaml", type=tarfile.DIRTYPE), b"")), id="directory"
        ),
    ],
)
def test_a_tar_that_is_a_bomb_or_no_file_is_refused(data, world) -> None:
    _refused(world, data(), "p.tar.gz")


@pytest.mark.parametrize(
    "name",
    [
        "../../evil.yaml",
        "/etc/cron.d/evil",
        "..\\evil.yaml",
        "C:\\evil.yaml",
        "a/../../evil.yaml",
        "evil\x00.yaml",
        "~/evil.yaml",
    ],
)
def test_names_in_archives_and_of_files_are_never_places(
    name, world, tmp_path, monkeypatch
) -> None:
    """Nothing is unpacked: an entry is read, whatever it is called."""
    monkeypatch.chdir(tmp_path)
    before = sorted(path.name for path in tmp_path.parent.rglob("*evil*"))
    for data, file in (
        (_zip((name, YAML)), "p.zip"),
        (_tar((_member(name), YAML)), "p.tar.gz"),
        (YAML, name),
    ):
        for answer in _upload(world, data, file):
            assert answer.status_code in (200, 201, 400, 409), answer.text
    assert sorted(path.name for path in tmp_path.parent.rglob("*evil*")) == before
    for version in world.store.pipelines():
        assert "/" not in version.name
        assert "\\" not in version.name


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 9)}]\n" for n in range(12)
)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(lambda: BOMB, id="aliases that explode"),
        pytest.param(lambda: "a: &a\n  b: *a\n", id="an alias of itself"),
        pytest.param(lambda: "[" * 100_000, id="nested sequences"),
        pytest.param(lambda: "{a: " * 50_000, id="nested mappings"),
        pytest.param(
            lambda: "a:\n" + "".join("  " * n + "b:\n" for n in range(1, 3000)), id="indented"
        ),
        pytest.param(lambda: "a: " + "x" * (31 << 20), id="one long scalar"),
        pytest.param(lambda: "a: 1\na: 2\n", id="a key twice"),
        pytest.param(lambda: "!!python/object/apply:os.system [id]\n", id="an object of Python"),
        pytest.param(lambda: "!!python/name:os.system x\n", id="a name of Python"),
        pytest.param(lambda: "\ufeff\x00", id="NUL"),
        pytest.param(lambda: "? [a, b]\n: c\n", id="a key that is a list"),
        pytest.param(lambda: "---\na: 1\n" * 2000, id="many documents"),
        pytest.param(lambda: "", id="nothing"),
        pytest.param(lambda: "a: .nan\n", id="not a number"),
    ],
)
def test_hostile_yaml_is_refused_in_bounded_time(text, world) -> None:
    _refused(world, text().encode(), "p.yaml")


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(lambda: b"[" * 200_000, id="nested"),
        pytest.param(lambda: b'{"a":' * 100_000, id="nested objects"),
        pytest.param(lambda: b'{"a": NaN}', id="NaN"),
        pytest.param(lambda: b'{"a": Infinity}', id="Infinity"),
        pytest.param(lambda: b'{"a": ' + b"9" * 100_000 + b"}", id="a huge number"),
        pytest.param(lambda: b'{"a": "\xff\xfe"}', id="no UTF-8"),
        pytest.param(lambda: b'{"a": "\\ud800"}', id="half a surrogate"),
        pytest.param(lambda: b"\xc0\xaf", id="overlong"),
        pytest.param(lambda: b"null", id="null"),
        pytest.param(lambda: b"[]", id="a list"),
    ],
)
def test_hostile_json_is_refused_everywhere(data, world) -> None:
    body = data()
    _refused(world, body, "p.json")
    for method, path in (
        ("POST", "/api/v1/runs"),
        ("POST", "/apis/v2beta1/runs"),
        ("PATCH", "/api/v1/runs/run-a"),
        ("POST", "/api/v1/graph"),
        ("POST", "/api/v1/webhooks"),
    ):
        answer = world.ask(
            "admin", method, path, content=body, headers={"Content-Type": "application/json"}
        )
        assert answer.status_code == 400, (path, answer.text[:200])


def test_a_body_beyond_the_bound_is_refused(world) -> None:
    big = b"x" * (34 << 20)
    for answer in _upload(world, big):
        assert answer.status_code == 413
    answer = world.ask("editor", "POST", "/api/v1/runs", content=big)
    assert answer.status_code == 413
