"""The list of erased people outside of every copy: bare numbers, only ever added to."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.erasures import NAME, note, read
from bot.house import Ward, now
from handlers._requests.consent import Agree, Purpose
from handlers._requests.person import EraseMe, SetName
from storage import perform
from storage._tx import Tx
from storage.addresses import actor_of, address_of
from storage.house import Actor

AT = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
LINE = re.compile(r"[0-9]+ [0-9T:.+-]+")


async def somebody(tx: Tx, key: str) -> Actor:
    return await actor_of(tx, await address_of(tx, "web", key))


async def erase_one(ward: Ward, key: str = "first") -> int:
    """Somebody agrees, says their name, and is erased as a turn erases them."""
    async with ward.database.transaction(now()) as tx:
        await perform(tx, await somebody(tx, key), Agree(Purpose.SAVE, "consent.save"))
        by = await somebody(tx, key)
        assert by.person is not None
        await perform(tx, by, SetName("bà", "Lan"))
    async with ward.database.transaction(now()) as tx:
        await perform(tx, by, EraseMe())
    assert tx.has_erased
    await ward.shrink()
    return by.person


async def test_whoever_is_erased_stands_in_the_list_as_a_bare_number(ward: Ward) -> None:
    person = await erase_one(ward)

    text = (ward.config.data / NAME).read_text()
    assert read(ward.config.data / NAME) == {person}
    assert all(LINE.fullmatch(line) for line in text.splitlines())
    assert "Lan" not in text


async def test_two_who_are_erased_stand_there_once_each(ward: Ward) -> None:
    people = {await erase_one(ward, key) for key in ("one", "two")}
    await ward.note_erased()

    assert len((ward.config.data / NAME).read_text().splitlines()) == 2
    assert read(ward.config.data / NAME) == people


async def test_a_list_that_was_lost_is_written_again_from_the_database(ward: Ward) -> None:
    person = await erase_one(ward)
    (ward.config.data / NAME).unlink()

    await ward.note_erased()

    assert read(ward.config.data / NAME) == {person}


def test_a_folder_that_is_away_is_no_list_and_no_folder_is_made(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        note(tmp_path / "away", {7: AT})

    assert read(tmp_path / "away" / NAME) == frozenset()
    assert not (tmp_path / "away").exists()


def test_nobody_erased_leaves_no_file_behind(tmp_path: Path) -> None:
    assert note(tmp_path, {}) == 0
    assert list(tmp_path.iterdir()) == []


@given(
    st.sets(st.integers(1, 2**41), max_size=5),
    st.sets(st.integers(1, 2**41), max_size=5),
    st.data(),
)
def test_a_list_cut_short_anywhere_is_whole_again_at_the_next_note(
    tmp_path_factory: pytest.TempPathFactory,
    first: set[int],
    second: set[int],
    data: st.DataObject,
) -> None:
    folder = tmp_path_factory.mktemp("list")
    note(folder, dict.fromkeys(first, AT))
    file = folder / NAME
    if file.exists():
        whole = file.read_bytes()
        file.write_bytes(whole[: data.draw(st.integers(0, len(whole)))])
    assert read(file) <= first

    note(folder, dict.fromkeys(first | second, AT))

    assert read(file) == first | second


def test_a_list_that_an_editor_of_windows_saved_says_the_same(tmp_path: Path) -> None:
    file = tmp_path / NAME
    file.write_bytes("\r\n".join(f"{n} {AT.isoformat()}" for n in (7, 8)).encode("utf-8-sig"))

    assert read(file) == {7, 8}


def test_a_number_that_no_database_can_hold_is_nobody(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text(f"{2**63} {AT.isoformat()}\n-1 {AT.isoformat()}\n7 2026-11-22\n")

    assert read(tmp_path / NAME) == {7}


def test_what_somebody_else_wrote_into_the_list_is_nobody(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(
        "bà Lan\n12\nxyz 2026-11-22T08:00:00+00:00\n\xff\n".encode("latin-1", "replace")
    )

    assert read(tmp_path / NAME) == frozenset()
