"""Taking a copy of a database file, and finding out whether one is sound."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage.copies import CannotCopyError, UnsoundError, examine, settle, take
from storage.house import House

AT = datetime(2026, 11, 22, tzinfo=UTC)


def go_on() -> bool:
    return False


@pytest.fixture
def copy(sqlite_template: Path, tmp_path: Path) -> Path:
    target = tmp_path / "copy.db"
    take(sqlite_template, target, go_on)
    return target


def change(file: Path, *statements: str) -> None:
    with closing(sqlite3.connect(file)) as opened:
        for statement in statements:
            opened.execute(statement)
        opened.commit()


def test_a_sound_copy_says_its_version_its_rows_and_that_its_chain_holds(
    copy: Path, house: House
) -> None:
    found = examine(copy, house, AT, go_on)

    assert found.revision.isdecimal()
    assert found.rows["people"] == 0
    assert {"audit", "outbox", "grants", "alembic_version"} <= set(found.rows)
    assert found.broken_audit is None


def test_a_row_that_refers_to_nobody_is_found(copy: Path, house: House) -> None:
    change(copy, "INSERT INTO profiles (person_id, name) VALUES (7, 'x')")

    with pytest.raises(UnsoundError, match="profiles"):
        examine(copy, house, AT, go_on)


def test_a_page_that_was_overwritten_is_found(copy: Path, house: House) -> None:
    content = bytearray(copy.read_bytes())
    content[8192:12288] = bytes(4096)
    copy.write_bytes(content)

    with pytest.raises(UnsoundError):
        examine(copy, house, AT, go_on)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda file: file.write_bytes(b""),
        lambda file: file.write_bytes(b"not a database, whatever its name says " * 200),
        lambda file: change(file, "DROP TABLE alembic_version"),
        lambda file: change(file, "DELETE FROM alembic_version"),
    ],
    ids=["empty", "something else", "not ours", "no version"],
)
def test_what_is_no_database_of_ours_is_found(
    copy: Path, house: House, spoil: Callable[[Path], object]
) -> None:
    spoil(copy)

    with pytest.raises(UnsoundError):
        examine(copy, house, AT, go_on)


def test_a_copy_can_be_stopped_at_any_moment(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "full.db")) as opened:
        opened.execute("CREATE TABLE settings (key, value)")
        opened.executemany("INSERT INTO settings VALUES (?, ?)", [(n, n) for n in range(9000)])
        opened.commit()

    with pytest.raises(CannotCopyError) as stopped:
        take(tmp_path / "full.db", tmp_path / "copy.db", lambda: True)

    assert stopped.value.code & 0xFF == sqlite3.SQLITE_INTERRUPT


def test_what_stood_in_the_log_stands_in_the_file_alone_afterwards(
    copy: Path, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(copy)) as opened:
        opened.execute("PRAGMA journal_mode=WAL")
        opened.execute("INSERT INTO settings VALUES ('k', 'v')")
        opened.commit()
    settle(copy)

    moved = copy.rename(tmp_path / "moved.db")
    with closing(sqlite3.connect(moved)) as opened:
        assert opened.execute("SELECT value FROM settings WHERE key = 'k'").fetchone() == ("v",)
    assert not copy.with_name("copy.db-wal").exists()


def test_a_copy_holds_no_byte_of_what_was_deleted(sqlite_template: Path, tmp_path: Path) -> None:
    source = tmp_path / "source.db"
    take(sqlite_template, source, go_on)
    rows = [("a" + str(n), "canary " * 50) for n in range(500)]
    with closing(sqlite3.connect(source)) as opened:
        opened.execute("PRAGMA secure_delete=OFF")
        opened.executemany("INSERT INTO settings VALUES (?, ?)", rows)
        opened.execute("DELETE FROM settings")
        opened.commit()
    assert b"canary" in source.read_bytes()

    take(source, tmp_path / "copy.db", go_on)

    assert b"canary" not in (tmp_path / "copy.db").read_bytes()
