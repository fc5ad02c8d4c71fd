"""Components from files, URLs and text: both formats, used as steps, and refusals."""

from __future__ import annotations

import http.server
import json
import re
import threading
from pathlib import Path
from typing import Any

import pytest

from headrace import compiler, components, dsl
from headrace.errors import SpecError

HERE = Path(__file__).parent
#: Component files of KFP 1 with what the official SDK makes of them, written by running it.
FIRST_FORMAT: dict[str, Any] = json.loads((HERE / "first_format.json").read_text("utf-8"))


@dsl.component(base_image="python:3.11")
def add(a: int, b: int = 3) -> int:
    """Add two numbers."""
    return a + b


@dsl.pipeline(name="twice", description="Adds twice.\nNothing else.")
def twice(x: int = 2) -> int:
    first = add(a=x)
    return add(a=first.output).output


def without_version(spec: Any) -> Any:
    plain = json.loads(json.dumps(spec))
    plain.pop("sdkVersion")
    return plain


def written(component: dsl.BaseComponent, path: Path) -> Path:
    compiler.Compiler().compile(component, str(path))
    return path


@pytest.mark.parametrize("name", [name for name, case in FIRST_FORMAT.items() if "spec" in case])
def test_a_component_of_kfp_1_becomes_what_kfp_2_makes_of_it(name):
    case = FIRST_FORMAT[name]
    loaded = components.load_component_from_text(case["text"])
    assert loaded.name == case["name"]
    assert loaded.description == case["description"]
    assert without_version(loaded.pipeline_spec) == without_version(case["spec"])


@pytest.mark.parametrize("name", [name for name, case in FIRST_FORMAT.items() if "error" in case])
def test_what_kfp_refuses_is_refused_with_the_same_kind(name):
    kinds = {"TypeError": TypeError, "NotImplementedError": NotImplementedError}
    kind = kinds.get(FIRST_FORMAT[name]["error"], ValueError)
    with pytest.raises(kind, match=r"test_loading.py:\d+"):
        components.load_component_from_text(FIRST_FORMAT[name]["text"])


def first_format(command: str = "[]", inputs: str = "[]", extra: str = "") -> str:
    return f"name: B\ninputs: {inputs}\nimplementation: {{container: {{image: x, command: {command}{extra}}}}}\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (first_format("[5]"), "Unexpected argument 5"),
        (first_format("echo"), "Unexpected argument echo"),
        (first_format("[{foo: 1}]"), "placeholders are inputValue"),
        (first_format("[{inputValue: rows}]", "[{name: row, type: String}]"), "did you mean 'row'"),
        (first_format("[{if: {cond: {isPresent: a}}}]", "[{name: a}]"), "has 'then'"),
        (first_format(extra=", foo: 1"), "unknown field 'foo'"),
        (first_format(extra=", env: {A: 5}"), "env.A must be text"),
        (first_format(inputs="[{name: 1a}]"), "a letter comes first"),
        (first_format(inputs="[{name: a b}, {name: a_b}]"), "Non-unique input name"),
        (first_format(inputs="[{type: String}]"), "the name of an input must be text"),
        (first_format(inputs="{}"), "inputs must be a list"),
        (first_format(inputs="[{name: a, type: Integer, default: x}]"), "is no NUMBER_INTEGER"),
        (first_format(inputs="[{name: a, type: Float, default: nan}]"), "is no NUMBER_DOUBLE"),
        (first_format(inputs="[{name: a, type: Bool, default: maybe}]"), "is no BOOLEAN"),
        ("implementation: {container: {}}", "has no image"),
        ("implementation: []", "implementation must be a mapping"),
        ("name: B", "not a compiled pipeline"),
        ("[1]", "holds a list"),
        ("", "is empty"),
        ("a: [", "not YAML"),
    ],
)
def test_a_text_that_is_no_component_is_refused(text, message):
    with pytest.raises(ValueError, match=message) as caught:
        components.load_component_from_text(text)
    assert "test_loading.py" in str(caught.value)


def test_deep_placeholders_are_refused():
    command = "[" + "{concat: [" * 60 + "x" + "]}" * 60 + "]"
    with pytest.raises(ValueError, match="no deeper than 50"):
        components.load_component_from_text(first_format(command))


def test_a_compiled_component_is_a_step_again(tmp_path):
    loaded = components.load_component_from_file(str(written(add, tmp_path / "add.yaml")))
    assert isinstance(loaded, components.YamlComponent)
    assert (loaded.name, loaded.description) == ("add", "Add two numbers.")

    @dsl.pipeline(name="main")
    def from_file():
        loaded(a=loaded(a=1).output).set_env_variable("X", "1")

    @dsl.pipeline(name="main")
    def from_function():
        add(a=add(a=1).output).set_env_variable("X", "1")

    assert from_file.pipeline_spec == from_function.pipeline_spec


def test_a_compiled_pipeline_is_a_pipeline_again(tmp_path):
    loaded = components.load_component_from_file(str(written(twice, tmp_path / "twice.yaml")))
    assert loaded.description == "Adds twice.\nNothing else."

    @dsl.pipeline(name="main")
    def from_file():
        add(a=loaded(x=add(a=1).output).output)

    @dsl.pipeline(name="main")
    def from_function():
        add(a=twice(x=add(a=1).output).output)

    assert from_file.pipeline_spec == from_function.pipeline_spec


@pytest.mark.parametrize("component", [add, twice], ids=["a component", "a pipeline"])
def test_what_was_loaded_compiles_to_the_same_file(component, tmp_path):
    path = written(component, tmp_path / "first.yaml")
    again = written(components.load_component_from_file(str(path)), tmp_path / "again.yaml")
    assert again.read_text() == path.read_text()


def test_json_is_loaded_too(tmp_path):
    loaded = components.load_component_from_text(json.dumps(twice.pipeline_spec))
    assert loaded.description == "Adds twice.\nNothing else."


def test_a_document_with_the_names_of_protobuf_is_loaded():
    def renamed(value: Any) -> Any:
        if isinstance(value, list):
            return [renamed(item) for item in value]
        if not isinstance(value, dict):
            return value
        return {
            re.sub("[A-Z]", lambda match: f"_{match[0].lower()}", key)
            if key != "Output"
            else key: renamed(item)
            for key, item in value.items()
        }

    loaded = components.load_component_from_text(json.dumps(renamed(add.pipeline_spec)))

    @dsl.pipeline(name="main")
    def pipeline():
        loaded(a=1)

    assert "exec-add" in pipeline.pipeline_spec["deploymentSpec"]["executors"]
    assert loaded.pipeline_spec["pipelineInfo"] == {"name": "add"}


def test_arguments_of_a_loaded_component_are_checked(tmp_path):
    loaded = components.load_component_from_file(str(written(add, tmp_path / "add.yaml")))
    with pytest.raises(TypeError, match="c"):

        @dsl.pipeline(name="main")
        def pipeline():
            loaded(c=1)


def test_an_importer_inside_a_loaded_pipeline_stays(tmp_path):
    @dsl.pipeline(name="imports")
    def imports():
        dsl.importer("gs://bucket/x", dsl.Dataset, metadata={"a": "b"})

    loaded = components.load_component_from_file(str(written(imports, tmp_path / "i.yaml")))

    @dsl.pipeline(name="main")
    def pipeline():
        loaded()

    executor = pipeline.pipeline_spec["deploymentSpec"]["executors"]["exec-importer"]
    assert executor["importer"]["artifactUri"] == {"constant": "gs://bucket/x"}


def test_a_missing_file_is_a_file_not_found_error(tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no component file") as caught:
        components.load_component_from_file(str(tmp_path / "no.yaml"))
    assert "test_loading.py" in str(caught.value)


def test_a_file_that_is_no_text_is_refused(tmp_path):
    (tmp_path / "x.yaml").write_bytes(b"\xff\xfe")
    with pytest.raises(SpecError, match="not UTF-8"):
        components.load_component_from_file(str(tmp_path / "x.yaml"))


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://x/y", "x.yaml", ""])
def test_only_addresses_of_the_web_are_loaded(url):
    with pytest.raises(ValueError, match="is not an address"):
        components.load_component_from_url(url)


def test_a_url_must_be_text():
    with pytest.raises(ValueError, match="url must be a string"):
        components.load_component_from_url(None)


# ----------------------------------------------------------------------------- over the network


class _Handler(http.server.BaseHTTPRequestHandler):
    seen: list[tuple[str, str | None]] = []  # noqa: RUF012

    def do_GET(self):
        self.seen.append((self.path, self.headers.get("Authorization")))
        if self.path == "/moved":
            self.send_response(302)
            self.send_header(
                "Location", f"http://localhost:{self.server.server_address[1]}/add.yaml"
            )
            self.end_headers()
        elif self.path == "/add.yaml":
            self.send_response(200)
            self.end_headers()
            self.wfile.write(first_format().encode())
        else:
            self.send_error(404)

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def server():
    _Handler.seen.clear()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{running.server_address[1]}"
        running.shutdown()
        thread.join()


def test_a_component_is_loaded_over_http(server):
    loaded = components.load_component_from_url(f"{server}/add.yaml", auth=("me", "secret"))
    assert loaded.name == "b"
    assert _Handler.seen == [("/add.yaml", "Basic bWU6c2VjcmV0")]


def test_a_redirect_does_not_get_the_password(server):
    components.load_component_from_url(f"{server}/moved", auth=("me", "secret"))
    assert _Handler.seen[-1] == ("/add.yaml", None)


def test_an_answer_that_is_no_success_is_said(server):
    with pytest.raises(ValueError, match="the server answers 404"):
        components.load_component_from_url(f"{server}/gone")
