"""KFP's pipeline documents (IR): typed values, reading, checking, writing, and their languages.

Pure: text and values in, values and text out. ``read`` and ``read_dict`` give a checked
``Document``; ``placeholders``, ``conditions`` and ``selectors`` are the languages inside it.
Knows nothing of how a pipeline was authored or how it is run.
"""

from __future__ import annotations

from headrace.ir import conditions, placeholders, selectors
from headrace.ir.documents import SCHEMA_VERSION, read, read_dict
from headrace.ir.model import Document, PipelineSpec
from headrace.ir.packages import read_package
from headrace.ir.problems import InvalidDocument
from headrace.ir.values import text_of
from headrace.ir.writing import dump_yaml, write_json, write_yaml

__all__ = [
    "SCHEMA_VERSION",
    "Document",
    "InvalidDocument",
    "PipelineSpec",
    "conditions",
    "dump_yaml",
    "placeholders",
    "read",
    "read_dict",
    "read_package",
    "selectors",
    "text_of",
    "write_json",
    "write_yaml",
]
