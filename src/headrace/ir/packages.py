"""Packages: pipeline files that come as YAML, JSON, ``.tar.gz`` or ``.zip``, from their bytes.

Pure: nothing is unpacked to disk, so no name inside an archive leads anywhere; only the one file
that is the pipeline is decompressed, and no further than a document may be long.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn, Protocol

from headrace.errors import SpecError
from headrace.ir.documents import read
from headrace.ir.model import Document
from headrace.ir.text import MAX_BYTES

_MAX_MEMBERS = 1000
_TEXT_ENDINGS = (".yaml", ".yml", ".json")
_TAR_ENDINGS = (".tar.gz", ".tgz", ".tar")
_FILE_NAME = "pipeline.yaml"
_GZIP_MAGIC = b"\x1f\x8b"


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def read_package(data: bytes, filename: str) -> Document:
    """Return the document in a pipeline file.

    Args:
        data: The bytes of the file.
        filename: Its name; the ending tells the format. An archive holds ``pipeline.yaml``, or a
            single YAML file.

    Raises:
        SpecError: The file is not one of these, is damaged or too large, or the document in it is
            not valid.
    """
    name = filename.lower()
    if name.endswith(_TEXT_ENDINGS):
        return read(data, source=filename)
    try:
        if name.endswith(_TAR_ENDINGS):
            text = _from_tar(data, filename)
        elif name.endswith(".zip"):
            text = _from_zip(data, filename)
        else:
            endings = ", ".join((*_TEXT_ENDINGS, *_TAR_ENDINGS, ".zip"))
            _refuse(f"{filename} is not a pipeline file: its name ends in none of {endings}")
    except SpecError:
        raise
    except Exception as error:  # noqa: BLE001 - damaged archives raise almost anything
        _refuse(f"{filename} is a damaged archive: {error}")
    return read(text, source=filename)


def _from_tar(data: bytes, filename: str) -> bytes:
    import gzip
    import io
    import tarfile

    if data[:2] == _GZIP_MAGIC:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
            data = _bounded(stream, filename)
    files: dict[str, tarfile.TarInfo] = {}
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
        for count, member in enumerate(archive):
            if count >= _MAX_MEMBERS:
                _refuse(f"{filename} holds more than {_MAX_MEMBERS} files")
            if member.isreg() and _is_yaml(member.name):
                files[member.name] = member
        stream = archive.extractfile(files[_chosen(list(files), filename)])
        return b"" if stream is None else _bounded(stream, filename)


def _from_zip(data: bytes, filename: str) -> bytes:
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = archive.infolist()
        if len(entries) > _MAX_MEMBERS:
            _refuse(f"{filename} holds more than {_MAX_MEMBERS} files")
        names = [entry.filename for entry in entries if _is_yaml(entry.filename)]
        with archive.open(_chosen(names, filename)) as stream:
            return _bounded(stream, filename)


def _bounded(stream: _Readable, filename: str) -> bytes:
    data = stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        _refuse(f"{filename} unpacks to more than {MAX_BYTES >> 20} MiB")
    return data


def _is_yaml(name: str) -> bool:
    return name.lower().endswith((".yaml", ".yml"))


def _chosen(names: Sequence[str], filename: str) -> str:
    """Return the name of the pipeline among the YAML files of an archive."""
    for name in names:
        if name.removeprefix("./") == _FILE_NAME:
            return name
    if len(names) == 1:
        return names[0]
    if not names:
        _refuse(f"{filename} holds no YAML file")
    shown = ", ".join(ascii(name)[1:-1] for name in sorted(names)[:10])
    _refuse(f"{filename} holds {len(names)} YAML files and none is {_FILE_NAME}: {shown}")


def _refuse(message: str) -> NoReturn:
    raise SpecError(message, code="HR2015")
