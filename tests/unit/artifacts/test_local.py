"""What only the directory on this machine does."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from headrace.artifacts import LocalArtifactStore, notes, trees
from headrace.errors import InfrastructureError, InvalidRequest
from headrace.types.digests import digest_path


@pytest.fixture
def store(tmp_path):
    return LocalArtifactStore(tmp_path / "artifacts")


def uri(store, name="x"):
    return f"file://{store.root}/{name}"


def old(path: Path) -> Path:
    """Make the file look as if nobody had written to it for long; ctime follows the clock."""
    os.utime(path, (1, 1))
    return path


@pytest.fixture
def reads(monkeypatch):
    """The paths that were read in full."""
    seen = []

    def counted(path):
        seen.append(path)
        return digest_path(path)

    monkeypatch.setattr("headrace.artifacts.local.digest_path", counted)
    return seen


def large(path):
    path.write_bytes(os.urandom(notes._SMALLEST_BYTES))
    return path


def test_publishing_is_a_rename_not_a_copy(store, tmp_path):
    (tmp_path / "made").write_bytes(b"1")
    inode = (tmp_path / "made").stat().st_ino
    store.publish(tmp_path / "made", uri(store))
    assert (store.root / "x").stat().st_ino == inode


def test_what_is_published_cannot_be_written(store, tmp_path):
    (tmp_path / "made" / "d").mkdir(parents=True)
    (tmp_path / "made" / "d" / "f").write_bytes(b"1")
    (tmp_path / "made" / "run.sh").touch(mode=0o755)
    store.publish(tmp_path / "made", uri(store))
    modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in (store.root / "x").rglob("*")}
    assert {mode & 0o222 for mode in modes.values()} == {0}
    assert modes["run.sh"] & 0o100
    store.delete(uri(store))
    assert not (store.root / "x").exists()


def test_the_mode_of_a_file_with_another_name_is_left_alone(store, tmp_path):
    (tmp_path / "mine").write_bytes(b"1")
    (tmp_path / "mine").chmod(0o644)
    os.link(tmp_path / "mine", tmp_path / "made")
    store.publish(tmp_path / "made", uri(store))
    assert stat.S_IMODE((tmp_path / "mine").stat().st_mode) == 0o644


def test_what_was_written_in_place_is_sealed(store):
    (store.root / "fit").mkdir(parents=True)
    (store.root / "fit" / "x").write_bytes(b"1")
    store.publish(store.root / "fit" / "x", uri(store, "fit/x"))
    assert stat.S_IMODE((store.root / "fit" / "x").stat().st_mode) & 0o222 == 0


@pytest.mark.parametrize("kind", ["file", "directory"])
def test_from_another_disk_it_is_copied_whole(store, tmp_path, monkeypatch, kind):
    made = tmp_path / "made"
    if kind == "file":
        made.write_bytes(b"123")
    else:
        (made / "d").mkdir(parents=True)
        (made / "d" / "f").write_bytes(b"123")
        (made / "link").symlink_to("d/f")
    expected = digest_path(made)
    replace = Path.replace

    def other_disk(self, target):
        if self == made:
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", other_disk)
    store.publish(made, uri(store))
    assert store.digest(uri(store)) == expected
    assert not made.exists()
    assert [entry.name for entry in store.root.iterdir()] == ["x"]


def test_a_planted_link_on_the_way_does_not_lead_out(store, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "x").write_bytes(b"secret")
    store.root.mkdir()
    (store.root / "link").symlink_to(outside)
    for act in (store.delete, store.seal, lambda u: store.publish(tmp_path / "no", u)):
        with pytest.raises(InvalidRequest, match="symbolic link"):
            act(uri(store, "link/x"))
    store.delete(uri(store, "link"))
    assert (outside / "x").read_bytes() == b"secret"


def test_a_sweep_does_not_follow_links(store, tmp_path):
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "x").write_bytes(b"secret")
    store.root.mkdir()
    (store.root / "link").symlink_to(tmp_path / "outside")
    assert len(store.sweep([], older_than=2e10).uris) == 1
    assert (tmp_path / "outside" / "x").exists()


def test_the_root_itself_cannot_be_deleted(store):
    store.root.mkdir()
    for same in (f"file://{store.root}", f"file://{store.root}/", f"file://{store.root}/."):
        with pytest.raises(InvalidRequest):
            store.delete(same)


# ---------------------------------------------------------------------------- notes


def test_a_large_artifact_that_nobody_touched_is_read_once(store, tmp_path, reads, monkeypatch):
    monkeypatch.setattr(notes, "_TICK_NS", -(10**18))
    store.publish(large(tmp_path / "made"), uri(store))
    found = digest_path(store.root / "x")
    for _ in range(3):
        assert store.damage(uri(store), *found) is None
    assert len(reads) == 1
    assert LocalArtifactStore(store.root).damage(uri(store), *found) is None
    assert len(reads) == 1
    assert store.damage(uri(store), *found, full=True) is None
    assert len(reads) == 2


def test_a_note_does_not_hide_a_change_that_keeps_size_and_time(store, tmp_path, monkeypatch):
    monkeypatch.setattr(notes, "_TICK_NS", -(10**18))
    store.publish(large(tmp_path / "made"), uri(store))
    found = digest_path(store.root / "x")
    assert store.damage(uri(store), *found) is None
    path = store.root / "x"
    before = path.stat()
    path.chmod(0o600)
    content = bytearray(path.read_bytes())
    content[1000] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert store.damage(uri(store), *found) == "was changed: its content is another"


def test_what_was_just_written_is_not_noted(store, tmp_path, reads):
    store.publish(large(tmp_path / "made"), uri(store))
    found = digest_path(store.root / "x")
    for _ in range(2):
        store.damage(uri(store), *found)
    assert len(reads) == 2


def test_a_note_of_another_digest_does_not_count(store, tmp_path, monkeypatch):
    monkeypatch.setattr(notes, "_TICK_NS", -(10**18))
    store.publish(large(tmp_path / "made"), uri(store))
    found = digest_path(store.root / "x")
    assert store.damage(uri(store), *found) is None
    assert store.damage(uri(store), "sha256:00", found.size) is not None


def test_small_artifacts_leave_no_note_and_a_sweep_takes_stale_ones(store, tmp_path, monkeypatch):
    monkeypatch.setattr(notes, "_TICK_NS", -(10**18))
    store.publish(large(tmp_path / "made"), uri(store))
    (tmp_path / "made").write_bytes(b"1")
    store.publish(tmp_path / "made", uri(store, "small"))
    for name in ("x", "small"):
        store.damage(uri(store, name), *store.digest(uri(store, name)))
    assert len(list((store.root / ".verified").iterdir())) == 1
    store.sweep([uri(store)], older_than=2e10)
    assert len(list((store.root / ".verified").iterdir())) == 1
    store.delete(uri(store))
    store.sweep([], older_than=2e10)
    assert list((store.root / ".verified").iterdir()) == []


# ---------------------------------------------------------------------------- imports


def test_paths_are_referred_to_in_place(store, tmp_path, monkeypatch):
    (tmp_path / "a b.csv").write_bytes(b"1")
    monkeypatch.chdir(tmp_path)
    given = [f"file://{tmp_path}/a%20b.csv", f"{tmp_path}/a b.csv", "a b.csv", "./a b.csv"]
    found = [store.import_uri(each, uri(store)) for each in given]
    assert [each.uri for each in found] == [*given[:2], given[1], given[1]]
    assert {each.digest for each in found} == {digest_path(tmp_path / "a b.csv").digest}
    assert not store.root.exists()


@pytest.mark.parametrize("scheme", ["gs", "s3", "minio", "oci"])
def test_an_object_store_that_is_not_set_up_is_named(store, scheme):
    with pytest.raises(InvalidRequest, match=f"no object store is set up for {scheme}:"):
        store.import_uri(f"{scheme}://bucket/x", uri(store))


@pytest.mark.parametrize("foreign", ["ftp://host/x", "data:text/plain,x", "javascript:x", "jar:x"])
def test_other_kinds_of_uris_are_refused(store, foreign):
    with pytest.raises(InvalidRequest, match="not on this machine"):
        store.import_uri(foreign, uri(store))


def test_a_server_reads_only_below_the_directories_it_allows(tmp_path):
    allowed = tmp_path / "data"
    allowed.mkdir()
    (allowed / "x").write_bytes(b"1")
    (tmp_path / "secret").write_bytes(b"1")
    (tmp_path / "data-2").write_bytes(b"1")
    (allowed / "link").symlink_to(tmp_path / "secret")
    store = LocalArtifactStore(tmp_path / "artifacts", readable=[allowed])
    assert store.import_uri(str(allowed / "x"), uri(store)).size == 1
    for outside in ("secret", "data-2", "data/link"):
        with pytest.raises(InvalidRequest, match="may not be imported"):
            store.import_uri(str(tmp_path / outside), uri(store))


# ---------------------------------------------------------------------------- trouble


def test_a_full_disk_is_said_and_may_be_tried_again(store, tmp_path, monkeypatch):
    (tmp_path / "made").write_bytes(b"1")

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("headrace.artifacts.local.move", full)
    with pytest.raises(InfrastructureError, match="No space left") as caught:
        store.publish(tmp_path / "made", uri(store))
    assert caught.value.retryable
    assert (tmp_path / "made").exists()


def test_what_cannot_be_read_is_damage_not_a_crash(store, tmp_path, monkeypatch):
    (tmp_path / "made").write_bytes(b"1")
    store.publish(tmp_path / "made", uri(store))

    def denied(_):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("headrace.artifacts.local.digest_path", denied)
    found = store.damage(uri(store), "sha256:00", 1)
    assert found == "cannot be read: Permission denied"


def test_a_note_that_cannot_be_written_is_done_without(store, tmp_path, monkeypatch):
    monkeypatch.setattr(notes, "_TICK_NS", -(10**18))
    store.publish(large(tmp_path / "made"), uri(store))
    (store.root / ".verified").write_bytes(b"in the way")
    assert store.damage(uri(store), *digest_path(store.root / "x")) is None


def test_sizes_count_files_only_and_never_follow_links(tmp_path):
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "f").write_bytes(b"12")
    (tmp_path / "d" / "up").symlink_to("..")
    assert trees.size_of(tmp_path) == 2
    assert trees.size_of(tmp_path / "missing") == 0
