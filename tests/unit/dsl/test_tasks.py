"""Settings of tasks: what is taken, what is refused, what it becomes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace import dsl
from headrace.dsl.graph import Pipeline, Task
from headrace.dsl.settings import Retry, duration_s


def task_of(body: Callable[[Any], Any]) -> Task:
    """The first task of a pipeline that does this."""

    @dsl.pipeline(name="p")
    def p(text: str = "t"):
        body(text)

    graph = p.component.implementation
    assert isinstance(graph, Pipeline)
    task = graph.children[0]
    assert isinstance(task, Task)
    return task


SET: dict[str, tuple[Callable[..., Any], str, Any]] = {
    "CPUs": (lambda t: t.set_cpu_limit("0.5"), "cpu_limit", "0.5"),
    "milli-CPUs": (lambda t: t.set_cpu_request("500m"), "cpu_request", "500m"),
    "memory": (lambda t: t.set_memory_limit("32G"), "memory_limit", "32G"),
    "memory in bytes": (lambda t: t.set_memory_request("1024"), "memory_request", "1024"),
    "an accelerator": (lambda t: t.set_accelerator_type("gpu"), "accelerator_count", "1"),
    "several accelerators": (
        lambda t: t.set_accelerator_limit(2).set_accelerator_type("gpu"),
        "accelerator_count",
        "2",
    ),
    "an image": (lambda t: t.set_container_image("alpine"), "image", "alpine"),
    "a display name": (lambda t: t.set_display_name("Say it"), "display_name", "Say it"),
    "no reuse": (lambda t: t.set_caching_options(False), "enable_caching", False),
    "a key of reuse": (lambda t: t.set_caching_options(True, "k"), "cache_key", "k"),
    "retries": (lambda t: t.set_retry(3), "retry", Retry(3, 0, 2.0, 3600)),
    "retries with pauses": (
        lambda t: t.set_retry(1, "1 hour", 1.5, "2d"),
        "retry",
        Retry(1, 3600, 1.5, 172_800),
    ),
    "a variable": (lambda t: t.set_env_variable("A", "b"), "env", {"A": "b"}),
    "a pause after": (
        lambda t: t.set_debug_pause(),
        "env",
        {"ARGO_DEBUG_PAUSE_AFTER": "true"},
    ),
    "failures before it": (lambda t: t.ignore_upstream_failure(), "ignore_upstream_failure", True),
}


@pytest.mark.parametrize("what", SET)
def test_a_setting_is_kept_and_the_task_returned(kit: Any, what: str) -> None:
    change, field, value = SET[what]
    returned: list[Any] = []
    task = task_of(lambda text: returned.append(change(kit.say())))
    assert getattr(task.settings, field) == value
    assert returned[0].name == "say"


WRONG: dict[str, tuple[type[Exception], Callable[..., Any]]] = {
    "CPUs in words": (ValueError, lambda t: t.set_cpu_limit("many")),
    "CPUs as a number": (TypeError, lambda t: t.set_cpu_limit(2)),
    "memory with a fraction": (ValueError, lambda t: t.set_memory_limit("1.5G")),
    "memory in GB": (ValueError, lambda t: t.set_memory_limit("1GB")),
    "a negative number of accelerators": (ValueError, lambda t: t.set_accelerator_limit(-1)),
    "accelerators in words": (ValueError, lambda t: t.set_accelerator_limit("two")),
    "half an accelerator": (TypeError, lambda t: t.set_accelerator_limit(0.5)),
    "a duration without a unit": (ValueError, lambda t: t.set_retry(1, "30")),
    "a duration of two units": (ValueError, lambda t: t.set_retry(1, "1h30m")),
    "retries in words": (TypeError, lambda t: t.set_retry("many")),
    "caching that is neither on nor off": (TypeError, lambda t: t.set_caching_options("yes")),
    "a display name that is no text": (TypeError, lambda t: t.set_display_name(3)),
    "a variable that is no text": (TypeError, lambda t: t.set_env_variable("A", 1)),
    "a pause on nothing": (ValueError, lambda t: t.set_debug_pause(before=False, after=False)),
    "a contradictory pause": (
        ValueError,
        lambda t: t.set_debug_pause(before=True, after=False, on_error=True),
    ),
    "order after text": (ValueError, lambda t: t.after("say")),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_setting_is_refused_at_its_line(kit: Any, what: str) -> None:
    kind, change = WRONG[what]
    with pytest.raises(kind) as caught:
        task_of(lambda text: change(kit.say()))
    error: Any = caught.value
    assert error.where[0].file == __file__
    assert error.hint


def test_a_channel_in_a_variable_is_refused(kit: Any) -> None:
    with pytest.raises(TypeError, match="known only when it runs"):
        task_of(lambda text: kit.say().set_env_variable("A", f"{text}"))


@pytest.mark.parametrize("setter", ["set_cpu_limit", "set_memory_request", "set_container_image"])
def test_a_channel_may_be_a_resource(kit: Any, setter: str) -> None:
    task = task_of(lambda text: getattr(kit.say(), setter)(text))  # noqa: PLW0108
    assert [ref.name for ref in (*task.image_refs, *task.setting_refs)] == ["text"]


def test_containers_are_set_on_single_steps_only(kit: Any) -> None:
    @dsl.pipeline(name="inner")
    def inner():
        kit.say()

    with pytest.raises(ValueError, match="run a container"):
        task_of(lambda text: inner().set_cpu_limit("1"))


def test_older_names_of_setters_are_deprecated(kit: Any) -> None:
    with pytest.warns(DeprecationWarning, match="old name"):
        task = task_of(lambda text: kit.say().set_gpu_limit(1).add_node_selector_constraint("gpu"))
    assert task.settings.accelerator_type == "gpu"


def test_failures_cannot_be_ignored_when_an_input_has_no_default(kit: Any) -> None:
    with pytest.raises(ValueError, match="have no value"):
        task_of(lambda t: kit.fit(data=kit.many().outputs["data"]).ignore_upstream_failure())


def test_caching_may_be_off_by_default(kit: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KFP_DISABLE_EXECUTION_CACHING_BY_DEFAULT", "true")
    assert task_of(lambda _: kit.say()).settings.enable_caching is False


def test_names_are_unique_in_the_whole_pipeline(kit: Any) -> None:
    names: list[str] = []

    def body(text: Any) -> None:
        names.append(kit.say().name)
        with dsl.If(text == "a"):
            names.append(kit.say().name)
        names.append(kit.say().name)

    task_of(body)
    assert names == ["say", "say-2", "say-3"]


def test_a_task_tells_what_it_reads_and_gives(kit: Any) -> None:
    seen: list[Any] = []

    def body(text: Any) -> None:
        first = kit.many()
        second = kit.say(text=f"{text} {first.outputs['text']}")
        seen.extend([first.outputs, second.output, second.channel_inputs, second.inputs])

    task_of(body)
    assert list(seen[0])[:2] == ["text", "count"]
    assert str(seen[1]) == "{{channel:task=say;name=Output;type=String;}}"
    assert [c.full_name for c in seen[2]] == ["text", "many-text"]
    assert list(seen[3]) == ["text"]


@given(
    st.integers(0, 10_000), st.sampled_from([("s", 1), ("m", 60), ("h", 3600), ("weeks", 604_800)])
)
def test_a_duration_is_a_number_of_units(number: int, unit: tuple[str, int]) -> None:
    name, seconds = unit
    assert duration_s(f"{number} {name}") == duration_s(f"{number}{name}") == number * seconds


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (lambda: dsl.PipelineConfig(ttl_seconds_after_finished=-1), ValueError),
        (lambda: dsl.PipelineConfig(active_deadline_seconds=2**31), ValueError),
        (lambda: dsl.PipelineConfig(ttl_seconds_after_success=True), TypeError),
        (lambda: dsl.PipelineConfig(ttl_seconds_after_failure=1.5), TypeError),
        (lambda: dsl.WorkspaceConfig(size=""), ValueError),
        (lambda: dsl.WorkspaceConfig(size="10 GB"), ValueError),
        (lambda: dsl.WorkspaceConfig(size="1Gi").set_size("-1Gi"), ValueError),
    ],
)
def test_a_wrong_setting_of_the_pipeline_is_refused(make: Any, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        make()
