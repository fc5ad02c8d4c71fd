"""Tiny wheels, a package index on loopback, and a uv that knows nothing of this machine."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import tarfile
import threading
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest


def write_wheel(
    folder: Path,
    name: str,
    version: str,
    *,
    requires: Sequence[str] = (),
    files: Mapping[str, str] | None = None,
    scripts: Mapping[str, str] | None = None,
    python: str = "py3",
) -> Path:
    """Write a pure wheel whose module has ``VERSION``."""
    module = name.replace("-", "_")
    info = f"{module}-{version}.dist-info"
    content = {f"{module}/__init__.py": f"VERSION = {version!r}\n", **(files or {})}
    requirements = "".join(f"Requires-Dist: {requirement}\n" for requirement in requires)
    content[f"{info}/METADATA"] = (
        f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{requirements}"
    )
    content[f"{info}/WHEEL"] = (
        f"Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: {python}-none-any\n"
    )
    if scripts:
        lines = "".join(f"{script} = {target}\n" for script, target in scripts.items())
        content[f"{info}/entry_points.txt"] = f"[console_scripts]\n{lines}"
    record = "".join(f"{path},{_record_hash(text)},{len(text)}\n" for path, text in content.items())
    content[f"{info}/RECORD"] = record + f"{info}/RECORD,,\n"
    target = folder / f"{module}-{version}-{python}-none-any.whl"
    with zipfile.ZipFile(target, "w") as archive:
        for path, text in content.items():
            archive.writestr(path, text)
    return target


BACKEND = """
import zipfile

def build_wheel(directory, config_settings=None, metadata_directory=None):
    name = "{module}-{version}-py3-none-any.whl"
    info = "{module}-{version}.dist-info"
    with zipfile.ZipFile(directory + "/" + name, "w") as wheel:
        wheel.writestr("{module}.py", "BUILT = True\\n")
        wheel.writestr(info + "/METADATA", open("PKG-INFO").read())
        wheel.writestr(info + "/WHEEL", "Wheel-Version: 1.0\\nTag: py3-none-any\\n")
        wheel.writestr(info + "/RECORD", "")
    return name
"""


def write_sdist(folder: Path, name: str, version: str, backend: str = BACKEND) -> Path:
    """Write a source distribution that builds itself, without any other package."""
    root = f"{name}-{version}"
    files = {
        "PKG-INFO": f"Metadata-Version: 2.2\nName: {name}\nVersion: {version}\n",
        "pyproject.toml": "[build-system]\nrequires = []\nbuild-backend = 'backend'\n"
        "backend-path = ['.']\n",
        "backend.py": backend.replace("{module}", name).replace("{version}", version),
    }
    target = folder / f"{root}.tar.gz"
    with tarfile.open(target, "w:gz") as archive:
        for path, text in files.items():
            member = tarfile.TarInfo(f"{root}/{path}")
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))
    return target


def _record_hash(text: str) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
    return f"sha256={digest}"


@pytest.fixture
def links(tmp_path: Path) -> Path:
    folder = tmp_path / "links"
    folder.mkdir()
    return folder


@pytest.fixture(autouse=True)
def _clean_machine(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if request.node.get_closest_marker("network"):
        return  # the index of this machine is wanted
    for name in list(os.environ):
        if name.startswith(("PIP_", "UV_", "HEADRACE_")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "uv-cache"))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("UV_NO_CONFIG", "1")
    monkeypatch.setenv("UV_PYTHON_DOWNLOADS", "never")


@pytest.fixture
def no_index(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_NO_INDEX", "1")


@dataclass
class Index:
    """A package index with upload times, and a password if one is set."""

    folder: Path
    times: dict[str, str] = field(default_factory=dict)
    password: str = ""
    port: int = 0
    requests: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/simple"

    @property
    def secret_url(self) -> str:
        return f"http://reader:{self.password}@127.0.0.1:{self.port}/simple"

    def add(self, name: str, version: str, uploaded: str | None = None, **more) -> None:
        self._publish(write_wheel(self.folder, name, version, **more), uploaded)

    def add_source(self, name: str, version: str, uploaded: str | None = None, **more) -> None:
        self._publish(write_sdist(self.folder, name, version, **more), uploaded)

    def _publish(self, file: Path, uploaded: str | None) -> None:
        if uploaded:
            self.times[file.name] = uploaded

    def page(self, name: str) -> dict | None:
        prefix = name.replace("-", "_") + "-"
        wheels = [p for p in sorted(self.folder.iterdir()) if p.name.startswith(prefix)]
        files = [
            {
                "filename": wheel.name,
                "url": f"/files/{wheel.name}",
                "hashes": {"sha256": hashlib.sha256(wheel.read_bytes()).hexdigest()},
                **({"upload-time": self.times[wheel.name]} if wheel.name in self.times else {}),
            }
            for wheel in wheels
        ]
        return {"meta": {"api-version": "1.1"}, "name": name, "files": files} if files else None


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    folder = tmp_path / "index"
    folder.mkdir()
    index = Index(folder)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            index.requests.append(self.path)
            expected = base64.b64encode(f"reader:{index.password}".encode()).decode()
            if index.password and self.headers.get("Authorization") != f"Basic {expected}":
                self.answer(401, b"", "text/plain")
                return
            parts = self.path.strip("/").split("/")
            page = index.page(parts[1]) if parts[0] == "simple" and len(parts) == 2 else None
            if page is not None:
                kind = "application/vnd.pypi.simple.v1+json"
                self.answer(200, json.dumps(page).encode(), kind)
            elif parts[0] == "files" and (index.folder / parts[1]).exists():
                data = (index.folder / parts[1]).read_bytes()
                self.answer(200, data, "application/octet-stream")
            else:
                self.answer(404, b"", "text/plain")

        do_HEAD = do_GET  # noqa: N815 - the standard library's name

        def answer(self, status: int, body: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            if status == 401:
                self.send_header("WWW-Authenticate", "Basic realm=index")
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    index.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield index
    server.shutdown()
    thread.join()
    server.server_close()
