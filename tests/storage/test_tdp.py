"""A TDP is found by what people type, and where somebody lives is kept with its dates."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import insert, select

from handlers._requests.consent import Agree, Purpose, Withdraw
from handlers._requests.person import MyStanding
from handlers._requests.tdp import Elsewhere, NotKept, SetTdp, Tdp, TdpSaved, TdpsNamed
from storage import perform
from storage._database import Database
from storage._tx import Tx
from storage.addresses import actor_of, address_of
from storage.house import Actor
from storage.tables import Events, Residences, Tdps

# name, number, former ward
WARD = (
    ("Tân Trung", None, "Đông Cao"),
    ("Tân Trung", None, "Thuận Thành"),
    ("Xóm Chùa", None, "Đông Cao"),
    ("Tổ dân phố 5", "5", "Trung Thành"),
    ("Tổ dân phố 15", "15", "Trung Thành"),
    ("Thượng Thịnh", "02", "Trung Thành"),
    ("Hoàng Vân", None, "Đông Cao"),
    ("Thanh Xuân 1", None, None),
    ("Thanh Xuân 2", None, None),
    ("mẫu Phù Lôi", None, "Thuận Thành"),
)


async def ward(tx: Tx) -> dict[str, int]:
    """Put the ward's list in; returns numbers by “name/former ward”."""
    ids = {}
    for place, (name, number, former) in enumerate(WARD):
        ids[f"{name}/{former}"] = await tx.connection.scalar(
            insert(Tdps)
            .values(
                code=f"T{place}", name=name, number=number, former_ward=former, is_placeholder=False
            )
            .returning(Tdps.id)
        )
    return ids


async def resident(tx: Tx) -> Actor:
    by = await actor_of(tx, await address_of(tx, "web", "first"))
    await perform(tx, by, Agree(Purpose.SAVE, "consent.save"))
    return by


async def named(tx: Tx, typed: str) -> list[str]:
    by = await actor_of(tx, await address_of(tx, "web", "first"))
    found = await perform(tx, by, TdpsNamed(typed))
    return [f"{one.name} ({one.former_ward})" if one.former_ward else one.name for one in found]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("tân trung", ["Tân Trung (Đông Cao)", "Tân Trung (Thuận Thành)"]),
        ("tan trung", ["Tân Trung (Đông Cao)", "Tân Trung (Thuận Thành)"]),
        ("TAN TRUNG", ["Tân Trung (Đông Cao)", "Tân Trung (Thuận Thành)"]),
        ("taan trung", ["Tân Trung (Đông Cao)", "Tân Trung (Thuận Thành)"]),
        ("tân trugn", ["Tân Trung (Đông Cao)", "Tân Trung (Thuận Thành)"]),
        ("tan trung dong cao", ["Tân Trung (Đông Cao)"]),
        ("tân trung thuận", ["Tân Trung (Thuận Thành)"]),
        ("tổ tân trung", ["Tân Trung (Đông Cao)", "Tân Trung (Thuận Thành)"]),
        ("chùa", ["Xóm Chùa"]),
        ("xom chua", ["Xóm Chùa"]),
        ("xóm chùa ạ", ["Xóm Chùa"]),
        ("nhà tôi ở xóm Chùa", ["Xóm Chùa"]),
        ("tôi ở Tân Trung", ["Tân Trung (Đông Cao)", "Tân Trung (Thuận Thành)"]),
        ("tôi ở Tân Trung Thuận Thành ạ", ["Tân Trung (Thuận Thành)"]),
        ("5", ["Tổ dân phố 5"]),
        ("05", ["Tổ dân phố 5"]),
        ("tổ 5", ["Tổ dân phố 5"]),
        ("to5", ["Tổ dân phố 5"]),
        ("tdp 5", ["Tổ dân phố 5"]),
        ("tổ dân phố số 5", ["Tổ dân phố 5"]),
        ("tôi ở tổ 5 ạ", ["Tổ dân phố 5"]),
        ("15", ["Tổ dân phố 15"]),
        ("2", ["Thượng Thịnh", "Thanh Xuân 2"]),
        ("thuong", ["Thượng Thịnh"]),
        ("thinh", ["Thượng Thịnh"]),
        ("thượng thịn", ["Thượng Thịnh"]),
        ("thuong thinj", ["Thượng Thịnh"]),
        ("hoàng vân", ["Hoàng Vân"]),
        ("hoang van ", ["Hoàng Vân"]),
        ("hong van", ["Hoàng Vân"]),
        ("đông cao", ["Tân Trung (Đông Cao)", "Xóm Chùa", "Hoàng Vân"]),
        ("ddoong cao", ["Tân Trung (Đông Cao)", "Xóm Chùa", "Hoàng Vân"]),
        ("tôi ở phù lôi", ["mẫu Phù Lôi"]),
        ("thanh xuan", ["Thanh Xuân 1", "Thanh Xuân 2"]),
        ("thanh xuân 2", ["Thanh Xuân 2"]),
        ("9", []),
        ("", []),
        ("👍", []),
        ("không biết", []),
        ("'; drop table tdps; --", []),
    ],
)
async def test_units_are_found_by_name_number_and_former_ward_however_typed(
    database: Database, now: datetime, typed: str, found: list[str]
) -> None:
    async with database.transaction(now) as tx:
        await ward(tx)

        assert await named(tx, typed) == found


async def test_at_most_six_units_are_offered(database: Database, now: datetime) -> None:
    async with database.transaction(now) as tx:
        rows = [
            {"code": f"X{n}", "name": f"Xuân Hòa {n}", "is_placeholder": False} for n in range(9)
        ]
        await tx.connection.execute(insert(Tdps), rows)

        found = await named(tx, "xuan hoa")

        assert found == [f"Xuân Hòa {n}" for n in range(6)]


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "is_offered"),
    [
        (None, date(2026, 11, 22), True),
        (None, date(2026, 11, 21), False),
        (date(2026, 11, 22), None, True),
        (date(2026, 11, 23), None, False),
    ],
)
async def test_only_units_of_today_are_offered(
    database: Database,
    now: datetime,
    valid_from: date | None,
    valid_to: date | None,
    is_offered: bool,
) -> None:
    async with database.transaction(now) as tx:
        dates = {"valid_from": valid_from, "valid_to": valid_to}
        await tx.connection.execute(
            insert(Tdps).values(code="A", name="Cẩm Trà", is_placeholder=False, **dates)
        )

        assert await named(tx, "cam tra") == ["Cẩm Trà"] * is_offered


async def test_a_unit_that_is_gone_does_not_lengthen_the_name_of_one_of_today(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        gone = {"code": "A", "former_ward": "Đông Cao", "valid_to": date(2025, 6, 30)}
        today = {"code": "B", "former_ward": "Tân Phú", "valid_to": None}
        rows = [{"name": "Cẩm Trà", "is_placeholder": False, **one} for one in (gone, today)]
        await tx.connection.execute(insert(Tdps), rows)

        assert await named(tx, "cam tra") == ["Cẩm Trà"]


async def test_where_somebody_lives_is_kept_and_a_move_closes_the_old_place(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        ids = await ward(tx)
        chua, tan_trung = ids["Xóm Chùa/Đông Cao"], ids["Tân Trung/Đông Cao"]
        assert await perform(tx, await resident(tx), SetTdp(chua)) == TdpSaved("Xóm Chùa")

    later = now + timedelta(days=3)
    async with database.transaction(later) as tx:
        by = await resident(tx)
        assert await perform(tx, by, SetTdp(tan_trung)) == TdpSaved("Tân Trung (Đông Cao)")
        assert await perform(tx, by, SetTdp(tan_trung)) == TdpSaved("Tân Trung (Đông Cao)")

        columns = Residences.tdp_id, Residences.valid_from, Residences.valid_to
        lived = await tx.connection.execute(select(*columns).order_by(Residences.id))
        assert lived.all() == [(chua, now, later), (tan_trung, later, None)]
        events = await tx.connection.execute(select(Events.code, Events.tdp_id).order_by(Events.id))
        assert events.all() == [("registered", None), ("tdp", chua), ("tdp", tan_trung)]


@pytest.mark.parametrize("elsewhere", Elsewhere)
async def test_living_in_no_unit_of_the_list_is_an_answer_too(
    database: Database, now: datetime, elsewhere: Elsewhere
) -> None:
    async with database.transaction(now) as tx:
        by = await resident(tx)
        assert not (await perform(tx, by, MyStanding())).was_asked_tdp

        assert await perform(tx, by, SetTdp(None, elsewhere)) == TdpSaved(None)

        assert (await perform(tx, by, MyStanding())).was_asked_tdp
        lives = await tx.connection.execute(select(Residences.tdp_id, Residences.elsewhere))
        assert lives.all() == [(None, elsewhere.value)]


async def test_nothing_about_where_is_kept_of_who_did_not_agree(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        ids = await ward(tx)
        stranger = await actor_of(tx, await address_of(tx, "web", "stranger"))
        by = await resident(tx)
        await perform(tx, by, Withdraw(Purpose.SAVE))

        for who in (stranger, by):
            assert await perform(tx, who, SetTdp(ids["Hoàng Vân/Đông Cao"])) == NotKept()

        assert (await tx.connection.execute(select(Residences.id))).all() == []


async def test_a_unit_is_offered_with_its_number_in_the_list(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        ids = await ward(tx)
        by = await resident(tx)

        found = await perform(tx, by, TdpsNamed("hoang van"))

        assert found == (Tdp(ids["Hoàng Vân/Đông Cao"], "Hoàng Vân"),)
