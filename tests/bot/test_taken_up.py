"""A database server's own tool has restored a ward: what `restore` does to a file is done to it as well."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from bot.config import Config
from bot.erasures import NAME
from bot.house import now, open_ward
from bot.restore import CannotRestore, take_up
from handlers._requests.consent import Agree, Purpose
from handlers._requests.person import Role
from storage import outbox, perform
from storage.addresses import actor_of, address_of
from storage.house import Actor
from storage.outbox import Kind
from tests.postgres_server import postgres_server
from tests.soak.stores import new_postgres

LAN = Actor("os:lan", frozenset({Role.ADMIN}))


@pytest_asyncio.fixture
async def config(tmp_path: Path) -> AsyncIterator[Config]:
    with postgres_server() as folder:
        store = await new_postgres(folder, "taken_up")
        yield Config.model_validate({"database": store.url, "data": tmp_path, "folder": tmp_path})


@pytest.mark.postgres
async def test_after_pg_restore_nothing_leaves_twice_and_nobody_erased_is_back(
    config: Config, tmp_path: Path
) -> None:
    async with open_ward(config) as ward, ward.database.transaction(now()) as tx:
        here = await address_of(tx, "telegram", "7")
        await perform(tx, await actor_of(tx, here), Agree(Purpose.SAVE, "consent.save"))
        person = (await address_of(tx, "telegram", "7")).person
        stays = await address_of(tx, "telegram", "8")
        await outbox.put(tx, "telegram", stays.id, Kind.ALERT, {"text": "Cảnh báo"})
    (tmp_path / NAME).write_text(f"{person} 2026-11-22T08:00:00+00:00\n")

    made = await take_up(config, now() - timedelta(hours=3), LAN, ())

    assert (made.settled.erased, made.settled.unknown, made.people) == (1, 1, 0)
    assert made.broken_audit is None


async def test_a_file_is_not_taken_up_by_mistake(tmp_path: Path) -> None:
    with pytest.raises(CannotRestore, match="chỉ dành cho PostgreSQL"):
        await take_up(Config.model_validate({"data": tmp_path}), now(), LAN, ())
