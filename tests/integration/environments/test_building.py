"""Locks built by the real uv into environments."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from headrace.environments import EnvironmentRequest, Lock, build, building, prune, resolve
from headrace.environments.building import aside_path, environment_path, lock_path
from headrace.environments.locking import exclusive_if_free
from headrace.errors import EnvironmentUnresolvable, InfrastructureError

from .conftest import write_wheel

pytestmark = pytest.mark.usefixtures("no_index")


@pytest.fixture
def lock(tmp_path: Path, links: Path) -> Lock:
    files = {"alpha/tool.py": "def main():\n    print('alpha works')\n"}
    write_wheel(links, "alpha", "1.0", files=files, scripts={"alpha-tool": "alpha.tool:main"})
    request = EnvironmentRequest(("alpha",), find_links=(str(links),))
    return resolve(request, tmp_path / "locks")


def output_of(*command: str | Path) -> str:
    clean = {"PATH": "/usr/bin:/bin"}
    return subprocess.run(command, check=True, capture_output=True, text=True, env=clean).stdout


def test_packages_and_scripts_work_where_the_environment_ends_up(tmp_path, lock):
    environment = build(lock, tmp_path / "environments")
    code = "import alpha; print(alpha.VERSION, alpha.__file__)"
    version, file = output_of(environment.python, "-c", code).split()
    assert version == "1.0"
    assert Path(file) == environment.site_packages / "alpha" / "__init__.py"
    assert output_of(environment.python.parent / "alpha-tool") == "alpha works\n"


def test_byte_code_is_compiled_so_that_steps_need_not(tmp_path, lock):
    environment = build(lock, tmp_path / "environments")
    assert list((environment.site_packages / "alpha" / "__pycache__").glob("tool.*.pyc"))


def test_a_step_without_packages_gets_a_bare_python(tmp_path):
    environment = build(resolve(EnvironmentRequest(), tmp_path / "locks"), tmp_path / "e")
    code = "import importlib.util as u; print([u.find_spec(n) for n in ('msgspec', 'headrace')])"
    assert output_of(environment.python, "-c", code) == "[None, None]\n"
    code = "import site; print(site.getsitepackages())"
    assert output_of(environment.python, "-c", code) == f"[{str(environment.site_packages)!r}]\n"


def test_the_second_time_it_is_only_found(tmp_path, lock, monkeypatch):
    first = build(lock, tmp_path / "environments")
    monkeypatch.setattr(building, "run_uv", None)
    assert build(lock, tmp_path / "environments") == first


def test_nothing_in_it_can_be_written(tmp_path, lock):
    environment = build(lock, tmp_path / "environments")
    place = environment.python.parent.parent
    for path in [place, *place.rglob("*")]:
        if not path.is_symlink():
            assert path.stat().st_mode & 0o222 == 0, path


def test_a_file_changed_by_force_changes_no_other_environment(tmp_path, lock):
    first = build(lock, tmp_path / "environments")
    damaged = first.site_packages / "alpha" / "__init__.py"
    damaged.chmod(0o644)
    damaged.write_text("VERSION = 'damaged'\n")
    second = build(lock, tmp_path / "others")
    assert (second.site_packages / "alpha" / "__init__.py").read_text() == "VERSION = '1.0'\n"


_BUILDER = """
import json, sys
from pathlib import Path
from headrace.environments import Lock, build
lock = Lock.from_dict(json.loads(sys.argv[1]))
print("ready", flush=True)
input()
print(build(lock, Path(sys.argv[2])).python)
"""


def test_eight_processes_that_build_the_same_get_the_same(tmp_path, lock):
    root = tmp_path / "environments"
    command = [sys.executable, "-c", _BUILDER, json.dumps(lock.to_dict()), str(root)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    builders = [subprocess.Popen(command, **pipes) for _ in range(8)]
    assert [builder.stdout.readline() for builder in builders] == ["ready\n"] * 8
    for builder in builders:
        builder.stdin.write("go\n")
        builder.stdin.flush()
    pythons = {builder.communicate()[0].strip() for builder in builders}
    assert [builder.returncode for builder in builders] == [0] * 8
    assert output_of(pythons.pop(), "-c", "import alpha") == ""
    assert not pythons
    names = sorted(path.name for path in root.iterdir())
    assert names == [".locks", environment_path(root, lock.digest).name]


def test_what_a_killed_builder_left_is_built_anew(tmp_path, lock):
    root = tmp_path / "environments"
    leftover = aside_path(environment_path(root, lock.digest)) / "lib"
    leftover.mkdir(parents=True)
    (leftover / "half").write_text("")
    leftover.chmod(0o555)
    environment = build(lock, root)
    assert output_of(environment.python, "-c", "import alpha") == ""
    assert not leftover.exists()


def test_a_killed_builders_uv_keeps_the_next_builder_out(tmp_path, lock):
    """The directory aside must not be shared with a uv that has lost its parent."""
    root = tmp_path / "environments"
    path = lock_path(root, lock.digest)
    script = (
        "import subprocess, sys\n"
        "from pathlib import Path\n"
        "from headrace.environments.locking import exclusive\n"
        f"with exclusive(Path({str(path)!r})) as held:\n"
        "    child = subprocess.Popen([sys.executable, '-c', 'input()'],\n"
        "                             stdin=0, pass_fds=[held])\n"
        "    print(child.pid, flush=True)\n"
        "    child.wait()\n"
    )
    builder = subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    child = int(builder.stdout.readline())
    builder.kill()
    builder.wait()
    with exclusive_if_free(path) as free:
        assert not free
    os.kill(child, signal.SIGKILL)
    builder.stdin.close()
    builder.stdout.read()  # ends when the child has
    builder.stdout.close()
    with exclusive_if_free(path) as free:
        assert free


def test_a_missing_interpreter_leads_to_a_new_environment(tmp_path, lock):
    environment = build(lock, tmp_path / "environments")
    environment.python.parent.chmod(0o755)
    environment.python.unlink()
    environment.python.symlink_to("/no/such/python")
    assert output_of(build(lock, tmp_path / "environments").python, "-c", "import alpha") == ""


def test_a_wheel_that_is_not_what_was_locked_is_refused(tmp_path, lock, links, monkeypatch):
    write_wheel(links, "alpha", "1.0", files={"alpha/evil.py": ""})
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "fresh-cache"))
    with pytest.raises(EnvironmentUnresolvable, match=r"(?i)hash"):
        build(lock, tmp_path / "environments")
    assert [p.name for p in (tmp_path / "environments").iterdir()] == [".locks"]


def test_a_root_that_is_a_file_is_said(tmp_path, lock):
    (tmp_path / "file").write_text("")
    with pytest.raises(InfrastructureError, match="cannot be built in"):
        build(lock, tmp_path / "file")


def test_pruning_keeps_what_is_needed_and_what_is_being_built(tmp_path, lock):
    root = tmp_path / "environments"
    bare = resolve(EnvironmentRequest(), tmp_path / "locks")
    build(lock, root)
    build(bare, root)
    killed = root / ".building-0123456789abcdef"
    killed.mkdir()
    removed = prune(root, keep={bare.digest})
    assert removed == (environment_path(root, lock.digest).name,)
    assert not killed.exists()
    assert build(bare, root).python.exists()


def test_pruning_waits_for_nobody(tmp_path, lock):
    root = tmp_path / "environments"
    build(lock, root)
    with exclusive_if_free(lock_path(root, lock.digest)) as free:
        assert free
        assert prune(root, keep=()) == ()
    assert prune(tmp_path / "nowhere", keep=()) == ()
