"""Wrong input ends with status 2 and a message that helps; nothing is written, nothing starts."""

from __future__ import annotations

import json
import re
import sqlite3

import pytest

from .conftest import CHAIN, Desk

COMPONENT = """
from kfp import dsl

@dsl.component
def step(x: int = 1) -> int:
    return x
"""
PIPELINE = """
@dsl.pipeline
def {name}(rate: float = 0.1):
    step()
"""
ONE = COMPONENT + PIPELINE.format(name="one")


def document(**changes):
    """Return a small IR document, changed."""
    task = {"componentRef": {"name": "comp-a"}, "taskInfo": {"name": "a"}}
    whole = {
        "pipelineInfo": {"name": "p"},
        "schemaVersion": "2.1.0",
        "sdkVersion": "kfp-2.17.0",
        "root": {"dag": {"tasks": {"a": task}}},
        "components": {"comp-a": {"executorLabel": "exec-a"}},
        "deploymentSpec": {"executors": {"exec-a": {"container": {"image": "python:3.11"}}}},
    }
    return json.dumps(whole | changes)


def tasks(**named):
    """Return a root in which each task waits for the named ones."""
    made = {
        name: {
            "componentRef": {"name": "comp-a"},
            "taskInfo": {"name": name},
            "dependentTasks": list(after),
        }
        for name, after in named.items()
    }
    return {"dag": {"tasks": made}}


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{b}: &{b} [{','.join(['*' + a] * 9)}]\n"
    for a, b in zip("abcdefghi", "bcdefghij", strict=True)
)
CASES = [
    pytest.param("absent.py", None, [], [r"there is no file absent\.py", "fix: "], id="no file"),
    pytest.param(
        "p.py", COMPONENT, [], ["has no pipeline", r"p\.py:1", "p.py:NAME"], id="no pipeline"
    ),
    pytest.param(
        "p.py",
        ONE + PIPELINE.format(name="two"),
        [],
        ["2 pipelines: one, two", "name one, as p.py:one"],
        id="several pipelines",
    ),
    pytest.param(
        "p.py:oen", ONE, [], ["no pipeline or component named oen", "one"], id="no such name"
    ),
    pytest.param(
        "p.py",
        "x = 1\ndef f(:\n    pass\n",
        [],
        ["is not Python", r"p\.py:2", r"def f\(:"],
        id="syntax",
    ),
    pytest.param(
        "p.py",
        "x = 1\n1 / 0\n",
        [],
        ["ZeroDivisionError", r'p\.py", line 2'],
        id="raises at import",
    ),
    pytest.param("p.py", "exit(0)\n", [], ["SystemExit"], id="leaves at import"),
    pytest.param(
        "p.py", "import absent_module\n", [], ["absent_module"], id="import of what is absent"
    ),
    pytest.param("p.txt", "x", [], ["cannot tell what"], id="another kind of file"),
    pytest.param(
        "p.py", ONE, ["-p", "raet=1"], ["raet", "did you mean.*rate"], id="unknown parameter"
    ),
    pytest.param("chain.py", CHAIN, [], ["witness"], id="missing parameter"),
    pytest.param(
        "chain.py",
        CHAIN,
        ["-p", "witness=w", "-p", "n=two"],
        ["n takes a whole number", "two"],
        id="type",
    ),
    pytest.param(
        "chain.py",
        CHAIN,
        ["-p", "witness=w", "-p", "n=1.5"],
        [r"\bn\b", "1.5"],
        id="fraction for whole",
    ),
    pytest.param("p.py", ONE, ["-p", "rate"], ["name=value"], id="no value"),
    pytest.param("p.py", ONE, ["-p", "rate=1", "-p", "rate=2"], ["given twice"], id="twice"),
    pytest.param("p.py", ONE, ["-p", "rate=NaN"], ["rate"], id="not a number"),
    pytest.param("p.py", ONE, ["--deadline", "-1"], ["deadline"], id="negative deadline"),
    pytest.param("p.py", ONE, ["--max-parallel", "0"], ["max-parallel"], id="no parallel steps"),
    pytest.param("p.py", ONE, ["--frobnicate"], ["frobnicate"], id="unknown option"),
    pytest.param("p.yaml", "a: [1, 2\nb: }{", [], [r"p\.yaml"], id="not YAML"),
    pytest.param("p.yaml", "", [], ["p.yaml|empty"], id="empty"),
    pytest.param("p.yaml", "\x00\x01\x02", [], ["p.yaml|read"], id="binary"),
    pytest.param("p.json", "{", [], ["p.json|JSON"], id="not JSON"),
    pytest.param("p.yaml", BOMB, [], ["p.yaml|alias|anchor|large"], id="bomb of aliases"),
    pytest.param("p.yaml", "[" * 100_000, [], ["deep|nest|level"], id="a hundred thousand levels"),
    pytest.param(
        "p.json",
        '{"a":' * 100_000 + "1" + "}" * 100_000,
        [],
        ["deep|nest|level"],
        id="levels of JSON",
    ),
    pytest.param("p.yaml", document(frobnicate=1), [], ["frobnicate"], id="unknown field"),
    pytest.param(
        "p.yaml",
        document(root=tasks(a=["b"], b=["a"])),
        [],
        ["a", "b", "circle|cycle|wait"],
        id="cycle",
    ),
    pytest.param("p.yaml", document(root=tasks(a=["zz"])), [], ["zz"], id="dependency on nothing"),
    pytest.param("p.yaml", document(components={}), [], ["comp-a"], id="missing component"),
    pytest.param("p.yaml", document(deploymentSpec={}), [], ["exec-a"], id="missing executor"),
    pytest.param(
        "p.yaml", document(schemaVersion="9.9"), [], ["9.9", "2.1.0"], id="another schema"
    ),
    pytest.param(
        "p.py",
        COMPONENT + '\n@dsl.pipeline\ndef bad():\n    step(x="three")\n',
        [],
        [r"p\.py:10", "x"],
        id="an argument of another type",
    ),
    pytest.param(
        "p.py",
        COMPONENT + "\n@dsl.pipeline\ndef bad():\n    step(y=1)\n",
        [],
        [r"p\.py:10", "y"],
        id="an argument that is not there",
    ),
]


@pytest.fixture(scope="module")
def used(tmp_path_factory, cache):
    """A desk with one run, which the tests of this module only look at."""
    desk = Desk(tmp_path_factory.mktemp("used"), cache)
    desk.write("one.py", ONE)
    desk.first = desk.run("run", "one.py", "--json")
    assert desk.first.status == 0, desk.first.stderr
    yield desk
    desk.clean_up()


@pytest.mark.parametrize(("name", "text", "more", "said"), CASES)
def test_wrong_input(name, text, more, said, desk):
    if text is not None:
        desk.write(name.partition(":")[0], text)
    before = written(desk)
    ended = desk.run("run", name, "--json", *more)
    refused(ended, said)
    assert written(desk) == before


@pytest.mark.parametrize("command", ["compile -o out.yaml absent.py", "check absent.py"])
def test_other_commands_refuse_what_is_not_there_too(command, desk):
    refused(desk.run(*command.split()), [r"there is no file absent\.py"])
    assert desk.tree() == []


def test_a_directory_is_no_pipeline(desk):
    refused(desk.run("run", "."), ["is a directory"])


def test_a_home_that_is_a_file(desk):
    desk.write("one.py", ONE)
    desk.home.write_text("not a directory")
    refused(desk.run("run", "one.py"), ["cannot be written", "HEADRACE_HOME"])
    assert desk.home.read_text() == "not a directory"


def test_a_home_below_a_file(desk):
    desk.write("one.py", ONE)
    desk.write("file", "")
    before = written(desk)
    inside = {"HEADRACE_HOME": str(desk.path / "file" / "home")}
    refused(desk.run("run", "one.py", env=inside), ["cannot be written"])
    assert written(desk) == before


@pytest.mark.parametrize("command", [["run", "chain.py"], ["runs"]], ids=lambda c: c[0])
def test_a_database_of_a_newer_version(command, chain):
    with sqlite3.connect(chain.home / "headrace.db") as database:
        database.execute("PRAGMA user_version=9999")
    database.close()
    before = (chain.home / "headrace.db").read_bytes()
    more = ["-p", f"witness={chain.witness}"] if command[0] == "run" else []
    refused(chain.run(*command, *more), ["newer"])
    assert (chain.home / "headrace.db").read_bytes() == before


def test_a_file_that_is_no_database(desk):
    desk.home.mkdir()
    (desk.home / "headrace.db").write_text("a letter to a friend, not a database at all\n" * 50)
    refused(desk.run("runs"), ["headrace.db"])


def test_a_setting_that_is_not_known(desk):
    desk.write("one.py", ONE)
    desk.home.mkdir()
    (desk.home / "config.toml").write_text("max_paralel = 3\n")
    refused(desk.run("run", "one.py"), ["max_paralel", r"config\.toml:1", "max_parallel"])


NAMING_A_RUN = ["show R", "resume R", "retry R", "cancel R", "logs R", "artifacts R", "rerun R"]
NAMING_A_STEP = ["logs R t", "explain R t", "debug R/t", "rerun R --from t"]


@pytest.mark.parametrize("command", NAMING_A_RUN + NAMING_A_STEP)
def test_a_run_in_an_empty_home(command, desk):
    refused(desk.run(*command.split()), ["there is no run R"])
    assert desk.tree() == []


@pytest.mark.parametrize("command", NAMING_A_RUN + NAMING_A_STEP)
def test_a_run_or_step_that_is_not_there(command, used):
    refused(used.run(*command.split()), ["no run R"])
    if command in NAMING_A_STEP:
        ended = used.run(*command.replace("R", used.first.json["run_id"]).split())
        refused(ended, ["no step t", "step"])


def test_removing_from_the_cache_of_an_empty_home_makes_nothing(desk):
    assert desk.run("cache", "rm", "--all").status == 0
    assert desk.run("cache", "ls").status == 0
    assert desk.tree() == []


def test_a_package_that_cannot_be_resolved(desk):
    desk.write(
        "p.py",
        """
        from kfp import dsl

        @dsl.component(packages_to_install=["no such requirement!!"])
        def step(): pass

        @dsl.pipeline
        def p():
            step()
        """,
    )
    refused(desk.run("run", "p.py"), ["step", "no such requirement"])
    assert not desk.home.exists()


def test_images_without_an_engine(desk):
    desk.write(
        "p.py",
        """
        from kfp import dsl

        @dsl.container_component
        def convert():
            return dsl.ContainerSpec(image="ubuntu:24.04", command=["true"])

        @dsl.pipeline
        def p():
            convert()
        """,
    )
    without = {"PATH": "/nonexistent"}
    refused(desk.run("run", "p.py", env=without), ["convert", "ubuntu:24.04", "podman"])
    assert not desk.home.exists()


HUGE = """
from kfp import dsl

@dsl.component
def fit(): pass

@dsl.pipeline
def p():
    fit().set_cpu_limit("8000").set_memory_limit("32000G").set_gpu_limit(64)
"""


def test_strict_resources_refuse_what_is_not_there(desk):
    desk.write("p.py", HUGE)
    ended = desk.run("run", "p.py", "--strict-resources")
    refused(
        ended, ["fit asks for 8000 CPUs", "32000.0 GB", "64 GPUs", "this machine has", "--strict"]
    )
    assert not desk.home.exists()


def test_what_is_not_there_is_said_once_and_the_run_goes_on(desk):
    desk.write("p.py", HUGE)
    ended = desk.run("run", "p.py", "--json")
    assert ended.status == 0, ended.stderr
    notices = [line for line in ended.stderr.splitlines() if "asks for" in line]
    assert len(notices) == 1
    assert "8000 CPUs" in notices[0]
    assert "this machine has" in notices[0]


def refused(ended, said):
    assert ended.status == 2, ended.stdout + ended.stderr
    assert ended.stdout == ""
    for pattern in said:
        assert re.search(pattern, ended.stderr), (pattern, ended.stderr[:2000])
    assert "site-packages" not in ended.stderr
    assert "src/headrace" not in ended.stderr
    assert len(ended.stderr) < 10_000


def written(desk):
    return [name for name in desk.tree() if "__pycache__" not in name]
