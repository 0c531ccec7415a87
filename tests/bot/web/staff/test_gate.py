"""What passes the gate of the staff page, what is refused, and what is written down of it."""

from io import BytesIO
from typing import Any

import aiohttp
import pytest

from bot.web.app import MAX_BODY_BYTES
from bot.web.staff._gate import MAX_UPLOAD_BYTES, REFUSALS_PER_MINUTE
from handlers._requests.person import Role

POLICY = {
    "default-src 'none'",
    "style-src 'self'",
    "img-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
}
PATHS = ("/can-bo", "/can-bo/vao", "/can-bo/nguoi", "/can-bo/nowhere", "/can-bo/nguoi/vai-tro/1")


@pytest.mark.parametrize("path", PATHS)
async def test_no_script_runs_and_nobody_may_embed_the_staff_page(
    make_office: Any, path: str
) -> None:
    office = await make_office(embed_on=["https://trungthanh.gov.vn"])
    browser = await office.browser()

    answer = await browser.get(path)

    assert set(answer.headers["Content-Security-Policy"].split("; ")) == POLICY
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Referrer-Policy"] == "strict-origin"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Server" not in answer.headers


ELSEWHERE = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},  # another host of the ward's domain
    {"Sec-Fetch-Site": "none"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "{here}"},
    {"Origin": "https://evil.example"},
    {"Origin": "{here}.evil.example"},
    {"Origin": "null"},
    {"X-Forwarded-Host": "evil.example", "Origin": "http://evil.example"},
    {"Referer": "{here}/can-bo"},
]


@pytest.mark.parametrize("headers", ELSEWHERE)
async def test_what_another_site_makes_a_browser_post_is_refused_and_written_down(
    office: Any, headers: dict[str, str]
) -> None:
    browser = await office.signed_in(Role.STAFF)
    sent = {name: value.format(here=office.running.url) for name, value in headers.items()}

    for path in ("/can-bo/ra/het", "/can-bo/nguoi/moi", "/can-bo/vao"):
        answer = await browser.post(path, {"name": "Lê Văn Tám", "role": "staff"}, **sent)
        assert (answer.status, "Không mở được" in answer.text) == (403, True)

    assert (await browser.get("/can-bo/nguoi")).status == 200
    refused = await office.audit("refused")
    assert [subject for _, subject, _ in refused] == [
        "page:/can-bo/ra/het",
        "page:/can-bo/nguoi/moi",
        "page:/can-bo/vao",
    ]
    assert {details["why"] for _, _, details in refused} == {"cross_site"}


HERE = [
    {"Sec-Fetch-Site": "same-origin"},
    {"Origin": "{here}"},  # before 2020, or http in the ward's own network
]


@pytest.mark.parametrize("headers", HERE)
async def test_what_our_own_page_posts_is_taken(office: Any, headers: dict[str, str]) -> None:
    browser = await office.signed_in(Role.STAFF)
    sent = {name: value.format(here=office.running.url) for name, value in headers.items()}

    answer = await browser.post("/can-bo/ra", **sent)

    assert answer.status == 303


async def test_behind_https_the_public_address_is_our_own(make_office: Any) -> None:
    office = await make_office(public_url="https://hoc.trungthanh.gov.vn")
    link = await office.link(await office.person(Role.STAFF))
    browser = await office.browser()
    token = {"m": link.partition("m=")[2]}

    refused = await browser.post("/can-bo/vao", token, Origin="https://trungthanh.gov.vn")
    entered = await browser.post("/can-bo/vao", token, Origin="https://hoc.trungthanh.gov.vn")

    assert (refused.status, entered.status) == (403, 303)


async def test_behind_https_an_http_page_of_the_same_name_is_not_our_own(make_office: Any) -> None:
    """Whoever stands between a browser and the ward can show any page under http."""
    office = await make_office(public_url="https://hoc.trungthanh.gov.vn")
    link = await office.link(await office.person(Role.STAFF))
    browser = await office.browser()
    host, token = "hoc.trungthanh.gov.vn", {"m": link.partition("m=")[2]}

    refused = await browser.post("/can-bo/vao", token, Host=host, Origin=f"http://{host}")
    entered = await browser.post("/can-bo/vao", token, Host=host, Origin=f"https://{host}")

    assert (refused.status, entered.status) == (403, 303)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
async def test_a_method_no_page_knows_is_told_in_a_page(office: Any, method: str) -> None:
    browser = await office.signed_in(Role.STAFF)

    answer = await browser._ask(method, "/can-bo/nguoi", headers={"Sec-Fetch-Site": "same-origin"})

    assert (answer.status, "không nhận việc vừa gửi" in answer.text) == (405, True)


async def test_a_page_of_other_roles_is_refused_kindly_and_written_down(office: Any) -> None:
    browser = await office.signed_in(Role.OBSERVER)

    answer = await browser.get("/can-bo/cai-dat")

    assert (answer.status, "Không mở được" in answer.text) == (403, True)
    [(actor, subject, details)] = await office.audit("refused")
    assert actor.startswith("person:")
    assert (subject, details) == ("page:/can-bo/cai-dat", {"why": "not_their_page"})


async def test_the_navigation_shows_only_what_the_roles_allow(office: Any) -> None:
    staff, observer = await office.signed_in(Role.STAFF), await office.signed_in(Role.OBSERVER)

    for_staff = (await staff.get("/can-bo/nguoi")).text
    for_observer = (await observer.get("/can-bo/nguoi")).text

    assert 'href="/can-bo/cai-dat"' in for_staff
    assert 'href="/can-bo/cai-dat"' not in for_observer
    assert '<a href="/can-bo/nguoi" aria-current="page">' in for_observer


async def test_what_storage_forbids_is_answered_with_a_page_and_written_down(office: Any) -> None:
    browser = await office.signed_in(Role.OBSERVER)

    answer = await browser.post("/can-bo/nguoi/vai-tro/1")

    assert (answer.status, "Không mở được" in answer.text) == (403, True)
    [(_, subject, details)] = await office.audit("refused")
    assert subject == "page:/can-bo/nguoi/vai-tro/{id}"
    assert details == {"request": "RevokeRole"}


async def test_a_file_larger_than_a_page_takes_is_refused_in_a_sentence(office: Any) -> None:
    browser = await office.signed_in(Role.STAFF)
    form = aiohttp.FormData()
    form.add_field("list", BytesIO(b"x" * (MAX_UPLOAD_BYTES + 1)), filename="danh-sach.xlsx")

    answer = await browser.post("/can-bo/nguoi/moi", form)

    assert (answer.status, "Tối đa là 3 MB" in answer.text) == (413, True)


async def test_of_a_stranger_less_is_read(office: Any) -> None:
    browser = await office.browser()

    answer = await browser.post("/can-bo/vao", {"m": "x" * (MAX_BODY_BYTES + 1)})

    assert answer.status == 413


BROKEN = [
    ("application/x-www-form-urlencoded; charset=klingon", b"m=1"),
    ("application/x-www-form-urlencoded", b"&" * 5000),
    ("multipart/form-data", b"x"),
    ("multipart/form-data; boundary=b", b"--b\r\nno header\r\n--b--"),
    ("multipart/form-data; boundary=b", b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--"),
]


@pytest.mark.parametrize(("content_type", "body"), BROKEN)
async def test_a_form_that_cannot_be_read_is_no_failure_of_ours(
    office: Any, content_type: str, body: bytes
) -> None:
    browser = await office.browser()

    headers = {"Sec-Fetch-Site": "same-origin", "Content-Type": content_type}
    answer = await browser._ask("POST", "/can-bo/vao", data=body, headers=headers)

    assert 400 <= answer.status < 500


async def test_strangers_cannot_make_the_audit_grow_without_end(office: Any) -> None:
    browser = await office.browser()

    for _ in range(REFUSALS_PER_MINUTE + 5):
        await browser.post("/can-bo/vao", {}, Origin="https://evil.example")

    assert len(await office.audit("refused")) == REFUSALS_PER_MINUTE


async def test_the_chat_beside_it_keeps_its_own_rules(office: Any) -> None:
    browser = await office.browser()

    chat = await browser.get("/")
    posted = await browser.post("/api/messages", b"{}", Origin="https://evil.example")

    assert "form-action 'none'" in chat.headers["Content-Security-Policy"]
    assert chat.headers["Referrer-Policy"] == "no-referrer"
    assert posted.status == 400
    assert posted.headers["Content-Type"].startswith("application/json")
