"""Doors that are open, for tests about what goes on behind them: stated to be, or because nothing is missing.

Turns(ward, parsers, bell, clock, doors=Opened())      stated: whoever looks changes nothing
opening(folder), open_doors(tx)                        all that bot/doors.py asks for: the config and the rows
"""

from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from bot.doors import APPROVERS, Doors
from bot.house import Ward
from handlers._requests.lesson import ApproveLesson
from handlers._requests.person import Role
from storage import perform
from storage._tx import Tx
from storage.house import Actor
from storage.tables import People, Tdps
from storage.tables_staff import Grants, Members

ADMIN = Actor("os:lan", frozenset({Role.ADMIN}))
FIRST_APPROVER = 900_001


class Opened(Doors):
    """Doors that a test states to be open."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__(are_open=True)

    async def look(self, ward: Ward, now: datetime) -> None:
        """They stay as they were stated to be."""

    async def look_again(self, ward: Ward, now: datetime) -> None:
        """The same."""


def opening(folder: Path) -> dict[str, Any]:
    """The sections of a config with which the doors may open; copies go into a folder that is made here."""
    target = folder / "copies"
    target.mkdir(parents=True, exist_ok=True)
    police = {"key": "cong_an_phuong", "name": "Công an phường", "phone": "0208 000 000"}
    return {
        "ward": {
            "controller": "UBND phường Trung Thành",
            "contacts": [{**police, "checked_on": date(2026, 11, 20)}],
        },
        "web": {"public_url": "https://hoc.trungthanh.example"},
        "backup": {"target": str(target)},
    }


async def open_doors(tx: Tx, approvers: int = APPROVERS) -> None:
    """Put into a database what the doors ask for: a TDP, three named approvers, every lesson approved."""
    await tx.connection.execute(insert(Tdps).values(code="PL", name="Phù Lôi"))
    for number in range(FIRST_APPROVER, FIRST_APPROVER + approvers):
        await approver(tx, number)
    for lesson in tx.house.content.lessons:
        await perform(tx, ADMIN, ApproveLesson(lesson, "Nguyễn Thị Lan", "Phòng VH-XH"))


async def approver(
    tx: Tx, number: int, *, name: str = "Trần Thị Hoa", ends_on: date | None = None, **more: Any
) -> None:
    """Somebody who approves lessons; no name: nobody wrote one down."""
    person = {"id": number, "created_at": tx.now, "channel": "web", **more}
    await tx.connection.execute(insert(People).values(**person))
    grant = {"role": Role.APPROVER.value, "since": tx.now, "ends_on": ends_on, "by": "os:lan"}
    await tx.connection.execute(insert(Grants).values(person_id=number, **grant))
    if name:
        member = {"person_id": number, "name": name, "office": "Phòng VH-XH"}
        await tx.connection.execute(insert(Members).values(**member))
