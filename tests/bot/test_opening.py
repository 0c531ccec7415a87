"""docs/mo-cua.md, followed word by word on a computer that has just been set up, opens the doors."""

import asyncio
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import openpyxl
import pytest
import yaml

from bot.config import Config
from bot.house import read_content
from tests.bot.conftest import free_port

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "mo-cua.md"
HOCSO = ".venv/bin/hocso"
CHECK = f"{HOCSO} check --go-live"
OPEN = "Đủ cả: kênh công khai mở cho bà con."
CODE = re.compile(r"Mã mời: (.+)")
CLOSED = "chưa mở cho bà con"
MOST_TAPS = 30
PATIENCE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Block:
    """One frame of the guide: its language (sh, yaml, csv, chat) and its lines."""

    kind: str
    lines: tuple[str, ...]


def blocks() -> list[Block]:
    found = re.findall(
        r"^```(\w+)\n(.*?)^```$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    return [Block(kind, tuple(text.splitlines())) for kind, text in found]


@dataclass(slots=True)
class Worker:
    """Somebody who does what the guide says, in the folder `hocso` of a computer."""

    folder: Path
    port: int
    said: list[tuple[str, int, str]] = field(default_factory=list)
    server: subprocess.Popen[str] | None = None

    def type(self, line: str) -> None:
        """Type a line into the command window."""
        words = shlex.split(line)
        if words[:2] == [HOCSO, "run"]:
            self._start()
            return
        command = [sys.executable, "-m", "bot", *words[1:]] if words[0] == HOCSO else words
        done = subprocess.run(
            command, capture_output=True, cwd=self.folder, encoding="utf-8", check=False
        )
        self.said.append((line, done.returncode, done.stdout + done.stderr))

    def edit(self, changes: dict[str, Any]) -> None:
        """Change lines of config.yaml, each where it belongs."""
        file = self.folder / "config.yaml"
        config = yaml.safe_load(file.read_text(encoding="utf-8"))
        merge(config, changes)
        file.write_text(yaml.safe_dump(config, allow_unicode=True), encoding="utf-8")

    def fill_in(self, rows: list[list[str]]) -> None:
        """Fill in the file that the command before has made, in place of its example."""
        name = next(word for word in shlex.split(self.said[-1][0]) if word.endswith(".xlsx"))
        book = openpyxl.load_workbook(self.folder / name)
        sheet = book.worksheets[0]
        heads = [cell.value for cell in sheet[1]]
        sheet.delete_rows(2)
        for place, row in enumerate(rows[1:], start=2):
            for head, value in zip(rows[0], row, strict=True):
                sheet.cell(place, heads.index(head) + 1, value)
        book.save(self.folder / name)

    @property
    def codes(self) -> list[str]:
        """The words of every invite, in the order in which they were printed."""
        return [code for _, _, out in self.said for code in CODE.findall(out)]

    def _start(self) -> None:
        self.server = subprocess.Popen(
            [sys.executable, "-m", "bot", "run"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=self.folder,
            encoding="utf-8",
        )
        assert self.server.stdout is not None
        assert self.server.stdout.readline().startswith("Mở trang ")


def merge(into: dict[str, Any], changes: dict[str, Any]) -> None:
    """Replace the values of the keys that are there; contacts are told apart by their key."""
    for key, value in changes.items():
        assert key in into, key
        if isinstance(value, dict):
            merge(into[key], value)
        elif key == "contacts":
            theirs = {one["key"]: one for one in into[key]}
            for one in value:
                theirs[one["key"]].update(one)
        else:
            into[key] = value


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[Worker]:
    """A computer on which the kit was unpacked: our files, in a folder of their own."""
    folder = tmp_path / "hocso"
    folder.mkdir()
    for name in ("config.yaml", "tdps.csv"):
        shutil.copy(ROOT / name, folder)
    for name in ("bot", "storage", "handlers", "lessons"):
        (folder / name).symlink_to(ROOT / name)
    made = Worker(folder, free_port())
    made.edit({"web": {"port": made.port, "messages_per_minute": 6000}})  # it types fast
    yield made
    if made.server is not None:
        made.server.terminate()
        made.server.wait(30)
        assert made.server.stdout is not None
        made.server.stdout.close()


async def approve(visitor: Any, title: str) -> None:
    """“Duyệt bài” as the guide says it: to the lesson, through all its parts, to the decision."""
    screen = await visitor.say("duyệt bài")
    for _ in range(MOST_TAPS):
        labels = [choice["label"] for choice in screen["choices"]]
        wanted = [label for label in labels if label.startswith(title) or label == "Duyệt"]
        if wanted:
            screen = await visitor.say("Duyệt" if "Duyệt" in labels else title)
        else:
            screen = await visitor.say("tiếp" if "Tiếp" in labels else "xem bài khác")
        if screen["text"].startswith("Đã duyệt bài"):
            return
    pytest.fail(f"“{title}” was never approved: {screen}")


@pytest.mark.crash
async def test_who_follows_the_guide_word_by_word_opens_the_doors(
    worker: Worker, session: aiohttp.ClientSession, visitor_class: Any
) -> None:
    visitors: list[Any] = []
    chats = 0

    for block in blocks():
        match block.kind:
            case "sh":
                for line in block.lines:
                    worker.type(line)
            case "yaml":
                worker.edit(yaml.safe_load("\n".join(block.lines)))
            case "csv":
                worker.fill_in([line.split(",") for line in block.lines])
            case "chat":
                chats += 1
                url = f"http://127.0.0.1:{worker.port}"
                if chats == 1:
                    visitors += [await join(visitor_class(session, url), c) for c in worker.codes]
                else:
                    for title in titles():
                        await approve(visitors[1], title)

    newcomer = visitor_class(session, f"http://127.0.0.1:{worker.port}")
    await is_let_in(newcomer)
    checks = [(code, out) for line, code, out in worker.said if line == CHECK]
    (before, first), (after, last) = checks
    assert (before, first.count("Thiếu: ")) == (1, 9)
    assert (after, last.strip()) == (0, OPEN)
    assert {code for line, code, _ in worker.said if line != CHECK} == {0}, worker.said


async def join(visitor: Any, words: str) -> Any:
    """Somebody who was invited takes it up, word by word as in the guide."""
    assert CLOSED in (await visitor.open())["text"]
    typed = [line[2:] for line in chat_of("mã mời")]
    for line in typed:
        screen = await visitor.say(words if line.startswith("(") else line)
    assert screen["text"].startswith("Xong, đã ghi.")
    return visitor


async def is_let_in(visitor: Any) -> None:
    """A resident asks again and again, and is taught as soon as the running server has noticed."""
    await visitor.open()
    async with asyncio.timeout(PATIENCE_SECONDS):
        while CLOSED in (await visitor.say("học"))["text"]:
            pass
    assert visitor.offered[0] in {"begin", "next"}


def chat_of(word: str) -> tuple[str, ...]:
    return next(
        block.lines for block in blocks() if block.kind == "chat" and word in block.lines[0]
    )


def titles() -> list[str]:
    """The lessons that the guide lists for the first week."""
    return re.findall(r"^- ([A-ZĐ][^;\n]+)$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE)


def test_the_guide_names_the_lessons_of_the_first_week_as_they_are_called() -> None:
    config = Config(folder=ROOT)
    lessons = read_content(config).lessons

    assert titles() == [lessons[one].title for one in config.learning.first_week]


def test_what_the_doors_say_is_missing_has_its_place_in_the_guide() -> None:
    guide = GUIDE.read_text(encoding="utf-8")

    for words in (
        "Tên miền và https",
        "web.public_url",
        "learning.first_week",
        "hocso import tdps",
        "hocso invite --role approver",
        "checked_on",
        "controller",
        "duyệt bài",
    ):
        assert words in guide
