"""The directory in which warm parents and controllers meet."""

from __future__ import annotations

import socket
import stat

import pytest

from headrace.errors import InfrastructureError
from headrace.launchers.process import warm_client
from headrace.launchers.process.warm_client import runtime_directory, sweep


def test_the_directory_is_closed_to_others(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    if len(str(tmp_path)) < 60:
        assert runtime_directory().parent == tmp_path
    assert stat.S_IMODE(runtime_directory().stat().st_mode) == 0o700


def test_a_base_with_a_long_name_is_passed_over(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / ("x" * 200)))
    assert len(str(runtime_directory())) <= warm_client._MAX_DIRECTORY_BYTES


def test_a_directory_that_others_may_enter_is_refused(tmp_path, monkeypatch):
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    monkeypatch.setattr(warm_client, "_MAX_DIRECTORY_BYTES", 0)
    with pytest.raises(InfrastructureError, match="no directory for sockets"):
        runtime_directory()


def test_sockets_of_the_dead_are_removed_and_those_of_the_living_stay(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # for short names
    with socket.socket(socket.AF_UNIX) as living, socket.socket(socket.AF_UNIX) as dead:
        living.bind("living.sock")
        living.listen(1)
        dead.bind("dead.sock")
        now = (tmp_path / "dead.sock").stat().st_mtime
        sweep(type(tmp_path)("."), now + 10)
        assert (tmp_path / "dead.sock").exists()  # it may be about to listen
        sweep(type(tmp_path)("."), now + 7200)
        assert not (tmp_path / "dead.sock").exists()
        assert (tmp_path / "living.sock").exists()
