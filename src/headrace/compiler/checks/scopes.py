"""Which names a function takes from outside itself, by Python's rules of scope.

Works on syntax trees alone. It does not follow the order of statements: a name that is bound
anywhere in a scope belongs to that scope.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
Place = Literal["body", "annotation", "default"]
_Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
_CATCHES_ALL = frozenset({"Exception", "BaseException"})


@dataclass(frozen=True, slots=True)
class Use:
    """A name that is looked up outside the function.

    Attributes:
        name: It.
        node: Where it stands.
        guarded: Whether a ``try`` around it catches the ``NameError``.
        place: Where it is evaluated: annotations and defaults are when the function is defined.
    """

    name: str
    node: ast.Name
    guarded: bool
    place: Place


@dataclass(frozen=True, slots=True)
class _Scope:
    bound: frozenset[str]
    parent: _Scope | None
    is_class: bool = False
    global_names: frozenset[str] = frozenset()
    nonlocal_names: frozenset[str] = frozenset()


def outer_uses(function: FunctionNode) -> list[Use]:
    """Return every use of a name that a shipped function looks up outside itself, in order.

    The function's decorators do not count: they are not shipped.
    """
    visitor = _Resolver()
    visitor.shipped_function(function)
    uses = [use for use in visitor.uses if use.name not in visitor.assigned_globals]
    return sorted(uses, key=lambda use: (use.node.lineno, use.node.col_offset))


def bound_names(body: Iterable[ast.AST]) -> frozenset[str]:
    """Return the names that statements bind in their own scope."""
    names: set[str] = set()
    for node in _own_nodes(body):
        names.update(_bound_by(node))
    return frozenset(names)


def catches(handler: ast.ExceptHandler, names: frozenset[str]) -> bool:
    """Return whether a handler catches one of the exceptions, by their names, or all."""
    if handler.type is None:
        return True
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    caught = {kind.id for kind in kinds if isinstance(kind, ast.Name)}
    return bool(caught & (names | _CATCHES_ALL))


def is_type_checking(test: ast.expr) -> bool:
    """Return whether a condition is ``TYPE_CHECKING``, which is false when code runs."""
    name = test.attr if isinstance(test, ast.Attribute) else getattr(test, "id", "")
    return name == "TYPE_CHECKING"


def _own_nodes(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Yield the nodes of one scope, without those of the scopes inside it."""
    pending = list(body)[::-1]
    while pending:
        node = pending.pop()
        yield node
        pending.extend(list(_children_in_scope(node))[::-1])


def _children_in_scope(node: ast.AST) -> Iterable[ast.AST]:
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            return [*node.decorator_list, *_evaluated_at_definition(node)]
        case ast.Lambda():
            return _defaults(node.args)
        case ast.ClassDef():
            return [*node.decorator_list, *node.bases, *node.keywords]
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            # A walrus inside a comprehension binds in the scope around it.
            walrus = [n.target for n in ast.walk(node) if isinstance(n, ast.NamedExpr)]
            return [node.generators[0].iter, *walrus]
        case _:
            return ast.iter_child_nodes(node)


def _bound_by(node: ast.AST) -> Sequence[str]:
    match node:
        case ast.Name(ctx=ast.Store() | ast.Del()):
            return [node.id]
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return [node.name]
        case ast.Import():
            return [alias.asname or alias.name.partition(".")[0] for alias in node.names]
        case ast.ImportFrom():
            return [alias.asname or alias.name for alias in node.names if alias.name != "*"]
        case ast.ExceptHandler() | ast.MatchAs() | ast.MatchStar():
            return [node.name] if node.name else []
        case ast.MatchMapping():
            return [node.rest] if node.rest else []
        case _:
            return []


def _declared(body: Iterable[ast.AST], kind: type[ast.Global | ast.Nonlocal]) -> frozenset[str]:
    return frozenset(n for node in _own_nodes(body) if isinstance(node, kind) for n in node.names)


def _parameters(arguments: ast.arguments) -> list[ast.arg]:
    starred = [a for a in (arguments.vararg, arguments.kwarg) if a is not None]
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *starred]


def _defaults(arguments: ast.arguments) -> list[ast.expr]:
    return [*arguments.defaults, *(d for d in arguments.kw_defaults if d is not None)]


def _annotations(function: FunctionNode) -> list[ast.expr]:
    found = [a.annotation for a in _parameters(function.args) if a.annotation is not None]
    return [*found, *([function.returns] if function.returns is not None else [])]


def _evaluated_at_definition(function: FunctionNode) -> list[ast.expr]:
    return [*_defaults(function.args), *_annotations(function)]


def _type_parameters(node: ast.AST) -> frozenset[str]:
    return frozenset(parameter.name for parameter in getattr(node, "type_params", ()))


@dataclass
class _Resolver(ast.NodeVisitor):
    """Walks a function and records each name that no scope of its own binds."""

    uses: list[Use] = field(default_factory=list[Use])
    assigned_globals: set[str] = field(default_factory=set[str])
    _scope: _Scope | None = None
    _guards: int = 0
    _place: Place = "body"

    def shipped_function(self, function: FunctionNode) -> None:
        self._scope = _Scope(_type_parameters(function), None)
        self._place = "default"
        self._visit_all(_defaults(function.args))
        self._place = "annotation"
        self._visit_all(_annotations(function))
        self._place = "body"
        self._function_body(function)

    # Names ---------------------------------------------------------------------------------

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load) and self._is_outer(node.id):
            self.uses.append(Use(node.id, node, self._guards > 0, self._place))

    def _is_outer(self, name: str) -> bool:
        scope, innermost = self._scope, True
        while scope is not None:
            if name in scope.global_names:
                return True
            hidden = (scope.is_class and not innermost) or name in scope.nonlocal_names
            if name in scope.bound and not hidden:
                return False
            scope, innermost = scope.parent, False
        return True

    # Scopes --------------------------------------------------------------------------------

    def visit_FunctionDef(self, node: FunctionNode) -> None:
        self._visit_all([*node.decorator_list, *_evaluated_at_definition(node)])
        self._function_body(node)

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815 - the names that ast asks for

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._visit_all(_defaults(node.args))
        bound = bound_names([node.body]) | {a.arg for a in _parameters(node.args)}
        self._within(_Scope(bound, self._scope), [node.body])

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._visit_all([*node.decorator_list, *node.bases, *node.keywords])
        attributes = bound_names(node.body) | {"__module__", "__qualname__"}
        outer = _Scope(_type_parameters(node) | {"__class__"}, self._scope)
        self._within(self._declaring(attributes, node.body, outer, is_class=True), node.body)

    def visit_ListComp(self, node: _Comprehension) -> None:
        self.visit(node.generators[0].iter)
        targets = [generator.target for generator in node.generators]
        inside: list[ast.AST] = [*targets, *(i for g in node.generators for i in g.ifs)]
        inside += [generator.iter for generator in node.generators[1:]]
        parts = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        self._within(_Scope(bound_names(targets), self._scope), [*inside, *parts])

    visit_SetComp = visit_DictComp = visit_GeneratorExp = visit_ListComp  # noqa: N815

    def _function_body(self, node: FunctionNode) -> None:
        bound = bound_names(node.body) | {a.arg for a in _parameters(node.args)}
        bound |= _type_parameters(node)
        self._within(self._declaring(bound, node.body, self._scope), node.body)

    def _declaring(
        self,
        bound: frozenset[str],
        body: list[ast.stmt],
        parent: _Scope | None,
        *,
        is_class: bool = False,
    ) -> _Scope:
        global_names = _declared(body, ast.Global)
        self.assigned_globals |= bound & global_names
        return _Scope(bound, parent, is_class, global_names, _declared(body, ast.Nonlocal))

    def _within(self, scope: _Scope, body: Iterable[ast.AST]) -> None:
        outer, self._scope = self._scope, scope
        self._visit_all(body)
        self._scope = outer

    def _visit_all(self, nodes: Iterable[ast.AST]) -> None:
        for node in nodes:
            self.visit(node)

    # What is not evaluated, or fails without harm --------------------------------------------

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self.visit(node.target)
        if self._scope is not None and self._scope.is_class:
            self.visit(node.annotation)  # elsewhere in a function it is never evaluated
        if node.value is not None:
            self.visit(node.value)

    def visit_If(self, node: ast.If) -> None:
        self.visit(node.test)
        self._visit_all([] if is_type_checking(node.test) else node.body)
        self._visit_all(node.orelse)

    def visit_Try(self, node: ast.Try | ast.TryStar) -> None:
        guarded = any(catches(handler, frozenset({"NameError"})) for handler in node.handlers)
        self._guards += guarded
        self._visit_all(node.body)
        self._guards -= guarded
        self._visit_all([*node.handlers, *node.orelse, *node.finalbody])

    visit_TryStar = visit_Try  # noqa: N815
