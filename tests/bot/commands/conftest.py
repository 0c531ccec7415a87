"""A ward's computer: a folder with config.yaml, tdps.csv and a data folder, and commands run on it."""

import json
import os
import pty
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import structlog

from bot.__main__ import main

ROOT = Path(__file__).parents[3]
TB_01 = ("học", "1", "1", "1", "1", "1", "1", "b", "a", "c")
"""From the first word to the end of the quiz of TB-01, every answer right."""
AGREED = (*TB_01, "1", "phu loi", "1", "bà Lan", "kết quả")
"""The same, and on: consent, TDP by part of its name, name, results."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a command left behind."""

    code: int
    out: str
    err: str


@dataclass(frozen=True, slots=True)
class Box:
    """The computer; `run` starts a real process, `call` does the same in this one, which is quicker."""

    folder: Path
    capture: pytest.CaptureFixture[str] | None = None

    @property
    def places(self) -> tuple[str, ...]:
        return ("--config", str(self.folder / "config.yaml"), "--data", str(self.folder / "data"))

    def call(self, *arguments: str) -> Done:
        return self.call_bare(*arguments, *self.places)

    def call_bare(self, *arguments: str) -> Done:
        """The same, with nothing added behind it."""
        assert self.capture is not None
        self.capture.readouterr()
        code = main(arguments)
        said = self.capture.readouterr()
        return Done(code, said.out, said.err)

    def run(self, *arguments: str, typed: str | bytes = "") -> Done:
        done = subprocess.run(
            [sys.executable, "-m", "bot", *arguments, *self.places],
            input=typed if isinstance(typed, bytes) else typed.encode(),
            capture_output=True,
            cwd=self.folder,
            timeout=60,
            check=False,
        )
        return Done(done.returncode, done.stdout.decode(), done.stderr.decode())

    def talk(self, *lines: str, name: str = "lan") -> Done:
        return self.run("talk", "--as", name, typed="".join(f"{line}\n" for line in lines))

    def number(self) -> str:
        """The number of the one person there is."""
        found = self.call("report", "--by", "person", "--format", "json")
        (line,) = json.loads(found.out)["lines"]
        return str(line["key"])

    def content(self) -> Path:
        """A content folder of its own, named in config.yaml."""
        own = self.folder / "noidung"
        shutil.copytree(ROOT / "lessons", own, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
        with (self.folder / "config.yaml").open("a", encoding="utf-8") as config:
            config.write("\ncontent: noidung\n")
        return own

    def files(self) -> set[str]:
        return {str(path.relative_to(self.folder)) for path in self.folder.rglob("*")}


class Screen:
    """A command on a terminal of its own."""

    def __init__(self, *arguments: str) -> None:
        self._shown = b""
        self._here, there = pty.openpty()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bot", *arguments],
            stdin=there,
            stdout=there,
            stderr=there,
            cwd=ROOT,
            env={**os.environ, "TERM": "xterm"},
        )
        os.close(there)

    def until(self, words: str) -> str:
        """What is printed up to these words; the rest is there for the next look."""
        while words.encode() not in self._shown:
            assert self._reads(), f"only this was shown: {self._shown.decode(errors='replace')}"
        before, _, self._shown = self._shown.partition(words.encode())
        return before.decode() + words

    def type(self, text: str) -> None:
        os.write(self._here, text.encode())

    def interrupt(self) -> None:
        """Press Ctrl-C, and again where Python took it between the prompt and the read behind it."""
        for _ in range(5):
            self._process.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=5)
                return

    def end(self) -> int:
        """Read until the command closes the terminal; returns its exit code."""
        while self._reads():
            pass
        return self._process.wait(timeout=30)

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._here)

    def _reads(self) -> bool:
        """Take what is printed next; False at the end, or when nothing comes for long."""
        if not select.select([self._here], [], [], 30)[0]:
            return False
        try:
            more = os.read(self._here, 4096)
        except OSError:  # how Linux says that nobody is at the other end any more
            return False
        self._shown += more
        return bool(more)


@pytest.fixture
def at_terminal() -> Iterator[Callable[..., Screen]]:
    """Start a command on a terminal of its own, where Ctrl-C works also when these tests ignore it."""
    screens: list[Screen] = []
    before = signal.signal(signal.SIGINT, signal.default_int_handler)

    def start(*arguments: str) -> Screen:
        screens.append(Screen(*arguments))
        return screens[-1]

    yield start
    for screen in screens:
        screen.close()
    signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="session")
def make_box() -> Callable[[Path], Box]:
    """Put a small config and the shipped list of TDPs into a folder."""

    def make(folder: Path) -> Box:
        (folder / "config.yaml").write_text("ward: {}\n", encoding="utf-8")
        shutil.copy(ROOT / "tdps.csv", folder)
        return Box(folder)

    return make


@pytest.fixture
def box(
    make_box: Callable[[Path], Box], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Iterator[Box]:
    yield replace(make_box(tmp_path), capture=capsys)
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def learnt_once(make_box: Callable[[Path], Box], tmp_path_factory: pytest.TempPathFactory) -> Box:
    """A computer on which somebody learnt TB-01 in the terminal and agreed; to be copied."""
    made = make_box(tmp_path_factory.mktemp("learnt"))
    done = made.talk(*AGREED)
    assert done.code == 0, done.err
    return made


@pytest.fixture
def learnt(learnt_once: Box, box: Box) -> Box:
    """The same on a computer of the test's own."""
    shutil.copytree(learnt_once.folder, box.folder, dirs_exist_ok=True)
    return box


@pytest.fixture
def journey() -> tuple[str, ...]:
    """What is typed from the first word to “kết quả”: TB-01, all right, consent, TDP, name."""
    return AGREED
