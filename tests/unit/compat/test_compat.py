"""``import kfp`` meaning Headrace: which names there are, and that nothing happens by itself."""

from __future__ import annotations

import importlib
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from headrace import compat, dsl
from headrace.compat import names
from headrace.compat.script import main


@pytest.fixture
def kfp():
    compat.install()
    try:
        yield importlib.import_module("kfp")
    finally:
        compat.uninstall()


def test_importing_compat_changes_nothing():
    code = "import sys, headrace.compat; print(headrace.compat.installed(), 'kfp' in sys.modules)"
    assert python("-c", code).stdout.split() == ["False", "False"]


def test_the_package_has_what_scripts_read(kfp):
    assert kfp.__version__ == names.KFP_VERSION
    assert kfp.TYPE_CHECK is True
    assert kfp.dsl.component is dsl.component
    assert set(kfp.dsl.__all__) == set(dsl.__all__)
    assert "pipeline" in dir(kfp.dsl)


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("kfp.dsl", "component"),
        ("kfp.dsl.pipeline_task", "PipelineTask"),
        ("kfp.dsl.pipeline_channel", "PipelineParameterChannel"),
        ("kfp.dsl.types.artifact_types", "Dataset"),
        ("kfp.dsl.types.type_annotations", "OutputPath"),
        ("kfp.dsl.types.type_utils", "InconsistentTypeException"),
        ("kfp.dsl.tasks_group", "InvalidControlFlowException"),
        ("kfp.dsl.base_component", "BaseComponent"),
        ("kfp.compiler.compiler_utils", "InvalidTopologyException"),
        ("kfp.kubernetes", "use_secret_as_env"),
        ("kfp.kubernetes.secret", "use_secret_as_volume"),
        ("kfp.v2.dsl", "pipeline"),
    ],
)
def test_names_are_found_where_the_sdk_has_them(kfp, module, name):
    found = getattr(importlib.import_module(module), name)
    assert found.__module__.startswith("headrace.")


def test_every_served_module_can_be_imported(kfp):
    for name in names.SERVED:
        assert importlib.import_module(name).__name__ == name


def test_star_import_gives_the_authoring_names(kfp):
    scope: dict[str, object] = {}
    exec("from kfp.dsl import *", scope)
    assert scope["Dataset"] is dsl.Dataset


@pytest.mark.parametrize("module", ["kfp.client", "kfp.registry", "kfp.cli.cli", "kfp.dsl.nothing"])
def test_what_is_not_served_is_a_clear_import_error(kfp, module):
    with pytest.raises(ImportError, match=r"Headrace serves `import kfp`, but not kfp\."):
        importlib.import_module(module)


def test_a_missing_name_is_an_attribute_error(kfp):
    with pytest.raises(AttributeError, match=r"module 'kfp.dsl' has no attribute 'nothing'"):
        _ = kfp.dsl.nothing
    with pytest.raises(ImportError, match="cannot import name 'nothing'"):
        exec("from kfp.dsl import nothing")


def test_the_client_can_be_imported_but_not_used(kfp):
    with pytest.raises(ValueError, match="headrace run"):
        kfp.Client(host="http://localhost")


def test_modules_of_an_installed_sdk_are_set_aside_and_put_back(tmp_path, monkeypatch):
    (tmp_path / "kfp").mkdir()
    (tmp_path / "kfp" / "__init__.py").write_text("official = True\n")
    monkeypatch.syspath_prepend(tmp_path)
    official = importlib.import_module("kfp")
    try:
        assert official.official
        compat.install()
        assert importlib.import_module("kfp").dsl.component is dsl.component
        compat.uninstall()
        assert importlib.import_module("kfp") is official
    finally:
        compat.uninstall()
        del sys.modules["kfp"]


def test_installing_twice_is_installing_once():
    before = list(sys.meta_path)
    compat.install()
    compat.install()
    assert len(sys.meta_path) == len(before) + 1
    compat.uninstall()
    compat.uninstall()
    assert sys.meta_path == before


# ------------------------------------------------------------------------------------- scripts


def python(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], cwd=cwd, capture_output=True, text=True, check=False
    )


def test_a_script_sees_what_it_sees_under_python(tmp_path):
    script = tmp_path / "sub" / "script.py"
    script.parent.mkdir()
    script.write_text("import sys; print(sys.argv, sys.path[0], __name__, __file__, __spec__)\n")
    plain = python("sub/script.py", "-x", "y", cwd=tmp_path)
    ours = python("-m", "headrace.compat", "sub/script.py", "-x", "y", cwd=tmp_path)
    assert ours.stdout == plain.stdout
    assert ours.returncode == 0


def test_a_script_uses_kfp_and_finds_its_neighbours(tmp_path):
    (tmp_path / "neighbour.py").write_text("from kfp.dsl import Dataset\n")
    (tmp_path / "script.py").write_text(
        textwrap.dedent(
            """
            import inspect
            import kfp
            from kfp import dsl
            from neighbour import Dataset

            @dsl.component(base_image="python:3.11")
            def step(a: int) -> int:
                return a

            print(kfp.__version__, step.name, Dataset.__module__)
            """
        )
    )
    done = python("-m", "headrace.compat", str(tmp_path / "script.py"))
    assert done.stdout.split() == [names.KFP_VERSION, "step", "headrace.types.artifacts"], (
        done.stderr
    )


def test_a_traceback_begins_with_the_script(tmp_path):
    (tmp_path / "script.py").write_text("def f():\n    1 / 0\nf()\n")
    plain = python("script.py", cwd=tmp_path)
    ours = python("-m", "headrace.compat", "script.py", cwd=tmp_path)
    assert ours.stderr == plain.stderr
    assert ours.returncode == plain.returncode == 1


@pytest.mark.parametrize(
    ("code", "status"), [("sys.exit(7)", 7), ("sys.exit('no')", 1), ("pass", 0)]
)
def test_the_exit_status_is_the_scripts(tmp_path, code, status):
    (tmp_path / "script.py").write_text(f"import sys\n{code}\n")
    assert python("-m", "headrace.compat", "script.py", cwd=tmp_path).returncode == status


def test_a_module_can_be_run(tmp_path):
    (tmp_path / "tool.py").write_text("import kfp, sys; print(kfp.__version__, sys.argv[1:])\n")
    done = python("-m", "headrace.compat", "-m", "tool", "a", cwd=tmp_path)
    assert done.stdout.strip() == f"{names.KFP_VERSION} ['a']"


@pytest.mark.parametrize("arguments", [[], ["no/such/script.py"], ["-m"]])
def test_wrong_arguments_are_said(arguments, capsys):
    try:
        assert main(arguments) == 2
    finally:
        compat.uninstall()
    assert capsys.readouterr().err
