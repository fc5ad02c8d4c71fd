from __future__ import annotations

import hashlib
import os
import shutil
import socket
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headrace.types.digests import UnsafeTreeError, check_path, digest_path, stat_signature

NAMES = st.text(
    st.characters(blacklist_categories=("Cs",), blacklist_characters="/\0"), min_size=1, max_size=8
).filter(lambda name: name not in {".", ".."})
TREES = st.recursive(
    st.binary(max_size=30), lambda inner: st.dictionaries(NAMES, inner, max_size=4), max_leaves=8
)


def write(path: Path, tree: bytes | dict) -> None:
    if isinstance(tree, bytes):
        path.write_bytes(tree)
        return
    path.mkdir()
    for name, inner in tree.items():
        write(path / name, inner)


def test_a_files_digest_is_the_sha256_of_its_bytes(tmp_path):
    content = os.urandom(3 * (1 << 20) + 17)
    (tmp_path / "x").write_bytes(content)
    expected = "sha256:" + hashlib.sha256(content).hexdigest()
    assert digest_path(tmp_path / "x") == (expected, len(content))


def test_the_definition_of_a_directorys_digest_is_kept(tmp_path):
    root = tmp_path / "tree"
    (root / "b" / "empty").mkdir(parents=True)
    (root / "b" / "x").write_bytes(b"hello")
    (root / "a").symlink_to("b/x")
    hello = hashlib.sha256(b"hello").hexdigest()
    text = f"headrace-tree-1\nlink 3:b/x 1:a\ndir 7:b/empty\nfile 5 {hello} 3:b/x\n"
    assert digest_path(root) == ("sha256:" + hashlib.sha256(text.encode()).hexdigest(), 5)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(one=TREES, other=TREES)
def test_trees_have_the_same_digest_exactly_when_they_are_equal(tmp_path, one, other):
    for name, tree in (("one", one), ("other", other)):
        place = tmp_path / name
        if place.is_dir():
            shutil.rmtree(place)
        else:
            place.unlink(missing_ok=True)
        write(place, tree)
    same = digest_path(tmp_path / "one") == digest_path(tmp_path / "other")
    assert same == (one == other)


def test_the_digest_does_not_depend_on_modes_times_or_place(tmp_path):
    write(tmp_path / "one", {"x": b"1", "d": {"y": b"2"}})
    before = digest_path(tmp_path / "one")
    (tmp_path / "one" / "x").chmod(0o700)
    os.utime(tmp_path / "one" / "x", (1, 1))
    (tmp_path / "one").rename(tmp_path / "two")
    assert digest_path(tmp_path / "two") == before


@pytest.mark.parametrize(
    "target", ["/etc/hosts", "../outside", "missing", "d/../../outside", "loop"]
)
def test_a_link_that_leads_out_or_nowhere_is_refused(tmp_path, target):
    write(tmp_path / "outside", b"secret")
    write(tmp_path / "tree", {"d": {"x": b"1"}})
    (tmp_path / "tree" / "loop").symlink_to(target)
    for look in (digest_path, check_path):
        with pytest.raises(UnsafeTreeError, match="symbolic link"):
            look(tmp_path / "tree")


def test_a_link_that_leaves_and_comes_back_is_refused(tmp_path):
    write(tmp_path / "tree", {"x": b"1"})
    (tmp_path / "tree" / "back").symlink_to("../tree/x")
    with pytest.raises(UnsafeTreeError):
        digest_path(tmp_path / "tree")


def test_what_is_no_file_or_directory_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("pipe")
    (tmp_path / "tree").mkdir()
    os.mkfifo(tmp_path / "tree" / "pipe")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "socket"))
        for name, problem in (
            ("pipe", "a named pipe"),
            ("link", "a symbolic link"),
            ("missing", "nothing at"),
            ("socket", "a socket"),
            ("tree", "a named pipe, which cannot be stored"),
        ):
            for look in (digest_path, check_path):
                with pytest.raises(UnsafeTreeError, match=problem):
                    look(tmp_path / name)


def test_names_that_are_no_utf8_count_as_bytes(tmp_path):
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / os.fsdecode(b"\xff\n")).touch()
    empty = hashlib.sha256(b"").hexdigest().encode()
    text = b"headrace-tree-1\nfile 0 " + empty + b" 2:\xff\n\n"
    assert digest_path(tmp_path / "tree").digest == "sha256:" + hashlib.sha256(text).hexdigest()


def test_the_signature_tells_a_change_that_hides_its_time(tmp_path):
    write(tmp_path / "tree", {"x": b"1"})
    file = tmp_path / "tree" / "x"
    before, times = stat_signature(tmp_path / "tree"), file.stat()
    assert stat_signature(tmp_path / "tree") == before
    file.write_bytes(b"2")
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert stat_signature(tmp_path / "tree") != before


def test_it_runs_on_the_oldest_python_of_a_task(tmp_path):
    import headrace.types.digests as module

    python = next((Path.home() / ".pyenv" / "versions").glob("3.8*/bin/python"), None)
    if python is None:
        pytest.skip("no Python 3.8 here")
    write(tmp_path / "tree", {"x": b"1", "d": {"y": b"2"}})
    (tmp_path / "tree" / "l").symlink_to("d/y")
    code = (
        "import runpy, sys; names = runpy.run_path(sys.argv[1]);"
        "print(names['digest_path'](sys.argv[2]).digest)"
    )
    arguments = [str(python), "-W", "error", "-c", code, module.__file__, str(tmp_path / "tree")]
    answer = subprocess.run(arguments, capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == digest_path(tmp_path / "tree").digest
