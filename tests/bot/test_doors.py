"""Whether the doors may open: every missing thing is named, one line each, and nothing else keeps them shut."""

from collections.abc import Callable
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from bot.bell import Bell
from bot.channels import web
from bot.config import Config
from bot.doors import Doors, can_keep_copies, missing
from bot.house import Ward, make_house, now
from bot.turns import Turns
from handlers._talk import Book
from lessons import Content
from storage import addresses, messages, outbox
from storage._database import Database
from storage.doors import Parts
from storage.tables_staff import Grants
from tests.opened import Opened, open_doors, opening

TODAY = date(2026, 11, 22)
FIRST_WEEK = frozenset({"TB-01", "AT-35", "TC-22"})
ALL = Parts(tdps=12, placeholders=0, approved=FIRST_WEEK, approvers=3)
Given = dict[str, Any]


@pytest.fixture
def given(tmp_path: Path) -> Given:
    """A config with which the doors may open."""
    return {**opening(tmp_path), "data": tmp_path / "var"}


def left(given: Given, content: Content, parts: Parts = ALL, *, has_disk: bool = True) -> list[str]:
    config = Config.model_validate(given)
    return list(missing(config, content, parts, TODAY, can_keep_copies=has_disk))


def contact(**changed: Any) -> Callable[[Given], None]:
    def change(given: Given) -> None:
        given["ward"]["contacts"][0].update(changed)

    return change


def section(name: str, **changed: Any) -> Callable[[Given], None]:
    return lambda given: given.setdefault(name, {}).update(changed)


def test_nothing_is_missing_where_everything_is_there(given: Given, content: Content) -> None:
    assert left(given, content) == []


def last_word(given: object) -> str:
    """What tells a case from others in every process: its words, not what changes the config."""
    return str(given[-1]) if isinstance(given, list) else ""


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (contact(phone=""), ["Công an phường", "phone", "checked_on", "cong_an_phuong"]),
        (contact(key="khac"), ["Công an phường", "cong_an_phuong"]),
        (contact(checked_on=None), ["0208 000 000", "checked_on", "2026-11-22"]),
        (contact(checked_on=date(2026, 11, 23)), ["23/11/2026", "chưa tới"]),
        (section("ward", controller=""), ["ward.controller", "UBND phường Trung Thành"]),
        (section("web", public_url=""), ["https", "web.public_url", "docs/mo-cua.md"]),
        (section("backup", target=""), ["backup.target", "bản sao"]),
        (section("learning", first_week=()), ["learning.first_week"]),
        (section("learning", first_week=("XX-99",)), ["XX-99", "learning.first_week"]),
        (section("learning", first_week=("DV-16",)), ["DV-16", "duyệt bài", "Bài học"]),
    ],
    ids=last_word,
)
def test_what_the_config_lacks_is_one_line_that_says_what_to_do(
    given: Given, content: Content, change: Callable[[Given], None], words: list[str]
) -> None:
    change(given)

    (line,) = left(given, content)

    assert all(word in line for word in words), line


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        (Parts(0, 0, FIRST_WEEK, 3), ["Chưa có danh sách tổ dân phố", "hocso import tdps"]),
        (Parts(9, 4, FIRST_WEEK, 3), ["4 tên mẫu", "hocso import tdps"]),
        (Parts(9, 0, FIRST_WEEK - {"AT-35"}, 3), ["AT-35", "xưng công an", "duyệt bài"]),
        (Parts(9, 0, FIRST_WEEK, 1), ["1 trên 3", "Mời thêm 2 người", "hocso invite"]),
        (Parts(9, 0, FIRST_WEEK, 1, 1), ["1 trên 3", "Còn 1 lời mời", "Mời thêm 1 người"]),
    ],
    ids=last_word,
)
def test_what_the_database_lacks_is_one_line_that_says_what_to_do(
    given: Given, content: Content, parts: Parts, words: list[str]
) -> None:
    (line,) = left(given, content, parts)

    assert all(word in line for word in words), line


def test_who_is_invited_and_has_not_joined_is_not_to_be_invited_again(
    given: Given, content: Content
) -> None:
    (line,) = left(given, content, Parts(9, 0, FIRST_WEEK, 0, 3))

    assert "Còn 3 lời mời người duyệt chưa ai nhận" in line
    assert "Mời thêm" not in line


def test_a_fresh_install_lacks_everything_and_each_thing_is_named(content: Content) -> None:
    found = left({}, content, Parts(), has_disk=False)

    wanted = ("Công an phường", "tổ dân phố", "ward.controller", "TB-01", "AT-35", "TC-22")
    assert len(found) == len(wanted) + 3
    for words, line in zip((*wanted, "https", "bản sao", "người duyệt"), found, strict=True):
        assert words in line


def test_a_disk_that_is_away_is_named_with_its_folder(given: Given, content: Content) -> None:
    (line,) = left(given, content, has_disk=False)

    assert given["backup"]["target"] in line


def test_copies_are_kept_only_in_a_folder_that_is_there_and_not_beside_the_data(
    given: Given, tmp_path: Path
) -> None:
    def may(target: Path | str) -> bool:
        return can_keep_copies(Config.model_validate({**given, "backup": {"target": str(target)}}))

    (tmp_path / "var" / "copies").mkdir(parents=True)
    (tmp_path / "file").write_text("", encoding="utf-8")

    assert may(tmp_path / "copies")
    assert not may("")
    assert not may(tmp_path / "away")
    assert not (tmp_path / "away").exists()
    assert not may(tmp_path / "file")
    assert not may(tmp_path / "var")
    assert not may(tmp_path / "var" / "copies")


# ---------------------------------------------------------------- a ward's own doors


@pytest.fixture
async def opened_ward(given: Given, content: Content, made_database: bytes) -> Any:
    """A ward that lacks nothing, on a public page."""
    config = Config.model_validate(given)
    config.data.mkdir(parents=True)
    (config.data / "hocso.db").write_bytes(made_database)
    house = make_house(config, content)
    database = await Database.open(config.database_url, house)
    async with database.transaction(now()) as tx:
        await open_doors(tx)
    yield Ward(config, house, Book(content, house.values), database)
    await database.close()


async def said(ward: Ward, doors: Doors, text: str) -> str:
    """What somebody new is answered on the public page."""
    turns = Turns(ward, {web.NAME: web.parse}, Bell(), now, doors=doors)
    key = sha256(text.encode()).hexdigest()
    address = await turns.receive(web.NAME, key, key, {"text": text})
    assert address is not None
    await turns.run(address)
    async with ward.database.transaction(now()) as tx:
        await outbox.deliver_local(tx, web.NAME)
        found = await messages.since(tx, address, 0)
        assert await addresses.find(tx, web.NAME, key) is not None
    return " ".join(str(one.body["text"]) for one in found if one.is_from_bot)


async def test_the_doors_open_when_somebody_has_looked_and_shut_when_an_approver_goes(
    opened_ward: Ward,
) -> None:
    doors = Doors()
    before = doors.are_open
    await doors.look(opened_ward, now())
    after = doors.are_open
    async with opened_ward.database.transaction(now()) as tx:
        one = update(Grants).where(Grants.person_id == 900_001)
        await tx.connection.execute(one.values(revoked_at=tx.now))
    await doors.look_again(opened_ward, now())

    assert (before, after, doors.are_open) == (False, True, False)


async def test_the_last_day_of_an_approver_shuts_the_doors_the_day_after(opened_ward: Ward) -> None:
    today = now().astimezone(opened_ward.house.timezone).date()
    async with opened_ward.database.transaction(now()) as tx:
        one = update(Grants).where(Grants.person_id == 900_001)
        await tx.connection.execute(one.values(ends_on=today))
    doors = Doors()

    seen = []
    for days in (0, 1):
        await doors.look(opened_ward, now() + timedelta(days=days))
        seen.append(doors.are_open)

    assert seen == [True, False]


async def test_on_a_public_page_residents_hear_that_the_ward_prepares_until_the_doors_open(
    opened_ward: Ward,
) -> None:
    doors = Doors()

    shut = await said(opened_ward, doors, "học")
    alarm = await said(opened_ward, doors, "tôi vừa chuyển tiền cho kẻ lừa đảo")
    await doors.look(opened_ward, now())
    open_ = await said(opened_ward, doors, "học bài")

    assert shut.startswith("Đây là trợ lý tự động của phường Trung Thành")
    assert "Việc một: dừng lại" in alarm
    assert "Bài hôm nay" in open_


async def test_a_page_without_a_public_address_is_open_for_trying_out(ward: Ward) -> None:
    assert "Bài hôm nay" in await said(ward, Doors(), "học")


async def test_doors_that_are_stated_to_be_open_stay_so(ward: Ward) -> None:
    doors = Opened()

    await doors.look(ward, now())
    await doors.look_again(ward, now())

    assert doors.are_open
