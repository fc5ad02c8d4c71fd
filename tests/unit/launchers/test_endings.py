"""How an attempt ended, from its exit record and its result."""

from __future__ import annotations

import json
import signal

import pytest

from headrace.launchers.endings import Ending, ended, read_ending

GIB = 1 << 30
GOOD = json.dumps(
    {"parameters": {"Output": 1}, "usage": {"wall_s": 1, "cpu_s": 1, "max_rss_bytes": 9}}
).encode()
BAD = json.dumps({"error": {"kind": "user", "message": "no", "type": "ValueError"}}).encode()
CANCELED = json.dumps({"error": {"kind": "canceled", "message": "stopped by SIGTERM"}}).encode()


@pytest.mark.parametrize(
    ("ending", "result", "kind"),
    [
        (Ending(exit_code=0), GOOD, None),
        (None, GOOD, None),
        (Ending(signal=9, reason="stop"), GOOD, None),
        (Ending(signal=9, reason="deadline"), GOOD, None),
        (Ending(exit_code=1), BAD, "user"),
        (None, BAD, "user"),
        (Ending(exit_code=143, reason="stop"), CANCELED, "canceled"),
        (Ending(exit_code=143, reason="deadline"), CANCELED, "deadline"),
        (Ending(exit_code=1, reason="deadline"), BAD, "deadline"),
        (Ending(signal=9, reason="stop"), None, "canceled"),
        (Ending(signal=9, reason="memory", memory_bytes=GIB), None, "oom"),
        (Ending(signal=9, kernel_out_of_memory=True), None, "oom"),
        (Ending(signal=9, memory_bytes=GIB, max_rss_bytes=GIB - 1), None, "oom"),
        (Ending(signal=9, memory_bytes=GIB, max_rss_bytes=GIB // 2), None, "infrastructure"),
        (Ending(signal=9, memory_bytes=GIB, max_rss_bytes=GIB, peak_bytes=99), None, "oom"),
        (Ending(signal=9), None, "infrastructure"),
        (Ending(signal=11), None, "user"),
        (Ending(exit_code=0), None, "user"),
        (Ending(exit_code=3), None, "user"),
        (Ending(exit_code=113), None, "infrastructure"),
        (Ending(reason="stalled"), None, "infrastructure"),
        (Ending(reason="no_process", message="EAGAIN"), None, "infrastructure"),
        (None, None, "infrastructure"),
        (Ending(exit_code=0), b"{", "user"),
        (Ending(exit_code=0), b"\xff", "user"),
        (Ending(exit_code=0), b'{"parameters": 1}', "user"),
    ],
)
def test_an_attempt_ends_as_its_traces_say(ending, result, kind):
    error = ended(ending, result).error
    assert (error.kind if error else None) == kind


@pytest.mark.parametrize(
    ("ending", "message"),
    [
        (Ending(signal=9, reason="memory", memory_bytes=2 * GIB, peak_bytes=int(1.9 * GIB)), "killed at 1.9 GiB of 2 GiB"),
        (Ending(signal=9, kernel_out_of_memory=True, max_rss_bytes=3 * GIB), "killed for lack of memory at 3 GiB"),
        (Ending(signal=signal.SIGTERM), "the process was ended by SIGTERM"),
        (Ending(signal=63), "the process was ended by signal 63"),
        (Ending(exit_code=3), "the process ended with exit status 3 and without a result"),
        (Ending(reason="deadline", wall_s=61.04), "its deadline passed after 61.0 s"),
        (Ending(reason="no_process", message="EAGAIN"), "no process could be started: EAGAIN"),
    ],
)  # fmt: skip
def test_the_message_says_what_happened(ending, message):
    assert ended(ending, None).error.message == message


def test_a_signal_has_the_exit_status_of_a_shell():
    assert ended(Ending(signal=11), None).error.exit_code == 139


def test_usage_is_that_of_the_exit_record_else_of_the_result():
    assert (
        ended(
            Ending(exit_code=0, wall_s=2.0, max_rss_bytes=5, peak_bytes=7), GOOD
        ).usage.max_rss_bytes
        == 7
    )
    assert ended(None, GOOD).usage.max_rss_bytes == 9


def test_a_torn_exit_record_is_none():
    assert read_ending(b'{"exit_code": 1') is None
    assert read_ending(b'{"exit_code": 1, "later": true}') == Ending(exit_code=1)
