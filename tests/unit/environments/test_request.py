"""Requests: what they mean, and what an image's name says of Python."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.environments import EnvironmentRequest, parse_as_of
from headrace.environments.images import python_of_image
from headrace.environments.redaction import (
    credentials_by_host,
    with_credentials,
    without_credentials,
)
from headrace.environments.request import is_pinned, requirement_name
from headrace.errors import InvalidRequest


@pytest.mark.parametrize(
    ("requirement", "name", "pinned"),
    [
        ("pandas", "pandas", False),
        ("pandas==1.5.3", "pandas", True),
        ("pandas == 1.5.*", "pandas", True),
        ("Scikit_Learn===1.2.2", "scikit-learn", True),
        ("pandas>=1.5,==1.5.3", "pandas", True),
        ("pandas[all,test]>=1.5 ; python_version == '3.9'", "pandas", False),
        ("a.b-c~=2.0", "a-b-c", False),
        ("pkg @ https://host/pkg-1.0.zip", "pkg", False),
        ("git+https://host/repo.git@v1==x", None, False),
        ("https://host/pkg-1.0-py3-none-any.whl", None, False),
        ("./local", None, False),
        ("/abs/local", None, False),
    ],
)
def test_requirements_are_understood(requirement, name, pinned):
    assert requirement_name(requirement) == name
    assert is_pinned(requirement) is pinned


@given(st.lists(st.sampled_from(["a", "b==1", " a", "c>=2 ", ""])))
def test_order_repetition_and_blanks_do_not_change_the_digest(packages):
    shuffled = EnvironmentRequest(tuple(reversed([*packages, *packages])))
    assert shuffled.digest() == EnvironmentRequest(tuple(packages)).digest()


@pytest.mark.parametrize(
    "other",
    [
        EnvironmentRequest(("b",)),
        EnvironmentRequest(("a",), python="3.9"),
        EnvironmentRequest(("a",), index_urls=("https://i.test/simple",)),
        EnvironmentRequest(("a",), as_of="now"),
        EnvironmentRequest(("a",), as_of=date(2023, 1, 1)),
        EnvironmentRequest(("a",), prereleases=True),
        EnvironmentRequest(("a",), find_links=("/wheels",)),
        EnvironmentRequest(("a",), trusted_hosts=("i.test",)),
    ],
    ids=repr,
)
def test_whatever_changes_the_result_changes_the_digest(other):
    assert other.digest() != EnvironmentRequest(("a",)).digest()


def test_the_settings_of_the_machine_count_too():
    request = EnvironmentRequest(("a",))
    assert request.digest("index=1") != request.digest("index=2")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("auto", "auto"), ("now", "now"), ("2023-04-30", date(2023, 4, 30))],
)
def test_as_of_is_a_word_or_a_date(text, expected):
    assert parse_as_of(text) == expected


@pytest.mark.parametrize("text", ["", "yesterday", "2023-13-01", "30.4.2023"])
def test_as_of_refuses_other_text(text):
    with pytest.raises(InvalidRequest, match="packages_as_of"):
        parse_as_of(text)


@pytest.mark.parametrize(
    ("image", "version", "plain"),
    [
        ("python:3.9-slim", "3.9", True),
        ("python:3.11", "3.11", True),
        ("python:3.12.1-bookworm", "3.12", True),
        ("python", None, True),
        ("python:3", None, True),
        ("python:latest", None, True),
        ("python:3.10@sha256:0123", "3.10", True),
        ("docker.io/library/python:3.9", "3.9", True),
        ("registry.test:5000/mirror/python:3.8-alpine", "3.8", True),
        ("", None, True),
        ("tensorflow/tensorflow:2.11.0", None, False),
        ("registry.test:5000/team/train", None, False),
        ("gcr.io/platform/tf2-cpu.2-11.py310", "3.10", False),
        ("registry.test/ubi8/python-39:1.2", "3.9", False),
        ("apache/beam_python3.9_sdk:2.50", "3.9", False),
        ("ghcr.io/tools/uv:python3.12-bookworm", "3.12", False),
        ("pytorch/pytorch:2.1.0-cuda12.1", None, False),
        ("not-python:3.9", None, False),
    ],
)
def test_images_tell_the_version_by_their_name(image, version, plain):
    found = python_of_image(image)
    assert (found.version, found.is_plain) == (version, plain)
    assert bool(found.notice) is not plain


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("https://u:p@i.test/simple", "https://i.test/simple"),
        ("https://token@i.test/simple", "https://i.test/simple"),
        ("git+https://u:p@ss@i.test/r.git", "git+https://i.test/r.git"),
        ("see https://u:p@a.test and HTTP://v:q@b.test.", "see https://a.test and HTTP://b.test."),
        ("git+ssh://git@github.test/r.git", "git+ssh://git@github.test/r.git"),
        ("https://i.test/a@b", "https://i.test/a@b"),
        ("me@example.test", "me@example.test"),
    ],
)
def test_credentials_are_cut_from_urls(text, clean):
    assert without_credentials(text) == clean


def test_credentials_go_back_to_their_host_only():
    secrets = credentials_by_host(["https://u:p@i.test:8080/simple"])
    text = 'a = "https://i.test:8080/f.whl" b = "https://i.test:80801/f" c = "https://j.test/f"'
    expected = text.replace("https://i.test:8080/", "https://u:p@i.test:8080/")
    assert with_credentials(text, secrets) == expected


def test_a_request_shows_no_credentials():
    request = EnvironmentRequest(("x @ https://u:pw@i.test/x.whl",), index_urls=("https://t@i/s",))
    assert "pw" not in repr(request)
    assert "t@i" not in repr(request)
