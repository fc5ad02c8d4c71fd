"""Logs and artifacts are read in pieces, and nothing else of the machine is."""

from __future__ import annotations

import pytest

from headrace.app.home import Home
from headrace.app.served_files import ServedArtifacts, ServedLogs
from headrace.app.settings import Config
from headrace.artifacts import LocalArtifactStore
from headrace.engine.attempts import AttemptId
from headrace.errors import HeadraceError, NotFound
from headrace.launchers.process.directory import AttemptDirectory


@pytest.fixture
def artifacts(tmp_path):
    root = tmp_path / "artifacts"
    (root / "run" / "model").mkdir(parents=True)
    (root / "run" / "table").write_bytes(bytes(range(256)) * 4)
    (root / "run" / "model" / "weights").write_bytes(b"12345")
    (root / "run" / "model" / "more").mkdir()
    (root / "run" / "model" / "more" / "x").write_bytes(b"1")
    (tmp_path / "secret").write_text("secret")
    (root / "run" / "model" / "link").symlink_to(tmp_path / "secret")
    (root / "run" / "away").symlink_to(tmp_path / "secret")
    (root / "run" / "outside").symlink_to(tmp_path)
    return ServedArtifacts(LocalArtifactStore(root), root)


@pytest.fixture
def uri(artifacts):
    return lambda path: f"file://{artifacts.root}/{path}"


@pytest.mark.parametrize(
    ("start", "end", "size"),
    [
        (0, None, 1024),
        (10, None, 1014),
        (10, 20, 10),
        (1020, 5000, 4),
        (2000, None, 0),
        (20, 10, 0),
    ],
)
def test_part_of_a_file_is_read(artifacts, uri, start, end, size):
    data = b"".join(artifacts.open(uri("run/table"), start, end))
    assert data == (bytes(range(256)) * 4)[start:end]
    assert len(data) == size


def test_a_directory_is_listed_without_its_links(artifacts, uri):
    found = artifacts.stat(uri("run/model"))
    assert found.entries == (("weights", 5), ("more/x", 1))
    assert found.size == 6
    assert b"".join(artifacts.open(uri("run/model/more/x"))) == b"1"
    with pytest.raises(HeadraceError, match="directory"):
        artifacts.open(uri("run/model"))


@pytest.mark.parametrize(
    "path",
    [
        "run/away",
        "run/model/link",
        "run/outside/secret",
        "../secret",
        "run/../../secret",
        "run/%2e%2e/%2e%2e/secret",
        "run/none",
        "run/a%00b",
    ],
)
def test_what_is_elsewhere_is_not_read(artifacts, uri, path):
    for read in (artifacts.stat, artifacts.open):
        with pytest.raises(HeadraceError):
            read(uri(path))


@pytest.mark.parametrize(
    "other", ["file:///etc/passwd", "/etc/passwd", "gs://b/x", "http://x/y", ""]
)
def test_other_places_are_not_read(artifacts, other):
    with pytest.raises(HeadraceError):
        artifacts.stat(other)


def test_a_log_is_read_from_an_offset(tmp_path):
    home = Home(tmp_path, Config())
    log = AttemptDirectory(home.runs, AttemptId("r", "loop[0]/fit", 2)).log
    log.parent.mkdir(parents=True)
    log.write_bytes(b"0123456789")
    logs = ServedLogs(home)
    assert logs.size("r", "loop[0]/fit", 2) == 10
    assert logs.read("r", "loop[0]/fit", 2, 3, 4) == b"3456"
    assert logs.read("r", "loop[0]/fit", 2, 20, 4) == b""
    assert logs.size("r", "loop[0]/fit", 1) == 0
    assert logs.read("r", "loop[0]/fit", 1, 0, 4) == b""


@pytest.mark.parametrize("run_id", ["..", ".", "", "../x", "a/b"])
def test_a_run_is_no_path(tmp_path, run_id):
    with pytest.raises(NotFound):
        ServedLogs(Home(tmp_path, Config())).read(run_id, "fit", 1, 0, 4)


@pytest.mark.parametrize("path", ["../../../../etc/passwd", "..", "/etc/passwd", ""])
def test_a_step_is_no_path(tmp_path, path):
    home = Home(tmp_path, Config())
    directory = AttemptDirectory(home.runs, AttemptId("r", path, 1)).path
    assert directory.resolve().is_relative_to(home.runs.resolve() / "r")
    assert directory.resolve() != home.runs.resolve() / "r"
