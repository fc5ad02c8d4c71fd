"""Reads what a KFP server holds, by its REST API v2beta1.

What it answers is somebody else's: sizes, numbers of pages and types are checked here, and what is
not as expected is an error that says what. Needs the extra ``client``. May not know a store.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

from headrace.errors import InfrastructureError, InvalidRequest

if TYPE_CHECKING:
    import httpx2

_BASE = "/apis/v2beta1"
_PAGE = 100
_MOST_PAGES = 10_000
_LARGEST_BYTES = 64 << 20
_TIMEOUT_S = 30.0
_OK, _UNAUTHENTICATED, _FORBIDDEN, _NOT_FOUND = 200, 401, 403, 404
_TRANSIENT = 500

Message = dict[str, Any]


class KfpSource:
    """A KFP server that is read.

    Args:
        url: Where it is, such as ``https://kfp.example.org`` or ``http://127.0.0.1:8888``; a path
            before ``/apis`` is kept.
        namespace: Whose things are read; empty on a server without users.
        token: Sent as a bearer token; to no other host, since redirects are not followed.
    """

    def __init__(self, url: str, *, namespace: str = "", token: str | None = None) -> None:
        if not url.startswith(("http://", "https://")) or "@" in url:
            message = "the address of the KFP server is no URL, or has credentials in it"
            raise InvalidRequest(message, hint="give http(s)://HOST; a token by --token-file")
        try:
            import httpx2
        except ImportError as error:
            message = "reading a KFP server needs the extra 'client'"
            raise InvalidRequest(message, hint="pip install 'headrace[client]'") from error
        self._library = httpx2
        self._url = url.rstrip("/")
        self._namespace = namespace
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._client: httpx2.Client = httpx2.Client(
            headers=headers, timeout=_TIMEOUT_S, follow_redirects=False
        )

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def check(self) -> None:
        """Make sure that a KFP server answers.

        Raises:
            InfrastructureError: Nobody does, or it is none.
        """
        self._get("/healthz", {})

    def pipelines(self) -> Iterator[Message]:
        """Yield the pipelines, the oldest first."""
        yield from self._pages("/pipelines", "pipelines")

    def versions(self, pipeline_id: str) -> Iterator[Message]:
        """Yield the versions of a pipeline with their documents, the oldest first."""
        yield from self._pages(f"/pipelines/{pipeline_id}/versions", "pipeline_versions")

    def experiments(self) -> Iterator[Message]:
        """Yield the experiments, the oldest first."""
        yield from self._pages("/experiments", "experiments")

    def recurring_runs(self) -> Iterator[Message]:
        """Yield the recurring runs, the oldest first."""
        yield from self._pages("/recurringruns", "recurringRuns", "recurring_runs")

    def _pages(self, path: str, *keys: str) -> Iterator[Message]:
        asked = {"page_size": str(_PAGE), "sort_by": "created_at asc"}
        if self._namespace:
            asked["namespace"] = self._namespace
        for _ in range(_MOST_PAGES):
            answer = self._get(path, asked)
            items: Any = next((answer[key] for key in keys if answer.get(key)), None) or []
            if not isinstance(items, list):
                self._refuse(path, "its list is none")
            for item in cast("list[Any]", items):
                if not isinstance(item, dict):
                    self._refuse(path, "an entry of its list is no object")
                yield cast("Message", item)
            token = answer.get("next_page_token")
            if not token or not items:
                return
            asked = {**asked, "page_token": str(token)}
        self._refuse(path, f"it has more than {_MOST_PAGES} pages")

    def _get(self, path: str, asked: dict[str, str]) -> Message:
        url = f"{self._url}{_BASE}{path}"
        try:
            with self._client.stream("GET", url, params=asked) as answer:
                body = bytearray()
                for chunk in answer.iter_bytes():
                    body += chunk
                    if len(body) > _LARGEST_BYTES:
                        self._refuse(path, f"it sends more than {_LARGEST_BYTES} bytes")
                status = answer.status_code
        except (self._library.HTTPError, self._library.InvalidURL) as error:
            message = f"the KFP server at {self._url} cannot be reached"
            hint = "check the address; kubectl port-forward makes one reachable"
            raise InfrastructureError(message, retryable=True, hint=hint) from error
        self._check_status(path, status)
        try:
            value: Any = json.loads(body)
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict):
            self._refuse(path, "it is no JSON object; is this the address of KFP's API?")
        return cast("Message", value)

    def _check_status(self, path: str, status: int) -> None:
        if status == _OK:
            return
        if status in (_UNAUTHENTICATED, _FORBIDDEN):
            message = f"the KFP server at {self._url} does not let us read {path}"
            raise InvalidRequest(message, hint="give --token-file, and --namespace if it has users")
        if status == _NOT_FOUND:
            self._refuse(path, "it is not there; is this the address of KFP's API?")
        message = f"the KFP server at {self._url} answers {status} to {path}"
        raise InfrastructureError(message, retryable=status >= _TRANSIENT)

    def _refuse(self, path: str, what: str) -> None:
        message = f"the answer of {self._url} to {path} cannot be used: {what}"
        raise InfrastructureError(message)
