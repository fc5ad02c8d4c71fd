"""Packages: the right file of an archive is read, and bombs and tricks are refused."""

from __future__ import annotations

import io
import tarfile
import zipfile

import pytest

from headrace import ir
from headrace.errors import SpecError
from headrace.ir import packages

SPEC = {
    "pipelineInfo": {"name": "p"},
    "schemaVersion": "2.1.0",
    "deploymentSpec": {"executors": {"e": {"container": {"image": "x"}}}},
    "components": {"c": {"executorLabel": "e"}},
    "root": {"dag": {"tasks": {"t": {"componentRef": {"name": "c"}}}}},
}
TEXT = ir.write_yaml(SPEC).encode()


def shown(value):
    """Name a case by its file and message: bytes of archives hold the time and are no name."""
    return "" if isinstance(value, bytes) else None


def tar(files: dict[str, bytes], mode: str = "w:gz") -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:  # type: ignore[call-overload]
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (TEXT, "p.yaml"),
        (TEXT, "P.YML"),
        (ir.write_json(SPEC).encode(), "p.json"),
        (tar({"pipeline.yaml": TEXT}), "p.tar.gz"),
        (tar({"./pipeline.yaml": TEXT, "other.yaml": b"x"}), "p.tgz"),
        (tar({"any.yaml": TEXT, "README.md": b"x"}), "p.tgz"),
        (tar({"any.yaml": TEXT}, "w"), "p.tar"),
        (zipped({"pipeline.yaml": TEXT, "x.yaml": b"x"}), "p.zip"),
        (zipped({"../../etc/any.yaml": TEXT}), "p.zip"),
    ],
    ids=shown,
)
def test_the_pipeline_in_a_package_is_read(data, name):
    assert ir.read_package(data, name).raw == SPEC


@pytest.mark.parametrize(
    ("data", "name", "message"),
    [
        (TEXT, "p.txt", "is not a pipeline file"),
        (tar({"a.yaml": TEXT, "b.yaml": TEXT}), "p.tgz", "holds 2 YAML files"),
        (tar({"a.txt": TEXT}), "p.tgz", "holds no YAML file"),
        (zipped({}), "p.zip", "holds no YAML file"),
        (b"not an archive", "p.zip", "damaged"),
        (b"not an archive", "p.tar.gz", "damaged"),
        (tar({"pipeline.yaml": TEXT})[:60], "p.tar.gz", "damaged"),
        (b"", "p.yaml", "is empty"),
        (tar({f"{n}.txt": b"" for n in range(1001)}), "p.tgz", "more than 1000 files"),
        (zipped({f"{n}.txt": b"" for n in range(1001)}), "p.zip", "more than 1000 files"),
    ],
    ids=shown,
)
def test_a_package_without_one_pipeline_is_refused(data, name, message):
    with pytest.raises(SpecError, match=message):
        ir.read_package(data, name)


@pytest.mark.parametrize("name", ["p.zip", "p.tar.gz"])
def test_a_bomb_is_not_unpacked(name, monkeypatch):
    monkeypatch.setattr(packages, "MAX_BYTES", 1 << 20)
    pack = zipped if name == "p.zip" else tar
    with pytest.raises(SpecError, match="unpacks to more than 1 MiB"):
        ir.read_package(pack({"pipeline.yaml": b" " * (3 << 20)}), name)


def test_a_link_is_not_followed():
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        link = tarfile.TarInfo("pipeline.yaml")
        link.type = tarfile.SYMTYPE
        link.linkname = "/etc/passwd"
        archive.addfile(link)
    with pytest.raises(SpecError, match="holds no YAML file"):
        ir.read_package(buffer.getvalue(), "p.tar.gz")
