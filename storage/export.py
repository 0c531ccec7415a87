"""Everything out of a database, row by row, as values JSON and CSV can hold.

Rows come in the order in which they can be put back: tables before those that refer to them, rows by
primary key. Tables are read in pages, so that a large ward needs no more memory than a small one.
"""

from collections.abc import AsyncIterator, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, or_, select, tuple_
from sqlalchemy import Table as SqlTable

from storage._tx import Tx
from storage.tables import (
    Addresses,
    AddressPeople,
    Answers,
    Attempts,
    Completions,
    Consents,
    Events,
    Inbox,
    Messages,
    Outbox,
    People,
    Profiles,
    Residences,
    Table,
    Talks,
    UnitMembers,
)
from storage.tables_staff import (
    Grants,
    Invites,
    Logins,
    Members,
    Relatives,
    Sessions,
    WrongCodes,
)

PAGE = 1000

Exported = AsyncIterator[tuple[str, dict[str, Any]]]
"""Such as ("people", {"id": 123, "created_at": "2026-11-22T08:00:00+00:00", …})."""


async def count(tx: Tx) -> int:
    """Return how many rows `tables` will give."""
    counts = [
        (await tx.connection.execute(select(func.count()).select_from(table))).scalar_one()
        for table in Table.metadata.sorted_tables
    ]
    return sum(counts)


async def tables(tx: Tx) -> Exported:
    """Give every row of every table."""
    for table in Table.metadata.sorted_tables:
        async for row in _pages(tx, table, select(table)):
            yield table.name, row


async def person(tx: Tx, number: int) -> Exported:
    """Give every row about one person: their own, their practice twin's, their addresses', their attempts'.

    Of an address that somebody else uses by now, only that they used it.
    """
    for mapped, is_theirs in _theirs(number).items():
        table = Table.metadata.tables[mapped.__tablename__]
        async for row in _pages(tx, table, select(table).where(is_theirs)):
            yield table.name, row


def _theirs(number: int) -> Mapping[type[Table], ColumnElement[bool]]:
    """The rows about a person and about their practice twin, table by table."""
    people = select(People.id).where(or_(People.id == number, People.practice_of == number))
    addresses = select(Addresses.id).where(Addresses.current_person_id.in_(people))
    attempts = select(Attempts.id).where(Attempts.person_id.in_(people))
    own = (Profiles, Residences, UnitMembers, AddressPeople, Consents, Completions, Events)
    own_as_staff = (Grants, Members, Logins, Sessions)
    at_addresses = (Talks, Messages, Inbox, Outbox, WrongCodes)
    return {
        People: People.id.in_(people),
        **{table: table.person_id.in_(people) for table in (*own, *own_as_staff)},
        Relatives: or_(Relatives.helper_id.in_(people), Relatives.person_id.in_(people)),
        Invites: Invites.used_by.in_(people),
        Attempts: or_(Attempts.person_id.in_(people), Attempts.address_id.in_(addresses)),
        Answers: Answers.attempt_id.in_(attempts),
        Addresses: Addresses.current_person_id.in_(people),
        **{table: table.address_id.in_(addresses) for table in at_addresses},
    }


async def _pages(tx: Tx, table: SqlTable, rows: Select[Any]) -> AsyncIterator[dict[str, Any]]:
    """Read by primary key, a page at a time."""
    key = list(table.primary_key.columns)
    page = rows.order_by(*key).limit(PAGE)
    found = (await tx.connection.execute(page)).all()
    while found:
        for row in found:
            yield _plain(row)
        if len(found) < PAGE:
            return
        last = tuple_(
            *[getattr(found[-1], column.key) for column in key], types=[c.type for c in key]
        )
        found = (await tx.connection.execute(page.where(tuple_(*key) > last))).all()


def _plain(row: Row[Any]) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, date | datetime) else value
        for name, value in row._mapping.items()  # noqa: SLF001 - SQLAlchemy's public name for it
    }
