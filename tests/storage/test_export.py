import json
from collections import Counter
from datetime import datetime

from sqlalchemy import insert, update

from handlers._requests.person import Role
from handlers._requests.practice import StartPractice, StopPractice
from handlers._requests.relatives import RegisterRelative
from handlers._requests.sign_in import OpenStaffPage, PageLink
from storage import accounts, export, messages, perform, sign_in, talks
from storage._database import Database
from storage._tx import Tx
from storage.addresses import address_of, block, came_by
from storage.tables import Addresses, Answers, Attempts, People, Profiles, Settings, Table
from tests.storage.joining import member, somebody


async def make_person(tx: Tx, number: int) -> int:
    address = await address_of(tx, "web", f"chat of {number}")
    for table, row in (
        (People, {"id": number, "created_at": tx.now, "channel": "web"}),
        (Profiles, {"person_id": number, "form": "bác", "name": f"Lan {number}"}),
    ):
        await tx.connection.execute(insert(table), row)
    await tx.connection.execute(
        update(Addresses).where(Addresses.id == address.id).values(current_person_id=number)
    )
    attempt = await tx.connection.execute(
        insert(Attempts)
        .values(
            person_id=number,
            lesson_id="TB-01",
            lesson_version=1,
            content_hash="0",
            rule_right=2,
            rule_of=3,
            started_at=tx.now,
        )
        .returning(Attempts.id)
    )
    key = attempt.scalar_one()
    for question in range(3):
        row = {"attempt_id": key, "question": question, "option": 0, "is_right": True}
        await tx.connection.execute(insert(Answers), row)
    await messages.add(tx, address.id, True, {"text": "Chào bà con!"})
    await talks.store(tx, address.id, number, "active", "{}")
    return address.id


async def test_every_row_of_every_table_comes_out_once(database: Database, now: datetime) -> None:
    async with database.transaction(now) as tx:
        await make_person(tx, 7)
        await make_person(tx, 8)
        await accounts.learn(tx, "telegram", {"menu": "7"})
    async with database.reading(now) as tx:
        rows = [row async for row in export.tables(tx)]
        count = await export.count(tx)

    assert Counter(name for name, _ in rows) == {
        "people": 2,
        "profiles": 2,
        "addresses": 2,
        "attempts": 2,
        "answers": 6,
        "messages": 2,
        "talks": 2,
        "accounts": 1,
    }
    assert count == len(rows) == 19


async def test_rows_come_as_json_in_an_order_they_can_be_put_back(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        await make_person(tx, 7)
        names = list(dict.fromkeys([name async for name, _ in export.tables(tx)]))
        first = await anext(export.tables(tx))
        texts = [row["body"] async for name, row in export.tables(tx) if name == "messages"]

    in_order = [table.name for table in Table.metadata.sorted_tables]
    assert names == [name for name in in_order if name in names]
    assert json.loads(json.dumps(first)) == ["people", first[1]]
    assert first[1]["created_at"] == "2026-11-22T08:00:00+00:00"
    assert texts == [{"text": "Chào bà con!"}]


async def test_a_table_longer_than_a_page_comes_out_whole(
    database: Database, now: datetime
) -> None:
    keys = [f"{n:05}" for n in range(2 * export.PAGE + 1)]
    async with database.transaction(now) as tx:
        await tx.connection.execute(insert(Settings), [{"key": k, "value": "x"} for k in keys])

        assert [row["key"] async for _, row in export.tables(tx)] == keys


async def test_a_table_with_a_key_of_two_columns_comes_out_whole(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        await make_person(tx, 7)
        more = [
            {"attempt_id": 1, "question": n, "option": 0, "is_right": False}
            for n in range(3, export.PAGE + 5)
        ]
        await tx.connection.execute(insert(Answers), more)
        found = [row["question"] async for name, row in export.tables(tx) if name == "answers"]

    assert found == list(range(export.PAGE + 5))


async def test_a_persons_rows_are_theirs_alone(database: Database, now: datetime) -> None:
    async with database.transaction(now) as tx:
        address = await make_person(tx, 7)
        await came_by(tx, address, "tdp-xom-chua")
        await block(tx, address)
        await make_person(tx, 8)
        await accounts.learn(tx, "telegram", {"menu": "7"})
        rows = [row async for row in export.person(tx, 7)]

    assert Counter(name for name, _ in rows) == {
        "people": 1,
        "profiles": 1,
        "addresses": 1,
        "attempts": 1,
        "answers": 3,
        "messages": 1,
        "talks": 1,
    }
    assert ("addresses", "tdp-xom-chua", now.isoformat()) in [
        (name, row["came_by"], row["blocked_at"]) for name, row in rows if name == "addresses"
    ]
    assert "8" not in {str(row.get("person_id")) for _, row in rows}
    assert ("profiles", {"name": "Lan 7"}) in [
        (name, {"name": row["name"]}) for name, row in rows if name == "profiles"
    ]


async def test_a_person_comes_with_what_they_were_to_the_ward_and_with_their_twin(
    database: Database, now: datetime
) -> None:
    async with database.transaction(now) as tx:
        by = await member(tx, Role.FAMILY, None, "family")
        await perform(tx, by, RegisterRelative("bà", "Lan", "consent.save"))
        by = await member(tx, Role.STAFF, None, "family")
        link = await perform(tx, by, OpenStaffPage())
        assert isinstance(link, PageLink)
        await sign_in.spend(tx, link.path.partition("=")[2], "Chrome, Windows")
        await perform(tx, by, StartPractice())
        await perform(tx, await somebody(tx, "family"), StopPractice())
        await member(tx, Role.STAFF, None, "another")
    assert by.person is not None
    async with database.reading(now) as tx:
        rows = [row async for row in export.person(tx, by.person)]

    found = Counter(name for name, _ in rows)
    assert {
        name: found[name]
        for name in ("people", "grants", "members", "invites", "relatives", "logins", "sessions")
    } == {
        "people": 2,
        "grants": 2,
        "members": 1,
        "invites": 2,
        "relatives": 1,
        "logins": 1,
        "sessions": 1,
    }
