"""The files of the page: what was built into ``server/page``, and the one page for all else.

Files under ``assets/`` have a digest in their names, so browsers keep them for ever; ``index.html``
is asked for again each time. Paths of the APIs are never answered with the page.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Sequence
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

PAGE = Path(__file__).parent / "page"
_NOT_THE_PAGE = ("api/", "apis/", "auth/", "registry/", "metrics", "healthz", "readyz")
_FOR_EVER = "public, max-age=31536000, immutable"
_ANEW = "no-cache"
_MISSING = """\
This is a Headrace server. Its API answers, but the page was not built into this installation.

From a checkout:  cd web && npm ci && npm run build
Packages from the index have it:  pip install --force-reinstall headrace
"""


def page_routes(root: Path = PAGE) -> Sequence[BaseRoute]:
    """Return the routes of the page, which come after all others.

    Args:
        root: Directory of the built files.
    """
    files = _Files(root)
    return (Route("/{path:path}", files.serve, methods=["GET"], name="page"),)


class _Files:
    def __init__(self, root: Path) -> None:
        self._root = root.resolve()

    def serve(self, request: Request) -> Response:
        """Return a file, or the page for paths that are its own."""
        path = request.path_params["path"]
        if path.startswith(_NOT_THE_PAGE):
            raise HTTPException(404, "Not Found")
        file = self._file(path)
        if file is not None:
            kept = _FOR_EVER if path.startswith("assets/") else _ANEW
            return FileResponse(file, headers={"Cache-Control": kept}, media_type=_type_of(file))
        index = self._root / "index.html"
        if not index.is_file():
            return PlainTextResponse(_MISSING, 200 if not path else 404)
        if path.startswith("assets/"):
            raise HTTPException(404, "Not Found")
        return FileResponse(index, headers={"Cache-Control": _ANEW}, media_type="text/html")

    def _file(self, path: str) -> Path | None:
        """Return the file that a path names, if it is in the directory and not hidden."""
        if not path or "\0" in path or any(part.startswith(".") for part in path.split("/")):
            return None
        file = (self._root / path).resolve()
        return file if file.is_relative_to(self._root) and file.is_file() else None


def _type_of(file: Path) -> str:
    """Return the kind of a file; the machine's own table of kinds is not trusted with scripts."""
    known = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
    found = known.get(file.suffix) or mimetypes.guess_type(file.name)[0]
    return found or "application/octet-stream"
