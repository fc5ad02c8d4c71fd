"""Loading a component: where its text comes from, and which of the two formats it is in."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NoReturn, cast

from headrace.components.documents import component_of_document, written
from headrace.components.first_format import component_of_first_format, is_first_format
from headrace.dsl.component import YamlComponent
from headrace.errors import (
    InfrastructureError,
    InvalidRequest,
    NotFound,
    SpecError,
    caller_location,
)
from headrace.ir import read
from headrace.ir.text import MAX_BYTES, parse_documents

_TIMEOUT_S = 60
_SCHEMES = ("http", "https")


class ComponentFileNotFoundError(NotFound, FileNotFoundError):
    """A component file that does not exist."""

    __str__ = NotFound.__str__


def load_component_from_text(text: str) -> YamlComponent:
    """Return the component that a text of YAML or JSON describes.

    Args:
        text: A compiled component or pipeline, or a component in the format of KFP 1.

    Raises:
        SpecError: The text is neither, or what it describes is not valid.
        InvalidComponent: A component of KFP 1 uses what does not exist.
    """
    return _load(text, "the component")


def load_component_from_file(file_path: str) -> YamlComponent:
    """Return the component in a file.

    Args:
        file_path: Path of a compiled component or pipeline, or a component file of KFP 1.

    Raises:
        ComponentFileNotFoundError: There is no such file.
        SpecError: The file holds no valid component.
    """
    try:
        data = Path(file_path).read_bytes()
    except (FileNotFoundError, IsADirectoryError):
        where = f" (in {Path.cwd()})" if not Path(file_path).is_absolute() else ""
        raise ComponentFileNotFoundError(
            f"there is no component file {file_path}{where}",
            where=caller_location(),
            hint="relative paths count from the directory in which Python was started",
        ) from None
    except OSError as error:
        message = f"the component file {file_path} cannot be read: {error.strerror}"
        raise InvalidRequest(message, where=caller_location()) from error
    return _load(_decoded(data, str(file_path)), str(file_path))


def load_component_from_url(url: str, auth: tuple[str, str] | None = None) -> YamlComponent:
    """Return the component at a URL.

    Args:
        url: Address, beginning with ``https://``, ``http://`` or ``gs://`` for a public bucket.
        auth: User and password, sent to this address only.

    Raises:
        InvalidRequest: The URL is none of these, or the server refuses it.
        InfrastructureError: The server cannot be reached.
        SpecError: What it sends is no valid component.
    """
    if not isinstance(url, str):  # pyright: ignore[reportUnnecessaryIsInstance]
        _refuse("url must be a string", "write load_component_from_url('https://...')")
    address = url
    if url.startswith("gs://"):
        address = "https://storage.googleapis.com/" + url.removeprefix("gs://")
    if address.partition("://")[0].lower() not in _SCHEMES:
        hint = "use https://, http:// or gs://; load_component_from_file reads local files"
        _refuse(f"{url[:200]!r} is not an address that a component can be loaded from", hint)
    return _load(_decoded(_fetched(address, auth), url), url)


def _fetched(address: str, auth: tuple[str, str] | None) -> bytes:
    import base64
    import urllib.error
    import urllib.request

    request = urllib.request.Request(address)  # noqa: S310 - the scheme was checked
    if auth is not None:
        token = base64.b64encode(":".join(auth).encode()).decode()
        # Not a plain header: that one would follow a redirect to another server.
        request.add_unredirected_header("Authorization", f"Basic {token}")
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as response:  # noqa: S310
            data = cast("bytes", response.read(MAX_BYTES + 1))
    except urllib.error.HTTPError as error:
        error.close()
        hint = "check the address" if error.code == 404 else "check the address and the auth"  # noqa: PLR2004
        _refuse(f"{address} cannot be loaded: the server answers {error.code} {error.reason}", hint)
    except (OSError, ValueError) as error:
        message = f"{address} cannot be loaded: {error}"
        where = caller_location()
        raise InfrastructureError(message, retryable=True, where=where) from error
    if len(data) > MAX_BYTES:
        _refuse(f"{address} is larger than {MAX_BYTES >> 20} MiB", "components are small files")
    return data


def _load(text: str, source: str) -> YamlComponent:
    if not isinstance(text, str):  # pyright: ignore[reportUnnecessaryIsInstance]
        _refuse(f"the text of a component must be a string, not {type(text).__name__}", "pass text")
    try:
        values = parse_documents(text, source=source)
        first: Any = values[0] if len(values) == 1 else None
        if is_first_format(first):
            return YamlComponent(component_of_first_format(first), text)
        document = read(text, source=source)
    except SpecError as error:
        error.where = tuple(filter(None, [*error.where, caller_location()]))
        raise
    component = component_of_document(document, text)
    return YamlComponent(component, text, (written(document), document.raw_platform))


def _decoded(data: bytes, source: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"{source} is not UTF-8 text"
        raise SpecError(message, where=caller_location(), code="HR2001") from error


def _refuse(message: str, hint: str) -> NoReturn:
    raise InvalidRequest(message, where=caller_location(), hint=hint)
