"""The staff page in a real browser against a real server process: no script, a phone, an old PC's rules, paper."""

import asyncio
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright
from sqlalchemy import insert

from bot.config import load_config
from bot.house import now, open_ward
from bot.web.staff import PAGES
from handlers._requests.person import Role
from handlers._requests.sign_in import OpenStaffPage, PageLink
from storage import perform
from storage._people import new_number
from storage.roles import actor_of_person
from storage.tables_staff import Grants, Members

pytestmark = pytest.mark.browser

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP can-bo.test 127.0.0.1",
)
PATIENCE_MS = 20_000
SCREENS = {"desktop": (1366, 768), "phone": (360, 740)}
PATHS = (*(module.PAGE.path for module in PAGES), "/can-bo/nguoi/moi")
A4_POINTS = (595, 842)


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
        yield opened
        opened.close()


@dataclass(frozen=True, slots=True)
class Desk:
    """A window of somebody's own, and the ward it looks at."""

    page: Page
    process: Any

    def link(self, role: Role = Role.ADMIN) -> str:
        """The path of a link that the bot sent to somebody with a role."""
        with ThreadPoolExecutor(1) as other:  # the browser's own loop runs in this thread
            return other.submit(lambda: asyncio.run(_link(self.process.folder, role))).result()

    def sign_in(self, url: str = "") -> None:
        """Open a link and press its button."""
        self.page.goto((url or self.process.url) + self.link())
        self.page.get_by_role("button", name="Vào trang cán bộ").click()
        expect(self.page.get_by_role("button", name="Đăng xuất", exact=True).first).to_be_visible()

    def goto(self, path: str) -> None:
        self.page.goto(self.process.url + path)

    def overflow(self) -> int:
        """How many pixels the page is wider than its window."""
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        return int(self.page.evaluate(wide))


async def _link(folder: Path, role: Role) -> str:
    config = load_config(folder / "config.yaml", folder / "data")
    async with open_ward(config) as ward, ward.database.transaction(now()) as tx:
        number = await new_number(tx, "web")
        grant = {"person_id": number, "role": role.value, "since": tx.now, "by": "os:lan"}
        await tx.connection.execute(insert(Grants).values(grant))
        member = {"person_id": number, "name": "Nguyễn Thị Lan", "office": "Phòng Văn hóa - Xã hội"}
        await tx.connection.execute(insert(Members).values(member))
        made = await perform(tx, await actor_of_person(tx, number, "web"), OpenStaffPage())
    assert isinstance(made, PageLink)
    return made.path


@pytest.fixture
def open_desk(browser: Browser, shared_process: Any) -> Iterator[Callable[..., Desk]]:
    """Open a browser of its own; keyword arguments go to its context."""
    contexts = []

    def opened(screen: str = "desktop", **options: Any) -> Desk:
        width, height = SCREENS[screen]
        size = {"width": width, "height": height}
        context = browser.new_context(viewport=size, locale="vi-VN", **options)
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        return Desk(context.new_page(), shared_process)

    yield opened
    for context in contexts:
        context.close()


@pytest.mark.parametrize("screen", SCREENS)
def test_an_officer_invites_somebody_and_takes_it_back_without_any_script(
    open_desk: Callable[..., Desk], screen: str
) -> None:
    desk = open_desk(screen, java_script_enabled=False)
    desk.sign_in()
    page = desk.page

    page.get_by_role("link", name="Người và vai trò").click()
    page.get_by_role("link", name="Mời thành viên").click()
    page.get_by_label("Họ và tên").fill(f"Trần Thị Mai {screen}")
    page.get_by_label("Vai trò").select_option(label="người xem số liệu")
    page.get_by_role("button", name="Tạo lời mời").click()
    expect(page.locator(".words")).to_have_text(re.compile(r"^\S+( \S+)+$"))
    expect(page.get_by_role("img", name="Mã QR của lời mời")).to_be_visible()
    page.get_by_role("link", name="Xong").click()
    page.get_by_role("link", name=f"Hủy lời mời: Trần Thị Mai {screen}").click()
    page.get_by_role("button", name="Hủy lời mời").click()
    expect(page.get_by_role("status")).to_have_text("Đã hủy lời mời.")
    page.get_by_role("button", name="Đăng xuất", exact=True).first.click()

    expect(page.get_by_role("heading", name="Vào trang cán bộ")).to_be_visible()
    desk.goto("/can-bo/nguoi")
    expect(page.get_by_role("heading", name="Vào trang cán bộ")).to_be_visible()


def test_in_the_wards_own_network_without_https_signing_in_works(
    open_desk: Callable[..., Desk], shared_process: Any
) -> None:
    desk = open_desk()
    sent: list[dict[str, str]] = []
    desk.page.on("request", lambda one: sent.append(one.headers) if one.method == "POST" else None)

    desk.sign_in(f"http://can-bo.test:{shared_process.port}")

    assert "sec-fetch-site" not in sent[0]  # so the Origin alone decided
    assert "can-bo.test" in desk.page.url


def test_another_site_cannot_press_a_button_for_the_officer(
    open_desk: Callable[..., Desk], shared_process: Any
) -> None:
    desk = open_desk()
    desk.sign_in()
    form = f'<form method="post" action="{shared_process.url}/can-bo/ra/het"><button>Quà</button></form>'

    desk.page.route(
        "http://evil.test/",
        lambda route: route.fulfill(body=form, content_type="text/html; charset=utf-8"),
    )
    desk.page.goto("http://evil.test/")
    desk.page.get_by_role("button", name="Quà").click()

    expect(
        desk.page.get_by_role("heading", name=re.compile("Không mở được|Vào trang"))
    ).to_be_visible()
    desk.goto("/can-bo/nguoi")
    expect(desk.page.get_by_role("heading", name="Người và vai trò")).to_be_visible()


def test_opening_a_link_leaves_no_trace_of_it_in_what_is_asked_for(
    open_desk: Callable[..., Desk],
) -> None:
    desk = open_desk()
    asked: list[tuple[str, str]] = []
    desk.page.on("request", lambda one: asked.append((one.url, one.headers.get("referer", ""))))

    desk.sign_in()

    token = next(url for url, _ in asked if "m=" in url).partition("m=")[2]
    assert len(asked) > 3
    assert [url for url, _ in asked if token in url] == [asked[0][0]]
    assert not [referrer for _, referrer in asked if token in referrer]


@pytest.mark.parametrize("screen", SCREENS)
def test_nothing_is_cut_off_and_no_accessibility_rule_is_broken(
    open_desk: Callable[..., Desk], screen: str
) -> None:
    desk = open_desk(screen, bypass_csp=True)  # the checker is a script of its own
    found = [_problems(desk, path) for path in ("/can-bo/vao", desk.link())]
    desk.sign_in()
    found += [_problems(desk, path) for path in (*PATHS, "/can-bo/nowhere")]
    desk.goto("/can-bo/nguoi/moi")
    desk.page.get_by_label("Họ và tên").fill("Trần Thị Mai")
    desk.page.get_by_label("Vai trò").select_option(label="người xem số liệu")
    desk.page.get_by_role("button", name="Tạo lời mời").click()
    found.append(_problems(desk))
    desk.goto("/can-bo/nguoi")
    desk.page.get_by_role("link", name="Thu hồi vai trò").first.click()
    found.append(_problems(desk))

    assert [problem for problem in found if problem] == []


def _problems(desk: Desk, path: str = "") -> str:
    """What is wrong with one page ("": the one that is open); "" for nothing."""
    if path:
        desk.goto(path)
    results = Axe().run(desk.page)
    wide = f"{path}: {desk.overflow()} px too wide\n" if desk.overflow() else ""
    return wide + (f"{path}: {results.generate_report()}" if results.violations_count else "")


def test_the_pages_keep_the_rules_of_their_own_policy(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk()
    said: list[str] = []
    desk.page.on("console", lambda line: said.append(line.text))
    desk.sign_in()

    for path in PATHS:
        desk.goto(path)

    assert not [line for line in said if "Content Security Policy" in line]


def test_the_keyboard_alone_reaches_the_content_first(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk()
    desk.sign_in()
    desk.goto("/can-bo/nguoi")

    desk.page.keyboard.press("Tab")
    expect(desk.page.get_by_role("link", name="Đến nội dung chính")).to_be_in_viewport()
    outline = desk.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    desk.page.keyboard.press("Enter")

    assert outline == "solid"
    assert desk.page.evaluate("document.activeElement.id") == "content"


def test_on_paper_there_is_the_content_and_no_navigation(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk()
    desk.sign_in()
    desk.goto("/can-bo/nguoi")

    desk.page.emulate_media(media="print")
    expect(desk.page.get_by_role("heading", name="Người và vai trò")).to_be_visible()
    for hidden in ("nav", "button", ".button", ".skip", ".me"):
        expect(desk.page.locator(hidden).first).to_be_hidden()
    printed = desk.page.pdf(prefer_css_page_size=True)

    assert printed.startswith(b"%PDF")
    [width, height] = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", printed)[0]
    assert (round(float(width)), round(float(height))) == A4_POINTS
