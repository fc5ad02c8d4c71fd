"""Which home is used, and what its configuration may say."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from headrace.app.home import Home
from headrace.app.settings import Config, Imports, find_home, imports_of, read_config
from headrace.errors import InfrastructureError, InvalidRequest, NotFound


def test_the_variable_comes_first(tmp_path):
    (tmp_path / ".headrace").mkdir()
    named = tmp_path / "named"
    assert find_home({"HEADRACE_HOME": str(named)}, tmp_path) == named


def test_then_the_nearest_directory_upwards(tmp_path):
    inner = tmp_path / "a" / "b" / "c"
    inner.mkdir(parents=True)
    for place in (tmp_path, tmp_path / "a"):
        (place / ".headrace").mkdir()
    assert find_home({}, inner) == tmp_path / "a" / ".headrace"


def test_a_file_of_that_name_is_no_home(tmp_path):
    (tmp_path / ".headrace").write_text("")
    assert find_home({}, tmp_path) != tmp_path / ".headrace"


def test_then_the_users_data_directory(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert find_home({"HEADRACE_HOME": ""}, tmp_path).name == "headrace"


def test_a_relative_home_is_made_absolute(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert find_home({"HEADRACE_HOME": "here"}) == tmp_path / "here"


def test_without_a_file_all_is_default(tmp_path):
    assert read_config(tmp_path, {}) == Config()


def test_a_home_that_is_a_file_has_no_configuration(tmp_path):
    (tmp_path / "home").write_text("")
    assert read_config(tmp_path / "home", {}) == Config()


def test_what_a_file_says(tmp_path):
    (tmp_path / "config.toml").write_text(
        'packages_as_of = 2023-06-01\nmax_parallel = 3\ngrace_s = 0\n[images]\n"ubuntu:*" = "local"\n'
    )
    config = read_config(tmp_path, {})
    assert (config.packages_as_of, config.max_parallel, config.grace_s) == ("2023-06-01", 3, 0)
    assert config.images == {"ubuntu:*": "local"}


def test_variables_come_before_the_file(tmp_path):
    (tmp_path / "config.toml").write_text('packages_as_of = "now"\npythons = ["/file"]\n')
    pythons = os.pathsep.join(["/a", "/b"])
    variables = {"HEADRACE_PACKAGES_AS_OF": "auto", "HEADRACE_PYTHONS": pythons}
    config = read_config(tmp_path, variables)
    assert (config.packages_as_of, config.pythons) == ("auto", ("/a", "/b"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("max_parallel = ", "cannot read the configuration"),
        ("colour = 1", "setting colour is not known"),
        ("max_parallel = 0", "a whole number from 1"),
        ("max_parallel = true", "a whole number from 1"),
        ("max_parallel = 1.5", "a whole number from 1"),
        ("grace_s = -1", "seconds, 0 or more"),
        ("log_limit_bytes = 0", "bytes"),
        ('packages_as_of = "yesterday"', "'auto', 'now' or a date"),
        ('pythons = "/usr/bin/python"', "a list of paths"),
        ('images = "ubuntu"', "a table of image"),
        ('[images]\nubuntu = "elsewhere"', "a table of image"),
    ],
)
def test_what_a_file_may_not_say(text, said, tmp_path):
    (tmp_path / "config.toml").write_text(text)
    with pytest.raises(InvalidRequest, match=said) as raised:
        read_config(tmp_path, {})
    assert raised.value.where[0].file == str(tmp_path / "config.toml")


def test_asking_a_home_that_is_not_there_makes_nothing(tmp_path):
    home = Home(tmp_path / "home", Config())
    assert not home.exists
    with pytest.raises(NotFound, match="nothing was ever run"):
        home.run("r1")
    assert list(tmp_path.iterdir()) == []


def test_a_store_is_made_in_a_directory_of_the_user_alone(tmp_path):
    home = Home(tmp_path / "home", Config())
    home.check_writable()
    assert list(tmp_path.iterdir()) == []
    home.store.close()
    assert home.exists
    assert home.path.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("inside", ["", "deeper"])
def test_a_home_in_the_place_of_a_file_is_refused(inside, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InfrastructureError, match="cannot be written"):
        Home(tmp_path / "file" / inside, Config()).check_writable()


def test_imports_of_a_server_with_users_are_limited(tmp_path):
    assert imports_of(read_config(tmp_path, {})) == Imports((), False)
    (tmp_path / "config.toml").write_text(
        '[server]\nimport_from = ["/data"]\nprivate_urls = true\n', "utf-8"
    )
    assert imports_of(read_config(tmp_path, {})) == Imports((Path("/data"),), True)
    (tmp_path / "config.toml").write_text('[server]\nimport_from = "/data"\n', "utf-8")
    with pytest.raises(InvalidRequest, match="import_from"):
        read_config(tmp_path, {})
