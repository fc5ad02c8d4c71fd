"""The official protobuf classes accept every document that Headrace writes."""

from __future__ import annotations

from pathlib import Path

import documents
import pytest
import sides

pytestmark = pytest.mark.oracle


def test_every_document_fits_the_official_schema(
    our_corpus: sides.Outcomes, tmp_path: Path
) -> None:
    compiled = {
        case: parsed
        for case, outcome in our_corpus.items()
        if "text" in outcome
        and "schemaVersion" in (parsed := documents.documents_of(outcome["text"]))[0]
    }
    assert len(compiled) > 200
    assert sides.refused_by_protobuf(compiled, tmp_path) == {}


def test_a_document_with_an_unknown_field_is_refused(tmp_path: Path) -> None:
    wrong = {
        "unknown field": [{"pipelineInfo": {"nam": "x"}}],
        "executor": [{"deploymentSpec": {"executors": {"e": {"container": {"img": "x"}}}}}],
        "right": [{"pipelineInfo": {"name": "x"}}],
    }
    assert sides.refused_by_protobuf(wrong, tmp_path).keys() == {"unknown field", "executor"}
