"""Pipelines come to the same end from their source and from what the official SDK compiles."""

from __future__ import annotations

import cases
import pytest

MODULES = {path.stem: cases.load(path) for path in cases.files()}
RUNS = {
    name: (stem, run) for stem, module in MODULES.items() for name, run in cases.runs(module, stem)
}


def of(side: str) -> list:
    marks = pytest.mark.network, pytest.mark.timeout(300)
    return [
        pytest.param(name, marks=marks if run.get("network") else ())
        for name, (_, run) in RUNS.items()
        if run.get("only", side) == side
    ]


@pytest.mark.parametrize("name", of("source"))
def test_a_pipeline_run_from_its_source_ends_as_it_should(name, bench, given):
    stem, run = RUNS[name]
    document = cases.source_document(MODULES[stem], run["pipeline"])
    check(run, bench.run(document, given(run), **run.get("wishes", {})))


@pytest.mark.oracle
@pytest.mark.parametrize("name", of("oracle"))
def test_a_document_of_the_official_sdk_ends_as_its_source(name, bench, given, oracle_document):
    stem, run = RUNS[name]
    document = oracle_document(stem, run["pipeline"])
    check(run, bench.run(document, given(run), **run.get("wishes", {})))


def check(run, result):
    different = cases.differences(run, result)
    if different:
        pytest.fail("\n".join([*different, cases.told(result)]), pytrace=False)
