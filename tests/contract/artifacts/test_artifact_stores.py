"""What every artifact store promises."""

from __future__ import annotations

import pytest

from headrace.errors import InvalidRequest, NotFound
from headrace.types.digests import digest_path


def write(path, tree):
    if isinstance(tree, bytes):
        path.write_bytes(tree)
    else:
        path.mkdir()
        for name, inner in tree.items():
            write(path / name, inner)
    return path


TREES = {
    "a file": b"hello",
    "an empty file": b"",
    "a directory": {"a": b"1", "b": {"c": b"22", "empty": {}}},
    "an empty directory": {},
    "odd names": {"ü n": b"1", "%2e%2e": b"2", "new\nline": b"3"},
}


@pytest.fixture(params=list(TREES))
def made(request, tmp_path):
    return write(tmp_path / "made", TREES[request.param])


def test_what_is_published_comes_back_the_same(back_end, made, tmp_path):
    uri = f"{back_end.root}/fit/1/model"
    expected = digest_path(made)
    back_end.store.publish(made, uri)
    assert not made.exists()
    assert back_end.store.digest(uri) == expected
    assert digest_path(back_end.store.fetch(uri, tmp_path / "copy")) == expected
    assert back_end.store.damage(uri, *expected) is None
    assert back_end.store.usage(uri) == back_end.store.usage() == expected.size


def test_publishing_again_does_nothing(back_end, made):
    uri = f"{back_end.root}/x"
    expected = digest_path(made)
    back_end.store.publish(made, uri)
    back_end.store.publish(made, uri)
    assert back_end.store.digest(uri) == expected


@pytest.mark.parametrize("left_over", [b"half", {"half": b"1"}], ids=["file", "directory"])
def test_what_was_left_half_way_is_replaced(back_end, made, tmp_path, left_over):
    uri = f"{back_end.root}/x"
    back_end.store.publish(write(tmp_path / "half", left_over), uri)
    expected = digest_path(made)
    back_end.store.publish(made, uri)
    assert back_end.store.digest(uri) == expected


def test_publishing_nothing_is_an_error(back_end, tmp_path):
    with pytest.raises(NotFound, match="nothing at"):
        back_end.store.publish(tmp_path / "missing", f"{back_end.root}/x")


def test_a_link_that_leads_out_is_not_published(back_end, tmp_path):
    write(tmp_path / "tree", {"a": b"1"})
    (tmp_path / "tree" / "link").symlink_to("/etc/hosts")
    with pytest.raises(InvalidRequest, match="symbolic link"):
        back_end.store.publish(tmp_path / "tree", f"{back_end.root}/x")
    assert back_end.store.damage(f"{back_end.root}/x", None, None) == "is gone"


def test_damage_is_told_apart(back_end, tmp_path):
    uri = f"{back_end.root}/x"
    back_end.store.publish(write(tmp_path / "x", b"hello"), uri)
    found = back_end.store.digest(uri)
    assert back_end.store.damage(uri, *found) is None
    assert back_end.store.damage(uri, found.digest, None) is None
    back_end.tamper(uri, b"jello")
    assert back_end.store.damage(uri, *found) == "was changed: its content is another"
    assert back_end.store.damage(uri, None, None) is None
    back_end.tamper(uri, b"hello!")
    assert back_end.store.damage(uri, *found) == "was changed: it has 6 bytes, not 5"
    back_end.store.delete(uri)
    assert back_end.store.damage(uri, *found) == "is gone"
    assert back_end.store.damage(uri, None, None) == "is gone"


def test_a_file_of_this_machine_is_imported(back_end, tmp_path):
    path = write(tmp_path / "data", {"x": b"1"})
    imported = back_end.store.import_uri(f"file://{path}", f"{back_end.root}/i/artifact")
    assert (imported.digest, imported.size) == digest_path(path)
    assert back_end.store.damage(imported.uri, imported.digest, imported.size) is None
    assert path.exists()


@pytest.mark.parametrize("uri", ["file:///no/such/file", "/no/such/file"])
def test_importing_nothing_is_an_error(back_end, uri):
    with pytest.raises(NotFound, match="no/such/file"):
        back_end.store.import_uri(uri, f"{back_end.root}/i/artifact")


def test_deleting_takes_what_is_below_and_is_repeatable(back_end, tmp_path):
    for name in ("a/1/x", "a/1/y", "ab/x"):
        back_end.store.publish(write(tmp_path / "x", b"1"), f"{back_end.root}/{name}")
    for _ in range(2):
        back_end.store.delete(f"{back_end.root}/a")
    assert back_end.store.usage() == 1
    assert back_end.store.damage(f"{back_end.root}/ab/x", None, None) is None


def test_a_sweep_keeps_what_is_referred_to(back_end, tmp_path):
    for name in ("fit/1/model", "fit/1/log", "fit/2/model", "live/1/half", "old/1/x", "fit/10/y"):
        back_end.store.publish(write(tmp_path / "x", b"12"), f"{back_end.root}/{name}")
    keep = [f"{back_end.root}/{name}" for name in ("fit/1/model", "live/1", "no/such", "fit/1")]
    assert back_end.store.sweep(keep, older_than=-1.0).uris == ()
    swept = back_end.store.sweep(keep, older_than=back_end.let_time_pass())
    assert swept.size == 6
    assert back_end.store.usage() == 6
    for name in ("fit/1/model", "fit/1/log", "live/1/half"):
        assert back_end.store.damage(f"{back_end.root}/{name}", None, None) is None
    for name in ("fit/2/model", "old/1/x", "fit/10/y"):
        assert back_end.store.damage(f"{back_end.root}/{name}", None, None) == "is gone"


HOSTILE = [
    "{root}/../outside",
    "{root}/a/../../outside",
    "{root}/%2e%2e/outside",
    "{root}/a%2f..%2f..%2foutside",
    "{root}/%252e%252e/outside",
    "{root}/%25252e%25252e/outside",
    "{root}/a\\..\\outside",
    "{root}/a%5c..%5coutside",
    "{root}/a%00b",
    "{root}/a\0b",
    "{root}/a\nb",
    "{root}x/a",
    "/etc/passwd",
    "~/x",
    "../x",
    "",
    "C:\\x",
    "http://host/x",
    "file://host/x",
]


@pytest.mark.parametrize("uri", HOSTILE)
@pytest.mark.parametrize("method", ["publish", "delete", "seal", "usage"])
def test_a_uri_that_leads_out_is_refused(back_end, tmp_path, uri, method):
    if uri == "{root}x/a" and back_end.root.startswith("memory"):
        pytest.skip("all of memory is one store")
    outside = write(tmp_path / "outside", b"secret")
    uri = uri.format(root=back_end.root)
    arguments = (write(tmp_path / "made", b"1"), uri) if method == "publish" else (uri,)
    with pytest.raises(InvalidRequest):
        getattr(back_end.store, method)(*arguments)
    assert outside.read_bytes() == b"secret"
    assert back_end.store.usage() == 0
