"""A report made in March is the same in November, byte for byte, although TDPs merged, people moved and left."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import delete, insert, update

from bot._sections import Report as Form
from bot.reports.friday_docx import as_docx
from bot.reports.friday_text import as_text
from bot.reports.friday_xlsx import as_xlsx
from handlers._requests.consent import Agree, Purpose
from handlers._requests.lesson import AnswerGiven, FinishQuiz, StartLesson
from handlers._requests.person import Erased, EraseMe, Role
from handlers._requests.praise import Naming
from handlers._requests.report import (
    FinishReport,
    MakeReport,
    NamesCommended,
    NoSuchReport,
    Period,
    PeriodKind,
    ReportKept,
    ReportMade,
    ReportOf,
)
from handlers._requests.stated import FigureStated, StateFigure
from handlers._requests.tdp import SetTdp
from storage import perform
from storage._database import Database
from storage._tx import Tx
from storage.addresses import actor_of, address_of
from storage.house import Actor, CoreLessons
from storage.rollups import catch_up
from storage.tables import Tdps, Units
from storage.tables_staff import Tasks

ADMIN = Actor("os:lan", frozenset({Role.ADMIN}))
MARCH = Period(PeriodKind.MONTH, date(2026, 2, 15), date(2026, 3, 14))
CORE = ("TB-01", "AT-01")
PEOPLE = 12
FORM = Form(signer_name="Nguyễn Thị Lan")


def at(month: int, day: int, hour: int = 3) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


async def somebody(tx: Tx, number: int) -> Actor:
    return await actor_of(tx, await address_of(tx, "zalo_oa", f"person-{number}"))


async def learns(tx: Tx, number: int, tdp: int) -> None:
    """Somebody joins, says where they live, passes both core lessons and may be named."""
    await perform(tx, await somebody(tx, number), Agree(Purpose.SAVE, "consent.save"))
    by = await somebody(tx, number)
    await perform(tx, by, SetTdp(tdp))
    answers = tuple(AnswerGiven(question, 0, is_right=True) for question in range(3))
    for lesson in CORE:
        started = await perform(tx, by, StartLesson(lesson, 1, "0" * 64))
        await perform(tx, by, FinishQuiz(started.attempt, lesson, answers, started.rule))
    await perform(tx, by, Agree(Purpose.PRAISE, "consent.praise"))


async def states(tx: Tx, key: str, value: int, **where: Any) -> None:
    said = StateFigure(key, value, tx.today, "Công an phường", "CV 15/CAP", **where)
    assert isinstance(await perform(tx, ADMIN, said), FigureStated)


async def until_march(ward: Database) -> None:
    """A ward with three TDPs, an office, a school and a plan; twelve people learn in two of the TDPs."""
    async with ward.transaction(at(2, 20)) as tx:
        names = ("Xóm Chùa", "Tân Trung", "Phú Cường")
        rows = [
            {"id": n, "code": str(n), "name": name, "is_placeholder": False}
            for n, name in enumerate(names, 1)
        ]
        await tx.connection.execute(insert(Tdps), rows)
        units = [
            {"id": 1, "kind": "office", "name": "UBND phường"},
            {"id": 2, "kind": "school", "name": "Trường THCS"},
        ]
        await tx.connection.execute(insert(Units), units)
        task = {
            "code": "1.1",
            "place": 1,
            "content": "Mở lớp",
            "lead": "VH-XH",
            "together": "",
            "due_on": date(2026, 3, 1),
            "result": "",
            "done_note": "",
            "changed_at": tx.now,
            "by": "os:lan",
        }
        await tx.connection.execute(insert(Tasks).values(task))
        for tdp, adults in ((1, 300), (2, 500), (3, 90)):
            await states(tx, "adults", adults, tdp=tdp)
        await states(tx, "staff", 40, unit=1)
        await states(tx, "pupils", 417, unit=2)
        await states(tx, "pupils_taught", 402, unit=2)
        await states(tx, "vneid", 600)
    for number in range(PEOPLE):
        async with ward.transaction(at(3, 1 + number % 9)) as tx:
            await learns(tx, number, 1 + number % 2)


async def until_november(ward: Database) -> None:
    """Two TDPs merge into the third, everything gets another name, people move, learn on, and are erased."""
    async with ward.transaction(at(6, 1)) as tx:
        merged = {"valid_to": date(2026, 5, 31), "merged_into": 3}
        await tx.connection.execute(update(Tdps).where(Tdps.id.in_([1, 2])).values(merged))
        await tx.connection.execute(update(Tdps).where(Tdps.id == 3).values(name="Tổ dân phố mới"))
        await tx.connection.execute(update(Units).values(name="Tên khác"))
        await tx.connection.execute(delete(Tasks))
        await states(tx, "adults", 1_000, tdp=3)
        await states(tx, "vneid", 900)
    for number in range(PEOPLE):
        async with ward.transaction(at(7, 1 + number)) as tx:
            by = await somebody(tx, number)
            if number % 3 == 0:
                assert await perform(tx, by, EraseMe()) == Erased()
            else:
                await perform(tx, by, SetTdp(3))
                await perform(tx, by, StartLesson("DV-01", 1, "0" * 64))
    lessons = {
        name: replace(one, title="Bài đã đổi tên")
        for name, one in ward.house.content.lessons.items()
    }
    ward.house = replace(
        ward.house,
        content=replace(ward.house.content, lessons=lessons),
        core=CoreLessons(("DV-01",), (), 50),
        values={"ward": "xã Khác", "unit": "xóm"},
    )
    for _ in range(50):
        async with ward.transaction(at(11, 1)) as tx:
            if not await catch_up(tx):
                return


def printed(kept: ReportKept) -> tuple[bytes, bytes, tuple[str, ...]]:
    return as_docx(kept, FORM, None), as_xlsx(kept), as_text(kept)


async def read(ward: Database, number: int, now: datetime) -> ReportKept:
    async with ward.reading(now) as tx:
        kept = await perform(tx, ADMIN, ReportOf(number))
    assert isinstance(kept, ReportKept)
    return kept


async def test_a_report_of_march_is_printed_alike_in_november_whatever_happened(
    database: Database,
) -> None:
    database.house = replace(
        database.house,
        core=CoreLessons(CORE, CORE, 100),
        values={"ward": "phường Trung Thành", "unit": "tổ dân phố"},
        ward_code="05899",
    )
    await until_march(database)
    async with database.transaction(at(3, 20)) as tx:
        made = await perform(tx, ADMIN, MakeReport(MARCH))
        assert isinstance(made, ReportMade)
        await perform(tx, ADMIN, FinishReport(made.report))
    in_march = await read(database, made.report, at(3, 20))
    before = printed(in_march)

    await until_november(database)

    in_november = await read(database, made.report, at(11, 22))
    assert in_november == in_march
    assert printed(in_november) == before
    assert in_march.figures.total_so_far.core == PEOPLE
    assert [line.name for line in in_march.figures.tdps][:3] == [
        "Xóm Chùa",
        "Tân Trung",
        "Phú Cường",
    ]


async def test_only_the_list_of_names_follows_who_may_still_be_named(database: Database) -> None:
    database.house = replace(database.house, core=CoreLessons(CORE, CORE, 100))
    await until_march(database)
    async with database.transaction(at(3, 20)) as tx:
        made = await perform(tx, ADMIN, MakeReport(MARCH))
        assert isinstance(made, ReportMade)

    await until_november(database)

    async with database.transaction(at(11, 22)) as tx:
        names = await perform(tx, ADMIN, NamesCommended(made.report))
    assert not isinstance(names, NoSuchReport)
    assert len(names) == PEOPLE
    assert sum(name.naming is Naming.ERASED for name in names) == PEOPLE // 3


async def test_a_new_report_of_march_made_in_november_keeps_who_was_erased_in_its_counts(
    database: Database,
) -> None:
    database.house = replace(database.house, core=CoreLessons(CORE, CORE, 100))
    await until_march(database)
    house = database.house
    await until_november(database)
    database.house = house

    async with database.transaction(at(11, 22)) as tx:
        made = await perform(tx, ADMIN, MakeReport(MARCH))
        assert isinstance(made, ReportMade)
        kept = await perform(tx, ADMIN, ReportOf(made.report))

    assert isinstance(kept, ReportKept)
    assert kept.figures.total_so_far.core == PEOPLE
    assert sum(line.so_far.core for line in kept.figures.tdps) == PEOPLE
