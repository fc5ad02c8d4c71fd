"""Groups in the making: If, Elif, Else, ParallelFor, ExitHandler, and OneOf that joins branches.

Each is a context manager; what is made inside it belongs to it. Knows the trace, channels and
tasks; knows nothing of the IR.
"""

from __future__ import annotations

from types import TracebackType
from typing import Any, ClassVar, Literal, cast

from headrace.dsl.channels import (
    Comparison,
    PipelineChannel,
    item_of_channel,
    item_of_values,
    ref_of,
)
from headrace.dsl.exceptions import InvalidControlFlowException, refused
from headrace.dsl.graph import Branch, Branches, ExitScope, Group, Loop, Task, Test
from headrace.dsl.refs import ItemRef, Ref
from headrace.dsl.tasks import PipelineTask
from headrace.dsl.trace import Scope, Trace, current_trace
from headrace.errors import InvalidPipeline, TypeMismatch, caller_location
from headrace.types.parameters import ParameterType, type_of_value

_PRIMITIVE = {"STRING", "NUMBER_INTEGER", "NUMBER_DOUBLE", "BOOLEAN"}


class TasksGroup(Scope):
    """A block of tasks under one control flow.

    Attributes:
        kind: What its name begins with.
        name: Unique in the pipeline; known once the block is entered.
        display_name: What the author called it, or None.
    """

    kind: ClassVar[str]
    is_exit_handler: ClassVar[bool] = False

    def __init__(self, name: str | None = None) -> None:
        super().__init__()
        self.name = ""
        self.display_name = name
        self.where = caller_location()

    def __enter__(self) -> Any:
        trace = _trace(type(self).__name__)
        self.number = trace.next_number()
        self._open(trace, trace.scope)
        return self._entered(trace)

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> Literal[False]:
        trace = current_trace()
        if trace is not None and self in trace.stack:
            # Branches that an Elif left open inside end with the block.
            del trace.stack[trace.stack.index(self) :]
        return False

    def frozen(self, trace: Trace) -> Group:
        """Return its value in the graph."""
        raise NotImplementedError

    @property
    def label(self) -> str:
        """What it is called on screen."""
        return self.display_name or self.name

    def _open(self, trace: Trace, parent: Scope) -> None:
        self._rename()
        self.parent = parent
        parent.children.append(self)
        trace.stack.append(self)

    def _entered(self, trace: Trace) -> Any:
        del trace
        return self

    def _rename(self) -> None:
        self.name = f"{self.kind}-{self.number}"

    def _frozen_children(self, trace: Trace) -> tuple[Task | Group, ...]:
        return tuple(child.frozen(trace) for child in self.children)


class ConditionBranches(TasksGroup):
    """The branches of an If with Elif or Else; made when the second branch appears.

    Like KFP, it takes in what follows a chain without an Else, up to the end of the block around
    it: that changes the names on screen and nothing in what runs.
    """

    kind = "condition-branches"

    def __init__(self, first: If) -> None:
        super().__init__()
        self.where = first.where
        self.one_ofs = 0

    @property
    def chain(self) -> list[_Branch]:
        """The branches of the condition, in the order of the source."""
        later = [child for child in self.children if isinstance(child, _LaterBranch)]
        return [cast("_Branch", self.children[0]), *later]

    def frozen(self, trace: Trace) -> Branches:
        """Return its value in the graph."""
        return Branches(self.name, self.label, self._frozen_children(trace), self.where)


class _Branch(TasksGroup):
    """A branch; its own comparison comes after the opposites of those before it."""

    kind = "condition"
    comparisons: list[Comparison]

    def frozen(self, trace: Trace) -> Branch:
        """Return its value in the graph."""
        tests = tuple(_frozen_condition(comparison) for comparison in self.comparisons)
        children = self._frozen_children(trace)
        return Branch(self.name, self.label, children, self.where, tests)


class If(_Branch):
    """Runs its tasks when a condition holds.

    Args:
        condition: A comparison of a channel, such as ``task.output == "yes"``.
        name: What it is called on screen.

    Example:
        ``with dsl.If(flip.output == "heads"): ...``
    """

    def __init__(self, condition: Any, name: str | None = None) -> None:
        super().__init__(name)
        self.comparisons = [_checked_condition(condition, type(self).__name__)]


class Condition(If):
    """Runs its tasks when a condition holds; the older name of ``If``."""

    def __init__(self, condition: Any, name: str | None = None) -> None:
        import warnings

        warnings.warn(
            "dsl.Condition is the old name of dsl.If",
            DeprecationWarning,
            stacklevel=2,
        )
        super().__init__(condition, name)


class _LaterBranch(_Branch):
    """A branch that needs an If before it."""

    def __enter__(self) -> Any:
        trace = _trace(type(self).__name__)
        scope = trace.scope
        previous = _previous_group(scope)
        if isinstance(previous, If):
            branches = _wrapped(trace, previous)
        elif isinstance(previous, Elif) and isinstance(scope, ConditionBranches):
            branches = scope
        else:
            raise self._misplaced(previous)
        negated = [branch.comparisons[-1].negated() for branch in branches.chain]
        self.comparisons = [*negated, *self.comparisons]
        self.number = trace.next_number()
        self._open(trace, branches)
        return self

    def _misplaced(self, previous: TasksGroup | None) -> InvalidControlFlowException:
        name = type(self).__name__
        after_else = isinstance(previous, ConditionBranches)
        return refused(
            InvalidControlFlowException,
            f"dsl.{name} comes after a dsl.Else, which ends the chain"
            if after_else
            else f"dsl.{name} has no dsl.If or dsl.Elif before it",
            hint=f"put dsl.{name} directly after the block of dsl.If or dsl.Elif",
        )


class Elif(_LaterBranch):
    """Runs its tasks when a condition holds and those of the branches before it do not.

    Args:
        condition: A comparison of a channel.
        name: What it is called on screen.
    """

    def __init__(self, condition: Any, name: str | None = None) -> None:
        super().__init__(name)
        self.comparisons = [_checked_condition(condition, "Elif")]


class Else(_LaterBranch):
    """Runs its tasks when no condition of the branches before it holds.

    Args:
        name: What it is called on screen.
    """

    def __init__(self, name: str | None = None) -> None:
        super().__init__(name)
        self.comparisons = []

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> Literal[False]:
        branches = cast("ConditionBranches", self.parent)
        return branches.__exit__(exc_type, exc, traceback)


class ParallelFor(TasksGroup):
    """Runs its tasks once for each item, at the same time.

    Args:
        items: A list of values, or a channel that brings a list.
        name: What it is called on screen.
        parallelism: How many iterations may run at once; None or 0 for any number.

    Example:
        ``with dsl.ParallelFor(["a", "b"], parallelism=1) as letter: ...``
    """

    kind = "for-loop"

    def __init__(
        self,
        items: list[Any] | tuple[Any, ...] | PipelineChannel,
        name: str | None = None,
        parallelism: int | None = None,
    ) -> None:
        super().__init__(name)
        self.parallelism = _checked_parallelism(parallelism)
        self.values: list[Any] | None = None
        if isinstance(items, PipelineChannel):
            self.item = item_of_channel(items)
        elif isinstance(items, list | tuple):  # pyright: ignore[reportUnnecessaryIsInstance]
            self.values = list(items)
            self.item = item_of_values(self.values, _trace("ParallelFor").next_number())
        else:
            raise refused(
                TypeMismatch,
                f"dsl.ParallelFor cannot loop over {items!r}",
                hint="loop over a list of values, a list parameter or a list output",
            )

    def frozen(self, trace: Trace) -> Loop:
        """Return its value in the graph."""
        children = self._frozen_children(trace)
        item = cast("ItemRef", ref_of(self.item))
        return Loop(
            self.name, self.label, children, self.where, item, self.values, self.parallelism
        )

    def _entered(self, trace: Trace) -> Any:
        trace.add_ref(ref_of(self.item))
        return self.item


class ExitHandler(TasksGroup):
    """Runs a task when everything in the block has ended, in whatever way.

    Args:
        exit_task: The task; made before the block, and depending on no other task.
        name: What the block is called on screen.
    """

    kind = "exit-handler"
    is_exit_handler = True

    def __init__(self, exit_task: PipelineTask, name: str | None = None) -> None:
        super().__init__(name)
        if not isinstance(exit_task, PipelineTask):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise refused(
                TypeMismatch,
                f"dsl.ExitHandler takes a task, not {exit_task!r}",
                hint="call the component first: dsl.ExitHandler(notify(…))",
            )
        if exit_task.dependent_tasks or any(c.task_name for c in exit_task.channel_inputs):
            raise refused(
                InvalidPipeline,
                f"the exit task {exit_task.name!r} waits for other tasks, and must not",
                hint="pass it only constants and inputs of the pipeline",
            )
        self.exit_task = exit_task
        if exit_task in exit_task.scope.children:
            exit_task.scope.children.remove(exit_task)

    def frozen(self, trace: Trace) -> ExitScope:
        """Return its value in the graph."""
        children = self._frozen_children(trace)
        exit_task = self.exit_task.frozen(trace)
        return ExitScope(self.name, self.label, children, self.where, exit_task)

    def _open(self, trace: Trace, parent: Scope) -> None:
        while isinstance(parent, ConditionBranches):
            # Branches without an Else that are still open do not nest the block.
            trace.stack.remove(parent)
            parent = trace.scope
        if isinstance(parent, TasksGroup):
            raise refused(
                InvalidPipeline,
                f"a dsl.ExitHandler stands at the top of a pipeline, and this one is inside of "
                f"{type(parent).__name__} {parent.name}",
                hint="move the block to the top, or into a pipeline of its own that you call here",
            )
        super()._open(trace, parent)


# ------------------------------------------------------------------ checks


def _trace(what: str) -> Trace:
    trace = current_trace()
    if trace is None:
        raise refused(
            InvalidPipeline,
            f"dsl.{what} can only be used inside a pipeline",
            hint="put it into a function with @dsl.pipeline",
        )
    return trace


def _previous_group(scope: Scope) -> TasksGroup | None:
    groups = (child for child in reversed(scope.children) if isinstance(child, TasksGroup))
    return next(groups, None)


def _wrapped(trace: Trace, first: If) -> ConditionBranches:
    """Put the branches group around an If; KFP gives the group the number of the If."""
    branches = ConditionBranches(first)
    branches.number, first.number = first.number, trace.next_number()
    for group in (branches, first):
        group._rename()  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    parent = first.parent
    assert parent is not None
    parent.children[parent.children.index(first)] = branches
    branches.parent, first.parent = parent, branches
    branches.children.append(first)
    trace.stack.append(branches)
    return branches


def _checked_condition(condition: Any, what: str) -> Comparison:
    if isinstance(condition, Comparison):
        for operand in (condition.left, condition.right):
            _check_operand(operand)
        _check_pair(condition)
        return condition
    if isinstance(condition, bool):
        raise refused(
            InvalidPipeline,
            f"the condition is {condition} already: nothing in it depends on the run",
            hint="compare a channel, such as task.output == 'yes'; use Python's if for constants",
        )
    hint = "compare a channel, such as task.output == 'yes'"
    if isinstance(condition, PipelineChannel):
        hint = f"write dsl.{what}(… == True)"
    raise refused(_BadConditionError, f"{condition!r} is not a condition", hint=hint)


class _BadConditionError(TypeMismatch, AttributeError):
    """Something that is no comparison stands where a condition must be."""

    default_code = "HR1213"


def _check_operand(operand: Any) -> None:
    if isinstance(operand, PipelineChannel):
        ref = ref_of(operand)
        if isinstance(ref.type, ParameterType) and ref.type.kind in _PRIMITIVE:
            return
        raise refused(
            InvalidPipeline,
            f"{ref.full_name} is a {ref.type}, which a condition cannot compare",
            hint="compare a str, int, float or bool; let a component make one of the value",
        )
    kind = type_of_value(operand)
    if kind is None or kind.kind not in _PRIMITIVE:
        raise refused(
            _BadOperandError,
            f"A condition cannot compare with {operand!r}",
            hint="compare with a str, int, float or bool",
        )


def _check_pair(condition: Comparison) -> None:
    kinds = {_operand_kind(condition.left), _operand_kind(condition.right)}
    if "BOOLEAN" in kinds and kinds & {"NUMBER_INTEGER", "NUMBER_DOUBLE"}:
        raise refused(
            InvalidPipeline,
            "A condition cannot compare a boolean with a number",
            hint="compare a boolean with True or False, a number with a number",
        )


def _operand_kind(operand: Any) -> str:
    found = ref_of(operand).type if isinstance(operand, PipelineChannel) else type_of_value(operand)
    assert isinstance(found, ParameterType)
    return found.kind


class _BadOperandError(InvalidPipeline, AssertionError):
    """A constant that conditions cannot hold; KFP fails an assertion here."""


def _frozen_condition(comparison: Comparison) -> Test:
    return Test(
        comparison.operator,
        _frozen_operand(comparison.left),
        _frozen_operand(comparison.right),
        comparison.negate,
    )


def _frozen_operand(operand: Any) -> Ref | str | int | float | bool:
    return ref_of(operand) if isinstance(operand, PipelineChannel) else operand


def _checked_parallelism(parallelism: Any) -> int:
    if parallelism is None:
        return 0
    if isinstance(parallelism, bool) or not isinstance(parallelism, int):
        raise refused(
            TypeMismatch,
            f"ParallelFor parallelism must be an integer. Got: {parallelism!r}.",
            hint="write a whole number, or leave it out for no limit",
        )
    if parallelism < 0:
        raise refused(
            InvalidPipeline,
            f"parallelism is {parallelism}, but takes 0 or more",
            hint="write a whole number, or leave it out for no limit",
        )
    return parallelism
