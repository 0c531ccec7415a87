import asyncio
from datetime import datetime

from sqlalchemy import select

from storage import tdps
from storage._database import Database
from storage.tables import Tdps
from storage.tdps import TdpRow

LIST = (
    TdpRow("TT-01", "Tân Trung", "1", "Đông Cao", is_placeholder=False),
    TdpRow("TT-02", "Tân Trung", None, "Tân Hương", is_placeholder=False),
    TdpRow("TT-03", "Xóm mẫu", None, None, is_placeholder=True),
)


async def test_a_list_is_loaded_into_an_empty_table_once(database: Database, now: datetime) -> None:
    async with database.transaction(now) as tx:
        assert await tdps.load_once(tx, LIST) == 3
        assert await tdps.load_once(tx, LIST[:1]) == 0
        names = (await tx.connection.execute(select(Tdps.name, Tdps.former_ward))).all()

    assert [tuple(name) for name in names[:2]] == [
        ("Tân Trung", "Đông Cao"),
        ("Tân Trung", "Tân Hương"),
    ]


async def test_an_empty_list_leaves_the_table_open_for_the_real_one(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        assert await tdps.load_once(tx, ()) == 0
        assert await tdps.load_once(tx, LIST) == 3


async def test_two_processes_load_one_list(database: Database, now: datetime) -> None:
    async def load() -> int:
        async with database.transaction(now) as tx:
            return await tdps.load_once(tx, LIST)

    assert sorted(await asyncio.gather(load(), load())) == [0, 3]


async def test_sample_names_are_counted_until_the_wards_own_are_in(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        assert await tdps.placeholders(tx) == 0
        await tdps.load_once(tx, LIST)

        assert await tdps.placeholders(tx) == 1
