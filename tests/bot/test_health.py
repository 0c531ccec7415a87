"""What is said of a machine's health, before it hurts: one line of the table is one situation."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from bot.facts import gather
from bot.health import GB, MB, Check, Facts, Level, checks, worst
from bot.house import Ward, now
from bot.watch import look
from storage import accounts, copies, inbox
from storage.accounts import AccountState
from storage.addresses import address_of
from storage.copies import FailedCopy, LastCopy, Restored
from storage.health import Stored
from storage.tables import ClockRuns
from storage.tables_staff import TeamItems

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
GOOD_COPY = LastCopy(NOW - 6 * HOUR, "hocso-1.sao", 5 * MB, 1.0)
WELL = Facts(
    now=NOW,
    zone=ZoneInfo("Asia/Ho_Chi_Minh"),
    version="hocso 0.1.0, SQLite 3.40.1",
    data="/srv/hocso/var",
    stored=Stored(
        newest=NOW - MINUTE,
        purged_at=NOW - HOUR,
        oldest={},
        waiting={},
        inbox_waiting=0,
        inbox_parked=0,
        accounts=(),
        copy=GOOD_COPY,
        copy_failed=None,
        restored=None,
        size=50 * MB,
    ),
    free=100 * GB,
    total=200 * GB,
    target="/media/usb",
    is_target_there=True,
    platforms=frozenset({"telegram"}),
)


def facts(stored: Mapping[str, Any] | None = None, **more: Any) -> Facts:
    assert WELL.stored is not None
    return replace(WELL, stored=replace(WELL.stored, **(stored or {})), **more)


def only(found: tuple[Check, ...]) -> Check:
    """The one check that is not well."""
    (unwell,) = [check for check in found if check.level is not Level.GOOD]
    return unwell


def test_where_all_is_well_every_check_says_so_and_asks_for_nothing() -> None:
    found = checks(WELL)

    assert worst(found) is Level.GOOD
    assert [check.todo for check in found] == [""] * len(found)
    assert {"database", "disk", "clock", "backup", "target", "outbox", "inbox", "purge"} <= {
        check.name for check in found
    }


LATE = {"oldest": {"telegram": NOW - 20 * MINUTE}}
PAUSED = AccountState("telegram", paused_at=NOW - HOUR, paused_reason="Unauthorized")
FAILED = FailedCopy(NOW, "Ổ đĩa đã đầy. Dọn bớt.")
SITUATIONS = [
    ("disk", Level.SOON, facts(free=15 * GB), "còn trống 15,0 GB trên 200,0 GB, sắp đầy"),
    ("disk", Level.SOON, facts(free=900 * MB, total=8 * GB), "còn trống 900 MB"),
    ("disk", Level.BAD, facts(free=150 * MB), "sắp không ghi được nữa"),
    (
        "clock",
        Level.BAD,
        facts({"newest": NOW + HOUR}),
        "đã có việc lúc 16:00 ngày 22/11/2026, sau giờ của máy",
    ),
    ("clock", Level.SOON, facts(skew_seconds=120.0), "nhanh hơn giờ trên mạng 2 phút"),
    ("clock", Level.BAD, facts(skew_seconds=-7200.0), "chậm hơn giờ trên mạng 2 giờ"),
    ("backup", Level.BAD, facts({"copy": None}), "Chưa có bản sao nào"),
    ("backup", Level.BAD, facts(target=""), "Chưa có nơi cất bản sao"),
    (
        "backup",
        Level.SOON,
        facts({"copy": replace(GOOD_COPY, at=NOW - 27 * HOUR)}),
        "chưa làm được",
    ),
    (
        "backup",
        Level.BAD,
        facts({"copy": replace(GOOD_COPY, at=NOW - 4 * DAY)}),
        "Đến nay đã 4 ngày",
    ),
    ("backup", Level.SOON, facts({"copy_failed": FAILED}), "sao lưu gần nhất chưa xong"),
    ("backup", Level.SOON, facts(is_sqlite=False), "PostgreSQL"),
    ("audit", Level.BAD, facts({"copy": replace(GOOD_COPY, broken_audit=7)}), "từ dòng 7"),
    ("target", Level.SOON, facts(is_target_there=False), "Không thấy nơi cất bản sao /media/usb"),
    ("target", Level.SOON, facts(is_same_disk=True), "nằm cùng ổ đĩa với dữ liệu"),
    ("account_telegram", Level.BAD, facts({"accounts": (PAUSED,)}), "bị dừng từ 14:00"),
    ("outbox", Level.SOON, facts(LATE), "chờ đã 20 phút"),
    ("outbox", Level.BAD, facts({"oldest": {"web": NOW - DAY}}), "chờ đã 1 ngày 0 giờ"),
    ("inbox", Level.SOON, facts({"inbox_parked": 3}), "3 tin"),
    ("inbox", Level.SOON, facts({"inbox_waiting": 500}), "500 tin của bà con đang chờ"),
    ("purge", Level.SOON, facts({"purged_at": NOW - DAY}), "xóa dữ liệu hết hạn lưu giữ chưa chạy"),
    ("rollup", Level.SOON, facts({"behind": 30_000}), "Còn 30000 việc chưa cộng"),
    ("restored", Level.SOON, facts({"restored": Restored(NOW - DAY, NOW)}), "từ 15:00 ngày 21/11"),
]


@pytest.mark.parametrize(
    ("name", "level", "known", "said"), SITUATIONS, ids=[one[3] for one in SITUATIONS]
)
def test_each_trouble_is_one_line_that_says_what_and_what_to_do(
    name: str, level: Level, known: Facts, said: str
) -> None:
    found = only(checks(known))

    assert (found.name, found.level) == (name, level)
    assert said in found.sentence
    assert found.todo.endswith((".", ")", "ra", "sao"))
    assert found.sentence.endswith(".")


def test_a_failure_says_what_the_last_try_said() -> None:
    assert only(checks(facts({"copy_failed": FAILED}))).todo == FAILED.reason


def test_a_database_that_does_not_answer_is_bad_and_the_rest_is_left_out() -> None:
    found = checks(replace(WELL, stored=None))

    assert only(found).name == "database"
    assert worst(found) is Level.BAD
    assert not [check for check in found if check.name.startswith("account")]


def test_a_command_does_not_miss_the_upkeep_of_a_server() -> None:
    assert worst(checks(facts({"purged_at": None}, is_server=False))) is Level.GOOD


# ---------------------------------------------------------------- of a real ward


async def test_of_a_new_ward_only_the_missing_copy_is_bad(ward: Ward) -> None:
    async with ward.database.transaction(now()) as tx:
        await tx.connection.execute(
            ClockRuns.__table__.insert(), [{"job": "purge", "due_at": tx.now, "ran_at": tx.now}]
        )

    found = checks(await gather(ward, now()))

    assert [check.name for check in found if check.level is Level.BAD] == ["backup"]
    assert {"database", "clock", "outbox", "inbox"} <= {check.name for check in found}


async def test_what_is_parked_paused_and_restored_is_seen_in_the_database(ward: Ward) -> None:
    async with ward.database.transaction(now()) as tx:
        here = (await address_of(tx, "web", "somebody")).id
        taken = await inbox.take_in(tx, "web", "1", here, {"text": "học"})
        assert taken is not None
        await inbox.park(tx, [taken], "abc")
        await accounts.pause(tx, "telegram", "Unauthorized")
        await copies.was_restored(tx, now() - DAY)

    known = replace(await gather(ward, now()), platforms=frozenset({"telegram"}))

    unwell = {check.name for check in checks(known) if check.level is not Level.GOOD}
    assert {"inbox", "account_telegram", "restored", "backup"} <= unwell


async def test_an_item_is_opened_once_and_closed_when_it_is_mended(ward: Ward) -> None:
    async with ward.database.transaction(now()) as tx:
        await copies.was_restored(tx, now() - DAY)
    for _ in range(2):
        await look(ward, now())
    before = await open_items(ward)
    async with ward.database.transaction(now()) as tx:
        await tx.connection.execute(update(TeamItems).values(created_at=tx.now))

    await look(ward, now() + 8 * DAY)

    assert before.count("health:restored") == 1
    assert "health:restored" not in await open_items(ward)
    assert "health:backup" in await open_items(ward)


async def open_items(ward: Ward) -> list[str]:
    async with ward.database.reading(now()) as tx:
        still = select(TeamItems.subject).where(TeamItems.done_at.is_(None))
        return list((await tx.connection.execute(still)).scalars())
