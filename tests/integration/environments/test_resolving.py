"""Requests resolved by the real uv, against folders and an index on loopback."""

from __future__ import annotations

import json
import sys
import time
from datetime import date
from pathlib import Path

import pytest

from headrace.environments import EnvironmentRequest, Lock, build, cutoff, resolution, resolve
from headrace.errors import EnvironmentUnresolvable, InfrastructureError

from .conftest import Index, write_wheel


def versions(lock: Lock) -> dict[str, str]:
    return {package.name: package.version for package in lock.packages}


@pytest.mark.usefixtures("no_index")
def test_a_folder_of_wheels_serves_as_index_and_dependencies_are_locked(tmp_path, links):
    write_wheel(links, "alpha", "1.0", requires=["beta>=1"])
    write_wheel(links, "beta", "1.0")
    write_wheel(links, "beta", "2.0")
    lock = resolve(EnvironmentRequest(("alpha",), find_links=(str(links),)), tmp_path / "locks")
    assert versions(lock) == {"alpha": "1.0", "beta": "2.0"}
    assert all(package.hashes for package in lock.packages)
    assert lock.notices == ()


@pytest.mark.usefixtures("no_index")
def test_the_second_time_no_process_is_started(tmp_path, links, monkeypatch):
    write_wheel(links, "alpha", "1.0")
    request = EnvironmentRequest(("alpha",), find_links=(str(links),))
    first = resolve(request, tmp_path / "locks")

    def refuse(*_args, **_kwargs):
        raise AssertionError("uv was started")

    monkeypatch.setattr(resolution, "run_uv", refuse)
    started = time.perf_counter()
    assert resolve(request, tmp_path / "locks") == first
    assert time.perf_counter() - started < 0.05  # the aim is 5 ms; the machine may be busy


@pytest.mark.usefixtures("no_index")
@pytest.mark.parametrize("damage", ["", "{", "[]", "{}", '{"lock": {}}', '{"lock": []}', "\\x00"])
def test_a_damaged_answer_is_found_anew(tmp_path, links, damage):
    write_wheel(links, "alpha", "1.0")
    request = EnvironmentRequest(("alpha",), find_links=(str(links),))
    lock = resolve(request, tmp_path / "locks")
    (answer,) = (p for p in (tmp_path / "locks").glob("*.json") if p.name != "interpreters.json")
    answer.write_text(damage)
    assert resolve(request, tmp_path / "locks") == lock


@pytest.mark.usefixtures("no_index")
def test_refreshing_sees_what_was_published_meanwhile(tmp_path, links):
    write_wheel(links, "alpha", "1.0")
    request = EnvironmentRequest(("alpha",), find_links=(str(links),))
    resolve(request, tmp_path / "locks")
    write_wheel(links, "alpha", "1.1")
    assert versions(resolve(request, tmp_path / "locks")) == {"alpha": "1.0"}
    assert versions(resolve(request, tmp_path / "locks", refresh=True)) == {"alpha": "1.1"}


def test_a_pin_is_resolved_as_of_its_own_time(tmp_path, index: Index):
    index.add("frames", "1.5", "2023-01-19T00:00:00Z", requires=["arrays>=1"])
    index.add("arrays", "1.24", "2022-12-18T00:00:00Z")
    index.add("arrays", "2.0", "2024-06-16T00:00:00Z")
    request = EnvironmentRequest(("frames==1.5",), index_urls=(index.url,))
    lock = resolve(request, tmp_path / "locks")
    assert versions(lock) == {"frames": "1.5", "arrays": "1.24"}
    assert lock.cutoff == "2023-02-18T00:00:00Z"
    assert "frames==1.5" in lock.cutoff_reason
    (notice,) = lock.notices
    assert notice.startswith("packages are resolved as of 2023-02-18: frames==1.5, the newest")
    assert notice.endswith("is of 2023-01-19")


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [("now", "2.0"), (date(2022, 12, 31), "1.24")],
    ids=["as of now", "as of a date"],
)
def test_the_setting_overrides_the_pins(tmp_path, index: Index, as_of, expected):
    index.add("arrays", "1.24", "2022-12-18T00:00:00Z")
    index.add("arrays", "2.0", "2024-06-16T00:00:00Z")
    request = EnvironmentRequest(("arrays",), index_urls=(index.url,), as_of=as_of)
    assert versions(resolve(request, tmp_path / "locks")) == {"arrays": expected}


def test_an_unpinned_package_that_is_younger_than_the_pin_is_still_found(tmp_path, index: Index):
    index.add("frames", "1.5", "2023-01-19T00:00:00Z", requires=["arrays>=1"])
    index.add("arrays", "1.24", "2022-12-18T00:00:00Z")
    index.add("arrays", "2.0", "2024-06-16T00:00:00Z")
    index.add("young", "0.1", "2024-01-01T00:00:00Z")
    request = EnvironmentRequest(("frames==1.5", "young"), index_urls=(index.url,))
    lock = resolve(request, tmp_path / "locks")
    assert versions(lock) == {"frames": "1.5", "young": "0.1", "arrays": "1.24"}


def test_where_nothing_fits_in_time_today_is_taken_and_said(tmp_path, index: Index):
    index.add("frames", "1.5", "2023-01-19T00:00:00Z", requires=["arrays>=2"])
    index.add("arrays", "2.0", "2024-06-16T00:00:00Z")
    request = EnvironmentRequest(("frames==1.5",), index_urls=(index.url,))
    lock = resolve(request, tmp_path / "locks")
    assert versions(lock)["arrays"] == "2.0"
    assert lock.cutoff is None
    assert lock.notices == ("nothing fits as of 2023-02-18: packages are resolved as of today",)


def test_a_python_younger_than_the_pin_gets_what_has_wheels_for_it(
    tmp_path, index: Index, monkeypatch
):
    """Old releases have no wheels for it, and nothing is there to compile them with."""
    own = f"{sys.version_info[0]}.{sys.version_info[1]}"
    monkeypatch.setitem(cutoff._RELEASED, own, date(2022, 10, 24))
    index.add("plots", "0.11", "2021-08-01T00:00:00Z", requires=["arrays"])
    index.add_source("arrays", "1.21", "2021-07-01T00:00:00Z")
    index.add("arrays", "1.24", "2022-12-18T00:00:00Z")
    index.add("arrays", "2.0", "2024-06-16T00:00:00Z")
    request = EnvironmentRequest(("plots==0.11",), index_urls=(index.url,))
    lock = resolve(request, tmp_path / "locks")
    assert versions(lock) == {"plots": "0.11", "arrays": "1.24"}
    assert "older packages have no wheels for Python" in lock.cutoff_reason


def test_a_pinned_source_distribution_is_what_the_author_wants(tmp_path, index: Index):
    index.add_source("arrays", "1.21", "2021-07-01T00:00:00Z")
    request = EnvironmentRequest(("arrays==1.21",), index_urls=(index.url,))
    lock = resolve(request, tmp_path / "locks")
    assert lock.cutoff == "2021-07-31T00:00:00Z"
    assert lock.notices[-1].endswith("built from source: arrays==1.21")
    environment = build(lock, tmp_path / "environments")
    assert (environment.site_packages / "arrays.py").read_text() == "BUILT = True\n"


def test_a_source_distribution_that_does_not_build_is_named(tmp_path, index: Index):
    broken = "def build_wheel(*a, **k):\n    raise RuntimeError('no compiler')\n"
    index.add_source("arrays", "1.21", "2021-07-01T00:00:00Z", backend=broken)
    request = EnvironmentRequest(("arrays==1.21",), index_urls=(index.url,))
    lock = resolve(request, tmp_path / "locks")
    with pytest.raises(EnvironmentUnresolvable) as caught:
        build(lock, tmp_path / "environments")
    assert caught.value.message.startswith("cannot install arrays==1.21 for Python 3.")
    assert "no compiler" in caught.value.message


def test_an_index_without_upload_times_gives_a_notice(tmp_path, index: Index):
    index.add("frames", "1.5")
    request = EnvironmentRequest(("frames==1.5",), index_urls=(index.url,))
    lock = resolve(request, tmp_path / "locks")
    assert lock.cutoff is None
    assert "does not tell when packages were published" in lock.notices[0]


def test_the_best_version_of_all_indexes_is_taken_as_pip_does(tmp_path, index: Index, links):
    index.add("alpha", "1.0")
    write_wheel(links, "alpha", "2.0")
    request = EnvironmentRequest(("alpha",), index_urls=(index.url,), find_links=(str(links),))
    assert versions(resolve(request, tmp_path / "locks")) == {"alpha": "2.0"}


def test_pips_configuration_names_the_index(tmp_path, index: Index, monkeypatch):
    index.add("alpha", "1.0")
    configuration = tmp_path / "pip.conf"
    configuration.write_text(f"[global]\nindex-url = {index.url}\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(configuration))
    lock = resolve(EnvironmentRequest(("alpha",)), tmp_path / "locks")
    assert versions(lock) == {"alpha": "1.0"}


def test_credentials_open_the_index_and_are_written_nowhere(tmp_path, index: Index):
    index.password = "s3cr3t-w0rd"
    index.add("alpha", "1.0")
    request = EnvironmentRequest(("alpha",), index_urls=(index.secret_url,))
    lock = resolve(request, tmp_path / "locks")
    environment = build(lock, tmp_path / "environments")
    assert (environment.site_packages / "alpha" / "__init__.py").exists()
    again = resolve(request, tmp_path / "locks")  # from disk
    build(again, tmp_path / "elsewhere")
    assert "s3cr3t" not in repr(request) + repr(lock) + json.dumps(lock.to_dict())
    for root in ("locks", "environments"):
        for path in (tmp_path / root).rglob("*"):
            assert not path.is_file() or b"s3cr3t" not in path.read_bytes()


def test_credentials_of_pips_own_index_open_it_when_building_too(tmp_path, index, monkeypatch):
    index.password = "s3cr3t-w0rd"
    index.add("alpha", "1.0")
    monkeypatch.setenv("PIP_INDEX_URL", index.secret_url)
    lock = resolve(EnvironmentRequest(("alpha",)), tmp_path / "locks")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "empty-cache"))
    environment = build(lock, tmp_path / "environments")
    assert (environment.site_packages / "alpha" / "__init__.py").exists()
    assert "s3cr3t" not in json.dumps(lock.to_dict())


def test_credentials_are_not_in_errors(tmp_path, index: Index):
    index.password = "s3cr3t-w0rd"
    wrong = index.secret_url.replace("s3cr3t-w0rd", "wr0ng-w0rd")
    with pytest.raises(EnvironmentUnresolvable) as caught:
        resolve(EnvironmentRequest(("alpha",), index_urls=(wrong,)), tmp_path / "locks")
    assert "wr0ng" not in str(caught.value)


def test_the_same_request_with_another_token_has_the_same_lock(tmp_path, index: Index):
    one = EnvironmentRequest(("a",), index_urls=("https://u:one@index.test/simple",))
    two = EnvironmentRequest(("a",), index_urls=("https://u:two@index.test/simple",))
    assert one.digest() == two.digest()


@pytest.mark.usefixtures("no_index")
def test_a_package_that_does_not_exist_is_named_with_the_reason(tmp_path, links):
    write_wheel(links, "alpha", "1.0")
    request = EnvironmentRequest(("alpha", "no-such-thing>=2"), find_links=(str(links),))
    with pytest.raises(EnvironmentUnresolvable) as caught:
        resolve(request, tmp_path / "locks")
    headline, reason = caught.value.message.split("\n", 1)
    assert headline.startswith("cannot resolve no-such-thing>=2 for Python 3.")
    assert "\n" not in reason
    assert "was not found" in reason
    assert not list((tmp_path / "locks").glob("*.json"))


@pytest.mark.usefixtures("no_index")
@pytest.mark.parametrize(
    ("packages", "part"),
    [
        (("alpha==9",), "alpha==9"),
        (("alpha", "alpha<1"), "alpha<1"),
        (("foo bar",), "foo bar"),
        (("-r requirements.txt",), "is not a package"),
        (("alpha\n--index-url=http://evil.test",), "is not a package"),
    ],
    ids=["no such version", "contradiction", "not a requirement", "an option", "two lines"],
)
def test_what_cannot_be_resolved_is_refused(tmp_path, links, packages, part):
    write_wheel(links, "alpha", "1.0")
    with pytest.raises(EnvironmentUnresolvable, match="(?s)" + part.split("\n", 1)[0]):
        resolve(EnvironmentRequest(packages, find_links=(str(links),)), tmp_path / "locks")


def test_an_index_out_of_reach_is_an_infrastructure_error(tmp_path, monkeypatch):
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    request = EnvironmentRequest(("alpha",), index_urls=("http://127.0.0.1:9/simple",))
    with pytest.raises(InfrastructureError) as caught:
        resolve(request, tmp_path / "locks")
    assert caught.value.retryable
    assert "alpha" in caught.value.message


def test_without_the_index_a_warm_cache_still_resolves_and_builds(tmp_path, index, monkeypatch):
    index.add("alpha", "1.0", requires=["beta"])
    index.add("beta", "1.0")
    request = EnvironmentRequest(("alpha",), index_urls=(index.url,))
    build(resolve(request, tmp_path / "locks"), tmp_path / "environments")
    monkeypatch.setenv("UV_OFFLINE", "1")
    lock = resolve(request, tmp_path / "other-locks")
    environment = build(lock, tmp_path / "other-environments")
    assert (environment.site_packages / "beta" / "__init__.py").exists()


def test_a_directory_for_locks_that_cannot_be_made_is_said(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InfrastructureError, match="cannot be used"):
        resolve(EnvironmentRequest(), tmp_path / "file" / "locks")
