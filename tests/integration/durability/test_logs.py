"""A controller that is killed while a step writes its log without pause: nothing of it is lost."""

from __future__ import annotations

import hashlib

import pytest

from ..cli.conftest import IMAGE  # noqa: TID252 - as its fixtures

BLOCK = bytes(range(256)) * 4096
LEAST = 40 * len(BLOCK)
LIMIT = 1_000_000
TORRENT = f"""
from kfp import dsl


@dsl.component(base_image="{IMAGE}")
def torrent(gate: str) -> int:
    import os
    import time

    block = bytes(range(256)) * 4096
    blocks = 0
    while not os.path.exists(gate) and blocks < 4000:
        assert os.write(1, block) == len(block)
        blocks += 1
        time.sleep(0.005)
    return blocks


@dsl.pipeline(name="torrent")
def pours(gate: str) -> int:
    return torrent(gate=gate).output
"""


def started(desk):
    """Start the run and return it, its process and its log, which grows."""
    desk.write("torrent.py", TORRENT)
    process = desk.start("run", "torrent.py", "-p", f"gate={desk.gate}", "--json")
    logs = desk.home / "runs"
    desk.until(lambda: any(logs.glob("*/*/log")) or process.poll() is not None)
    (log,) = logs.glob("*/*/log")
    return process, log


def resumed(desk, process):
    """Kill the controller and let another take over."""
    process.kill()
    process.wait()
    return desk.start("resume", desk.only_run, "--json")


def test_a_log_is_complete_although_the_controller_was_killed_while_it_was_written(desk):
    process, log = started(desk)
    desk.until(lambda: log.stat().st_size > LEAST)
    successor = resumed(desk, process)
    killed_at = log.stat().st_size
    desk.until(lambda: log.stat().st_size > killed_at + 2 * LEAST)
    desk.gate.touch()
    ended = desk.end(successor)
    assert (ended.status, ended.json["state"]) == (0, "SUCCEEDED"), ended.stderr
    (step,) = ended.json["tasks"]
    assert step["attempts"] == 1
    blocks = ended.json["outputs"]["Output"]
    assert log.stat().st_size == blocks * len(BLOCK) > 3 * LEAST
    expected = hashlib.sha256()
    for _ in range(blocks):
        expected.update(BLOCK)
    with log.open("rb") as file:
        assert hashlib.file_digest(file, "sha256").digest() == expected.digest()


@pytest.mark.parametrize("kills", [1, 2])
def test_a_log_keeps_its_limit_although_the_controller_was_killed_while_it_was_written(desk, kills):
    desk.home.mkdir()
    desk.write("home/config.toml", f"log_limit_bytes = {LIMIT}\n")
    process, log = started(desk)
    for _ in range(kills):
        desk.until(lambda: log.stat().st_size >= LIMIT)
        process = resumed(desk, process)
    desk.gate.touch()
    ended = desk.end(process)
    assert (ended.status, ended.json["state"]) == (0, "SUCCEEDED"), ended.stderr
    content = log.read_bytes()
    assert content[:LIMIT] == BLOCK[:LIMIT]
    notice, end = content[LIMIT:].split(b"bytes are left out here\n")
    assert f"over its limit of {LIMIT} bytes".encode() in notice
    assert end == BLOCK[-len(end) :]
    assert len(content) < LIMIT + 70_000
