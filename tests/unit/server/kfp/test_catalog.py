"""Experiments, pipelines, versions and uploads of KFP's API, and the registry."""

from __future__ import annotations

import dataclasses
import functools
import gzip
import http.server
import io
import json
import tarfile
import threading
import zipfile

import pytest
from native_bench import SPEC

TEXT = json.dumps(SPEC).encode()


def zipped(name="pipeline.yaml", data=TEXT):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return buffer.getvalue()


def tarred(name="pipeline.yaml", kind=tarfile.REGTYPE, target=""):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        info = tarfile.TarInfo(name)
        info.type, info.linkname = kind, target
        info.size = len(TEXT) if kind == tarfile.REGTYPE else 0
        archive.addfile(info, io.BytesIO(TEXT))
    return buffer.getvalue()


def upload(desk, filename, data, status=200, **query):
    return desk.send(
        "POST", "/pipelines/upload", status, params=query, files={"uploadfile": (filename, data)}
    )


def test_a_taken_name_is_a_409(desk):
    desk.post("/experiments", {"display_name": "e"})
    assert desk.send("POST", "/experiments", 409, json={"display_name": "e"})["code"] == 6
    desk.post("/pipelines", {"name": "p"})
    assert desk.send("POST", "/pipelines", 409, json={"name": "p"})["code"] == 6
    assert "error_message" in upload(desk, "x.yaml", TEXT, 409, name="p")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/experiments", {"display_name": ""}),
        ("/experiments", {"display_name": "x" * 129}),
        ("/experiments", {"display_name": "a\nb"}),
        ("/experiments", {"display_name": "x", "description": "x" * 9000}),
        ("/pipelines", {"display_name": "x" * 129}),
        ("/pipelines", {"name": "x", "tags": {"k": "v" * 64}}),
        ("/pipelines", {"name": "x", "tags": {"": "v"}}),
        ("/pipelines", {"name": "x", "tags": {str(n): "" for n in range(21)}}),
        ("/pipelines", {"name": "x", "tags": {"k": 1}}),
        ("/pipelines/create", {"pipeline": {"name": "x"}}),
        ("/pipelines/create", {"pipeline": {"name": "x"}, "pipeline_version": {"name": "v"}}),
    ],
    ids=str,
)
def test_wrong_names_and_tags_are_a_400(desk, path, body):
    assert desk.send("POST", path, 400, json=body)["code"] == 3


def test_the_default_experiment_stays(desk):
    (default,) = desk.get("/experiments")["experiments"]
    assert default["display_name"] == "Default"
    assert desk.send("DELETE", f"/experiments/{default['experiment_id']}", 400)["code"] == 9


def test_a_pipeline_has_one_name_or_two(desk):
    assert desk.post("/pipelines", {"display_name": "Shown"})["name"] == "Shown"
    made = desk.post("/pipelines", {"name": "named", "display_name": "Shown too"})
    assert (made["name"], made["display_name"]) == ("named", "Shown too")
    assert desk.get("/pipelines/names/named") == made
    desk.send("GET", "/pipelines/names/none", 404)


@pytest.mark.parametrize(
    ("filename", "data"),
    [
        ("a.yaml", TEXT),
        ("a.json", TEXT),
        ("a.zip", zipped()),
        ("a.tar.gz", tarred()),
        ("../../a.zip", zipped("deep/down/other.yaml")),
    ],
    ids=["yaml", "json", "zip", "tar.gz", "one file by another name"],
)
def test_packages_of_all_kinds_are_taken(desk, filename, data):
    made = upload(desk, filename, data, name="p", tags='{"team":"blue"}')
    assert made["tags"] == {"team": "blue"}
    (version,) = desk.get(f"/pipelines/{made['pipeline_id']}/versions")["pipeline_versions"]
    assert version["pipeline_spec"] == SPEC
    assert version["name"] == "p"


@pytest.mark.parametrize(
    ("filename", "data"),
    [
        pytest.param("a.png", b"\x89PNG", id="a picture"),
        pytest.param("a.yaml", b"", id="nothing"),
        pytest.param("a.yaml", b"{", id="half"),
        pytest.param("a.yaml", b"pipelineInfo: {name: x}", id="no root"),
        pytest.param("a.yaml", b"!!python/object/apply:os.system [exit]", id="code"),
        pytest.param("a.zip", b"PK\x05\x06" + bytes(18), id="an empty archive"),
        pytest.param("a.zip", b"PK rubbish", id="a damaged archive"),
        pytest.param("a.zip", zipped(data=b" " * (64 << 20)), id="a bomb"),
        pytest.param("a.tar.gz", gzip.compress(b"\0" * (64 << 20)), id="a bomb in a tape"),
        pytest.param("a.tar.gz", tarred(kind=tarfile.SYMTYPE, target="/etc/passwd"), id="a link"),
        pytest.param("a.zip", zipped("pipeline.txt"), id="no YAML"),
    ],
)
def test_what_is_no_package_is_a_400_and_makes_nothing(desk, filename, data):
    body = upload(desk, filename, data, 400, name="p")
    assert set(body) == {"error_message", "error_details"}
    assert "root:" not in body["error_message"]
    assert desk.get("/pipelines") == {}


def test_an_upload_that_is_too_long_is_a_413(desk):
    upload(desk, "a.yaml", b"x" * (33 << 20), 413, name="p")
    desk.send("POST", "/pipelines", 413, content=b"x" * (33 << 20))


@pytest.mark.parametrize(
    "form",
    [
        pytest.param({"json": {}}, id="JSON"),
        pytest.param({"files": {"other": ("a.yaml", TEXT)}}, id="another field"),
        pytest.param({"data": {"uploadfile": "text"}, "files": {"x": ("y", b"")}}, id="a text"),
        pytest.param(
            {"content": b"--x", "headers": {"Content-Type": "multipart/form-data; boundary=y"}},
            id="damaged",
        ),
        pytest.param(
            {"content": b"", "headers": {"Content-Type": "multipart/form-data"}}, id="no boundary"
        ),
    ],
)
def test_what_is_no_upload_is_a_400(desk, form):
    desk.send("POST", "/pipelines/upload", 400, params={"name": "p"}, **form)


@pytest.mark.parametrize("tags", ["{", "[]", '{"a":1}'])
def test_odd_tags_of_an_upload_are_a_400(desk, tags):
    upload(desk, "a.yaml", TEXT, 400, name="p", tags=tags)


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1/x.yaml", "http://[::1]/", "file:///etc/passwd", "http://169.254.169.254/"],
)
def test_a_package_is_not_fetched_from_this_machine(desk, url):
    pipeline = desk.post("/pipelines", {"name": "p"})["pipeline_id"]
    body = {"name": "v", "package_url": {"pipeline_url": url}}
    desk.send("POST", f"/pipelines/{pipeline}/versions", 400, json=body)


def test_a_package_is_fetched_from_private_networks_where_that_is_allowed(desk, tmp_path):
    (tmp_path / "a.json").write_bytes(TEXT)
    handler = functools.partial(Quiet, directory=tmp_path)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as source:
        threading.Thread(target=source.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{source.server_port}/a.json"
        services = desk.app.state.services
        settings = dataclasses.replace(services.settings, private_urls=True)
        desk.app.state.services = dataclasses.replace(services, settings=settings)
        made = desk.post(
            "/pipelines/create",
            {"pipeline": {}, "pipeline_version": {"package_url": {"pipeline_url": url}}},
        )
        source.shutdown()
    assert made["name"] == SPEC["pipelineInfo"]["name"]
    (version,) = desk.get(f"/pipelines/{made['pipeline_id']}/versions")["pipeline_versions"]
    assert version["package_url"] == {"pipeline_url": url}
    assert version["pipeline_spec"] == SPEC


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def test_a_pipeline_with_versions_is_removed_only_with_them(desk):
    made = upload(desk, "a.yaml", TEXT, name="p")["pipeline_id"]
    assert "cascade" in desk.send("DELETE", f"/pipelines/{made}", 400)["message"]
    desk.send("DELETE", f"/pipelines/{made}", params={"cascade": "true"})
    desk.send("GET", f"/pipelines/{made}", 404)


def test_a_version_of_another_pipeline_is_not_found(desk):
    first = upload(desk, "a.yaml", TEXT, name="p")["pipeline_id"]
    other = desk.post("/pipelines", {"name": "q"})["pipeline_id"]
    (version,) = desk.get(f"/pipelines/{first}/versions")["pipeline_versions"]
    desk.send("GET", f"/pipelines/{other}/versions/{version['pipeline_version_id']}", 404)


def test_an_unknown_path_or_method_has_kfps_body(desk):
    assert desk.send("GET", "/nope", 404)["code"] == 5
    assert desk.send("PUT", "/runs", 405)["code"] == 12


def test_services_without_a_use_say_so(desk):
    for path in ("/visualizations/ns", "/workflows", "/scheduledworkflows"):
        assert desk.send("POST", path, 501, json={})["code"] == 12
    assert desk.get("/filters") == {}
    assert desk.get("/auth", verb="GET", resources="VIEWERS", namespace="x") == {}
    desk.send("GET", "/auth", 400, params={"verb": "EAT"})


# ------------------------------------------------------------------ the registry


def push(desk, data=TEXT, tags="", status=200):
    return desk.send(
        "POST", "/registry", status, data={"tags": tags}, files={"content": ("a.yaml", data)}
    )


def test_a_tag_is_on_one_version_and_moves(desk):
    first = push(desk, tags="v1,latest").text
    second = push(desk, TEXT + b"\n", tags="latest").text
    package, version = second.split("/")
    assert first != second
    base = f"/registry/packages/{package}"
    assert desk.get(f"{base}/tags/latest")["version"].endswith(version)
    assert len(desk.get(f"{base}/tags")["tags"]) == 2
    wanted = {"name": "", "version": f"packages/{package}/versions/{version}"}
    desk.send("POST", f"{base}/tags", 409, params={"tagId": "v1"}, json=wanted)
    desk.send("PATCH", f"{base}/tags/v1", params={"updateMask": "version"}, json=wanted)
    assert desk.get(f"{base}/tags/v1")["version"].endswith(version)
    desk.send("DELETE", f"{base}/tags/v1")
    desk.send("GET", f"{base}/tags/v1", 404)
    assert (
        json.dumps(SPEC["pipelineInfo"]["name"])[1:-1]
        in desk.get(f"/registry/{package}/latest").text
    )
    assert desk.send("DELETE", base)["done"] is True


@pytest.mark.parametrize("label", ["", "sha256:x", "a/b", "x" * 64])
def test_odd_tags_are_refused(desk, label):
    package, version = push(desk).text.split("/")
    wanted = {"version": f"packages/{package}/versions/{version}"}
    desk.send(
        "POST", f"/registry/packages/{package}/tags", 400, params={"tagId": label}, json=wanted
    )
    for body in ({}, [], {"version": "packages/other/versions/x"}):
        desk.send(
            "POST", f"/registry/packages/{package}/tags", 400, params={"tagId": "t"}, json=body
        )


def test_the_same_file_is_the_same_version(desk):
    assert push(desk).text == push(desk).text
    (package,) = desk.get("/registry/packages")["packages"]
    assert len(desk.get(f"/registry/{package['name']}/versions")["versions"]) == 1
