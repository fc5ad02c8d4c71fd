"""Pages of KFP's API: sizes, order, tokens that are signed and belong to one list."""

from __future__ import annotations

import base64

import pytest


@pytest.fixture
def names(desk):
    for n in range(7):
        desk.clock.at += 1
        desk.post("/experiments", {"display_name": f"e{(n * 3) % 7}", "description": "x" * (n % 2)})
    return [f"e{(n * 3) % 7}" for n in range(7)]


def pages(desk, **query):
    token, found = None, []
    while True:
        page = desk.get("/experiments", **query, **({"page_token": token} if token else {}))
        found.append([one["display_name"] for one in page.get("experiments", [])])
        token = page.get("next_page_token")
        if not token:
            return found


def test_the_oldest_come_first_unless_told_otherwise(desk, names):
    (page,) = pages(desk)
    assert sorted(page) == ["Default", *sorted(names)]
    assert [one for one in page if one != "Default"] == names


@pytest.mark.parametrize(
    "order", ["display_name", "display_name asc", "name DESC", "created_at desc"]
)
def test_pages_are_in_order_and_whole(desk, names, order):
    found = pages(desk, page_size="3", sort_by=order)
    assert [len(page) for page in found] == [3, 3, 2]
    flat = [name for page in found for name in page]
    assert set(flat) == {"Default", *names}
    if "name" in order:
        assert flat == sorted(flat, reverse="DESC" in order)


def test_a_token_alone_goes_on_with_filter_and_order(desk, names):
    text = '{"predicates":[{"operation":"IS_SUBSTRING","key":"name","string_value":"e"}]}'
    first = desk.get("/experiments", page_size="2", sort_by="name desc", filter=text)
    second = desk.get("/experiments", page_size="2", page_token=first["next_page_token"])
    found = [one["display_name"] for page in (first, second) for one in page["experiments"]]
    assert found == ["e6", "e5", "e4", "e3"]
    assert second["total_size"] == 8  # "Default" has the letter too


@pytest.mark.parametrize(
    "query",
    [
        pytest.param({"sort_by": "name"}, id="another order"),
        pytest.param(
            {"filter": '{"predicates":[{"operation":1,"key":"name","string_value":"e"}]}'},
            id="another filter",
        ),
    ],
)
def test_a_token_belongs_to_its_list(desk, names, query):
    token = desk.get("/experiments", page_size="2")["next_page_token"]
    assert (
        "page token"
        in desk.send("GET", "/experiments", 400, params={"page_token": token, **query})["message"]
    )
    desk.send("GET", "/pipelines", 400 if query else 200, params={"page_token": token})


def test_a_token_of_one_kind_is_none_of_another(desk, names):
    token = desk.get("/experiments", page_size="2")["next_page_token"]
    for path in ("/pipelines", "/runs", "/recurringruns"):
        desk.send("GET", path, 400, params={"page_token": token})


def test_a_changed_token_is_refused(desk, names):
    token = desk.get("/experiments", page_size="2")["next_page_token"]
    data = bytearray(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    for place in range(len(data)):
        changed = bytes([*data[:place], data[place] ^ 1, *data[place + 1 :]])
        text = base64.urlsafe_b64encode(changed).decode().rstrip("=")
        desk.send("GET", "/experiments", 400, params={"page_token": text})
    for text in ("x", "%", "ä", "e30", "A" * 5000):
        desk.send("GET", "/experiments", 400, params={"page_token": text})


@pytest.mark.parametrize("size", ["-1", "x", "1.5", "9" * 40, "\u0661"])
def test_odd_sizes_are_refused_or_bounded(desk, size):
    status = 200 if size.startswith("9") else 400
    desk.send("GET", "/experiments", status, params={"page_size": size})


@pytest.mark.parametrize("order", ["nope", "name sideways", "name asc desc", "metric:x"])
def test_odd_orders_are_refused(desk, order):
    desk.send("GET", "/experiments", 400, params={"sort_by": order})


def test_runs_are_sorted_by_a_metric(desk):
    desk.run(run_id="r1")
    assert desk.get("/runs", sort_by="metric:loss desc")["runs"][0]["run_id"] == "r1"
