"""Commands of lightweight components, as the SDKs have written them over the years."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.environments import request_from_command
from headrace.errors import EnvironmentUnresolvable

SOURCE = "\nimport kfp\nfrom kfp import dsl\n\ndef f(a: int) -> int:\n    return a\n\n"
ARGS = ["--executor_input", "{{$}}", "--function_to_execute", "f"]
RUN = (
    'program_path=$(mktemp -d)\n\nprintf "%s" "$0" > "$program_path/ephemeral_component.py"\n'
    "_KFP_RUNTIME=true python3 -m kfp.dsl.executor_main                         "
    '--component_module_path                         "$program_path/ephemeral_component.py"'
    '                         "$@"\n'
)
PIP = "python3 -m pip install --quiet --no-warn-script-location "
KFP = "'kfp==2.17.0' '--no-deps' 'typing-extensions>=3.7.4,<5; python_version<\"3.9\"'"
OLD = "python3 -m pip install --quiet     --no-warn-script-location "
VENV = (
    '\nexport PIP_DISABLE_PIP_VERSION_CHECK=1\ntmp=$(mktemp -d)\npython3 -m venv "$tmp/venv" '
    '--system-site-packages\n. "$tmp/venv/bin/activate"\n '
)


def command(pip_commands: str, run: str = RUN) -> list[str]:
    install = (
        '\nif ! [ -x "$(command -v pip)" ]; then\n    python3 -m ensurepip || '
        "python3 -m ensurepip --user || apt-get install python3-pip\nfi\n\n"
        f'PIP_DISABLE_PIP_VERSION_CHECK=1 {pip_commands} && "$0" "$@"\n'
    )
    return ["sh", "-c", install, "sh", "-ec", run, SOURCE]


CASES = {
    "nothing but kfp": (PIP + KFP, ()),
    "packages, then kfp": (
        f"{PIP}'pandas==1.5.3' 'x>=1'  &&  {PIP}{KFP}",
        ("pandas==1.5.3", "x>=1"),
    ),
    "kfp, then packages (2.1 to 2.7)": (f"{PIP}{KFP}  &&  {PIP}'pandas'", ("pandas",)),
    "packages and kfp in one command (2.0)": (f"{OLD}'pandas' 'kfp==2.0.1'", ("pandas",)),
    "kfp alone (2.0)": (f"{OLD}'kfp==2.0.0-rc.1'", ()),
    "kfp is the author's wish": (f"{PIP}'kfp==2.7.0' 'x'", ("kfp==2.7.0", "x")),
    "an extension of kfp": (f"{PIP}'kfp-kubernetes'", ("kfp-kubernetes",)),
    "kfp from a path": (f"{PIP}'/work/kfp' '--no-deps'", ()),
    "kfp of another version": (f"{PIP}'x'  &&  {PIP}'kfp==2.5.0'", ("x",)),
    "kfp is not wished for": (f"{PIP}'x'", ("x",)),
    "a marker with quotes": (
        f"{PIP}\"a>=1; python_version<'3.12'\"  &&  {PIP}{KFP}",
        ("a>=1; python_version<'3.12'",),
    ),
    "both kinds of quotes": (f"{PIP}'a b\\'c\"d'  &&  {PIP}{KFP}", ("a b'c\"d",)),
    "with a virtual environment": (f"{PIP}'yapf'  &&  {VENV}{PIP}{KFP}", ("yapf",)),
    "only a virtual environment": (f"{VENV}{PIP}{KFP}", ()),
    "a semicolon and an ampersand inside quotes": (
        f"{PIP}'git+https://h/r.git#egg=a&subdirectory=b' 'c; extra'  &&  {PIP}{KFP}",
        ("git+https://h/r.git#egg=a&subdirectory=b", "c; extra"),
    ),
}


@pytest.mark.parametrize(("pip_commands", "packages"), CASES.values(), ids=CASES.keys())
def test_packages_are_read_and_kfps_own_is_left_out(pip_commands, packages):
    spec = request_from_command("python:3.9-slim", command(pip_commands), ARGS)
    assert spec.request.packages == packages
    assert spec.request.python == "3.9"
    assert spec.source == SOURCE
    assert spec.function_name == "f"
    assert spec.use_venv is (VENV in pip_commands)


def test_without_installation_the_command_has_only_the_run_part():
    spec = request_from_command("python:3.11", ["sh", "-ec", RUN, SOURCE], ARGS)
    assert spec.source == SOURCE
    assert spec.request.packages == ()


def test_the_executor_of_early_releases_is_known():
    run = RUN.replace("kfp.dsl.executor_main", "kfp.components.executor_main")
    spec = request_from_command("python:3.7", command(f"{OLD}'kfp==2.0.0-rc.1'", run), ARGS)
    assert spec.source == SOURCE


def test_indexes_and_trusted_hosts_are_read_from_every_command_once():
    options = (
        "--index-url https://u:p@i.test/s --extra-index-url https://b.test/s --trusted-host i.test "
    )
    spec = request_from_command(
        "python:3.9", command(f"{PIP}{options}'x'  &&  {PIP}{options}{KFP}"), ARGS
    )
    assert spec.request.index_urls == ("https://u:p@i.test/s", "https://b.test/s")
    assert spec.request.trusted_hosts == ("i.test",)
    assert "u:p" not in repr(spec.request)


def test_options_that_authors_smuggle_in_as_packages_are_honoured():
    words = "'torch' '--index-url' 'https://c.test/cpu' '--pre' '--find-links=/wheels' '--upgrade'"
    request = request_from_command("python:3.9", command(f"{PIP}{words}"), ARGS).request
    assert request.packages == ("torch",)
    assert request.index_urls == ("https://c.test/cpu",)
    assert request.find_links == ("/wheels",)
    assert request.prereleases


def test_an_option_that_cannot_be_honoured_is_refused():
    with pytest.raises(EnvironmentUnresolvable, match="--target"):
        request_from_command("python:3.9", command(f"{PIP}'x' '--target' '/tmp'"), ARGS)


@pytest.mark.parametrize(
    ("words", "args"),
    [
        (["echo", "hello"], []),
        (["python3", "-m", "kfp.dsl.executor_main"], ARGS),
        (["sh", "-c", "pip install x && python3 train.py"], ARGS),
        (["sh", "-ec", RUN, SOURCE], ["--executor_input", "{{$}}"]),
        (["sh", "-ec", RUN], ARGS),
        ([], []),
    ],
    ids=["a container", "source in the image", "own script", "no function", "no source", "nothing"],
)
def test_other_commands_are_not_lightweight_components(words, args):
    assert request_from_command("python:3.9", words, args) is None


def test_an_image_that_is_not_plain_python_gives_a_notice():
    spec = request_from_command("tensorflow/tensorflow:2.11", command(PIP + KFP), ARGS)
    assert spec.request.python is None
    assert "tensorflow/tensorflow:2.11" in spec.notices[0]


@given(
    st.lists(
        st.from_regex(
            r"[a-z][a-z0-9]{0,8}((==|>=)[0-9.]{1,5})?(; python_version<['\"]3[.]9['\"])?",
            fullmatch=True,
        ).filter(lambda package: not package.startswith("kfp")),
        max_size=5,
    )
)
def test_any_packages_that_a_compiler_quotes_come_back(packages):
    quoted = " ".join(repr(package) for package in packages)
    first = f"{PIP}{quoted}  &&  " if packages else ""
    spec = request_from_command("python:3.9", command(f"{first}{PIP}{KFP}"), ARGS)
    assert spec.request.packages == tuple(packages)
