"""The command line of KFP's executor: what an image's own command calls inside a task.

It answers in KFP's format, the executor output file, and lets the user's exceptions through.
This module does not write the result file of an attempt.
"""

from __future__ import annotations

import argparse
import configparser
import json
import os
from types import CoroutineType
from typing import Any, Dict, List, Mapping, Optional

from headrace.executor.arguments import Call
from headrace.executor.attempt import awaited
from headrace.executor.executor_input import ExecutorInput
from headrace.executor.returned import json_metadata, take_returned
from headrace.executor.source import load_file
from headrace.types.artifacts import set_task_root, uri_of_path

_CONFIG_FILE = "kfp_config.ini"
#: Kinds of worker that write the output when several run the same code.
_WRITERS = frozenset(("workerpool0", "chief", "master"))


def executor_main(arguments: Optional[List[str]] = None) -> int:
    """Run the function of a component as KFP's executor does.

    Args:
        arguments: Command line; that of the process by default. Unknown ones are ignored.

    Returns:
        The exit status.
    """
    parser = argparse.ArgumentParser(description="Runs the function of a component.")
    parser.add_argument("--component_module_path", help="Python file that holds it")
    parser.add_argument("--function_to_execute", required=True, help="its name")
    parser.add_argument("--executor_input", default="{}", help="ExecutorInput as JSON")
    known, _ = parser.parse_known_args(arguments)
    path = known.component_module_path or _configured_path(known.function_to_execute)
    given = ExecutorInput(json.loads(known.executor_input))
    set_task_root(uri_of_path(os.path.dirname(given.output_file)))
    call = Call(load_file(path, known.function_to_execute), given, os.getcwd())
    value = call.function(**call.arguments)
    if isinstance(value, CoroutineType):
        value = awaited(value)
    output = _executor_output(value, call)
    if _writes_output(os.environ):
        os.makedirs(os.path.dirname(given.output_file) or ".", exist_ok=True)
        with open(given.output_file, "w", encoding="utf-8") as file:
            json.dump(output, file)
    return 0


def _configured_path(function: str) -> str:
    parser = configparser.ConfigParser()
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # names keep their case
    parser.read(_CONFIG_FILE)
    components = dict(parser["Components"]) if parser.has_section("Components") else {}
    if function not in components:
        raise RuntimeError(
            "%s does not say in which file the component %s is" % (_CONFIG_FILE, function)
        )
    return components[function]


def _executor_output(value: Any, call: Call) -> Dict[str, Any]:
    output: Dict[str, Any] = {}
    parameters = {} if value is None else take_returned(value, call).parameters
    if parameters:
        output["parameterValues"] = parameters
    if call.outputs:
        output["artifacts"] = {}
    for name, artifact in call.outputs.items():
        record = {
            "name": artifact.name,
            "uri": artifact.uri,
            "metadata": json_metadata(artifact.metadata),
        }
        if artifact.custom_path:
            record["custom_path"] = artifact.custom_path
        output["artifacts"][name] = {"artifacts": [record]}
    return output


def _writes_output(environment: Mapping[str, str]) -> bool:
    cluster = environment.get("CLUSTER_SPEC")
    return not cluster or json.loads(cluster)["task"]["type"] in _WRITERS
