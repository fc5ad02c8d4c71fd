"""Importers on a server with users: not of the server's files, nor of its networks."""

from __future__ import annotations

import asyncio

import pytest

from headrace.app.execution import controller
from headrace.app.home import Home
from headrace.app.settings import Config, Imports
from headrace.errors import InvalidRequest


def _artifacts(home, imports):
    """Return the artifact store that a controller of a server works with."""

    async def look():
        async with controller(home, observe=None, notice=print, imports=imports) as own:
            return own._performer._artifacts

    return asyncio.run(look())


@pytest.mark.parametrize(
    "uri",
    [
        "file:///etc/passwd",
        "/etc/passwd",
        "file:///etc/../etc/passwd",
        "{home}/headrace.db",
        "{home}/artifacts/other/model",
        "{data}-2/x",
        "{data}/../secret",
        "{data}/link",
        "http://169.254.169.254/latest/meta-data",
        "http://127.0.0.1:9/x",
        "http://[::ffff:127.0.0.1]:9/x",
        "http://2130706433:9/x",
        "http://me:pw@example.com/x",
    ],
)
def test_what_users_cannot_reach_is_not_imported_for_them(uri, tmp_path) -> None:
    home = Home(tmp_path / "home", Config())
    data = tmp_path / "data"
    for place in (home.path / "artifacts/other/model", data / "x", tmp_path / "data-2/x"):
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text("1")
    (tmp_path / "secret").write_text("1")
    (data / "link").symlink_to(tmp_path / "secret")
    store = _artifacts(home, Imports((data,), private_addresses=False))
    target = f"file://{home.artifacts}/run/import"
    with pytest.raises(InvalidRequest):
        store.import_uri(uri.format(home=home.path, data=data), target)
    assert store.import_uri(str(data / "x"), target).size == 1
