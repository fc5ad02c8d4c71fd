"""Components: signatures, sources, commands, containers, notebooks and what they carry."""

from __future__ import annotations

import base64
import io
import json
import tarfile
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from headrace import dsl
from headrace.dsl.graph import ContainerImplementation
from headrace.dsl.lightweight import Installation, install_command


def container_of(component: Any) -> ContainerImplementation:
    implementation = component.component.implementation
    assert isinstance(implementation, ContainerImplementation)
    return implementation


def interface_of(function: Any) -> tuple[dict[str, str], dict[str, str]]:
    spec = dsl.component(function).component_spec
    return (
        {name: str(item.type) for name, item in spec.inputs.items()},
        {name: str(item.type) for name, item in spec.outputs.items()},
    )


# ------------------------------------------------------------------ signatures


def traditional(
    a: dsl.Input[dsl.Dataset],
    b: dsl.Output[dsl.Model],
    c: dsl.InputPath("Dataset"),
    d: dsl.OutputPath(int),
    e: dsl.InputPath(),
    f: dsl.OutputPath("Unheard"),
): ...


def pythonic(a: dsl.Dataset, b: list[dsl.Model], c: dsl.Metrics | None = None) -> dsl.Dataset: ...


class Both(NamedTuple):
    number: int
    model: dsl.Model


def named(a: dict[str, int], b: int | None = None) -> Both: ...


def conflicting(a: dsl.Output[dsl.Dataset]) -> NamedTuple("X", [("a", int)]): ...


def embedded(a: dsl.EmbeddedInput[dsl.Dataset], b: str) -> None: ...


@pytest.mark.parametrize(
    ("function", "inputs", "outputs"),
    [
        (
            traditional,
            {
                "a": "system.Dataset@0.0.1",
                "c": "system.Dataset@0.0.1",
                "e": "system.Artifact@0.0.1",
            },
            {"b": "system.Model@0.0.1", "d": "NUMBER_INTEGER", "f": "system.Artifact@0.0.1"},
        ),
        (
            pythonic,
            {
                "a": "system.Dataset@0.0.1",
                "b": "List[system.Model@0.0.1]",
                "c": "system.Metrics@0.0.1",
            },
            {"Output": "system.Dataset@0.0.1"},
        ),
        (
            named,
            {"a": "STRUCT", "b": "NUMBER_INTEGER"},
            {"number": "NUMBER_INTEGER", "model": "system.Model@0.0.1"},
        ),
        (conflicting, {}, {"a": "system.Dataset@0.0.1", "a_2": "NUMBER_INTEGER"}),
        (embedded, {"b": "STRING"}, {}),
    ],
)
def test_a_signature_declares(function: Any, inputs: dict, outputs: dict) -> None:
    assert interface_of(function) == (inputs, outputs)


def no_annotation(a): ...
def output_as_name(Output: str): ...
def artifact_default(a: dsl.Input[dsl.Dataset] = "x"): ...
def output_list(a: dsl.Output[list[dsl.Dataset]]): ...
def unknown_type(a: bytes): ...
def wrong_default(a: int = "x"): ...
def marked_return() -> dsl.Output[dsl.Dataset]: ...


@pytest.mark.parametrize(
    ("function", "kind"),
    [
        (no_annotation, TypeError),
        (output_as_name, ValueError),
        (artifact_default, ValueError),
        (output_list, ValueError),
        (unknown_type, TypeError),
        (wrong_default, TypeError),
        (marked_return, TypeError),
        (lambda a: a, TypeError),
        (int, TypeError),
    ],
)
def test_an_unusable_signature_is_refused_where_it_stands(
    function: Any, kind: type[Exception]
) -> None:
    with pytest.raises(kind) as caught:
        dsl.component(function)
    error: Any = caught.value
    assert error.where[0].file == __file__
    assert error.hint


# ------------------------------------------------------------------ sources and commands


def plain(a: str) -> str:
    """Say."""
    return a


async def later(a: str) -> str:
    return a


def test_the_source_travels_without_decorators() -> None:
    container = container_of(dsl.component(install_kfp_package=False)(plain))
    assert container.command[:2] == ("sh", "-ec")
    assert str(container.command[-1]).endswith(
        'from typing import *\n\ndef plain(a: str) -> str:\n    """Say."""\n    return a\n\n'
    )
    assert container.args == ("--executor_input", "{{$}}", "--function_to_execute", "plain")


def test_an_async_function_becomes_an_ordinary_one_that_awaits_it() -> None:
    module = str(container_of(dsl.component(later)).command[-1])
    scope: dict[str, Any] = {}
    exec(module[module.index("async def") :], scope)
    assert scope["later"]("x") == "x"
    assert (
        scope["later"].__annotations__["a"] == "str" or scope["later"].__annotations__["a"] is str
    )


def test_functions_that_it_calls_travel_along() -> None:
    module = str(container_of(dsl.component(additional_funcs=[plain])(later)).command[-1])
    assert module.index("def plain") < module.index("def later")


@pytest.mark.parametrize(
    ("installation", "parts"),
    [
        (Installation(install_kfp=False), []),
        (Installation(), ["'kfp==2.17.0' '--no-deps'"]),
        (Installation(("a==1", "b"), install_kfp=False), ["location 'a==1' 'b' && \"$0\""]),
        (Installation(("kfp==2.0",)), ["'kfp==2.0' && \"$0\""]),
        (
            Installation(index_urls=("https://a", "https://b")),
            ["--index-url https://a --extra-index-url https://b --trusted-host https://a"],
        ),
        (Installation(index_urls=("https://a",), trusted_hosts=("h",)), ["--trusted-host h "]),
        (Installation(use_venv=True), ['-m venv "$tmp/venv" --system-site-packages']),
        (Installation(kfp_package="git+https://x@refs/pull/1/head"), ["head' '--no-deps'"]),
    ],
)
def test_packages_are_installed_as_kfp_does(installation: Installation, parts: list[str]) -> None:
    command = install_command(installation)
    assert bool(command) == bool(parts)
    for part in parts:
        assert part in command[2]


def test_a_component_in_its_own_image_carries_no_source() -> None:
    container = container_of(dsl.component(target_image="mine", base_image="other")(plain))
    assert container.image == "mine"
    assert container.command == ("python3", "-m", "kfp.dsl.executor_main")


def test_a_list_of_packages_is_no_text() -> None:
    with pytest.raises(TypeError, match="must be a list"):
        dsl.component(plain, packages_to_install="pandas")


# ------------------------------------------------------------------ files that travel along


def members(component: Any) -> dict[str, bytes]:
    module = str(container_of(component).command[-1])
    packed = module.split("ARCHIVE_B64 = '")[1].split("'")[0]
    with tarfile.open(fileobj=io.BytesIO(base64.b64decode(packed))) as archive:
        files = [member for member in archive if member.isfile()]
        return {member.name: archive.extractfile(member).read() for member in files}  # type: ignore[union-attr]


def test_a_directory_travels_with_its_content(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "b.txt").write_text("b")
    (tmp_path / "a.txt").write_text("a")
    first = dsl.component(embedded_artifact_path=str(tmp_path))(plain)
    assert members(first) == {"./a.txt": b"a", "./sub/b.txt": b"b"}
    again = dsl.component(embedded_artifact_path=str(tmp_path))(plain)
    assert container_of(first) == container_of(again)


def test_a_file_travels_under_its_name(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("a")
    component = dsl.component(embedded_artifact_path=str(path))(plain)
    assert members(component) == {"a.txt": b"a"}
    assert "__KFP_EMBEDDED_ASSET_FILE" in str(container_of(component).command[-1])


@pytest.mark.parametrize("target", ["nowhere", "/etc/hostname", "sub"])
def test_links_that_lead_astray_are_refused(tmp_path: Path, target: str) -> None:
    (tmp_path / "root" / "sub").mkdir(parents=True)
    (tmp_path / "root" / "link").symlink_to(target)
    with pytest.raises(ValueError, match="link"):
        dsl.component(embedded_artifact_path=str(tmp_path / "root"))(plain)


def test_a_path_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing to embed"):
        dsl.component(embedded_artifact_path="/no/such/path")(plain)


# ------------------------------------------------------------------ notebooks


def run_it(rows: int) -> None:
    dsl.run_notebook(rows=rows)


def notebook(path: Path) -> Path:
    path.write_text(json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    return path


def test_a_notebook_travels_with_the_program_that_runs_it(tmp_path: Path) -> None:
    path = notebook(tmp_path / "n.ipynb")
    component = dsl.notebook_component(notebook_path=str(path))(run_it)
    module = str(container_of(component).command[-1])
    assert "__KFP_NOTEBOOK_REL_PATH = 'n.ipynb'" in module
    assert "dsl.run_notebook = kfp_run_notebook" in module
    assert "'nbclient>=0.10,<1'" in str(container_of(component).command[2])
    assert list(members(component)) == ["n.ipynb"]
    compile(module, "module.py", "exec")


@pytest.mark.parametrize("names", [[], ["a.ipynb", "b.ipynb"]])
def test_a_directory_must_have_just_one_notebook(tmp_path: Path, names: list[str]) -> None:
    for name in names:
        notebook(tmp_path / name)
    with pytest.raises(ValueError, match="exactly one"):
        dsl.notebook_component(run_it, notebook_path=str(tmp_path))


@pytest.mark.parametrize("name", ["nowhere.ipynb", "a.txt"])
def test_what_is_no_notebook_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "a.txt").write_text("")
    with pytest.raises(ValueError, match=r"\.ipynb|no notebook"):
        dsl.notebook_component(run_it, notebook_path=str(tmp_path / name))


def test_notebooks_run_in_tasks_only() -> None:
    with pytest.raises(NotImplementedError):
        dsl.run_notebook(x=1)


# ------------------------------------------------------------------ containers


@dsl.container_component
def tool(
    text: str,
    data: dsl.Input[dsl.Dataset],
    many: dsl.Input[list[dsl.Dataset]],
    out: dsl.Output[dsl.Model],
    number: dsl.OutputPath(int),
    seed: int = None,  # noqa: RUF013
):
    return dsl.ContainerSpec(
        image="alpine",
        command=["tool", text, f"--in={data.path}", data.uri, data.metadata["k"]],
        args=[
            many,
            out.path,
            number,
            dsl.IfPresentPlaceholder("seed", then=["--seed", seed], else_=["--random"]),
            dsl.ConcatPlaceholder(["a=", text]),
        ],
    )


IF_SEED = (
    '{"IfPresent": {"InputName": "seed", "Then": ["--seed", '
    '"{{$.inputs.parameters[\'seed\']}}"], "Else": ["--random"]}}'
)


def test_a_container_holds_placeholders() -> None:
    from headrace.dsl.placeholders import element_text

    container = container_of(tool)
    assert [str(element) for element in container.command] == [
        "tool",
        "{{$.inputs.parameters['text']}}",
        "--in={{$.inputs.artifacts['data'].path}}",
        "{{$.inputs.artifacts['data'].uri}}",
        "{{$.inputs.artifacts['data'].metadata['k']}}",
    ]
    assert [element_text(element) for element in container.args] == [
        "{{$.inputs.artifacts['many']}}",
        "{{$.outputs.artifacts['out'].path}}",
        "{{$.outputs.parameters['number'].output_file}}",
        IF_SEED,
        '{"Concat": ["a=", "{{$.inputs.parameters[\'text\']}}"]}',
    ]


Spec = dsl.ContainerSpec
Dataset = dsl.Dataset


def bare(x: dsl.Input[Dataset]):
    return Spec("i", [x], [f"{x}"])


def attribute(x: dsl.Input[Dataset]):
    return Spec("i", [x.name])


def in_text(x: str):
    return Spec("i", [f"{dsl.ConcatPlaceholder([x])}"])


def of_list(x: dsl.Input[list[Dataset]]):
    return Spec("i", [x[0]])


def unknown_input(x: str):
    return Spec("i", [dsl.IfPresentPlaceholder("y", "z")])


def lists_in_concat(x: str):
    return Spec("i", [dsl.ConcatPlaceholder([dsl.IfPresentPlaceholder("x", ["z"])])])


def numbers(x: str):
    return Spec("i", ["a", 1])


def text_for_command(x: str):
    return Spec("i", "echo")


def no_container(x: str):
    return 3


def unmarked(x: Dataset):
    return Spec("i")


def returns_text(x: str) -> str:
    return ""


@pytest.mark.parametrize(
    ("function", "kind"),
    [
        (bare, ValueError),
        (attribute, AttributeError),
        (in_text, ValueError),
        (of_list, KeyError),
        (unknown_input, ValueError),
        (lists_in_concat, ValueError),
        (numbers, TypeError),
        (text_for_command, ValueError),
        (no_container, AttributeError),
        (unmarked, TypeError),
        (returns_text, TypeError),
    ],
)
def test_an_unusable_container_is_refused_where_it_stands(
    function: Any, kind: type[Exception]
) -> None:
    with pytest.raises(kind) as caught:
        dsl.container_component(function)
    error: Any = caught.value
    assert error.where[0].file == __file__
    assert error.hint


# ------------------------------------------------------------------ importers and pipelines


def test_an_importer_takes_classes_of_artifacts_only() -> None:
    with pytest.raises(AttributeError, match="class of artifacts"):
        dsl.importer(artifact_uri="gs://x", artifact_class=str)


def test_a_pipeline_in_a_pipeline_is_called_not_defined(kit: Any) -> None:
    with pytest.raises(ValueError, match="another one is being written"):

        @dsl.pipeline
        def outer():
            @dsl.pipeline
            def inner():
                kit.say()


@pytest.mark.parametrize(
    ("name", "shown"), [(None, "my-pipe"), ("Given Name", "given-name"), ("a" * 128, "a" * 128)]
)
def test_a_pipeline_has_a_name_in_kubernetes_form(kit: Any, name: str, shown: str) -> None:
    def my_pipe():
        kit.say()

    assert dsl.pipeline(name=name)(my_pipe).name == shown


def empty(): ...


def test_what_is_no_pipeline_is_refused(kit: Any) -> None:
    with pytest.raises(ValueError, match="has no task"):
        dsl.pipeline(empty)
    with pytest.raises(ValueError, match="cannot name a pipeline"):
        dsl.pipeline(name="a" * 129)(empty)


def returned(kit: Any, what: str) -> Any:
    task = kit.many()
    return {
        "nothing": None,
        "a task": task,
        "a number": 3,
        "the wrong type": task.outputs["text"],
        "an input": "input",
    }[what]


@pytest.mark.parametrize(
    ("what", "kind"),
    [
        ("nothing", ValueError),
        ("a task", ValueError),
        ("a number", ValueError),
        ("the wrong type", TypeError),
    ],
)
def test_a_pipeline_must_return_what_it_declares(kit: Any, what: str, kind: type) -> None:
    def p() -> int:
        return returned(kit, what)

    with pytest.raises(kind) as caught:
        dsl.pipeline(p)
    assert caught.value.where[0].file == __file__


def test_task_configuration_that_nobody_takes_is_refused() -> None:
    @dsl.component(task_config_passthroughs=[dsl.TaskConfigField.ENV])
    def taking(config: dsl.TaskConfig): ...

    with pytest.raises(ValueError, match="RESOURCES"):

        @dsl.pipeline
        def p():
            taking().set_env_variable("A", "b").set_cpu_limit("1")


def test_every_public_name_exists() -> None:
    assert all(hasattr(dsl, name) for name in dsl.__all__)
    assert {"component", "pipeline", "If", "OneOf", "Collected", "get_uri"} <= set(dsl.__all__)
