"""Headrace compiles every pipeline of the corpus to the official SDK's document, and refuses alike."""

from __future__ import annotations

from pathlib import Path

import documents
import pytest
import sides

pytestmark = pytest.mark.oracle


@pytest.mark.parametrize("case", sides.case_table(sides.corpus_files(), "PIPELINES"))
def test_a_pipeline_compiles_to_the_same_document(
    case: str, oracle_corpus: sides.Outcomes, our_corpus: sides.Outcomes
) -> None:
    expected = oracle_corpus[case]
    assert "text" in expected, f"the corpus is wrong: {expected}"
    ours = sides.outcome_of(case, our_corpus)
    if "error" in ours:
        pytest.fail(f"refused by Headrace alone:\n{ours['error']['traceback']}", pytrace=False)
    found = documents.difference(expected["text"], ours["text"])
    if found:
        pytest.fail(found, pytrace=False)


@pytest.mark.parametrize(
    ("case", "kind"), sides.case_table(sides.refused_files(), "REFUSED").items()
)
def test_a_wrong_program_is_refused_with_a_compatible_exception(
    case: str, kind: str, oracle_refused: sides.Outcomes, our_refused: sides.Outcomes
) -> None:
    expected = oracle_refused[case].get("error")
    assert expected, "the list of wrong programs is wrong: the official SDK compiles this one"
    assert kind in expected["types"], expected["message"]
    ours = sides.outcome_of(case, our_refused).get("error")
    if ours is None:
        pytest.fail(f"accepted by Headrace alone; {kind}: {expected['message']}", pytrace=False)
    if kind not in ours["types"]:
        pytest.fail(f"{kind}: {expected['message']}\n\n{ours['traceback']}", pytrace=False)


@pytest.mark.parametrize("value", ["true", "1", "no"])
def test_caching_may_be_off_by_default(
    value: str, oracle_corpus: sides.Outcomes, tmp_path: Path
) -> None:
    files = [path for path in sides.corpus_files() if path.stem == "task_settings"]
    environment = {"KFP_DISABLE_EXECUTION_CACHING_BY_DEFAULT": value}
    theirs = sides.oracle_outcomes(files, **environment)
    ours = sides.our_outcomes(files, tmp_path / "ours.json", **environment)
    case = "task_settings:caching"
    assert (theirs[case] != oracle_corpus[case]) == (value != "no")
    assert documents.difference(theirs[case]["text"], ours[case]["text"]) is None
