"""A deep link names the TDP whose poster it stands on; whatever else it carries names nobody."""

import csv
import re
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select, update

from handlers._requests.consent import Agree, Purpose
from handlers._requests.person import MyStanding
from handlers._requests.tdp import Tdp, TdpCameBy
from storage import perform
from storage._database import Database
from storage._tx import Tx
from storage.addresses import actor_of, address_of, came_by
from storage.house import Actor
from storage.tables import Events, Residences, Tdps
from storage.tdp import LONGEST_PAYLOAD, link_code, link_form, link_payload

SHIPPED = Path(__file__).parents[2] / "tdps.csv"
YESTERDAY = date(2026, 11, 21)


async def somebody_who_came_by(tx: Tx, payload: str | None) -> Actor:
    address = await address_of(tx, "telegram", "first")
    if payload is not None:
        await came_by(tx, address.id, payload)
    return await actor_of(tx, address)


async def named_by_link(tx: Tx, payload: str | None) -> str | None:
    found = await perform(tx, await somebody_who_came_by(tx, payload), TdpCameBy())
    return None if found is None else found.name


async def unit(tx: Tx, code: str, name: str, **more: object) -> int:
    values = {"code": code, "name": name, "is_placeholder": False, **more}
    made = await tx.connection.scalar(insert(Tdps).values(values).returning(Tdps.id))
    assert made is not None
    return made


async def test_every_code_of_the_shipped_list_comes_back_from_its_link(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        with SHIPPED.open(encoding="utf-8", newline="") as lines:
            rows = list(csv.DictReader(lines))
        ids = {
            row["code"]: await unit(tx, row["code"], row["name"], former_ward=row["former_ward"])
            for row in rows
        }

        for code, number in ids.items():
            by = await somebody_who_came_by(tx, link_payload(code))
            found = await perform(tx, by, TdpCameBy())
            assert found is not None
            assert found.id == number

        assert len(ids) > 1


@given(st.text(max_size=60))
def test_what_a_link_carries_is_short_and_safe_and_reads_back(code: str) -> None:
    payload = link_payload(code)

    assert re.fullmatch(r"[A-Za-z0-9_-]+", payload)
    assert len(payload) <= LONGEST_PAYLOAD
    assert link_code(payload) == (link_form(code) or None)
    assert link_form(link_form(code)) == link_form(code)


@given(st.text(alphabet="abcXYZ019-_", min_size=1, max_size=40))
def test_a_code_that_is_safe_already_reads_back_in_any_case(code: str) -> None:
    assert link_code(f"tdp-{code}") == link_code(link_payload(code))
    assert link_code(f"tdp-{code.upper()}") == link_code(link_payload(code))


@given(st.text())
def test_whatever_a_link_carries_is_read_without_an_error(payload: str) -> None:
    code = link_code(payload)

    assert code is None or (payload.startswith("tdp-") and link_form(code) == code)


@pytest.mark.parametrize(
    ("code", "payload", "is_it"),
    [
        ("TT-01", "tdp-tt-01", True),
        ("TT-01", "tdp-TT-01", True),
        ("TT 01", "tdp-tt-01", True),
        ("Tổ 5/Đông Cao", "tdp-to-5-dong-cao", True),
        ("x" * 40, "tdp-" + "x" * 40, True),
        ("TT-01", "tdp-tt-010", False),
        ("TT-01", "tdp-tt-0", False),
        ("TT-01", "tt-01", False),
        ("TT-01", "TDP-tt-01", False),
        ("TT-01", "tdp-", False),
        ("TT-01", "tdp", False),
        ("TT-01", "", False),
        ("TT-01", None, False),
        ("TT-01", "'; drop table tdps; --", False),
        ("TT-01", "-" * 64, False),
        ("村", "tdp-", False),
        ("村", "tdp-%E6%9D%91", False),
    ],
)
async def test_a_link_names_the_unit_whose_code_it_carries(
    database: Database, now: datetime, code: str, payload: str | None, is_it: bool
) -> None:
    async with database.transaction(now) as tx:
        await unit(tx, code, "Xóm Chùa")

        assert await named_by_link(tx, payload) == ("Xóm Chùa" if is_it else None)


async def test_two_units_whose_codes_look_alike_in_a_link_are_not_guessed_between(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        await unit(tx, "TT 01", "Xóm Chùa")
        await unit(tx, "tt-01", "Xóm Đình")

        assert await named_by_link(tx, "tdp-tt-01") is None


async def test_a_name_that_is_not_unique_comes_with_its_former_ward(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        await unit(tx, "T0", "Tân Trung", former_ward="Đông Cao")
        number = await unit(tx, "T1", "Tân Trung", former_ward="Thuận Thành")

        found = await perform(tx, await somebody_who_came_by(tx, "tdp-t1"), TdpCameBy())

        assert found == Tdp(number, "Tân Trung", "Thuận Thành")


async def test_the_link_of_a_merged_unit_names_the_one_of_today(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        today = await unit(tx, "C", "Xóm Chùa mới")
        between = await unit(tx, "B", "Xóm Giữa", valid_to=YESTERDAY, merged_into=today)
        await unit(tx, "A", "Xóm Chùa", valid_to=YESTERDAY, merged_into=between)
        await unit(tx, "a.", "Xóm Chùa bé", valid_to=YESTERDAY, merged_into=today)

        assert await named_by_link(tx, "tdp-a") == "Xóm Chùa mới"
        assert await named_by_link(tx, "tdp-b") == "Xóm Chùa mới"


async def test_a_unit_that_will_be_merged_is_still_itself_today(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        later = await unit(tx, "B", "Xóm mới", valid_from=date(2026, 11, 23))
        await unit(tx, "A", "Xóm Chùa", valid_to=date(2026, 11, 22), merged_into=later)

        assert await named_by_link(tx, "tdp-a") == "Xóm Chùa"
        assert await named_by_link(tx, "tdp-b") is None


async def test_units_that_are_gone_or_merged_in_a_circle_are_nobodys(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        await unit(tx, "X", "Xóm cũ", valid_to=YESTERDAY)
        first = await unit(tx, "A", "Xóm Chùa", valid_to=YESTERDAY)
        second = await unit(tx, "B", "Xóm Đình", valid_to=YESTERDAY, merged_into=first)
        await tx.connection.execute(update(Tdps).where(Tdps.id == first).values(merged_into=second))

        for payload in ("tdp-x", "tdp-a", "tdp-b"):
            assert await named_by_link(tx, payload) is None


async def test_a_link_leaves_nothing_about_where_somebody_lives(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        await unit(tx, "TT-01", "Xóm Chùa")
        stranger = await somebody_who_came_by(tx, "tdp-tt-01")
        await perform(tx, stranger, Agree(Purpose.SAVE, "consent.save"))
        by = await somebody_who_came_by(tx, "tdp-tt-01")

        assert await perform(tx, by, TdpCameBy()) is not None

        assert (await tx.connection.execute(select(Residences.id))).all() == []
        assert not (await perform(tx, by, MyStanding())).was_asked_tdp
        assert (await tx.connection.execute(select(Events.code))).all() == [("registered",)]


async def test_who_speaks_from_no_address_came_by_no_link(
    database: Database, now: datetime
) -> None:
    async with database.reading(now) as tx:
        assert await perform(tx, Actor("os:lan", frozenset()), TdpCameBy()) is None
