"""The finder that serves ``kfp``: first of all finders, so it wins over an installed SDK.

Modules are made by name and look their attributes up when asked, so that nothing of Headrace is
imported before it is used. Knows the table of names and nothing of what is behind it.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from headrace.compat.names import INSTEAD, SERVED, Served

_ROOT = "kfp"
_MISSING = object()


class ServedModule(ModuleType):
    """A module whose names are looked up in Headrace when they are asked for."""

    def __init__(self, name: str, served: Served) -> None:
        super().__init__(name, f"{name}, served by Headrace.")
        self._served = served
        self.__dict__.update(served.values)

    def __getattr__(self, name: str) -> Any:
        served: Served = self.__dict__["_served"]
        value = _looked_up(self.__name__, served, name)
        if value is _MISSING:
            message = f"module {self.__name__!r} has no attribute {name!r}"
            if served.sources and not name.startswith("__"):
                message += " that Headrace serves"
            raise AttributeError(message, name=name, obj=self)
        return value

    def __dir__(self) -> list[str]:
        served: Served = self.__dict__["_served"]
        names = {*super().__dir__(), *served.renamed, *served.submodules}
        for source in served.sources:
            names.update(dir(importlib.import_module(source)))
        return sorted(names)


def _looked_up(module: str, served: Served, name: str) -> Any:
    if name in served.submodules:
        return importlib.import_module(f"{module}.{name}")
    if name in served.renamed:
        source, _, other = served.renamed[name].partition(":")
        return getattr(importlib.import_module(source), other)
    if name.startswith("__") and name != "__all__":
        return _MISSING
    for source in served.sources:
        value = getattr(importlib.import_module(source), name, _MISSING)
        if value is not _MISSING:
            return value
    return _MISSING


class _ServedLoader(Loader):
    """Makes served modules; there is nothing to execute."""

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return ServedModule(spec.name, SERVED[spec.name])

    def exec_module(self, module: ModuleType) -> None:
        """Do nothing: the module is complete."""


class _Finder(MetaPathFinder):
    """Answers for ``kfp`` and everything below it."""

    #: Modules of the official SDK that were imported before, to be put back.
    replaced: dict[str, ModuleType]

    def __init__(self) -> None:
        self.replaced = {}

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,  # noqa: ARG002 - the protocol's parameters
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> ModuleSpec | None:
        if fullname != _ROOT and not fullname.startswith(f"{_ROOT}."):
            return None
        if fullname not in SERVED:
            raise ModuleNotFoundError(_absence(fullname), name=fullname)
        return ModuleSpec(fullname, _ServedLoader(), origin="headrace.compat", is_package=True)


def _absence(fullname: str) -> str:
    package = ".".join(fullname.split(".")[:2])
    instead = INSTEAD.get(package)
    message = f"Headrace serves `import kfp`, but not {fullname}"
    return f"{message}; {instead}" if instead else message


_finder = _Finder()


def installed() -> bool:
    """Return whether ``import kfp`` means Headrace in this process."""
    return _finder in sys.meta_path


def install() -> None:
    """Let ``import kfp`` mean Headrace from now on, whether or not the official SDK is installed.

    Modules of the official SDK that were imported before are set aside; what has been taken from
    them stays what it is. Calling it again changes nothing.
    """
    if sys.meta_path and sys.meta_path[0] is _finder:
        return
    if _finder in sys.meta_path:
        sys.meta_path.remove(_finder)
    sys.meta_path.insert(0, _finder)
    for name, module in _kfp_modules().items():
        if not isinstance(module, ServedModule):
            _finder.replaced[name] = sys.modules.pop(name)


def uninstall() -> None:
    """Undo ``install``: the official SDK, if there is one, is what ``import kfp`` finds again."""
    if _finder not in sys.meta_path:
        return
    sys.meta_path.remove(_finder)
    for name in _kfp_modules():
        del sys.modules[name]
    sys.modules.update(_finder.replaced)
    _finder.replaced.clear()


def _kfp_modules() -> dict[str, ModuleType]:
    return {
        name: module
        for name, module in sys.modules.items()
        if name == _ROOT or name.startswith(f"{_ROOT}.")
    }
