"""A person's own copy of everything kept of them, as JSON they can read."""

import json
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Select, select

from storage._tdp_names import all_units
from storage._tx import Tx
from storage.tables import (
    Addresses,
    AddressPeople,
    Answers,
    Attempts,
    Completions,
    Consents,
    Events,
    Messages,
    People,
    Profiles,
    Residences,
    Talks,
    UnitMembers,
    Units,
    Wordings,
)
from storage.tables_staff import Grants, Members, Relatives, Sessions

_SECRET = frozenset(
    {
        "person_id",
        "address_id",
        "key",
        "content_hash",
        "wording_hash",
        "token_hash",
        "login_id",
        "by",
    }
)
"""Columns that would tell the reader nothing, or open their address to who finds the file."""


async def own_copy(tx: Tx, person: int) -> str:
    """Return everything kept of a person; times are local, ISO 8601."""
    everything = await _everything(tx, person)
    return json.dumps(everything, ensure_ascii=False, indent=2, default=partial(_plain, tx))


async def _everything(tx: Tx, person: int) -> dict[str, Any]:
    addresses = select(Addresses.id).where(Addresses.current_person_id == person)
    return {
        "person": await _rows(tx, select(People.__table__).where(People.id == person)),
        "profile": await _rows(tx, select(Profiles.__table__).where(Profiles.person_id == person)),
        "residences": await _residences(tx, person),
        "units": await _rows(
            tx,
            select(Units.name, Units.kind, UnitMembers.valid_from, UnitMembers.valid_to)
            .join_from(UnitMembers, Units)
            .where(UnitMembers.person_id == person),
        ),
        "roles": await _placed(
            tx, select(Grants.__table__).where(Grants.person_id == person).order_by(Grants.id)
        ),
        "member": await _rows(tx, select(Members.__table__).where(Members.person_id == person)),
        "relatives": await _rows(
            tx, select(Relatives.since, Relatives.until).where(Relatives.helper_id == person)
        ),
        "taught_by_family": await _rows(
            tx, select(Relatives.since, Relatives.until).where(Relatives.person_id == person)
        ),
        "sign_ins": await _rows(
            tx,
            select(Sessions.__table__).where(Sessions.person_id == person).order_by(Sessions.id),
        ),
        "consents": await _rows(
            tx,
            select(Consents.__table__, Wordings.text.label("wording"))
            .join_from(Consents, Wordings, isouter=True)
            .where(Consents.person_id == person)
            .order_by(Consents.id),
        ),
        "attempts": await _attempts(tx, person),
        "completions": await _titled(
            tx, select(Completions.__table__).where(Completions.person_id == person)
        ),
        "events": await _titled(
            tx, select(Events.__table__).where(Events.person_id == person).order_by(Events.id)
        ),
        "addresses": await _addresses(tx, person),
        "messages": await _rows(
            tx,
            select(Messages.__table__)
            .where(Messages.address_id.in_(addresses))
            .order_by(Messages.id),
        ),
        "talks": await _rows(tx, select(Talks.__table__).where(Talks.address_id.in_(addresses))),
    }


async def _addresses(tx: Tx, person: int) -> list[dict[str, Any]]:
    """The addresses of a person; of one that somebody else may use by now, only that they used it."""
    now = await _rows(tx, select(Addresses.__table__).where(Addresses.current_person_id == person))
    earlier = await _rows(
        tx,
        select(Addresses.channel, AddressPeople.since, AddressPeople.until)
        .join_from(AddressPeople, Addresses)
        .where(
            AddressPeople.person_id == person,
            Addresses.current_person_id.is_distinct_from(person),
        )
        .order_by(AddressPeople.id),
    )
    return now + earlier


async def _residences(tx: Tx, person: int) -> list[dict[str, Any]]:
    return await _placed(
        tx,
        select(Residences.__table__).where(Residences.person_id == person).order_by(Residences.id),
    )


async def _placed(tx: Tx, statement: Select[*tuple[Any, ...]]) -> list[dict[str, Any]]:
    """Rows that name a TDP, with its name."""
    units = await all_units(tx)
    rows = await _rows(tx, statement)
    return [row | {"tdp": units[row["tdp_id"]].label if row["tdp_id"] else None} for row in rows]


async def _attempts(tx: Tx, person: int) -> list[dict[str, Any]]:
    attempts = await _titled(
        tx, select(Attempts.__table__).where(Attempts.person_id == person).order_by(Attempts.id)
    )
    answers = await _rows(
        tx,
        select(Answers.__table__)
        .join_from(Answers, Attempts)
        .where(Attempts.person_id == person)
        .order_by(Answers.attempt_id, Answers.question),
    )
    return [
        attempt
        | {
            "answers": [
                {part: value for part, value in answer.items() if part != "attempt_id"}
                for answer in answers
                if answer["attempt_id"] == attempt["id"]
            ]
        }
        for attempt in attempts
    ]


async def _titled(tx: Tx, statement: Select[*tuple[Any, ...]]) -> list[dict[str, Any]]:
    """Rows that name a lesson, with its title."""
    lessons = tx.house.content.lessons
    return [
        row | {"title": lessons[row["lesson_id"]].title if row["lesson_id"] in lessons else None}
        for row in await _rows(tx, statement)
    ]


async def _rows(tx: Tx, statement: Select[*tuple[Any, ...]]) -> list[dict[str, Any]]:
    found: Sequence[Any] = (await tx.connection.execute(statement)).mappings().all()
    return [{name: row[name] for name in row if name not in _SECRET} for row in found]


def _plain(tx: Tx, value: Any) -> str:
    """A date or a moment as text; a moment in the ward's own time."""
    if isinstance(value, datetime):
        return value.astimezone(tx.house.timezone).isoformat(timespec="seconds")
    return str(value)
