"""A running server, in this process or as a process of its own, and visitors who talk to it."""

import asyncio
import logging
import secrets
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
import structlog
import yaml

from bot.config import Config
from bot.house import Ward, make_house, now
from bot.server import Server
from handlers._talk import Book
from lessons import Content, load
from storage import tdps
from storage._database import Database
from storage.tdps import TdpRow

ROOT = Path(__file__).parents[2]
FAST = {"messages_per_minute": 6000, "new_visitors_per_minute": 60000}
TDPS = (
    TdpRow("t1", "Tân Trung", "1", "Đông Cao", is_placeholder=False),
    TdpRow("t2", "Tân Trung", "2", "Tân Phú", is_placeholder=False),
    TdpRow("t3", "Phù Lôi", "3", "Thuận Thành", is_placeholder=False),
)
READY_SECONDS = 60
PATIENCE_SECONDS = 20

Message = dict[str, Any]


@pytest.fixture(scope="session")
def content() -> Content:
    """The content that is shipped."""
    return load(ROOT / "lessons")


@pytest.fixture(scope="session")
def tdps_csv() -> str:
    lines = [f"{t.code},{t.name},{t.number},{t.former_ward}" for t in TDPS]
    return "\n".join(["code,name,number,former_ward", *lines]) + "\n"


# ---------------------------------------------------------------- who talks


@dataclass(slots=True)
class Visitor:
    """One browser: its key, what it has read, and the question on its screen."""

    session: aiohttp.ClientSession
    url: str
    key: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    history: list[Message] = field(default_factory=list)

    @property
    def last(self) -> int:
        return max((message["n"] for message in self.history), default=0)

    @property
    def screen(self) -> Message:
        """The newest message of the bot."""
        return next(one for one in reversed(self.history) if one["from"] == "bot")

    @property
    def headers(self) -> dict[str, str]:
        return {"X-Hocso-Visitor": self.key}

    async def post(self, raw: bytes | None = None, **body: Any) -> tuple[int, Message]:
        """Post a body as it is; returns the status and the answer, Retry-After among it."""
        if raw is None and "id" not in body:
            body["id"] = secrets.token_urlsafe(16)
        sent: dict[str, Any] = {"json": body} if raw is None else {"data": raw}
        where = f"{self.url}/api/messages"
        async with self.session.post(where, headers=self.headers, **sent) as answer:
            found = await answer.json()
            return answer.status, {**found, "retry_after": answer.headers.get("Retry-After")}

    async def get(self, after: int | str) -> tuple[int, Message]:
        """Ask for what is new after a number, once."""
        where = f"{self.url}/api/messages?after={after}"
        async with self.session.get(where, headers=self.headers) as answer:
            return answer.status, await answer.json()

    async def news(self) -> list[Message]:
        """Wait for what is new."""
        _, found = await self.get(self.last)
        self.history += found["messages"]
        return found["messages"]

    async def answered(self) -> Message:
        """Wait for the bot's next message."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not any(message["from"] == "bot" for message in await self.news()):
                pass
        return self.screen

    async def open(self) -> Message:
        """Open the page for the first time."""
        await self.post(start=True)
        return await self.answered()

    async def say(self, text: str, **more: Any) -> Message:
        """Type something at the question on the screen and wait for the answer."""
        status, found = await self.post(text=text, seen=self.screen.get("question"), **more)
        assert status == 202, found
        return await self.answered()

    @property
    def offered(self) -> list[str]:
        """The keys of the options on the screen: ["learn", "scam", "staff"]."""
        return [choice["tap"].rpartition(":")[2] for choice in self.screen["choices"]]

    async def tap(self, key: str) -> Message:
        """Press the button of an option and wait for the answer."""
        choice = self.screen["choices"][self.offered.index(key)]
        await self.post(text=choice["label"], tap=choice["tap"], seen=self.screen["question"])
        return await self.answered()

    async def learn(self) -> Message:
        """Take the first lesson and answer its quiz, all of it right; the consent question follows."""
        await self.open()
        await self.tap("learn")
        while self.offered == ["next"]:
            await self.tap("next")
        await self.tap("quiz")
        for answer in ("2", "1", "3"):
            await self.say(answer)
        return self.screen

    async def agree(self) -> Message:
        """Agree to have it kept, live in Phù Lôi, be called bà Lan; the next lesson is offered."""
        await self.tap("agree")
        await self.say("phu loi")
        await self.tap(self.offered[0])
        return await self.say("bà Lan")

    def restarted(self, url: str) -> "Visitor":
        """The same browser, its page loaded afresh."""
        return Visitor(self.session, url, self.key)


@pytest_asyncio.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """One HTTP client for all visitors of a test; each request connects anew, as after a killed server."""
    limits = aiohttp.TCPConnector(limit=0, force_close=True)
    async with aiohttp.ClientSession(connector=limits) as opened:
        yield opened


# ---------------------------------------------------------------- a server in this process


@dataclass(frozen=True, slots=True, repr=False)
class Running:
    """A server in this process."""

    url: str
    ward: Ward
    server: Server
    session: aiohttp.ClientSession

    def visitor(self) -> Visitor:
        return Visitor(self.session, self.url)


Start = Callable[..., Awaitable[Running]]


@pytest.fixture(scope="session")
def made_database(tmp_path_factory: pytest.TempPathFactory, content: Content) -> bytes:
    """A database file with all tables, to be copied."""
    path = tmp_path_factory.mktemp("made") / "made.db"

    async def make() -> None:
        made = await Database.open(f"sqlite:///{path}", make_house(Config(), content))
        await made.close()

    asyncio.run(make())
    return path.read_bytes()


async def open_test_ward(config: Config, content: Content, made: bytes) -> Ward:
    """A ward with a fresh database, three TDPs, and the content that was read once."""
    file = config.data / "hocso.db"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(made)
    house = make_house(config, content)
    database = await Database.open(config.database_url, house)
    ward = Ward(config, house, Book(content, house.values), database)
    async with database.transaction(now()) as tx:
        await tdps.load_once(tx, TDPS)
    return ward


@pytest_asyncio.fixture
async def ward(tmp_path: Path, content: Content, made_database: bytes) -> AsyncIterator[Ward]:
    """An open ward that nobody serves."""
    config = Config.model_validate({"web": FAST, "data": tmp_path / "data"})
    opened = await open_test_ward(config, content, made_database)
    yield opened
    await opened.database.close()


@pytest_asyncio.fixture
async def start(
    tmp_path: Path, content: Content, made_database: bytes, session: aiohttp.ClientSession
) -> AsyncIterator[Start]:
    """Start a server on a free port; keyword arguments are the `web` section of its config."""
    numbers = count(1)
    async with AsyncExitStack() as stack:

        async def started(poll_seconds: float = 25.0, folder: str = "", **web: Any) -> Running:
            data = tmp_path / f"ward{next(numbers)}"
            given = {"web": {**FAST, **web}, "data": data, "content": folder}
            config = Config.model_validate(given)
            ward = await open_test_ward(config, content, made_database)
            stack.push_async_callback(ward.database.close)
            server = Server(ward, poll_seconds=poll_seconds)
            url = await stack.enter_async_context(server.started("127.0.0.1", 0))
            return Running(url, ward, server, session)

        yield started


@pytest_asyncio.fixture
async def running(start: Start) -> Running:
    """A server as it is by default, but for the limits."""
    return await start()


# ---------------------------------------------------------------- a server as a process


@dataclass(slots=True)
class Process:
    """`hocso run` on a folder of its own; it is ready once it has printed where to click."""

    folder: Path
    port: int
    arguments: tuple[str, ...] = ()
    popen: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def command(self) -> list[str]:
        config, data = str(self.folder / "config.yaml"), str(self.folder / "data")
        given = ["--config", config, "--data", data, *self.arguments]
        return [sys.executable, "-m", "bot.server", *given]

    def allow_embedding(self, origin: str) -> "Process":
        """Let a portal embed the page, from the next start on."""
        file = self.folder / "config.yaml"
        config = yaml.safe_load(file.read_text(encoding="utf-8"))
        config["web"]["embed_on"] = [origin]
        file.write_text(yaml.safe_dump(config), encoding="utf-8")
        return self

    def start(self) -> "Process":
        """Start it and read its output until it says where it is."""
        with (self.folder / "log").open("a") as log:
            self.popen = subprocess.Popen(
                self.command, stdout=subprocess.PIPE, stderr=log, cwd=ROOT, encoding="utf-8"
            )
        assert self.popen.stdout is not None
        said = ""
        while self.url not in said:  # a sample says first that it is one
            line = self.popen.stdout.readline()
            assert line, f"{said}{self.log}"
            said += line
        return self

    def run(self) -> subprocess.CompletedProcess[str]:
        """Run it to its end, for a start that is refused."""
        return subprocess.run(
            self.command,
            capture_output=True,
            check=False,
            cwd=ROOT,
            encoding="utf-8",
            timeout=READY_SECONDS,
        )

    def kill(self) -> None:
        """kill -9, or what comes nearest to it."""
        assert self.popen is not None
        self.popen.kill()
        self._ended()

    def terminate(self, seconds: float = 10) -> int:
        """Ask it to stop; returns its exit code."""
        assert self.popen is not None
        self.popen.terminate()
        return self._ended(seconds)

    def _ended(self, seconds: float = 10) -> int:
        assert self.popen is not None
        assert self.popen.stdout is not None
        code = self.popen.wait(seconds)
        self.popen.stdout.close()
        self.popen = None
        return code

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text(encoding="utf-8")


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


MakeProcess = Callable[..., Process]


@contextmanager
def processes(where: Path, tdps_csv: str) -> Iterator[MakeProcess]:
    """Prepare `hocso run` on fresh folders; whatever still runs at the end is killed."""
    made: list[Process] = []

    def make(**web: Any) -> Process:
        folder = where / f"process{len(made)}"
        folder.mkdir()
        port = web.get("port", free_port())
        config = {"web": {**FAST, **web, "port": port}}
        (folder / "config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
        (folder / "tdps.csv").write_text(tdps_csv, encoding="utf-8")
        made.append(Process(folder, port))
        return made[-1]

    yield make
    for process in made:
        if process.popen is not None:
            process.kill()


@pytest.fixture
def make_process(tmp_path: Path, tdps_csv: str) -> Iterator[MakeProcess]:
    """Prepare `hocso run` on a fresh folder; keyword arguments are the `web` section of its config."""
    with processes(tmp_path, tdps_csv) as make:
        yield make


@pytest.fixture(scope="module")
def shared_process(tmp_path_factory: pytest.TempPathFactory, tdps_csv: str) -> Iterator[Process]:
    """One server for all tests of a file that leave it alive: each is a visitor of its own."""
    with processes(tmp_path_factory.mktemp("shared"), tdps_csv) as make:
        yield make().start()


@pytest.fixture
def process(make_process: MakeProcess) -> Process:
    """A server as a process, started."""
    return make_process().start()


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    """A test may configure logs as the server does; the next one starts without."""
    handlers, level = logging.root.handlers[:], logging.root.level
    yield
    structlog.reset_defaults()
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


@pytest.fixture(scope="session")
def visitor_class() -> type[Visitor]:
    """For tests that talk to a server of their own."""
    return Visitor
