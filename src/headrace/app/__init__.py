"""The composition root: settings become concrete back ends; runs are prepared and carried out.

The only unit that names both a port and what stands behind it.
"""

from __future__ import annotations

from headrace.app.debugging import Rebuilt, notebook_program, rebuild
from headrace.app.execution import (
    Outcome,
    controller,
    execute,
    forecast_here,
    prepare_here,
)
from headrace.app.explaining import explanation
from headrace.app.home import Home, cache_dir
from headrace.app.machine import capacity
from headrace.app.places import (
    SourcePlace,
    components_in,
    function_text,
    place_of,
    places_of,
    source_key,
    tasks_in,
)
from headrace.app.preparation import Prepared, prepare
from headrace.app.reading_logs import read_logs
from headrace.app.results import (
    artifact_value,
    outputs_values,
    run_parameters,
    run_result,
    run_summary,
    task_result,
    timestamp,
)
from headrace.app.settings import Config, find_home, read_config
from headrace.app.submission import (
    Reusable,
    RunOptions,
    Wishes,
    document_values,
    lock_of,
    options_of,
    submit,
)
from headrace.app.usage import suggestions

__all__ = [
    "Config",
    "Home",
    "Outcome",
    "Prepared",
    "Rebuilt",
    "Reusable",
    "RunOptions",
    "SourcePlace",
    "Wishes",
    "artifact_value",
    "cache_dir",
    "capacity",
    "components_in",
    "controller",
    "document_values",
    "execute",
    "explanation",
    "find_home",
    "forecast_here",
    "function_text",
    "lock_of",
    "notebook_program",
    "options_of",
    "outputs_values",
    "place_of",
    "places_of",
    "prepare",
    "prepare_here",
    "read_config",
    "read_logs",
    "rebuild",
    "run_parameters",
    "run_result",
    "run_summary",
    "source_key",
    "submit",
    "suggestions",
    "task_result",
    "tasks_in",
    "timestamp",
]
