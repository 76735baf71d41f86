"""What browsers are told, and whose forms are taken."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from frontend.application import PARTS
from starlette.routing import Route

from .frontend_fixtures import Visitor, frontend, stand_in, text_of
from .frontend_gateway import CHAT_ID, FILE_ID, WORKSPACE_ID, GatewayStandIn
from .surroundings import Surroundings

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
PAGES = [
    "/register",
    "/invitations/AAAAAAAAAAAAAAAAAAAAAAAA",
    "/",
    "/bases",
    "/bases/app1",
    "/bases/app1/tblTasks",
    "/bases/app1/tblTasks?edit=recOne",
    "/bases/app1/tblTasks?edit=new",
    "/bases/app1/tblTasks/recOne",
    "/workspaces",
    "/chat",
    f"/chat/{CHAT_ID}",
    "/files",
    "/workflows",
    "/workflows/new",
    "/status",
    "/nowhere",
]


@pytest.fixture(scope="module")
def parts(surroundings: Surroundings) -> Iterator[tuple[GatewayStandIn, str]]:
    """The gateway, and where the web interface is."""
    with stand_in() as (gateway, url), frontend(surroundings, url) as started:
        yield gateway, started.url


@pytest.fixture
def visitor(parts: tuple[GatewayStandIn, str]) -> Visitor:
    """Somebody signed in."""
    made = Visitor(parts[1])
    made.sign_in()
    return made


def every_post() -> list[str]:
    """Return the path of every form that is taken."""
    example = {"base": "app1", "table": "tblTasks", "record": "recOne", "token": "A" * 32}
    return [
        re.sub(r"\{(\w+)\}", lambda found: example.get(found[1], FILE_ID), route.path)
        for part in PARTS
        for route in part.router.routes
        if isinstance(route, Route) and "POST" in (route.methods or ())
    ]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_has_the_policy_and_no_script_or_style_of_its_own(
    visitor: Visitor, path: str
) -> None:
    page = visitor.get(path)
    assert page.status_code == (404 if path == "/nowhere" else 200)
    assert page.headers["content-security-policy"] == POLICY
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["referrer-policy"] == "same-origin"
    assert page.headers["cache-control"] == "no-store"
    assert "strict-transport-security" not in page.headers
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", page.text)
    assert all(re.search(r'src="/static/', tag) for tag in re.findall(r"<script[^>]*>", page.text))
    assert re.findall(r"<h1", page.text) == ["<h1"]


def test_an_answer_that_nobody_foresaw_gives_a_page_too(visitor: Visitor) -> None:
    # A table's answer where a workspace's is expected.
    page = visitor.get(f"/workspaces/{WORKSPACE_ID}")
    assert page.status_code == 500
    assert page.headers["content-security-policy"] == POLICY
    assert "Something went wrong on our side" in text_of(page)
    assert page.headers["x-request-id"] in page.text


def test_forms_without_our_token_are_refused_everywhere(
    visitor: Visitor, parts: tuple[GatewayStandIn, str]
) -> None:
    paths = every_post()
    assert len(paths) >= 20
    before = len(parts[0].seen)
    for path in paths:
        for token in ("", "0" * 64, "é"):
            kind: dict[str, object] = {"files": {"file": ("a", b"x")}} if path == "/files" else {}
            refused = visitor.post(path, {}, token=token, **kind)
            assert refused.status_code == 403, (path, token)
    writes = [each for each in parts[0].seen[before:] if each.method != "GET"]
    assert writes == []


def test_forms_from_another_site_are_refused_everywhere(
    visitor: Visitor,
) -> None:
    token = visitor.token("/status")
    for path in every_post():
        for headers in (
            {"Origin": "https://evil.example"},
            {"Origin": "null"},
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
        ):
            refused = visitor.post(path, {}, token=token, headers=headers)
            assert refused.status_code == 403, (path, headers)


def test_the_token_of_one_session_does_not_count_for_another(
    visitor: Visitor, parts: tuple[GatewayStandIn, str]
) -> None:
    other = Visitor(parts[1])
    other.sign_in("eve@example.com")
    refused = visitor.post("/workspaces", {"name": "x"}, token=other.token("/status"))
    assert refused.status_code == 403
    assert "Load the page again" in text_of(refused)


def test_oversized_and_odd_forms_are_refused(visitor: Visitor) -> None:
    assert visitor.post("/workspaces", {"name": "x" * 2_100_000}).status_code == 413
    headers = {"Origin": visitor.url, "Content-Type": "application/json"}
    assert visitor.client.post("/workspaces", content=b"{}", headers=headers).status_code == 415
    headers["Content-Type"] = "application/x-www-form-urlencoded"
    for body in (b"name=%ff", "name=é".encode(), b"&".join([b"a=1"] * 1001)):
        assert visitor.client.post("/workspaces", content=body, headers=headers).status_code == 422


def test_files_are_named_by_their_content_and_kept_for_good(visitor: Visitor) -> None:
    page = visitor.get("/chat")
    addresses = set(re.findall(r'"(/static/[^"]+)"', page.text))
    assert len(addresses) >= 4
    for address in addresses:
        answer = visitor.get(address)
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["x-content-type-options"] == "nosniff"
        tagged = {"If-None-Match": answer.headers["etag"]}
        assert visitor.get(address, headers=tagged).status_code == 304
    style = next(each for each in addresses if each.endswith(".css"))
    assert visitor.get(style).headers["content-type"].startswith("text/css")
    older = re.sub(r"\.[0-9a-f]{16}\.", ".0123456789abcdef.", style)
    answer = visitor.get(older)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "public, no-cache")
    assert visitor.get("/static/..%2fsettings.py").status_code == 404
    assert visitor.get("/static/settings.py").status_code == 404


def test_operation_is_not_shown_to_who_comes_through_the_router(visitor: Visitor) -> None:
    ready = visitor.get("/ready").json()
    assert ready["status"] == "ready"
    assert set(ready["checks"]) == {"redis", "api-gateway"}
    assert "http_requests_total" in visitor.get("/metrics").text
    outside = {"X-Forwarded-For": "203.0.113.9"}
    assert visitor.get("/metrics", headers=outside).status_code == 404
    assert visitor.get("/openapi.json", headers=outside).status_code == 404
    assert visitor.get("/api/health", headers=outside).json() == {
        "status": "healthy",
        "service": "frontend",
        "version": "1.2.3",
    }


def test_in_production_browsers_are_kept_on_tls(surroundings: Surroundings) -> None:
    with (
        stand_in() as (_, url),
        frontend(surroundings, url, ENVIRONMENT="production") as started,
    ):
        form = Visitor(started.url).get("/sign-in")
    assert form.headers["strict-transport-security"] == "max-age=31536000"
    (cookie,) = form.headers.get_list("set-cookie")
    assert cookie.startswith("__Host-visitor=")
    assert "Secure" in cookie
    assert "HttpOnly" in cookie
