"""The drill: a machine is lost in the middle of its work, and comes back from the copy of the night.

A real server with traffic; a copy; more traffic, and somebody is erased; kill -9; the whole data folder is
gone. What a new machine has is the copy, the list beside it, and the key on the sheet of paper.
"""

import asyncio
import os
import shutil
import sys
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from sqlalchemy import func, select

from bot import backup
from bot.backup import local_time
from bot.config import Config
from bot.house import make_house, now
from bot.keys import read_key
from bot.sealing import Header
from lessons import Content
from storage import addresses, outbox
from storage._database import Database
from storage.house import House
from storage.outbox import Kind, State
from storage.tables import Outbox, People, Profiles
from tests.bot.conftest import Visitor, free_port
from tests.fakes.telegram import NO_LIMITS, TOKEN, FakeTelegram, Fault
from tests.fakes.telegram import Kind as Goes
from tests.soak.lives import ROOT, Lives

TOLD_ONCE, WAITED, LATER, TOO_LATE = "Tin một", "Tin hai", "Tin ba", "Cảnh báo cũ"
HOUR = timedelta(hours=1)
PATIENCE_SECONDS = 40


@dataclass(frozen=True, slots=True)
class Place:
    """Where the ward's computer has its things."""

    folder: Path
    house: House

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def usb(self) -> Path:
        return self.folder / "usb"

    @property
    def copy(self) -> Path:
        """The newest copy."""
        return max(self.usb.glob("*.sao"))

    @property
    def key(self) -> str:
        """What the sheet of paper says."""
        return (self.data / "key").read_text().strip()

    async def make_copy(self) -> None:
        """What the server does at night; a command takes seconds to start, and somebody waits."""
        house = replace(self.house, key=read_key(self.key, "data"))
        place = backup.Place(self.data / "hocso.db", self.usb, house, keep=14)
        await asyncio.to_thread(backup.copy, place, now())

    async def open(self) -> Database:
        """The database, beside the server."""
        return await Database.open(f"sqlite:///{self.data / 'hocso.db'}", self.house)

    async def hocso(self, *words: str, **environment: str) -> tuple[int, str]:
        """Run a command to its end."""
        where = ("--config", str(self.folder / "config.yaml"), "--data", str(self.data))
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "bot", *words, *where),
            cwd=ROOT,
            env={**os.environ, **environment},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        out, _ = await process.communicate()
        return process.returncode or 0, out.decode()


@pytest.fixture
def place(tmp_path: Path, content: Content) -> Place:
    (tmp_path / "usb").mkdir()
    return Place(tmp_path, make_house(Config(), content))


def config_of(fake: FakeTelegram, place: Place) -> dict[str, Any]:
    telegram = {"token": TOKEN, "api_base": fake.base, "per_second": 1000}
    return {
        "web": {"port": free_port(), "messages_per_minute": 6000},
        "telegram": telegram,
        "backup": {"target": str(place.usb)},
    }


async def put(place: Place, chat: int, *texts: str, kind: Kind, **when: datetime) -> None:
    database = await place.open()
    async with database.transaction(now()) as tx:
        address = await addresses.address_of(tx, "telegram", str(chat))
        for text in texts:
            await outbox.put(tx, "telegram", address.id, kind, {"text": text}, **when)
    await database.close()


async def states(place: Place) -> dict[str, str]:
    database = await place.open()
    async with database.reading(now()) as tx:
        rows = await tx.connection.execute(select(Outbox.body, Outbox.state))
        found = {row.body["text"]: row.state for row in rows}
    await database.close()
    return found


async def agree(session: aiohttp.ClientSession, url: str) -> Visitor:
    """Somebody learns a lesson and agrees to have it kept."""
    visitor = Visitor(session, url)
    await visitor.learn()
    await visitor.agree()
    return visitor


async def erase(visitor: Visitor) -> None:
    await visitor.say("thông tin của tôi")
    await visitor.tap("erase")
    await visitor.tap("erase_now")


async def people(place: Place) -> tuple[int, int, int]:
    """How many there are, how many of them erased, and how many have a name."""
    database = await place.open()
    async with database.reading(now()) as tx:
        counted = [
            await tx.connection.scalar(select(func.count()).select_from(People).where(*where))
            for where in ((), (People.erased_at.is_not(None),))
        ]
        named = await tx.connection.scalar(select(func.count()).select_from(Profiles))
    await database.close()
    return counted[0] or 0, counted[1] or 0, named or 0


@pytest.mark.crash
async def test_after_a_lost_machine_nothing_is_sent_twice_and_nobody_erased_is_back(
    place: Place, session: aiohttp.ClientSession
) -> None:
    async with FakeTelegram(rates=NO_LIMITS) as fake:
        config = config_of(fake, place)
        url = f"http://127.0.0.1:{config['web']['port']}"
        async with Lives(place.folder, config) as lives:
            await lives.start()
            stays, goes = await agree(session, url), await agree(session, url)
            slow = Fault(Goes.SLOW, chats={7}, calls={1}, seconds=10)
            fake.faults.add(slow)
            soon = datetime.now(UTC) + timedelta(seconds=2)
            await put(place, 8, TOO_LATE, kind=Kind.ALERT, not_before=soon + HOUR, valid_until=soon)
            await put(place, 9, LATER, kind=Kind.ANNOUNCEMENT, not_before=soon + HOUR)
            await put(place, 7, TOLD_ONCE, kind=Kind.ANNOUNCEMENT)
            await fake.until(lambda: slow.struck, PATIENCE_SECONDS)
            await put(place, 7, WAITED, kind=Kind.ALERT)

            await place.make_copy()  # one row is on its way, the next behind it
            await fake.until(lambda: WAITED in fake.log.texts(7), PATIENCE_SECONDS)
            await erase(goes)
            await stays.say("kết quả")
            key = place.key
            lives.kill()
            await lives.ended()
            shutil.rmtree(place.data)

            code, said = await place.hocso("restore", str(place.copy), HOCSO_KEY=key)
            after = await states(place)
            (place.data / "key").write_text(key)
            await lives.start()
            back = stays.restarted(url)
            await back.open()
            assert await lives.stop() == 0
            in_the_end = await states(place)

    assert code == 0, said
    with place.copy.open("rb") as source:
        moment = local_time(Header.read(source).at, place.house.timezone)
    assert f"Mất phần từ {moment} đến " in said
    assert "Không gửi lại gì: 3 tin chưa rõ đã gửi hay chưa, 1 tin đã quá hạn." in said
    assert "Đã xóa lại 1 người có trong danh sách 1 người từng xin xóa." in said
    told = {name: State(after[name]) for name in (TOLD_ONCE, WAITED, LATER, TOO_LATE)}
    assert told == {
        TOLD_ONCE: State.UNKNOWN,
        WAITED: State.UNKNOWN,
        LATER: State.UNKNOWN,
        TOO_LATE: State.EXPIRED,
    }
    assert fake.log.texts(7) == [TOLD_ONCE, WAITED]
    assert fake.log.texts(8) == fake.log.texts(9) == []
    assert in_the_end[LATER] == State.UNKNOWN.value  # a person decides
    assert await people(place) == (2, 1, 1)


@pytest.mark.crash
async def test_the_server_makes_the_copy_of_the_night_by_itself(place: Place) -> None:
    async with FakeTelegram(rates=NO_LIMITS) as fake:
        config = config_of(fake, place)
        async with Lives(place.folder, config) as lives:
            await lives.start()
            async with asyncio.timeout(PATIENCE_SECONDS):
                while "copy of the database" not in lives.log:
                    await asyncio.to_thread(os.sched_yield)
            code = await lives.stop()

    assert code == 0
    with place.copy.open("rb") as source:
        assert Header.read(source).at.tzinfo is not None
