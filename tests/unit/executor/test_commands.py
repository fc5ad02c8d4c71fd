"""Commands of container components that run on this machine, and KFP's own command line."""

from __future__ import annotations

import json
import os
import sys

import pytest

from headrace.executor.command import command_outputs, run_command
from headrace.executor.command_error import CommandError
from headrace.executor.kfp_command import executor_main
from headrace.executor.returned import InvalidOutputError


def test_outputs_of_a_command_are_read_from_its_files(play):
    script = "mkdir -p $(dirname $0); printf 42 > $0; printf data > $1"
    task = play.task(files={"n": "NUMBER_INTEGER"}, outputs={"data": "system.Dataset"})
    task["command"] = ["sh", "-c", script, f"{play.root}/outputs/n", f"{play.root}/out/data"]
    found = run_command(str(play.root), task)
    assert found["parameters"] == {"n": 42}
    assert found["artifacts"]["data"][0]["size"] == 4


def test_the_executor_output_file_counts_before_the_files(play):
    task = play.task(files={"n": "NUMBER_INTEGER"}, outputs={"m": "google.Metrics"})
    output = {
        "parameterValues": {"n": 7},
        "artifacts": {"m": {"artifacts": [{"metadata": {"a": 1}, "uri": "gs://b/m"}]}},
    }
    (play.root / "output_metadata.json").write_text(json.dumps(output))
    found = command_outputs(str(play.root), task)
    assert found["parameters"] == {"n": 7}
    assert found["artifacts"]["m"] == [{"uri": "gs://b/m", "metadata": {"a": 1}}]


@pytest.mark.parametrize("text", ["{", "[1]", '{"artifacts": [1]}'])
def test_a_damaged_executor_output_file_is_refused(play, text):
    (play.root / "output_metadata.json").write_text(text)
    with pytest.raises(InvalidOutputError, match="is not what KFP defines"):
        command_outputs(str(play.root), play.task())


def test_an_empty_executor_output_file_says_nothing(play):
    (play.root / "output_metadata.json").write_text("")
    assert command_outputs(str(play.root), play.task()) == {"parameters": {}, "artifacts": {}}


@pytest.mark.parametrize(
    ("command", "code", "message"),
    [
        (["sh", "-c", "exit 3"], 3, "the command ended with exit status 3"),
        (["sh", "-c", "kill -9 $$"], 137, "the command ended with exit status 137"),
        (["/no/such/program"], 127, "cannot run /no/such/program: No such file or directory"),
    ],
)
def test_a_command_that_fails_says_how(play, command, code, message):
    with pytest.raises(CommandError, match=message) as caught:
        run_command(str(play.root), play.task() | {"command": command})
    assert caught.value.exit_code == code


def test_an_output_that_a_command_did_not_write_fails(play):
    task = play.task(files={"n": "NUMBER_INTEGER"}) | {"command": ["true"]}
    with pytest.raises(InvalidOutputError, match="output n was not written"):
        run_command(str(play.root), task)


# ------------------------------------------------------------------------- KFP's command


@pytest.fixture
def component(play):
    path = play.root / "mine.py"
    path.write_text(
        "from kfp import dsl\n"
        "@dsl.component(base_image='x')\n"
        "def step(x: int, data: dsl.Output[dsl.Dataset]) -> int:\n"
        "    with open(data.path, 'w') as file:\n"
        "        file.write('abc')\n"
        "    return x + 1\n"
        "@dsl.pipeline(name='p')\n"
        "def pipeline():\n"
        "    with dsl.If(step(x=1).output == 2):\n"
        "        step(x=2).after(step(x=3)).set_caching_options(False)\n"
    )
    return path


@pytest.fixture
def executor_input(play):
    task = play.task(
        {"x": 1}, outputs={"data": "system.Dataset"}, files={"Output": "NUMBER_INTEGER"}
    )
    return json.dumps(task["executor_input"])


def test_kfps_command_writes_the_executor_output(play, component, executor_input):
    options = ["--component_module_path", str(component), "--function_to_execute", "step"]
    assert executor_main([*options, "--executor_input", executor_input, "--unknown"]) == 0
    written = json.loads((play.root / "output_metadata.json").read_text())
    assert written["parameterValues"] == {"Output": 2}
    record = written["artifacts"]["data"]["artifacts"][0]
    assert record == {"name": "data", "uri": f"file://{play.root}/out/data", "metadata": {}}


def test_kfps_command_finds_the_component_in_its_configuration(
    play, component, executor_input, monkeypatch
):
    monkeypatch.chdir(play.root)
    (play.root / "kfp_config.ini").write_text("[Components]\nstep = mine.py\n")
    executor_main(["--function_to_execute", "step", "--executor_input", executor_input])
    assert (play.root / "output_metadata.json").exists()
    with pytest.raises(RuntimeError, match="does not say in which file the component other is"):
        executor_main(["--function_to_execute", "other", "--executor_input", executor_input])


def test_only_the_chief_of_several_workers_writes(play, component, executor_input, monkeypatch):
    options = ["--component_module_path", str(component), "--function_to_execute", "step"]
    monkeypatch.setitem(os.environ, "CLUSTER_SPEC", '{"task": {"type": "worker"}}')
    executor_main([*options, "--executor_input", executor_input])
    assert not (play.root / "output_metadata.json").exists()
    monkeypatch.setitem(os.environ, "CLUSTER_SPEC", '{"task": {"type": "chief"}}')
    executor_main([*options, "--executor_input", executor_input])
    assert (play.root / "output_metadata.json").exists()


def test_authoring_names_are_inert_inside_a_task(play):
    code = """
        def step() -> list:
            made = dsl.component(lambda: 1)
            loop = dsl.ParallelFor([1])
            with loop as item:
                pass
            return [made(), repr(dsl.OneOf), hasattr(dsl, "nonsense"), kfp.__version__ > "2"]
    """
    found = play(code, files={"Output": "LIST"})["parameters"]["Output"]
    assert found == [1, "<dsl.OneOf, which does nothing inside a task>", False, True]


def test_modules_of_kfp_have_their_classes(play):
    code = """
        from kfp.dsl.types.artifact_types import Dataset as D
        from kfp.dsl.types.type_annotations import InputAnnotation
        def step() -> bool:
            return D is Dataset
    """
    assert play(code, files={"Output": "BOOLEAN"})["parameters"] == {"Output": True}
    assert "kfp.dsl" in sys.modules
