"""Compiles the cases of the given files and writes one JSON; runs in either interpreter.

Knows nothing of Headrace: ``import kfp`` means whatever the interpreter serves under that name. Only
the standard library is needed besides it, so that the official SDK's environment can run it.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import io
import json
import os
import sys
import tempfile
import traceback
import warnings
from pathlib import Path


def main(arguments=None):
    """Compile every case and write ``{case: {"text"} | {"error"}}``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", required=True, type=lambda name: Path(name).resolve())
    parser.add_argument("--compat", action="store_true", help="serve kfp from Headrace")
    parser.add_argument("files", nargs="+", type=lambda name: Path(name).resolve())
    options = parser.parse_args(arguments)
    if options.compat:
        serve_headrace_as_kfp()
    warnings.simplefilter("ignore")
    with contextlib.redirect_stdout(io.StringIO()):
        results = [case for path in options.files for case in run_file(path)]
    options.out.write_text(json.dumps(dict(results)), encoding="utf-8")


def serve_headrace_as_kfp():
    """Make ``import kfp`` mean Headrace in this process."""
    from headrace import compat

    if hasattr(compat, "install"):
        compat.install()
        return
    import types

    kfp = types.ModuleType("kfp")
    kfp.__version__, kfp.__path__ = "2.17.0", []
    sys.modules["kfp"] = kfp
    for name in ("dsl", "compiler", "components", "dsl.kubernetes"):
        with contextlib.suppress(ImportError):
            module = importlib.import_module(f"headrace.{name}")
            short = name.rpartition(".")[2]
            sys.modules[f"kfp.{short}"] = module
            setattr(kfp, short, module)


def run_file(path):
    """Yield ``(case id, outcome)`` for one corpus or refused file."""
    sys.path.insert(0, str(path.parent))
    os.chdir(path.parent)
    try:
        module = importlib.import_module(path.stem)
    except BaseException as error:  # noqa: BLE001 - the outcome of the file, whatever it is
        yield f"{path.stem}:", failure(error)
        return
    finally:
        sys.path.remove(str(path.parent))
    for name, case in getattr(module, "PIPELINES", {}).items():
        yield f"{path.stem}:{name}", outcome(lambda case=case: case)
    for name in getattr(module, "REFUSED", {}):
        yield f"{path.stem}:{name}", outcome(getattr(module, name))


def outcome(build):
    """Return what compiling the case gives: its text, or the exception."""
    try:
        case = build()
        return compiled(*case) if isinstance(case, tuple) else compiled(case)
    except BaseException as error:  # noqa: BLE001 - refusals are outcomes too
        return failure(error)


def compiled(component, options=None):
    """Return the text that ``Compiler().compile`` writes for the component."""
    from kfp import compiler

    options = dict(options or {})
    suffix = options.pop("suffix", ".yaml")
    with tempfile.TemporaryDirectory() as directory:
        target = Path(directory) / f"case{suffix}"
        compiler.Compiler().compile(component, str(target), **options)
        return {"text": target.read_text(encoding="utf-8")}


def failure(error):
    """Return an exception as JSON: the names of its classes, message and traceback."""
    return {
        "error": {
            "types": [kind.__name__ for kind in type(error).__mro__],
            "message": str(error),
            "traceback": "".join(
                traceback.format_exception(type(error), error, error.__traceback__)
            ),
        }
    }


if __name__ == "__main__":
    main()
