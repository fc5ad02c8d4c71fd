"""Random pipelines as Python source, for both compilers to read.

A program is drawn from a ``random.Random``: Hypothesis' own, where shrinking is wanted, or a seeded
one for a batch. Nearly all data edges are legal (a value is used in its own block or below, through
``Collected`` above a loop, through ``OneOf`` beside a chain of conditions); a few are drawn from
anywhere, since both sides must refuse the same programs too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random

from hypothesis import strategies as st

MAX_DEPTH = 3
MAX_STATEMENTS = 24
MAX_BLOCK = 4

#: Component → inputs (name, type, is required) and outputs (name, type).
COMPONENTS: dict[str, tuple[list[tuple[str, str, bool]], list[tuple[str, str]]]] = {
    "say": ([("text", "str", False)], [("Output", "str")]),
    "pair": (
        [("text", "str", True), ("number", "int", False)],
        [("text", "str"), ("number", "int")],
    ),
    "add": ([("a", "int", True), ("b", "int", False)], [("Output", "int")]),
    "scale": ([("x", "float", True), ("by", "float", False)], [("Output", "float")]),
    "check": ([("number", "int", True)], [("Output", "bool")]),
    "split": ([("text", "str", True)], [("Output", "List[str]")]),
    "count": ([("number", "int", True), ("step", "int", False)], [("Output", "List[int]")]),
    "join": ([("texts", "List[str]", True)], [("Output", "str")]),
    "total": ([("numbers", "List[int]", True)], [("Output", "int")]),
    "options": ([("text", "str", True)], [("Output", "Dict[str, str]")]),
    "use_options": (
        [("values", "Dict[str, str]", True), ("text", "str", False)],
        [("Output", "str")],
    ),
    "make": ([("text", "str", True)], [("data", "Dataset"), ("Output", "int")]),
    "fit": ([("data", "Dataset", True), ("rate", "float", False)], [("Output", "Model")]),
    "measure": (
        [("model", "Model", True), ("data", "Dataset", False)],
        [("metrics", "Metrics"), ("Output", "float")],
    ),
    "merge": ([("parts", "List[Dataset]", True)], [("Output", "Dataset")]),
    "best": ([("models", "List[Model]", True), ("note", "str", False)], [("Output", "Model")]),
    "maybe": (
        [("text", "str", False), ("numbers", "List[int]", False), ("model", "Model", False)],
        [],
    ),
    "tool": (
        [("text", "str", True), ("number", "int", True), ("data", "Dataset", True)],
        [("out", "Dataset")],
    ),
}
PARAMETERS = ("str", "int", "float", "bool", "List[str]", "List[int]", "Dict[str, str]")
ANNOTATIONS = {
    "Dataset": "Input[Dataset]",
    "Model": "Input[Model]",
    "List[Dataset]": "Input[List[Dataset]]",
}
DEFAULTS = {
    "str": "'d'",
    "int": "7",
    "float": "0.25",
    "bool": "True",
    "List[str]": "['p', 'q']",
    "List[int]": "[3, 4]",
    "Dict[str, str]": "{'k': 'v'}",
}
COLLECTED = {
    "str": "List[str]",
    "int": "List[int]",
    "Dataset": "List[Dataset]",
    "Model": "List[Model]",
}


@dataclass(frozen=True)
class Value:
    """An expression of a type, usable in a block and in those below it."""

    text: str
    kind: str
    in_strings: bool = True


@dataclass
class Block:
    """A block of statements that is being written."""

    kind: str
    values: list[Value] = field(default_factory=list)
    tasks: list[str] = field(default_factory=list)
    made: list[Value] = field(default_factory=list)


class Author:
    """Writes one pipeline function, statement by statement."""

    def __init__(self, random: Random, name: str, known: dict[str, tuple[list, list]]) -> None:
        self.random = random
        self.name = name
        self.known = known
        self.lines: list[str] = []
        self.blocks: list[Block] = []
        self.everything: list[Value] = []
        self.counter = 0
        self.is_open = False
        self.budget = random.randint(3, MAX_STATEMENTS)

    def write(self) -> tuple[str, list[tuple[str, str, bool]], list[tuple[str, str]]]:
        """Return the source of the function, its inputs and its outputs."""
        inputs = self._inputs()
        top = Block("pipeline", [Value(f"in_{i}", kind) for i, (_, kind, _) in enumerate(inputs)])
        self.blocks.append(top)
        self._line("t0 = say()")
        self._made(top, Value("t0.output", "str"))
        while self.budget > 0:
            self._statement()
        outputs = self._outputs(top)
        head = f"@dsl.pipeline(name={self.name.replace('_', '-')!r})\ndef {self.name}("
        head += ", ".join(self._declaration(*one) for one in inputs) + ")"
        if outputs:
            head += f" -> {self._returned(outputs)}"
            self._return(outputs)
        names = [(name, kind) for name, (kind, _) in outputs.items()]
        return "\n".join([f"{head}:", *self.lines]), inputs, names

    # ------------------------------------------------------------ the interface

    def _inputs(self) -> list[tuple[str, str, bool]]:
        kinds = [
            self._pick([*PARAMETERS, *PARAMETERS, *ANNOTATIONS]) for _ in range(self._up_to(4))
        ]
        drawn = [
            (kind, (kind in ANNOTATIONS and kind.startswith("List")) or self._chance(0.4))
            for kind in kinds
        ]
        drawn.sort(key=lambda one: not one[1])
        return [(f"in_{i}", kind, required) for i, (kind, required) in enumerate(drawn)]

    def _declaration(self, name: str, kind: str, required: bool) -> str:
        annotation = ANNOTATIONS.get(kind, kind)
        if required:
            return f"{name}: {annotation}"
        return f"{name}: {annotation} = {DEFAULTS.get(kind, 'None')}"

    def _outputs(self, top: Block) -> dict[str, tuple[str, str]]:
        made = [value for value in top.made if value.kind != "List[List[str]]"]
        if not made or self._chance(0.4):
            return {}
        if self._chance(0.5):
            chosen = self._pick(made)
            return {"Output": (chosen.kind, chosen.text)}
        chosen = self.random.sample(made, min(len(made), 1 + self._up_to(2)))
        return {f"out_{i}": (value.kind, value.text) for i, value in enumerate(chosen)}

    def _returned(self, outputs: dict[str, tuple[str, str]]) -> str:
        if list(outputs) == ["Output"]:
            return outputs["Output"][0]
        fields = ", ".join(f"({name!r}, {kind})" for name, (kind, _) in outputs.items())
        return f"NamedTuple('Outputs', [{fields}])"

    def _return(self, outputs: dict[str, tuple[str, str]]) -> None:
        if list(outputs) == ["Output"]:
            self._line(f"return {outputs['Output'][1]}")
            return
        self._line(f"Outputs = {self._returned(outputs)}")
        given = ", ".join(f"{name}={text}" for name, (_, text) in outputs.items())
        self._line(f"return Outputs({given})")

    # ------------------------------------------------------------ statements

    def _statement(self) -> None:
        deep = len(self.blocks) > MAX_DEPTH
        choices = [self._task] * 6
        if self._chance(0.15):
            choices = [self._importer]
        if not deep:
            choices += [self._loop, self._loop, self._conditions, self._conditions]
            if len(self.blocks) == 1 and not self.is_open:
                choices.append(self._exit_handler)
        self._pick(choices)()

    def _task(self) -> None:
        self.budget -= 1
        name = self._pick([*COMPONENTS, *self.known, *self.known])
        inputs, outputs = {**COMPONENTS, **self.known}[name]
        arguments = self._arguments(inputs)
        if arguments is None:
            return
        self.counter += 1
        variable = f"t{self.counter}"
        self._line(f"{variable} = {name}({', '.join(arguments)})")
        self._settings(variable, name)
        block = self.blocks[-1]
        for output, kind in outputs:
            short = len(outputs) == 1 and self._chance(0.5)
            text = f"{variable}.output" if short else f"{variable}.outputs[{output!r}]"
            self._made(block, Value(text, kind))
        block.tasks.append(variable)

    def _importer(self) -> None:
        self.budget -= 1
        self.counter += 1
        variable, kind = f"t{self.counter}", self._pick(["Dataset", "Model"])
        uris = [value.text for value in self._visible("str") if value.in_strings]
        uri = self._pick(uris) if uris and self._chance(0.5) else "'gs://bucket/it'"
        metadata = self._pick(["None", "{'a': 1}", "{'b': {'c': [True, 'd']}}"])
        if uris and self._chance(0.3):
            plain = [text for text in uris if "item" not in text]
            metadata = f"{{'from': {self._pick(plain)}}}" if plain else metadata
        options = f"artifact_uri={uri}, artifact_class={kind}, metadata={metadata}"
        reimport = ", reimport=True" if self._chance(0.2) else ""
        self._line(f"{variable} = dsl.importer({options}{reimport})")
        self._made(self.blocks[-1], Value(f"{variable}.output", kind))
        self.blocks[-1].tasks.append(variable)

    def _arguments(self, inputs: Iterable[tuple[str, str, bool]]) -> list[str] | None:
        given: list[str] = []
        for name, kind, required in inputs:
            if not required and self._chance(0.4):
                continue
            value = self._value(kind)
            if value is None:
                if required:
                    return None
                continue
            given.append(f"{name}={value}")
        return given

    def _settings(self, variable: str, name: str) -> None:
        tasks = [task for block in self.blocks for task in block.tasks]
        if tasks and self._chance(0.2):
            self._line(f"{variable}.after({self._pick(tasks)})")
        if self._chance(0.1):
            self._line(f"{variable}.set_display_name('Task {self.counter}')")
        if self._chance(0.1):
            self._line(f"{variable}.set_caching_options({self._pick([True, False])})")
        if self._chance(0.1):
            self._line(f"{variable}.set_retry({self._up_to(3)}, '10s', 2.0, '1m')")
        if name in self.known:
            return
        if name == "say" and self._chance(0.08):
            self._line(f"{variable}.ignore_upstream_failure()")
        if self._chance(0.15):
            self._line(f"{variable}.set_env_variable('A', 'b').set_cpu_limit('1')")
        self._platform(variable)

    def _platform(self, variable: str) -> None:
        own = [value for value in self.blocks[-1].values if value.kind == "str"]
        texts = [value.text for value in own if value.in_strings and "item" not in value.text]
        if texts and self._chance(0.08):
            self._line(f"{variable}.set_memory_limit({self._pick(texts)})")
        if self._chance(0.08):
            secret = self._pick([*texts, "'secret'"])
            self._line(f"kubernetes.use_secret_as_env({variable}, {secret}, {{'k': 'K'}})")
        if self._chance(0.05):
            self._line(f"kubernetes.add_pod_label({variable}, 'a', 'b')")
        if self._chance(0.05):
            claim = self._pick([*texts, "'claim'"])
            self._line(f"kubernetes.mount_pvc({variable}, {claim}, '/data')")
        mappings = [v.text for v in self.blocks[-1].values if v.kind == "Dict[str, str]"]
        if mappings and self._chance(0.1):
            self._line(f"kubernetes.add_node_selector_json({variable}, {self._pick(mappings)})")
        if texts and self._chance(0.05):
            self._line(f"{variable}.set_container_image({self._pick(texts)})")

    def _loop(self) -> None:
        self.budget -= 1
        self.counter += 1
        item = f"item{self.counter}"
        source, values = self._items(item)
        if self._chance(0.3):
            source += f", parallelism={self._up_to(3)}"
        if self._chance(0.2):
            source += f", name='loop {self.counter}'"
        self._line(f"with dsl.ParallelFor({source}) as {item}:")
        block = self._body(Block("loop", values))
        outer = self.blocks[-1]
        for value in block.made:
            text = (
                value.text if value.text.startswith("dsl.Coll") else f"dsl.Collected({value.text})"
            )
            kind = value.kind if text == value.text else COLLECTED.get(value.kind)
            if kind is not None:
                self._made(outer, Value(text, kind, in_strings=False))
        outer.tasks.extend(block.tasks if self._chance(0.5) else [])

    def _items(self, item: str) -> tuple[str, list[Value]]:
        kinds = ("List[str]", "List[int]", "List[Dataset]")
        lists = [value for value in self._visible(*kinds) if value.in_strings]
        if lists and self._chance(0.5):
            value = self._pick(lists)
            return value.text, [Value(item, value.kind[5:-1])]
        literal = self.random.randrange(4)
        if literal == 0:
            return "['a', 'b']", [Value(item, "str")]
        if literal == 1:
            return "[1, 2, 3]", [Value(item, "int")]
        if literal == 2:
            return "[0.5, 1.5]", [Value(item, "float")]
        fields = [Value(f"{item}.a", "str"), Value(f"{item}.b", "str")]
        return "[{'a': 'x', 'b': 'y'}, {'a': 'z', 'b': 'w'}]", fields

    def _conditions(self) -> None:
        first = self._condition()
        if first is None:
            return
        self.budget -= 1
        heads = [f"with dsl.If({first}):"]
        while len(heads) < 3 and self._chance(0.35):
            heads.append(f"with dsl.Elif({self._condition()}):")
        # After an Elif without Else the SDK goes on inside the chain, even behind the block's end,
        # which changes what runs; Headrace ends it with the block.
        has_else = self._chance(0.6) or (len(heads) > 1 and len(self.blocks) > 1)
        self.is_open |= len(heads) > 1 and not has_else
        if has_else:
            heads.append("with dsl.Else():")
        bodies: list[Block] = []
        for head in heads:
            self._line(head)
            # The SDK takes a chain inside a branch for the chain that the next branch goes on with.
            nests = head is heads[-1] or self._chance(0.1)
            bodies.append(self._body(Block("condition"), nests=nests))
        if has_else:
            self._one_of(bodies)

    def _one_of(self, bodies: list[Block]) -> None:
        for kind in ("str", "int", "Dataset", "Model"):
            offers = [
                [v for v in body.made if v.kind == kind and not v.text.startswith("dsl.")]
                for body in bodies
            ]
            if all(offers) and self._chance(0.6):
                self.counter += 1
                chosen = ", ".join(self._pick(offer).text for offer in offers)
                self._line(f"one{self.counter} = dsl.OneOf({chosen})")
                value = Value(f"one{self.counter}", kind, in_strings=False)
                self.blocks[-1].values.append(value)
                if self.blocks[-1].kind == "pipeline":
                    self.blocks[-1].made.append(value)

    def _condition(self) -> str | None:
        values = self._visible("str", "int", "float", "bool")
        if not values:
            return None
        value = self._pick(values)
        operator = self._pick(["==", "!=", ">", "<=", "<", ">="])
        constants = {"str": "'b'", "int": "3", "float": "0.5", "bool": "True"}
        if value.kind in ("str", "bool"):
            operator = self._pick(["==", "!="])
        others = [other.text for other in self._visible(value.kind) if other != value]
        other = self._pick(others) if others and self._chance(0.25) else constants[value.kind]
        return f"{value.text} {operator} {other}"

    def _exit_handler(self) -> None:
        self.budget -= 1
        self.counter += 1
        own = [name for name, (inputs, _) in self.known.items() if not any(i[2] for i in inputs)]
        choices = [
            "say(text='bye')",
            "report()",
            "report(text='end')",
            *(f"{name}()" for name in own),
        ]
        inputs = [v.text for v in self.blocks[0].values if v.kind == "str" and v.text[:3] == "in_"]
        choices += [f"say(text={text})" for text in inputs]
        exit_task = self._pick(choices)
        self._line(f"exit{self.counter} = {exit_task}")
        self._line(f"with dsl.ExitHandler(exit{self.counter}):")
        self._body(Block("exit handler"))

    def _body(self, block: Block, *, nests: bool = True) -> Block:
        self.blocks.append(block)
        before = len(self.lines)
        for _ in range(1 + self._up_to(MAX_BLOCK - 1)):
            if self.budget > 0:
                (self._statement if nests else self._task)()
        if not block.tasks:
            self.counter += 1
            self._line(f"t{self.counter} = say(text='filler')")
            block.tasks.append(f"t{self.counter}")
        assert len(self.lines) > before
        self.blocks.pop()
        return block

    # ------------------------------------------------------------ values

    def _value(self, kind: str) -> str | None:
        if self.everything and self._chance(0.004):
            return self._pick(self.everything).text
        values = self._visible(kind)
        if values and self._chance(0.7):
            return self._pick(values).text
        return self._constant(kind)

    def _constant(self, kind: str) -> str | None:
        inner = [value.text for value in self._visible("str", "int") if value.in_strings]
        one = self._pick(inner) if inner else None
        if kind == "str":
            plain = ["'text'", "''", "dsl.PIPELINE_JOB_ID_PLACEHOLDER", "'größe \"x\"'"]
            return (
                f'f"{{{one}}}-{{{self._pick(inner)}}}"'
                if one and self._chance(0.5)
                else self._pick(plain)
            )
        if kind == "List[str]":
            return f"['a', {one}]" if one and self._chance(0.5) else "['a', 'b']"
        if kind == "Dict[str, str]":
            if one and self._chance(0.3):
                return f"{{'k': {one}, 'list': ['a', {self._pick(inner)}], 'd': {{'n': {one}}}}}"
            return f"{{'k': {one}}}" if one and self._chance(0.5) else "{'k': 'v', 'a': ''}"
        return {"int": "5", "float": "1.5", "bool": "False", "List[int]": "[1, 2]"}.get(kind)

    def _visible(self, *kinds: str) -> list[Value]:
        return [v for block in self.blocks for v in block.values if v.kind in kinds]

    def _made(self, block: Block, value: Value) -> None:
        block.values.append(value)
        block.made.append(value)
        self.everything.append(value)

    # ------------------------------------------------------------ drawing

    def _line(self, text: str) -> None:
        self.lines.append("    " * len(self.blocks) + text)

    def _pick(self, options):
        return options[self.random.randrange(len(options))]

    def _chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def _up_to(self, most: int) -> int:
        return self.random.randint(0, most)


HEADER = '''"""A random pipeline."""
from typing import Dict, List, NamedTuple

from kfp import dsl, kubernetes
from kfp.dsl import Dataset, Input, Metrics, Model

from generated_components import *

'''


def program(random: Random) -> str:
    """Return the source of a module with a pipeline, and those that it uses as steps."""
    known: dict[str, tuple[list, list]] = {}
    functions: list[str] = []
    for index in range(random.randint(0, 2)):
        author = Author(random, f"inner_{index}", dict(known))
        author.budget = random.randint(2, 7)
        source, inputs, outputs = author.write()
        if random.random() < 0.25:
            source += f"\n\n\ninner_{index} = reloaded(inner_{index})"
        functions.append(source)
        known[f"inner_{index}"] = (inputs, outputs)
    functions.append(Author(random, "outer", known).write()[0])
    body = "\n\n\n".join(functions)
    return f"{HEADER}\n{body}\n\n\nPIPELINES = {{'outer': outer}}\n"


#: Random programs, for Hypothesis to shrink.
programs = st.randoms(use_true_random=False).map(program)
