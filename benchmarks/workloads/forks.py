"""What the machine allows: a forked process per task, bare, and with a durable record.

    python forks.py bare COUNT WIDTH FOLDER       fork, answer by pipe, wait
    python forks.py durable COUNT WIDTH FOLDER    the same, with result file and SQLite (WAL, FULL)
    python forks.py prototype COUNT WIDTH FOLDER  the same, with a warm parent beside the controller

FOLDER is where the records go; the caller removes it. All keep WIDTH children at once. ``durable``
and ``prototype`` commit the start of each task before it starts and its end before anything follows
from it; what comes together is one transaction. ``durable`` forks from the process that also
commits, and so waits for the disk instead of forking. ``prototype`` is the least that a runner can
be whose tasks outlive it: a controller with the database, and a warm parent that forks, reads the
answers and reaps. Nothing of Headrace is imported.
"""

import json
import os
import selectors
import socket
import sqlite3
import sys
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


class Children:
    """The children of this process, and the pipes that they answer on."""

    def __init__(self, folder):
        self.selector = selectors.DefaultSelector()
        self._folder = folder
        self._running = {}

    def __len__(self):
        return len(self._running)

    def start(self, number):
        pid, answer = start(number, self._folder)
        self._running[answer] = (pid, number)
        self.selector.register(answer, selectors.EVENT_READ)

    def ended(self, answer):
        """Return number and value of the child that has answered."""
        pid, number = self._running.pop(answer)
        value = int(os.read(answer, 64))
        self.selector.unregister(answer)
        os.close(answer)
        os.waitpid(pid, 0)
        return number, value


class Database:
    """One row for each task, in SQLite with a write-ahead log that is synced at each commit."""

    def __init__(self, folder):
        self._connection = sqlite3.connect(folder / "runs.db", isolation_level=None)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=FULL")
        self._connection.execute("CREATE TABLE task (number INTEGER PRIMARY KEY, state, value)")

    def record(self, started, ended):
        self._connection.execute("BEGIN IMMEDIATE")
        rows = [(number, "running", None) for number in started]
        rows += [(number, "succeeded", value) for number, value in ended]
        self._connection.executemany("INSERT OR REPLACE INTO task VALUES (?, ?, ?)", rows)
        self._connection.execute("COMMIT")


def run_here(count, width, folder, record):
    """Run COUNT tasks from this process; ``record(started, ended)`` before going on."""
    children = Children(folder)
    waiting = list(range(count))[::-1]
    total = 0
    while waiting or children:
        fresh = []
        while waiting and len(children) + len(fresh) < width:
            fresh.append(waiting.pop())
        if fresh:
            record(fresh, [])
        for number in fresh:
            children.start(number)
        ended = [children.ended(key.fd) for key, _ in children.selector.select()]
        total += sum(value for _, value in ended)
        record([], ended)
    return total


def run_with_parent(count, width, folder, record):
    """Run COUNT tasks from a warm parent, which this process tells what to start."""
    channel, other = socket.socketpair()
    if os.fork() == 0:
        channel.close()
        serve(other, folder)
        os._exit(0)
    other.close()
    waiting = list(range(count))[::-1]
    running = total = 0
    rest, ended = b"", []
    while waiting or running:
        fresh = []
        while waiting and running + len(fresh) < width:
            fresh.append(waiting.pop())
        record(fresh, ended)
        running += len(fresh)
        channel.sendall(b"".join(json.dumps({"start": n}).encode() + b"\n" for n in fresh))
        *lines, rest = (rest + channel.recv(65536)).split(b"\n")
        ended = [tuple(json.loads(line)["ended"]) for line in lines]
        running -= len(ended)
        total += sum(value for _, value in ended)
    record([], ended)
    channel.close()
    os.wait()
    return total


def serve(channel, folder):
    """Fork what is asked for and tell what was answered, until the controller leaves."""
    children = Children(folder)
    children.selector.register(channel, selectors.EVENT_READ)
    rest = b""
    while True:
        for key, _ in children.selector.select():
            if key.fileobj is not channel:
                ended = children.ended(key.fd)
                channel.sendall(json.dumps({"ended": ended}).encode() + b"\n")
                continue
            data = channel.recv(65536)
            if not data:
                return
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                children.start(json.loads(line)["start"])


def main():
    """Run what the command line says and print the seconds."""
    kind, count, width = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    folder, record = None, lambda _started, _ended: None
    if kind != "bare":
        folder = Path(sys.argv[4])
        record = Database(folder).record
    run = run_with_parent if kind == "prototype" else run_here
    began = time.perf_counter()
    total = run(count, width, folder, record)
    taken = time.perf_counter() - began
    assert total == count * (count - 1) // 2
    print("SECONDS", taken)


if __name__ == "__main__":
    main()
