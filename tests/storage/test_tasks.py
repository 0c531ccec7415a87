"""The tasks of the ward's plan: who is late is seen, who is done is said."""

from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta

import pytest
import pytest_asyncio
from sqlalchemy import insert, select

from handlers._requests.person import Role
from handlers._requests.tasks import (
    FinishTask,
    NoSuchTask,
    NotYetDone,
    ReopenTask,
    TaskFinished,
    TaskReopened,
    Tasks,
)
from storage import perform, tables_staff
from storage._database import Database
from storage._performers import Forbidden
from storage._tx import Tx
from storage.house import Actor
from storage.tables import Audit
from storage.tasks import LONGEST_NOTE, tasks_on

LAN = Actor("person:7", frozenset({Role.STAFF}), "page", person=7)
TODAY = date(2026, 11, 22)
PLAN = (
    ("1.1", date(2026, 11, 30)),
    ("1.2", date(2026, 11, 1)),
    ("1.10", None),
    ("2.1", date(2026, 11, 21)),
    ("2.2", TODAY),
)


@pytest_asyncio.fixture
async def tx(database: Database, now: datetime) -> AsyncIterator[Tx]:
    """A plan of five tasks, two of them late."""
    async with database.transaction(now) as opened:
        rows = [
            {
                "code": code,
                "place": place,
                "content": f"Việc {code}",
                "lead": "Phòng VH-XH",
                "together": "",
                "due_on": due_on,
                "result": "",
                "done_on": None,
                "done_note": "",
                "changed_at": now,
                "by": "os:lan",
            }
            for place, (code, due_on) in enumerate(PLAN, start=1)
        ]
        await opened.connection.execute(insert(tables_staff.Tasks), rows)
        yield opened


async def test_those_who_are_late_come_first_and_the_latest_before_all(tx: Tx) -> None:
    found = await perform(tx, LAN, Tasks())

    assert [(one.code, one.days_late, one.is_late) for one in found] == [
        ("1.2", 21, True),
        ("2.1", 1, True),
        ("2.2", 0, False),
        ("1.1", 0, False),
        ("1.10", 0, False),
    ]


async def test_a_task_that_is_done_goes_to_the_end_and_keeps_how_late_it_was(tx: Tx) -> None:
    done = await perform(tx, LAN, FinishTask("1.2", date(2026, 11, 4), "  48 người  học xong "))

    last = (await perform(tx, LAN, Tasks()))[-1]
    assert done == TaskFinished("1.2", date(2026, 11, 4))
    assert (last.code, last.is_done, last.is_late, last.days_late) == ("1.2", True, False, 3)
    assert last.done_note == "48 người học xong"


async def test_how_late_a_task_was_on_an_earlier_day_is_known(tx: Tx) -> None:
    lateness = {one.code: one.days_late for one in await tasks_on(tx, date(2026, 11, 3))}

    assert lateness == {"1.1": 0, "1.2": 2, "1.10": 0, "2.1": 0, "2.2": 0}


async def test_a_task_is_not_done_before_its_day(tx: Tx) -> None:
    tomorrow = TODAY + timedelta(1)

    assert await perform(tx, LAN, FinishTask("1.1", tomorrow)) == NotYetDone(tomorrow)
    assert not any(one.is_done for one in await perform(tx, LAN, Tasks()))


async def test_what_was_marked_done_can_be_taken_back(tx: Tx) -> None:
    await perform(tx, LAN, FinishTask("1.1", TODAY, "nhầm"))
    assert await perform(tx, LAN, ReopenTask("1.1")) == TaskReopened("1.1")

    (found,) = [one for one in await perform(tx, LAN, Tasks()) if one.code == "1.1"]
    assert (found.done_on, found.done_note) == (None, "")


@pytest.mark.parametrize("request_", [FinishTask("9.9", TODAY), ReopenTask("9.9")], ids=str)
async def test_a_number_the_plan_does_not_have_changes_nothing(tx: Tx, request_: object) -> None:
    assert await perform(tx, LAN, request_) == NoSuchTask("9.9")
    assert (await tx.connection.execute(select(Audit.id))).all() == []


async def test_a_note_is_cut_to_what_a_line_takes(tx: Tx) -> None:
    await perform(tx, LAN, FinishTask("1.1", TODAY, "ạ" * 900))

    assert len((await tasks_on(tx, TODAY))[0].done_note) == LONGEST_NOTE


@pytest.mark.parametrize("role", [one for one in Role if one not in {Role.STAFF, Role.ADMIN}])
@pytest.mark.parametrize(
    "request_", [Tasks(), FinishTask("1.1", TODAY), ReopenTask("1.1")], ids=str
)
async def test_only_staff_and_admin_see_and_settle_tasks(
    tx: Tx, role: Role, request_: object
) -> None:
    with pytest.raises(Forbidden):
        await perform(tx, Actor("person:8", frozenset({role}), person=8), request_)
