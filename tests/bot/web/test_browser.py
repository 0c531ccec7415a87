"""What residents see and do, in a real browser against a real server process."""

import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Frame, Page, expect, sync_playwright

from lessons import Content, load

LESSONS = Path(__file__).parents[3] / "lessons"
pytestmark = pytest.mark.browser

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
PATIENCE_MS = 20_000
NEXT_LESSON = "Bài tiếp theo"
PHONE = {"width": 360, "height": 640}
PHONE_AT_200_PERCENT = {"width": 180, "height": 320}

Open = Callable[..., "Chat"]


@cache
def content() -> Content:
    return load(LESSONS)


def right(number: int) -> str:
    """The right answer to a question of the first lesson's quiz."""
    question = content().lessons["TB-01"].quiz[number]
    return question.options[question.answer]


def said(key: str) -> str:
    """A sentence or a label as the ward of these tests says it, on one line as a browser compares it."""
    values = {"ward": "phường Trung Thành", "unit": "tổ dân phố", "commune": "phường"}
    return " ".join(content().phrases.render(key, values).split())


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """The installed Chromium, for the tests of this file."""
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
        yield opened
        opened.close()


@dataclass
class Chat:
    """The page as somebody uses it, alone or inside another page."""

    page: Page
    frame: Page | Frame
    asked: list[str]

    def newest(self) -> Any:
        """The bot's newest message."""
        return self.frame.locator(".message.bot").last

    def says(self, text: str) -> None:
        """Wait until the bot's newest message holds a text."""
        expect(self.newest()).to_contain_text(text)

    def press(self, label: str, then: str) -> None:
        """Press a button of the newest message, and wait for what comes of it."""
        self.newest().get_by_role("button", name=label).click()
        self.says(then)

    def type(self, text: str, then: str) -> None:
        """Type a message, and wait for what comes of it."""
        self.frame.locator("#box").fill(text)
        self.frame.locator("#box").press("Enter")
        self.says(then)

    def texts(self) -> list[str]:
        """Every message on the page, from the first on."""
        return [str(text) for text in self.frame.locator(".message .text").all_inner_texts()]

    def overflow(self) -> int:
        """How many pixels the page is wider than its window."""
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        return int(self.page.evaluate(wide))


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Open]:
    """Open an address as a browser of its own; keyword arguments go to the browser's context."""
    contexts = []

    def opened(url: str, *, frame: str | None = None, **options: Any) -> Chat:
        context = browser.new_context(**{"viewport": PHONE, "locale": "vi-VN", **options})
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(url)
        inner = page.frame(name=frame) if frame else page
        assert inner is not None
        return Chat(page, inner, asked)

    yield opened
    for context in contexts:
        context.close()


def learn(chat: Chat) -> None:
    """From the greeting through the first lesson to the last question of its quiz."""
    chat.press(said("welcome.learn"), then="Phần 1/5")
    for part in ("Phần 2/5", "Phần 3/5", "Phần 4/5", "Phần 5/5"):
        chat.press(said("lesson.next"), then=part)
    chat.press(said("lesson.quiz"), then="Câu 1/3")
    chat.press(right(0), then="Câu 2/3")
    chat.press(right(1), then="Câu 3/3")


def test_a_resident_learns_agrees_says_where_they_live_and_sees_the_result(
    shared_process: Any, open_page: Open
) -> None:
    chat = open_page(shared_process.url)

    chat.says(said("welcome.hello"))
    learn(chat)
    chat.press(right(2), then=said("consent.save"))
    chat.press(said("consent.agree"), then=said("tdp.ask"))
    chat.type("phu loi", then="Phù Lôi")
    chat.press("Phù Lôi", then=said("naming.ask"))
    chat.type("bà Lan", then=NEXT_LESSON)
    chat.type("kết quả", then="đạt ngay lần đầu")

    before = chat.texts()
    chat.page.reload()
    chat.says("đạt ngay lần đầu")
    assert chat.texts() == before
    assert {url.partition("/api")[0].rstrip("/") for url in chat.asked if "/api" in url} == {
        shared_process.url
    }
    assert not [url for url in chat.asked if not url.startswith(shared_process.url)]


def test_the_poster_of_a_tdp_leads_to_a_question_about_it(
    shared_process: Any, open_page: Open
) -> None:
    chat = open_page(f"{shared_process.url}/?tdp=t3")

    learn(chat)
    chat.press(right(2), then=said("consent.save"))
    chat.press(said("consent.agree"), then="Bà con ở Phù Lôi phải không?")
    chat.press(said("tdp.yes"), then="Đã ghi: Phù Lôi.")


def test_an_invites_link_is_taken_out_of_the_address_and_works_for_who_is_known_already(
    shared_process: Any, open_page: Open
) -> None:
    chat = open_page(shared_process.url)
    chat.press(said("welcome.learn"), then="Phần 1/5")
    link = invite_link(shared_process)

    chat.page.goto(link)

    chat.says("Mã này mời: Nguyễn Thị Lan")
    assert chat.page.url == f"{shared_process.url}/"
    chat.press(said("join.yes"), then=said("join.done"))
    chat.page.goto(link)
    chat.says(said("join.code"))  # it opens a role once
    assert not [url for url in chat.asked if "/api/" in url and "moi" in url]


def invite_link(process: Any) -> str:
    """A new invite by the command line, on the address this server has."""
    where = ["--config", process.folder / "config.yaml", "--data", process.folder / "data"]
    named = ["--role", "staff", "--name", "Nguyễn Thị Lan"]
    done = subprocess.run(
        [sys.executable, "-m", "bot", "invite", *named, *where],
        capture_output=True,
        check=True,
        cwd=LESSONS.parent,
        encoding="utf-8",
    )
    found = re.search(r"\?moi=[\w-]{24}", done.stdout)
    assert found, done.stdout
    return f"{process.url}/{found[0]}"


def test_who_declines_goes_on_learning(shared_process: Any, open_page: Open) -> None:
    chat = open_page(shared_process.url)

    learn(chat)
    chat.press(right(2), then=said("consent.save"))
    chat.press(said("consent.more"), then=said("consent.save_more"))
    chat.press(said("consent.decline"), then=NEXT_LESSON)
    chat.press(said("onward.go"), then="Phần 1/")


@pytest.mark.crash
def test_a_server_killed_in_the_middle_of_a_lesson_goes_on_at_the_same_card(
    process: Any, open_page: Open
) -> None:
    chat = open_page(process.url)
    chat.press(said("welcome.learn"), then="Phần 1/5")
    chat.press(said("lesson.next"), then="Phần 2/5")
    before = chat.texts()

    process.kill()
    expect(chat.frame.locator("#status")).to_contain_text(said("page.offline"))
    process.start()

    expect(chat.frame.locator("#status")).not_to_contain_text(said("page.offline"))
    assert chat.texts() == before
    chat.press(said("lesson.next"), then="Phần 3/5")


def test_what_is_typed_without_a_network_is_sent_once_when_it_is_back(
    shared_process: Any, open_page: Open
) -> None:
    chat = open_page(shared_process.url)
    chat.press(said("welcome.learn"), then="Phần 1/5")

    chat.page.context.set_offline(True)
    chat.frame.locator("#box").fill("tiếp")
    chat.frame.locator("#box").press("Enter")
    expect(chat.frame.locator(".me .state").last).to_contain_text(said("page.waiting"))
    chat.page.context.set_offline(False)

    chat.says("Phần 2/5")
    expect(chat.frame.locator(".message.me", has_text="tiếp")).to_have_count(1)
    chat.page.reload()
    chat.says("Phần 2/5")
    expect(chat.frame.locator(".message.me", has_text="tiếp")).to_have_count(1)


def test_two_tabs_of_one_visitor_show_the_same_talk(shared_process: Any, open_page: Open) -> None:
    one = open_page(shared_process.url)
    one.press(said("welcome.learn"), then="Phần 1/5")
    page = one.page.context.new_page()
    page.goto(shared_process.url)
    other = Chat(page, page, [])
    other.says("Phần 1/5")

    other.press(said("lesson.next"), then="Phần 2/5")

    one.says("Phần 2/5")
    assert one.texts() == other.texts()


def test_a_message_that_looks_like_a_page_stays_a_text(
    shared_process: Any, open_page: Open
) -> None:
    chat = open_page(shared_process.url)
    chat.says(said("welcome.hello"))

    chat.type("<img src=x onerror=alert(1)><b>đậm</b>", then="Trợ lý chưa hiểu ý")

    assert chat.frame.locator("#log img, #log b").count() == 0
    assert "<b>đậm</b>" in chat.texts()[1]


# ---------------------------------------------------------------- inside the ward's portal


@contextmanager
def portal(page: str) -> Iterator[str]:
    """A web server of somebody else, whose only page is given; yields its address."""

    class Portal(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = page.encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Portal)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def framed(url: str) -> str:
    return f'<!doctype html><title>Cổng</title><iframe name="hocso" src="{url}" width="360" height="600"></iframe>'


def test_the_chat_works_inside_the_portal_of_the_ward(make_process: Any, open_page: Open) -> None:
    process = make_process()
    with portal(framed(process.url)) as where:
        process.allow_embedding(where).start()
        chat = open_page(where, frame="hocso")

        chat.says(said("welcome.hello"))
        chat.press(said("welcome.learn"), then="Phần 1/5")

        own_page = chat.frame.get_by_role("link", name=said("page.own_page"))
        expect(own_page).to_be_visible()
        assert own_page.get_attribute("target") == "_blank"


def test_nobody_else_may_show_the_chat_as_their_own(shared_process: Any, open_page: Open) -> None:
    with portal(framed(shared_process.url)) as where:
        chat = open_page(where, frame="hocso")

        assert chat.frame.locator("#log").count() == 0


# ---------------------------------------------------------------- for everybody


def greeted(chat: Chat) -> None:
    chat.says(said("welcome.hello"))


def at_a_card(chat: Chat) -> None:
    chat.press(said("welcome.learn"), then="Phần 1/5")


def at_several_choices(chat: Chat) -> None:
    chat.press(said("welcome.scam"), then=said("scam_check.ask"))
    chat.newest().get_by_role("button").first.click()


def without_a_network(chat: Chat) -> None:
    at_a_card(chat)
    chat.page.context.set_offline(True)
    chat.frame.locator("#box").fill("tiếp")
    chat.frame.locator("#box").press("Enter")
    expect(chat.frame.locator(".me .state").last).to_contain_text(said("page.waiting"))


STATES = (greeted, at_a_card, at_several_choices, without_a_network)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_the_accessibility_checker_finds_nothing_wrong(
    shared_process: Any, open_page: Open, state: Callable[[Chat], None], scheme: str
) -> None:
    chat = open_page(shared_process.url, color_scheme=scheme)
    state(chat)

    results = Axe().run(chat.page)

    assert results.violations_count == 0, results.generate_report()


VIEWS = {
    "phone": {"viewport": PHONE},
    "phone at 200 percent": {"viewport": PHONE_AT_200_PERCENT, "device_scale_factor": 2},
    "desktop": {"viewport": {"width": 1280, "height": 800}},
}


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS.keys())
def test_nothing_is_cut_off_at_any_size(
    shared_process: Any, open_page: Open, view: dict[str, Any], tmp_path: Path
) -> None:
    chat = open_page(shared_process.url, **view)
    for number, state in enumerate(STATES[:2]):
        state(chat)
        chat.page.screenshot(path=tmp_path / f"{number}.png")
        assert chat.overflow() <= 0
    for number, (label, then) in enumerate(
        [
            (said("lesson.next"), "Phần 2/5"),
            (said("lesson.next"), "Phần 3/5"),
            (said("lesson.next"), "Phần 4/5"),
            (said("lesson.next"), "Phần 5/5"),
        ]
    ):
        chat.press(label, then=then)
        chat.page.screenshot(path=tmp_path / f"card{number}.png")
        assert chat.overflow() <= 0
    chat.type("hỏi tin lạ", then=said("scam_check.ask"))
    chat.page.screenshot(path=tmp_path / "several.png")
    assert chat.overflow() <= 0


def test_texts_are_large_and_buttons_can_be_hit_with_a_thumb(
    shared_process: Any, open_page: Open
) -> None:
    chat = open_page(shared_process.url)
    chat.says(said("welcome.hello"))

    sizes = "nodes => nodes.map(n => parseFloat(getComputedStyle(n).fontSize))"
    heights = "nodes => nodes.map(n => n.getBoundingClientRect().height)"
    buttons = chat.frame.locator("button:visible")

    assert min(chat.frame.locator("p:visible, .text, button:visible").evaluate_all(sizes)) >= 18
    assert min(buttons.evaluate_all(heights)) >= 44


def test_the_whole_lesson_can_be_taken_with_the_keyboard_alone(
    shared_process: Any, open_page: Open
) -> None:
    chat = open_page(shared_process.url)
    chat.says(said("welcome.hello"))

    chat.newest().get_by_role("button").first.focus()
    for part in ("Phần 1/5", "Phần 2/5", "Phần 3/5"):
        chat.page.keyboard.press("Enter")
        chat.says(part)
        expect(chat.newest().get_by_role("button").first).to_be_focused()

    assert re.search("Phần 3/5", chat.texts()[-1])
