"""Friday, 16:00: an officer who has never used a terminal gets the report out of a ward of 3,000 people."""

import io
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

import openpyxl
import pytest
from docx import Document
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from tests.bot.conftest import processes
from tests.bot.web.staff.test_browser import ARGUMENTS, PATIENCE_MS

pytestmark = pytest.mark.browser

PEOPLE = 3000
MOST_CLICKS = 8
MOST_SECONDS = 180.0
MOST_SECONDS_TO_MAKE = 60.0
LINK = re.compile(r"(/can-bo/vao\?\S+)")
SHARE = re.compile(r"(\d[\d.]*)/(\d[\d.]*), đạt ([\d.,]+) ?%")


@dataclass(slots=True)
class Officer:
    """A window, and how often something in it was clicked."""

    page: Page
    clicks: list[str] = field(default_factory=list)

    def click(self, what: Locator) -> None:
        self.clicks.append(what.inner_text())
        what.click()

    def download(self, what: str) -> bytes:
        """Click on something that is then saved."""
        with self.page.expect_download() as saved:
            self.click(self.page.get_by_role("link", name=what))
        return Path(saved.value.path()).read_bytes()


@contextmanager
def chromium_at(program: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(ARGUMENTS))
        yield browser
        browser.close()


def hocso(folder: Path, *arguments: str) -> str:
    """What a command says about the sample in `folder`."""
    config = ("--config", str(folder / "config.yaml"))
    done = subprocess.run(
        [sys.executable, "-m", "bot", *arguments, *config],
        capture_output=True,
        check=False,
        encoding="utf-8",
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory, tdps_csv: str) -> Iterator[Any]:
    """A server over a sample ward."""
    with processes(tmp_path_factory.mktemp("officer"), tdps_csv) as make:
        process = make()
        to = ("--to", str(process.folder / "data"))
        begun = monotonic()
        said = hocso(process.folder, "demo", "ward", "--people", str(PEOPLE), "--seed", "7", *to)
        assert "Đã dựng 3.000 người" in said
        assert monotonic() - begun < MOST_SECONDS_TO_MAKE
        yield process.start()


def shares(text: str) -> set[tuple[str, ...]]:
    """Every “25.736/36.845, đạt 69,85%” of a text."""
    return set(SHARE.findall(text.replace("\xa0", " ")))


def has_row(rows: list[list[str]], share: tuple[str, ...]) -> bool:
    """Whether the three numbers stand in one row."""
    return any(set(share) <= {cell.removesuffix("%").strip() for cell in row} for row in rows)


def test_an_officer_gets_the_report_in_eight_clicks_and_three_minutes(
    chromium: str, sample: Any
) -> None:
    data = ("--data", str(sample.folder / "data"))
    link = LINK.search(hocso(sample.folder, "demo", "login", "--as", "staff", *data))
    assert link is not None
    with chromium_at(chromium) as browser:
        page = browser.new_page(locale="vi-VN", viewport={"width": 1366, "height": 768})
        page.set_default_timeout(PATIENCE_MS)
        officer = Officer(page)
        begun = monotonic()
        page.goto(sample.url + link[1])

        officer.click(page.get_by_role("button", name="Vào trang cán bộ"))
        officer.click(page.get_by_role("link", name="Báo cáo", exact=True))
        officer.click(page.get_by_role("button", name="Lập báo cáo"))
        expect(page.get_by_text("DỰ THẢO").first).to_be_visible()
        paper = officer.download("Tải báo cáo (Word)")
        took = monotonic() - begun
        sheet = officer.download("Tải phụ lục (Excel)")
        text = officer.download("Tải tin nhắn").decode("utf-8-sig")
        shown = page.locator("main").inner_text()
        page.emulate_media(media="print")
        page.goto(sample.url)
        expect(page.locator("#composer .sample")).to_be_visible()
        expect(page.locator("#composer textarea")).to_be_hidden()

    assert len(officer.clicks) <= MOST_CLICKS
    assert took < MOST_SECONDS
    written = Document(io.BytesIO(paper))
    cells = [cell.text for table in written.tables for row in table.rows for cell in row.cells]
    words = [one.text for one in written.paragraphs] + cells
    assert "DỮ LIỆU MẪU" in "\n".join(
        [*words, *(p.text for p in written.sections[0].header.paragraphs)]
    )
    book = openpyxl.load_workbook(io.BytesIO(sheet))
    assert "DỮ LIỆU MẪU" in "\n".join(str(c.value) for s in book for row in s for c in row)
    assert "DỮ LIỆU MẪU" in shown
    assert "DỮ LIỆU MẪU" in text
    found = shares(text)
    printed = [[c.text for c in row.cells] for table in written.tables for row in table.rows]
    on_screen = [line.split("\t") for line in shown.splitlines()]
    assert len(found) > 4
    for share in found:
        assert has_row(printed, share), share
        assert has_row(on_screen, share), share
