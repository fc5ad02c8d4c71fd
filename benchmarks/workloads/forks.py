"""What the machine allows: a forked process per task, bare, and with a durable record.

    python forks.py bare COUNT WIDTH       fork, answer by pipe, wait
    python forks.py durable COUNT WIDTH    the same, with a result file and SQLite (WAL, FULL)

Both keep WIDTH children at once. ``durable`` is the least that a runner can do that survives a
crash: the start of each task and its end are committed, those that came together in one
transaction. It is the yardstick for Headrace's fan-out and chain; nothing of Headrace is imported.
"""

import os
import selectors
import sqlite3
import sys
import tempfile
import time
from pathlib import Path


def work(number):
    """The task: it returns its number."""
    return number


def start(number, folder):
    """Fork a child that does the task; return its pid and the pipe that it answers on."""
    answer, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(answer)
        text = str(work(number)).encode()
        if folder is not None:
            draft = folder / f"{number}.draft"
            draft.write_bytes(text)
            draft.rename(folder / f"{number}.json")
        os.write(write, text)
        os._exit(0)
    os.close(write)
    return pid, answer


def run(count, width, folder, record):
    """Run COUNT tasks, at most WIDTH at once; ``record(started, ended)`` before going on."""
    selector = selectors.DefaultSelector()
    waiting, running = list(range(count))[::-1], {}
    total = 0
    while waiting or running:
        fresh = []
        while waiting and len(running) + len(fresh) < width:
            fresh.append(waiting.pop())
        if fresh:
            record(fresh, [])
        for number in fresh:
            pid, answer = start(number, folder)
            running[answer] = (pid, number)
            selector.register(answer, selectors.EVENT_READ)
        ended = []
        for key, _ in selector.select():
            pid, number = running.pop(key.fd)
            value = int(os.read(key.fd, 64))
            selector.unregister(key.fd)
            os.close(key.fd)
            os.waitpid(pid, 0)
            total += value
            ended.append((number, value))
        record([], ended)
    return total


def main():
    kind, count, width = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    with tempfile.TemporaryDirectory() as root:
        folder, record = None, lambda _started, _ended: None
        if kind == "durable":
            folder = Path(root)
            database = sqlite3.connect(folder / "runs.db", isolation_level=None)
            database.execute("PRAGMA journal_mode=WAL")
            database.execute("PRAGMA synchronous=FULL")
            database.execute("CREATE TABLE task (number INTEGER PRIMARY KEY, state TEXT, value)")

            def record(started, ended):
                database.execute("BEGIN IMMEDIATE")
                rows = [(number, "running", None) for number in started]
                rows += [(number, "succeeded", value) for number, value in ended]
                database.executemany("INSERT OR REPLACE INTO task VALUES (?, ?, ?)", rows)
                database.execute("COMMIT")

        began = time.perf_counter()
        total = run(count, width, folder, record)
        taken = time.perf_counter() - began
        assert total == count * (count - 1) // 2
        print("SECONDS", taken)


if __name__ == "__main__":
    main()
