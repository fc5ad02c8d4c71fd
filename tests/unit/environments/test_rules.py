"""Cut-offs, locks, indexes, interpreters and uv's words: everything that starts no process."""

from __future__ import annotations

import json
import os
import sys
from datetime import date
from pathlib import Path

import pytest

from headrace.environments import EnvironmentRequest, Lock, pythons, resolve
from headrace.environments.cutoff import cutoff_of, cutoff_on, first_with_wheels, pins
from headrace.environments.indexes import decisive_settings, pip_settings, uv_environment
from headrace.environments.lock import lock_of
from headrace.environments.pythons import Interpreter, choose_python, python_search
from headrace.environments.running_uv import Outcome
from headrace.errors import InfrastructureError, InvalidRequest

PYLOCK = """\
# written by uv
#    uv pip compile in.txt
lock-version = "1.0"
created-by = "uv"
requires-python = ">=3.9.18"

[[packages]]
name = "Six"
version = "1.16.0"
sdist = { url = "https://h.test/six.tar.gz", upload-time = 2021-05-05T14:18:18Z, hashes = { sha256 = "aa" } }
wheels = [{ url = "https://u:p@h.test/six.whl", upload-time = 2021-05-05T14:18:17Z, hashes = { sha256 = "bb" } }]

[[packages]]
name = "repo"
version = "0.1"
vcs = { type = "git", url = "https://h.test/r.git", commit-id = "c0ffee" }

[[packages]]
name = "old"
version = "0.1"
sdist = { url = "https://h.test/old.tar.gz", upload-time = 2012-05-05T14:18:18.125000Z, hashes = { sha256 = "cc" } }
"""


def make_lock(pylock: str = PYLOCK, python: str = "3.9") -> Lock:
    return lock_of(python, Path("/usr/bin/python3"), "linux-x86_64", pylock)


def test_a_lock_lists_what_is_installed():
    old, repo, six = make_lock().packages
    assert (six.name, six.version, six.hashes) == ("six", "1.16.0", ("sha256:bb",))
    assert (six.uploaded, six.has_wheel) == ("2021-05-05T14:18:17Z", True)
    assert (repo.source, repo.version) == ("vcs", "c0ffee")
    assert (old.uploaded, old.has_wheel, old.hashes) == (
        "2012-05-05T14:18:18Z",
        False,
        ("sha256:cc",),
    )


def test_a_lock_survives_being_stored():
    lock = make_lock()
    assert Lock.from_dict(json.loads(json.dumps(lock.to_dict()))) == lock


@pytest.mark.parametrize("data", [{}, {"format": 0}, {"format": 1}, {"format": 1, "digest": None}])
def test_a_damaged_lock_is_a_value_error(data):
    with pytest.raises(ValueError, match="lock"):
        Lock.from_dict(data)


def test_the_digest_covers_contents_and_python_only():
    commented = "# another comment\n" + PYLOCK.replace(">=3.9.18", ">=3.9.1")
    assert make_lock(commented).digest == make_lock().digest
    assert make_lock(PYLOCK.replace('"bb"', '"dd"')).digest != make_lock().digest
    assert make_lock(python="3.10").digest != make_lock().digest


def test_a_lock_holds_no_credentials_no_command_line_and_fits_each_patch_level():
    pylock = make_lock().pylock
    assert "u:p@" not in pylock
    assert "#" not in pylock
    assert 'requires-python = ">=3.9"' in pylock


def test_the_newest_pin_decides_the_cutoff():
    uploads = {
        "a": ("1", "2023-01-19T10:00:00Z"),
        "b": ("2", "2023-03-09T12:30:00Z"),
        "c": ("3", None),
    }
    cutoff = cutoff_of(pins(["a==1", "b==2", "c==3", "d>=1"]), uploads)
    assert cutoff.moment == "2023-04-08T12:30:00Z"
    assert cutoff.reason == "b==2, the newest of what is pinned, is of 2023-03-09"


@pytest.mark.parametrize("uploads", [{}, {"a": ("1", None)}])
def test_without_upload_times_there_is_no_cutoff(uploads):
    assert cutoff_of(["a==1"], uploads).moment is None


def test_a_time_at_the_end_of_the_calendar_does_no_harm():
    assert cutoff_of(["a==1"], {"a": ("1", "9999-12-31T00:00:00Z")}).moment is not None


def test_a_chosen_day_counts_to_its_end():
    assert cutoff_on(date(2023, 12, 31)).moment == "2024-01-01T00:00:00Z"


def test_a_later_cutoff_is_tried_for_a_younger_python_only():
    early, late = cutoff_on(date(2021, 1, 1)), cutoff_on(date(2024, 1, 1))
    (tried,) = first_with_wheels("3.11", early)
    assert tried.moment == "2023-01-22T00:00:00Z"
    assert first_with_wheels("3.11", late) == ()
    assert first_with_wheels("3.99", early) == ()


BASE = {"HOME": "/nowhere", "PATH": "/usr/bin", "PIP_CONFIG_FILE": os.devnull, "UV_NO_CONFIG": "1"}


@pytest.mark.parametrize(
    ("variables", "request_", "expected"),
    [
        ({}, {}, {"UV_DEFAULT_INDEX": None, "UV_INDEX_STRATEGY": "unsafe-best-match"}),
        ({"PIP_INDEX_URL": "https://p/s"}, {}, {"UV_DEFAULT_INDEX": "https://p/s"}),
        ({"PIP_EXTRA_INDEX_URL": "https://a https://b"}, {}, {"UV_INDEX": "https://a https://b"}),
        (
            {"PIP_INDEX_URL": "https://p/s", "UV_DEFAULT_INDEX": "https://u/s"},
            {},
            {"UV_DEFAULT_INDEX": "https://u/s"},
        ),
        (
            {"PIP_INDEX_URL": "https://p/s", "UV_INDEX": "https://u/s", "UV_NO_INDEX": "1"},
            {"index_urls": ("https://c/s", "https://d/s")},
            {"UV_DEFAULT_INDEX": "https://c/s", "UV_INDEX": "https://d/s", "UV_NO_INDEX": None},
        ),
        ({"PIP_NO_INDEX": "1"}, {}, {"UV_NO_INDEX": "1"}),
        ({"PIP_NO_INDEX": "false"}, {}, {"UV_NO_INDEX": None}),
        ({"PIP_CERT": "/c.pem"}, {}, {"SSL_CERT_FILE": "/c.pem"}),
        ({"PIP_CERT": "/c.pem", "SSL_CERT_FILE": "/d.pem"}, {}, {"SSL_CERT_FILE": "/d.pem"}),
        ({"PIP_PROXY": "proxy:3128"}, {}, {"HTTPS_PROXY": "http://proxy:3128"}),
        ({"PIP_PROXY": "p:1", "https_proxy": "http://q:2"}, {}, {"HTTPS_PROXY": None}),
        ({"PIP_TRUSTED_HOST": "a b:80"}, {}, {"UV_INSECURE_HOST": "a b:80"}),
        ({}, {"trusted_hosts": ("h", "https://i/s")}, {"UV_INSECURE_HOST": "h"}),
        ({"PIP_DEFAULT_TIMEOUT": "180"}, {}, {"UV_HTTP_TIMEOUT": "180"}),
        ({"VIRTUAL_ENV": "/v", "PYTHONPATH": "/p"}, {}, {"VIRTUAL_ENV": None, "PYTHONPATH": None}),
        ({}, {"prereleases": True}, {"UV_PRERELEASE": "allow"}),
        ({"PIP_FIND_LINKS": "https://l/ /no/such/dir"}, {}, {"UV_FIND_LINKS": "https://l/"}),
    ],
)
def test_uv_gets_what_pip_would_use(variables, request_, expected):
    environ = uv_environment(EnvironmentRequest(**request_), {**BASE, **variables})
    assert {name: environ.get(name) for name in expected} == expected


def test_pips_files_are_read_and_variables_win(tmp_path):
    file = tmp_path / "pip.conf"
    file.write_text("[global]\nindex-url = https://f/s\ntimeout = 5\n[install]\nno_index = true\n")
    environ = {**BASE, "PIP_CONFIG_FILE": str(file), "PIP_TIMEOUT": "9"}
    values = pip_settings(environ).values
    assert (values["index-url"], values["timeout"], values["no-index"]) == (
        "https://f/s",
        "9",
        "true",
    )


def test_a_damaged_file_of_pips_stops_nothing(tmp_path):
    (tmp_path / "pip.conf").write_text("index-url\n[[")
    environ = {**BASE, "PIP_CONFIG_FILE": str(tmp_path / "pip.conf")}
    assert "index-url" not in pip_settings(environ).values


def test_an_index_in_uvs_own_file_goes_before_pips(tmp_path):
    (tmp_path / "uv").mkdir()
    (tmp_path / "uv" / "uv.toml").write_text('[[index]]\nurl = "https://u/s"\n')
    environ = {"XDG_CONFIG_HOME": str(tmp_path), "HOME": "/nowhere", "PIP_INDEX_URL": "https://p/s"}
    environ["PIP_CONFIG_FILE"] = os.devnull
    assert "UV_DEFAULT_INDEX" not in uv_environment(EnvironmentRequest(), environ)
    assert any("https://u/s" in text for text in decisive_settings(environ))


def test_another_index_makes_another_answer():
    one = decisive_settings({**BASE, "PIP_INDEX_URL": "https://a/s"})
    assert one != decisive_settings({**BASE, "PIP_INDEX_URL": "https://b/s"})


def fake_python(path: Path, version: str, implementation: str = "cpython") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    answer = {
        "path": str(path),
        "version": version,
        "implementation": implementation,
        "platform": "p",
    }
    path.write_text(json.dumps(answer))
    path.chmod(0o755)
    return path


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine whose interpreters are files that hold their answer."""
    own = Interpreter(str(tmp_path / "own"), "3.12.0", "cpython", "p")
    fake_python(Path(own.path), "3.12.0")
    monkeypatch.setattr(pythons, "_own_interpreter", lambda: own)
    monkeypatch.setattr(
        pythons, "_answer", lambda path: json.loads(Path(path).read_text() or "null")
    )
    monkeypatch.setattr(pythons, "run_uv", lambda *_a, **_k: Outcome(1, "", "no network"))

    def search(*named: str, **environ: str):
        base = {"HOME": str(tmp_path / "home"), "PATH": str(tmp_path / "bin")}
        return python_search(named, tmp_path / "memory.json", {**base, **environ})

    search.home = tmp_path / "home"
    search.bin = tmp_path / "bin"
    return search


def chosen(wanted, search) -> tuple[str, str]:
    choice = choose_python(wanted, search)
    return choice.interpreter.version, choice.notice


def test_without_a_wish_it_is_the_python_of_headrace(machine):
    assert chosen(None, machine()) == ("3.12.0", "")


def test_the_newest_patch_level_of_the_version_is_found(machine):
    versions = machine.home / ".pyenv" / "versions"
    fake_python(versions / "3.9.9" / "bin" / "python3.9", "3.9.9")
    fake_python(versions / "3.9.18" / "bin" / "python3.9", "3.9.18")
    fake_python(versions / "3.9.18-dev" / "other", "3.9.99")
    assert chosen("3.9", machine()) == ("3.9.18", "")


def test_pythons_that_uv_installed_are_found(machine):
    root = machine.home / ".local" / "share" / "uv" / "python"
    fake_python(root / "cpython-3.10.4-linux-x86_64-gnu" / "bin" / "python3.10", "3.10.4")
    assert chosen("3.10", machine()) == ("3.10.4", "")


def test_those_that_the_user_names_go_first(machine, tmp_path):
    fake_python(machine.bin / "python3.9", "3.9.1")
    mine = fake_python(tmp_path / "mine" / "bin" / "python3", "3.9.2")
    assert chosen("3.9", machine()) == ("3.9.1", "")
    assert chosen("3.9", machine(HEADRACE_PYTHONS=f"/no/such, {mine.parent.parent}")) == (
        "3.9.2",
        "",
    )
    assert chosen("3.9", machine(str(mine))) == ("3.9.2", "")


def test_shims_and_other_implementations_are_passed_over(machine, tmp_path):
    fake_python(tmp_path / "shims" / "python3.9", "3.9.0")
    fake_python(machine.bin / "python3.9", "3.9.1", "pypy")
    search = machine(PATH=f"{tmp_path / 'shims'}:{machine.bin}")
    assert search.find("3.9") is None


def test_an_interpreter_that_gives_no_answer_is_passed_over(machine):
    fake_python(machine.bin / "python3.9", "3.9.1").write_text("")
    assert machine().find("3.9") is None


@pytest.mark.parametrize(
    ("wanted", "there", "expected"),
    [
        ("3.9", ["3.8", "3.11"], "3.8"),
        ("3.10", ["3.9", "3.11"], "3.11"),
        ("3.14", ["3.9", "3.13"], "3.13"),
        ("3.7", ["3.7", "3.8"], "3.8"),
    ],
    ids=["nearest", "newer of two", "older than wanted", "not older than the oldest"],
)
def test_else_the_nearest_is_taken_and_said_once(machine, wanted, there, expected):
    for minor in there:
        fake_python(machine.bin / f"python{minor}", f"{minor}.5")
    version, notice = chosen(wanted, machine())
    assert version == f"{expected}.5"
    assert f"Python {wanted} is" in notice
    assert f"Python {expected} is used instead" in notice


def test_uv_is_asked_to_fetch_what_is_missing(machine, monkeypatch):
    def fetch(arguments, **_more):
        assert arguments[-1] == "3.9"
        fake_python(machine.bin / "python3.9", "3.9.20")
        return Outcome(0, "", "")

    monkeypatch.setattr(pythons, "run_uv", fetch)
    assert chosen("3.9", machine()) == ("3.9.20", "")


def test_uv_is_not_asked_again_at_once_for_what_it_cannot_fetch(machine, monkeypatch):
    assert chosen("3.9", machine())[0] == "3.12.0"
    monkeypatch.setattr(pythons, "run_uv", None)
    assert chosen("3.9", machine())[0] == "3.12.0"


@pytest.mark.parametrize("variables", [{"UV_PYTHON_DOWNLOADS": "never"}, {"UV_OFFLINE": "1"}])
def test_uv_is_not_asked_where_the_user_forbids_it(machine, monkeypatch, variables):
    monkeypatch.setattr(pythons, "run_uv", None)
    assert chosen("3.9", machine(**variables))[0] == "3.12.0"


@pytest.mark.parametrize("wanted", ["2.7", "4.0", "3", "three", "3.9.1"])
def test_a_version_that_is_none_is_refused(machine, wanted):
    with pytest.raises(InvalidRequest):
        choose_python(wanted, machine())


def test_a_python_installed_later_is_noticed(machine, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(machine.bin))
    monkeypatch.setenv("HOME", str(machine.home))
    for name in ("PYENV_ROOT", "XDG_DATA_HOME", "HEADRACE_PYTHONS", "UV_PYTHON_INSTALL_DIR"):
        monkeypatch.delenv(name, raising=False)
    request = EnvironmentRequest(python="3.9")
    assert resolve(request, tmp_path / "locks").python == "3.12"
    fake_python(machine.bin / "python3.9", "3.9.1")
    assert resolve(request, tmp_path / "locks").python == "3.9"


def test_an_interpreter_that_was_removed_is_replaced(machine, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(machine.bin))
    monkeypatch.setenv("HOME", str(machine.home))
    first = fake_python(machine.bin / "python3.9", "3.9.1")
    request = EnvironmentRequest(python="3.9")
    assert resolve(request, tmp_path / "locks").python_path == first
    first.unlink()
    second = fake_python(machine.home / ".pyenv/versions/3.9.2/bin/python3.9", "3.9.2")
    monkeypatch.delenv("PYENV_ROOT", raising=False)
    assert resolve(request, tmp_path / "locks").python_path == second


UV_SAYS = """\
warning: something about a shim
Resolved 2 packages in 1ms
error: No solution found when resolving dependencies
  cause: Because there is no version of beta==9 and you require beta==9,
         we can conclude that your requirements are unsatisfiable.

hint: Pre-releases are not enabled.
"""
OLD_UV_SAYS = """\
  \u00d7 No solution found when resolving dependencies:
  ╰─▶ Because there is no version of beta==9 and you require beta==9, we can
      conclude that your requirements are unsatisfiable.
"""


@pytest.mark.parametrize("messages", [UV_SAYS, OLD_UV_SAYS], ids=["uv of today", "older uv"])
def test_the_reason_is_one_paragraph_without_decoration(messages):
    reason = Outcome(1, "", messages).reason
    assert reason.startswith("No solution found when resolving dependencies: Because there is no")
    assert "conclude that your requirements are unsatisfiable." in reason
    assert not set(reason) & set("\n╰─▶\u00d7")
    assert "shim" not in reason


def test_a_long_build_log_keeps_its_end():
    log = "error: Failed to build `x==1`\n" + "noise\n" * 5000 + "RuntimeError: no compiler\n"
    outcome = Outcome(1, "", log)
    assert outcome.lacks_build
    assert outcome.reason.endswith("RuntimeError: no compiler")
    assert len(outcome.reason) < 2000


def test_silence_has_a_reason_too():
    assert Outcome(-9, "", "").reason == "uv ended with status -9"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_place_that_cannot_be_written_is_said(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(InfrastructureError):
        resolve(EnvironmentRequest(), tmp_path / "locks")


def test_the_own_interpreter_is_not_the_virtual_environments():
    own = pythons._own_interpreter()
    assert own.minor == f"{sys.version_info[0]}.{sys.version_info[1]}"
    assert not (Path(own.path).parent.parent / "pyvenv.cfg").exists()
