"""A small house and a fresh database of either kind for every test."""

import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import pytest
import pytest_asyncio

from handlers._requests.help import WardNumber
from lessons import Content, Intents, Lesson, Need, PassRule, Phrases, phrase_entry
from lessons.schema import Card, Question
from storage._database import Database
from storage.house import House
from tests.postgres_server import postgres_server

NUMBERS = count(1)
NEEDS = {
    "TB-01": "dien_thoai",
    "AT-01": "lua_dao",
    "DV-01": "giay_to",
    "TC-01": "tien_qr",
    "AI-01": "ai",
}
TITLES = {
    "TB-01": "Chỉnh chữ to cho dễ đọc",
    "AT-01": "Có người xưng công an gọi đến: ba việc phải nhớ",
    "DV-01": "Tìm thông tin trong VNeID",
    "TC-01": "Quét mã QR để trả tiền",
    "AI-01": "Hỏi trợ lý AI một câu",
}
CODE_WORDS = tuple(first + last for first in "bcdghknprstvxq" for last in "aeiou")
PHRASES = {
    "consent.save": "Có muốn {ward} lưu kết quả để lần sau học tiếp không?",
    "consent.alerts": "Nhận cảnh báo lừa đảo?",
    "consent.notices": "Nhận thông báo của phường?",
    "consent.reminders": "Nhận nhắc học?",
    "consent.team": "Để người của Tổ công nghệ số biết và giúp nhé?",
    "consent.praise": "Có được nêu tên để biểu dương không?",
    "staff_page.opened": "Trang cán bộ vừa được mở trên {device}.",
    "staff_page.tried_again": "Đường dẫn vừa bị mở lại lần nữa.",
}


def lesson(lesson_id: str) -> Lesson:
    quiz = tuple(
        Question(f"Câu {n}?", ("Đúng", "Sai", "Không rõ"), 0, f"Vì câu {n} là thế.")
        for n in (1, 2, 3)
    )
    return Lesson(
        id=lesson_id,
        version=1,
        title=TITLES[lesson_id],
        need=NEEDS[lesson_id],
        audience=("nguoi_dan",),
        skill=lesson_id[:2],
        level=1,
        minutes=5,
        objective="Làm được một việc.",
        confidence="BACKGROUND",
        needs_review=False,
        review_note=None,
        review_by=None,
        cards=(Card("Phần một."), Card("Phần hai.")),
        practice="Thử ngay trên máy.",
        quiz=quiz,
        radio=None,
    )


@pytest.fixture(scope="session")
def content() -> Content:
    """Five lessons in recommended order, and the wordings of the six consents."""
    return Content(
        lessons={name: lesson(name) for name in NEEDS},
        phrases=Phrases({key: phrase_entry(key, text) for key, text in PHRASES.items()}),
        intents=Intents((), {}, (), frozenset()),
        alarms={},
        contacts=(),
        ward_contacts={},
        needs=tuple(Need(need, need) for need in NEEDS.values()),
        code_words=CODE_WORDS,
    )


@pytest.fixture(scope="session")
def house(content: Content) -> House:
    return House(
        content=content,
        values={"ward": "phường Trung Thành"},
        numbers=(WardNumber("Công an phường", "0208 000 000"), WardNumber("Trạm y tế", None)),
        timezone=ZoneInfo("Asia/Ho_Chi_Minh"),
        pass_rule=PassRule(2, 3),
        public_channels=frozenset({"zalo_oa"}),
        confirming_channels=frozenset({"zalo_oa"}),
    )


@pytest.fixture
def now() -> datetime:
    """A Sunday afternoon, 15:00 where the ward is."""
    return datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running PostgreSQL server; its databases are reached over a socket in `folder`."""

    folder: str

    def url(self, name: str) -> str:
        return f"postgresql://postgres:@/{name}?host={self.folder}"

    async def command(self, sql: str) -> None:
        connection = await asyncpg.connect(self.url("postgres"))
        await connection.execute(sql)
        await connection.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """Start a server for this worker; it forgets everything at the end."""
    with postgres_server() as folder:
        yield Postgres(folder)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def postgres_template(postgres: Postgres, house: House) -> str:
    """A database with all tables, to be copied."""
    await postgres.command("CREATE DATABASE made")
    await (await Database.open(postgres.url("made"), house)).close()
    return "made"


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def sqlite_template(tmp_path_factory: pytest.TempPathFactory, house: House) -> Path:
    """A file with all tables, to be copied."""
    path = tmp_path_factory.mktemp("template") / "made.db"
    await (await Database.open(f"sqlite:///{path}", house)).close()
    return path


KINDS = ("sqlite", pytest.param("postgres", marks=pytest.mark.postgres))


@pytest_asyncio.fixture(params=KINDS)
async def empty_url(
    request: pytest.FixtureRequest, tmp_path: Path, house: House
) -> AsyncIterator[str]:
    """A database without any table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/empty.db"
        return
    postgres: Postgres = request.getfixturevalue("postgres")
    name = f"t{next(NUMBERS)}"
    await postgres.command(f"CREATE DATABASE {name}")
    yield postgres.url(name)
    await postgres.command(f"DROP DATABASE {name}")


@pytest.fixture(params=KINDS)
def template(request: pytest.FixtureRequest) -> tuple[Postgres | None, Path | str]:
    if request.param == "sqlite":
        return None, request.getfixturevalue("sqlite_template")
    return request.getfixturevalue("postgres"), request.getfixturevalue("postgres_template")


@pytest.fixture
def copied(
    tmp_path: Path,
) -> Callable[[tuple[Postgres | None, Path | str]], AbstractAsyncContextManager[str]]:
    """Copy a template; gives the address of the copy."""

    @asynccontextmanager
    async def copy(template: tuple[Postgres | None, Path | str]) -> AsyncIterator[str]:
        postgres, source = template
        if postgres is None:
            path = tmp_path / "ward.db"
            shutil.copy(source, path)
            yield f"sqlite:///{path}"
            return
        name = f"t{next(NUMBERS)}"
        await postgres.command(f"CREATE DATABASE {name} TEMPLATE {source}")
        yield postgres.url(name)
        await postgres.command(f"DROP DATABASE {name}")

    return copy


@pytest_asyncio.fixture
async def database_url(
    template: tuple[Postgres | None, Path | str], copied: Any
) -> AsyncIterator[str]:
    """A database with all tables and no rows: a fresh one for every test."""
    async with copied(template) as url:
        yield url


@pytest_asyncio.fixture
async def database(database_url: str, house: House) -> AsyncIterator[Database]:
    opened = await Database.open(database_url, house)
    yield opened
    await opened.close()
