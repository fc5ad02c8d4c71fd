"""The flag that records histories anew."""

from __future__ import annotations


def pytest_addoption(parser):
    parser.addoption(
        "--record-histories",
        action="store_true",
        help="record the histories of tests/histories again",
    )
