"""A copy of the database: consistent while others write, encrypted, read back, and never the last good one lost."""

import asyncio
import errno
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import insert, text, update

from bot.backup import (
    PLAIN,
    BackupFailed,
    Copied,
    Place,
    back_up,
    copy,
    made_by,
    sync_folder,
    without_first_line,
)
from bot.config import Config
from bot.erasures import NAME
from bot.house import Ward, now
from bot.lock import AlreadyRunning, only_copy
from bot.nightly import copy as nightly_copy
from bot.nightly import due_at
from bot.sealing import Header, unseal
from handlers._requests.person import Role
from storage import addresses, audit, copies, messages
from storage.copies import LastCopy
from storage.house import Actor
from storage.tables import Audit, Settings

KEY = bytes(range(32))
AT = datetime(2026, 11, 22, 19, 0, 5, tzinfo=UTC)
DAY = timedelta(days=1)
LAN = Actor("os:lan", frozenset({Role.ADMIN}))


@pytest.fixture
def target(tmp_path: Path) -> Path:
    folder = tmp_path / "usb"
    folder.mkdir()
    return folder


@pytest.fixture
def keyed(ward: Ward, target: Path) -> Ward:
    """The ward with a key, and a folder for its copies."""
    house = replace(ward.house, key=KEY)
    ward.database.house = house
    config = ward.config.model_copy(
        update={"backup": ward.config.backup.model_copy(update={"target": str(target), "keep": 3})}
    )
    return replace(ward, house=house, config=config)


@pytest.fixture
def place(keyed: Ward, target: Path) -> Place:
    file = keyed.config.database_file
    assert file is not None
    return Place(file, target, keyed.house, keep=3)


def move(folder: Path, to: Path) -> None:
    folder.rename(to)


def files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def opened(file: Path, where: Path, key: bytes = KEY) -> Path:
    """What a copy holds, as a database file."""
    plain = where / "opened.db"
    with file.open("rb") as source:
        plain.write_bytes(b"".join(without_first_line(unseal(source, key, Header.read(source)))))
    return plain


async def copied(
    place: Place, at: datetime, is_stopped: Callable[[], bool] = lambda: False
) -> Copied:
    return await asyncio.to_thread(copy, place, at, is_stopped)


def rows(file: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(file)) as database:
        return database.execute(query).fetchall()


async def say(ward: Ward, words: str) -> None:
    async with ward.database.transaction(now()) as tx:
        address = await addresses.address_of(tx, "web", "somebody")
        await messages.add(tx, address.id, is_from_bot=False, body={"text": words})


# ---------------------------------------------------------------- a good one


async def test_a_copy_holds_what_was_committed_and_nobody_can_read_it_without_the_key(
    keyed: Ward, target: Path, tmp_path: Path
) -> None:
    await say(keyed, "học bài chữ to")

    made = await back_up(keyed, target)

    assert "học bài chữ to".encode() not in made.file.read_bytes()
    assert b"SQLite format" not in made.file.read_bytes()
    held = rows(opened(made.file, tmp_path), "SELECT body FROM messages")
    assert len(held) == 1
    assert made.rows > 1


async def test_a_copy_is_named_by_the_wards_own_time_and_the_owner_alone_reads_it(
    place: Place,
) -> None:
    made = await copied(place, AT)

    assert made.file.name.startswith("hocso-2026-11-23-020005-")
    assert made.file.stat().st_mode & 0o077 == 0


async def test_copies_taken_among_hundreds_of_writes_are_each_of_one_piece(
    keyed: Ward, place: Place, tmp_path: Path
) -> None:
    """Every transaction writes two rows: a copy that holds an odd number is of two halves."""
    stop = asyncio.Event()
    written = count()

    async def write() -> None:
        while not stop.is_set():
            async with keyed.database.transaction(now()) as tx:
                address = await addresses.address_of(tx, "web", "somebody")
                for half in "ab":
                    await messages.add(tx, address.id, is_from_bot=True, body={"text": half})
            next(written)

    writing = asyncio.create_task(write())
    made = [await copied(place, AT + timedelta(seconds=second)) for second in range(3)]
    stop.set()
    await writing

    assert next(written) > 20
    for one in made:
        held = rows(opened(one.file, tmp_path), "SELECT count(*) FROM messages")[0][0]
        assert isinstance(held, int)
        assert held % 2 == 0


async def test_the_database_remembers_its_last_copy_and_forgets_the_failure_before(
    keyed: Ward, target: Path
) -> None:
    with pytest.raises(BackupFailed):
        await back_up(keyed, target / "away")
    async with keyed.database.reading(now()) as tx:
        failure = await copies.failure(tx)
    made = await back_up(keyed, target)

    assert failure is not None
    assert "Không thấy nơi cất bản sao" in failure.reason
    async with keyed.database.reading(now()) as tx:
        last = await copies.last(tx)
        assert last is not None
        assert (last.at, last.file) == (made.at, made.file.name)
        assert await copies.failure(tx) is None


# ---------------------------------------------------------------- how many are kept


async def test_only_the_newest_are_kept_and_only_of_this_ward(place: Place, target: Path) -> None:
    foreign = await copied(replace(place, house=replace(place.house, key=bytes(32))), AT - 9 * DAY)
    (target / "luong-thang-11.xlsx").write_text("not ours")

    made = [await copied(place, AT + n * DAY) for n in range(5)]

    assert [one.removed for one in made] == [0, 0, 0, 1, 1]
    assert made_by(KEY, target) == tuple(one.file for one in made[2:])
    assert foreign.file.exists()
    assert (target / "luong-thang-11.xlsx").exists()


async def test_a_clock_that_is_years_back_never_costs_the_copy_just_made(
    place: Place, target: Path
) -> None:
    for n in range(3):
        await copied(place, AT + n * DAY)

    made = await copied(place, AT - 2000 * DAY)

    assert made.file in made_by(KEY, target)
    assert len(made_by(KEY, target)) == 3


async def test_a_copy_whose_audit_chain_is_broken_is_kept_and_removes_nothing(
    keyed: Ward, place: Place, target: Path
) -> None:
    async with keyed.database.transaction(now()) as tx:
        await audit.append(tx, LAN, "approved", "lesson:TB-01")
        await audit.append(tx, LAN, "approved", "lesson:TB-02")
    for n in range(3):
        await copied(place, AT + n * DAY)
    async with keyed.database.transaction(now()) as tx:
        await tx.connection.execute(update(Audit).values(subject="lesson:AT-35"))

    made = await copied(place, AT + 3 * DAY)

    assert made.broken_audit == 1
    assert len(made_by(KEY, target)) == 4


# ---------------------------------------------------------------- faults


async def test_a_folder_that_is_away_is_never_made(keyed: Ward, target: Path) -> None:
    with pytest.raises(BackupFailed, match="Cắm ổ đĩa vào"):
        await back_up(keyed, target / "usb")

    assert not (target / "usb").exists()


async def test_a_folder_that_vanishes_under_way_costs_nothing_but_this_copy(
    place: Place, target: Path
) -> None:
    good = await copied(place, AT)
    away = target.with_name("away")
    stops = iter(range(10_000))

    def unplug() -> bool:
        """Called every few milliseconds of the copy; at the first of them the disk is pulled out."""
        if next(stops) == 0:
            target.rename(away)
        return False

    with pytest.raises(BackupFailed, match=r"Nơi cất bản sao .*: không thấy nữa"):
        await copied(place, AT + DAY, unplug)

    assert made_by(KEY, away) == (away / good.file.name,)
    assert not list(place.plain.parent.glob(f"{PLAIN}*"))


async def test_a_stop_under_way_leaves_nothing_half_done(place: Place, target: Path) -> None:
    good = await copied(place, AT)

    with pytest.raises(BackupFailed, match="Trợ lý bị tắt"):
        await copied(place, AT + DAY, lambda: True)

    assert files(target) == [good.file]
    assert not list(place.plain.parent.glob(f"{PLAIN}*"))


async def test_wherever_a_disk_fails_no_copy_has_a_name_that_was_not_read_back(
    place: Place, target: Path
) -> None:
    good = await copied(place, AT)
    looks = count(1)
    await copied(place, AT + DAY, lambda: next(looks) < 0)
    newer = made_by(KEY, target)[1]

    for failing in range(1, next(looks)):
        newer.unlink(missing_ok=True)
        steps = count(1)

        def fail(steps: Iterator[int] = steps, failing: int = failing) -> bool:
            if next(steps) == failing:
                raise OSError(errno.EIO, "Input/output error")
            return False

        with pytest.raises(BackupFailed):
            await copied(place, AT + DAY, fail)
        assert files(target) == [good.file]


async def test_a_list_of_erased_people_that_cannot_be_written_pushes_no_older_copy_out(
    keyed: Ward, place: Place, target: Path
) -> None:
    older = [(await copied(place, AT - n * DAY)).file for n in (2, 1)]
    (target / NAME).mkdir()

    for _ in range(4):
        await nightly_copy(keyed, now())

    assert made_by(KEY, target)[:2] == tuple(older)
    with pytest.raises(BackupFailed, match=f"Đã có bản sao mới, nhưng không ghi được .*{NAME}"):
        await back_up(keyed, target)
    async with keyed.database.reading(now()) as tx:
        assert await copies.last(tx) is not None
        assert await copies.failure(tx) is not None


async def test_the_empty_mount_point_of_a_disk_that_is_away_is_not_filled(
    keyed: Ward, target: Path
) -> None:
    async with keyed.database.transaction(now()) as tx:
        last = LastCopy(AT, "hocso-1.sao", 1, 1.0, None, str(target), is_apart=True)
        await copies.copied(tx, last)

    with pytest.raises(BackupFailed, match="ổ đĩa ngoài chưa nối"):
        await back_up(keyed, target)

    assert files(target) == []


async def test_a_folder_that_cannot_be_looked_at_is_told_as_one_that_is_not_there(
    keyed: Ward, target: Path
) -> None:
    with pytest.raises(BackupFailed, match="Không thấy nơi cất bản sao"):
        await back_up(keyed, target / ("x" * 300))


async def test_a_copy_leaves_the_server_room_to_write(place: Place, tmp_path: Path) -> None:
    huge = tmp_path / "huge.db"
    with huge.open("wb") as file:
        file.truncate(shutil.disk_usage(tmp_path).free)

    with pytest.raises(BackupFailed, match="đã đầy"):
        await copied(replace(place, database=huge), AT)


def test_a_folder_that_knows_no_wish_to_be_on_the_disk_is_taken_as_it_is() -> None:
    sync_folder(Path("/proc"))


async def test_what_a_killed_copy_left_behind_is_gone_after_the_next(
    place: Place, target: Path
) -> None:
    place.plain.write_bytes(b"half a database with names in it")
    (target / f".hocso-2026-11-22-020000{place.mark}.dang-ghi").write_bytes(b"half")
    foreign = target / ".hocso-2026-11-22-020000-aaaaaa.sao.dang-ghi"
    foreign.write_bytes(b"of another ward, being written now")

    made = await copied(place, AT)

    assert files(target) == [foreign, made.file]
    assert not place.plain.exists()


async def test_a_damaged_database_makes_no_copy_and_removes_none(
    place: Place, target: Path, tmp_path: Path
) -> None:
    for n in range(3):
        await copied(place, AT + n * DAY)
    broken = tmp_path / "broken"
    broken.mkdir()
    shutil.copy(place.database, broken / "hocso.db")
    with closing(sqlite3.connect(broken / "hocso.db")) as database:
        database.execute("PRAGMA foreign_keys=OFF")
        database.execute("INSERT INTO profiles (person_id, name) VALUES (99, 'nobody')")
        database.commit()

    with pytest.raises(BackupFailed, match="Cơ sở dữ liệu có chỗ hỏng"):
        await copied(replace(place, database=broken / "hocso.db"), AT + 5 * DAY)

    assert len(made_by(KEY, target)) == 3


async def test_two_copies_at_once_are_refused_in_a_sentence(keyed: Ward, target: Path) -> None:
    file = keyed.config.database_file
    assert file is not None

    with only_copy(file), pytest.raises(AlreadyRunning, match="Đang có một bản sao khác"):
        await back_up(keyed, target)


async def test_a_server_of_databases_is_copied_with_its_own_tool(keyed: Ward, target: Path) -> None:
    config = keyed.config.model_copy(update={"database": "postgresql://x@/ward"})

    with pytest.raises(BackupFailed, match="pg_dump"):
        await back_up(replace(keyed, config=config), target)


# ---------------------------------------------------------------- every night


@pytest.mark.parametrize(
    ("local", "due"),
    [
        ("2026-11-23 02:00", "2026-11-23 02:00"),
        ("2026-11-23 01:59", "2026-11-22 02:00"),
        ("2026-11-23 23:59", "2026-11-23 02:00"),
        ("2026-12-01 00:30", "2026-11-30 02:00"),
    ],
)
def test_a_copy_is_due_at_the_last_two_o_clock_of_the_ward(
    ward: Ward, local: str, due: str
) -> None:
    zone = ward.house.timezone
    at, wanted = (datetime.fromisoformat(one).replace(tzinfo=zone) for one in (local, due))

    assert due_at(at.astimezone(UTC), 2, zone) == wanted


async def test_a_night_makes_one_copy_however_often_the_clock_looks(
    keyed: Ward, target: Path
) -> None:
    for _ in range(3):
        await nightly_copy(keyed, now())

    assert len(made_by(KEY, target)) == 1


async def test_a_disk_that_was_away_gets_its_copy_when_it_is_back(
    keyed: Ward, target: Path
) -> None:
    away = target.with_name("away")
    move(target, away)
    await nightly_copy(keyed, now())
    move(away, target)

    await nightly_copy(keyed, now())

    assert len(made_by(KEY, target)) == 1


async def test_without_a_target_no_copy_is_made_and_nothing_is_said_to_fail(ward: Ward) -> None:
    assert ward.config.backup == Config().backup

    await nightly_copy(ward, now())

    async with ward.database.reading(now()) as tx:
        assert (await copies.last(tx), await copies.failure(tx)) == (None, None)


async def test_a_copy_from_a_future_that_never_came_does_not_count(
    keyed: Ward, target: Path
) -> None:
    async with keyed.database.transaction(now()) as tx:
        future = '{"at": "2090-01-01T00:00:00+00:00", "file": "x", "size": 1, "seconds": 1.0}'
        await tx.connection.execute(insert(Settings).values(key=copies.GOOD, value=future))

    await nightly_copy(keyed, now())

    assert len(made_by(KEY, target)) == 1


async def test_the_log_is_empty_again_after_a_copy(keyed: Ward, target: Path) -> None:
    """While it is read, what was erased cannot leave the write-ahead log."""
    await say(keyed, "xóa tôi đi")
    async with keyed.database.transaction(now()) as tx:
        await tx.connection.execute(text("DELETE FROM messages"))

    await back_up(keyed, target)

    file = keyed.config.database_file
    assert file is not None
    log = file.with_name(f"{file.name}-wal")
    assert not log.exists() or "xóa tôi đi".encode() not in log.read_bytes()
