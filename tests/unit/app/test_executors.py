"""Locks that a step's start finds are kept, however many steps of a run start at once."""

from __future__ import annotations

from types import SimpleNamespace

from headrace.app.executors import Executors


def test_a_lock_that_is_kept_while_another_thread_reads_the_journal_stays():
    reading = []

    def journal(_run_id):
        if not reading:
            reading.append(True)
            executors._kept_locks("r")["quick"] = {"python": "3.11"}  # another thread was quicker
        return iter(())

    executors = Executors(SimpleNamespace(store=SimpleNamespace(journal=journal)), print)
    assert executors._kept_locks("r") == {"quick": {"python": "3.11"}}
    assert executors._kept_locks("r") == {"quick": {"python": "3.11"}}
