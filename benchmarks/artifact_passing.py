"""A file through three steps (written, copied by the user's own code, read) against a plain script.

In one run: Headrace, the same writes and reads in a plain script (bare, and with what durability
and a digest of each file cost), and the official local runner. Start-up, which is Headrace's time
for two blocks, is taken off. Each begins when nothing is left to write and free memory has been
free for seconds: a virtual machine gives such memory back, and to take a GB anew costs more than to
write it, so that who comes right after another would have it easier. What is written is what the
kernel counts for the command, the process that its steps are forked from, and the steps. ``--size``
is in MB.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import resource
import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from harness import (
    WORKLOADS,
    Candidate,
    arguments,
    kfp_local,
    measure_in_turns,
    remove,
    report,
    run_pipeline,
)

from headrace.types.digests import digest_path

SOURCE = WORKLOADS / "artifact.py"
BLOCK = 1 << 20
_MEMORY_GOES_BACK_S = 3.0


def main() -> None:
    """Measure and print the table."""
    options = arguments(__doc__, rounds=5, more=_more)
    size = (4 if options.quick else options.size) * BLOCK
    measured = measure_in_turns(
        [
            Candidate("headrace", lambda: _headrace(size)[0]),
            Candidate("script: durable, with digests", lambda: _script(size, durable=True)),
            Candidate("script: bare", lambda: _script(size, durable=False)),
            Candidate("digests alone", lambda: _digests(size)),
            Candidate("digests, as Headrace takes them", lambda: _file_digests(size)),
            Candidate("kfp.local, no venv, no pip", lambda: _kfp(size), 2),
        ],
        2 if options.quick else options.rounds,
    )
    ratio = measured.median("headrace") / measured.median("script: durable, with digests")
    hashing = measured.median("digests alone") / measured.median("digests, as Headrace takes them")
    _, grown, written = _headrace(size)
    kept, wrote = grown / (2 * size), written / (2 * size)
    report(
        f"{size // BLOCK} MB through three steps",
        measured,
        reference="script: durable, with digests",
        targets={
            "at most 1.15 times a script that does the same": (f"{ratio:.2f}", ratio <= 1.15),
            "at most 1.05 times the files' size on disk": (f"{kept:.3f}", kept <= 1.05),
            "at most 1.05 times the files' size written": (f"{wrote:.3f}", wrote <= 1.05),
            "hashing at 50 % of the hash's own speed": (f"{hashing:.0%}", hashing >= 0.5),
        },
        output=options.json,
    )


def _more(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--size", type=int, default=100, help="MB of the file")


def _headrace(size: int) -> tuple[float, int, int]:
    """Return the seconds without start-up, by how much the home grew, and the bytes written."""
    home = Path(tempfile.mkdtemp(prefix="headrace-bench-"))
    try:  # removed at once, unlike other homes: it holds few files, and large ones
        run_pipeline(home, SOURCE, size=BLOCK)
        start_up, _ = run_pipeline(home, SOURCE, size=2 * BLOCK)
        before, written_before = _on_disk(home), _written_by_children()
        _settle_machine()
        sockets = {"XDG_RUNTIME_DIR": str(home)}  # tells the parents of this run from others
        taken, document = run_pipeline(home, SOURCE, sockets, size=size)
        written = _written_by_children() - written_before + _written_by_parents(home)
        grown = _on_disk(home) - before
    finally:
        remove(home)
    if document["outputs"].get("Output") != size:
        message = f"wrong result {document['outputs']}"
        raise RuntimeError(message)
    return taken - start_up, grown, written


def _written_by_children() -> int:
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_oublock * 512


def _written_by_parents(home: Path) -> int:
    """Return the bytes that the parents of a run's steps and these steps have written.

    A parent outlives its command by about two seconds; its socket is in the home.
    """
    written = 0
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if os.fsencode(home) in (entry / "cmdline").read_bytes():
                fields = dict(line.split(": ") for line in (entry / "io").read_text().splitlines())
                written += int(fields["write_bytes"])
    if not written:
        message = "no process is left that says what was written"
        raise RuntimeError(message)
    return written


def _on_disk(folder: Path) -> int:
    return sum(file.lstat().st_blocks * 512 for file in folder.rglob("*") if file.is_file())


def _script(size: int, *, durable: bool) -> float:
    """Write a file, copy it and read the copy; ``durable`` as a runner must: synced, hashed."""
    _settle_machine()
    with tempfile.TemporaryDirectory(prefix="headrace-bench-") as folder:
        first, second = Path(folder) / "first", Path(folder) / "second"
        block = bytes(range(256)) * 4096
        began = time.perf_counter()
        with first.open("wb") as file:
            for _ in range(size // BLOCK):
                file.write(block)
        if durable:
            _settle(first)
        with first.open("rb") as source, second.open("wb") as target:
            while part := source.read(BLOCK):
                target.write(part)
        if durable:
            _settle(second)
        with second.open("rb") as file:
            total = sum(len(part) for part in iter(lambda: file.read(BLOCK), b""))
        taken = time.perf_counter() - began
    if total != size:
        message = f"{total} bytes were read, {size} written"
        raise RuntimeError(message)
    return taken


def _settle_machine() -> None:
    """Have the disk idle, and free memory where a virtual machine leaves it."""
    os.sync()
    time.sleep(_MEMORY_GOES_BACK_S)


def _settle(path: Path) -> None:
    with path.open("rb") as file:
        hashlib.file_digest(file, "sha256")
        os.fsync(file.fileno())


def _digests(size: int) -> float:
    """Return the seconds that hashing both files takes when they are in memory."""
    block = bytes(range(256)) * 4096
    began = time.perf_counter()
    for _ in range(2):
        digest = hashlib.sha256()
        for _ in range(size // BLOCK):
            digest.update(block)
    return time.perf_counter() - began


def _file_digests(size: int) -> float:
    """Return the seconds that the same takes of files that were just written."""
    with tempfile.TemporaryDirectory(prefix="headrace-bench-") as folder:
        path = Path(folder) / "file"
        block = bytes(range(256)) * 4096
        with path.open("wb") as file:
            file.writelines(block for _ in range(size // BLOCK))
        began = time.perf_counter()
        for _ in range(2):
            digest_path(path)
        return time.perf_counter() - began


def _kfp(size: int) -> float:
    try:
        return kfp_local("no-venv", "artifact", size=size)
    finally:
        shutil.rmtree("local_outputs", ignore_errors=True)


if __name__ == "__main__":
    main()
