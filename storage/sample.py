"""Whether all people of a database are made up (“DỮ LIỆU MẪU”). Such a database never holds a real one."""

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert  # its ON CONFLICT reads alike on SQLite

from handlers._requests.person import Role
from storage._tx import Tx
from storage.tables import People, Settings
from storage.tables_staff import Grants

KEY = "sample"
_FIND = select(Settings.value).where(Settings.key == bindparam("key"))
_MARK = insert(Settings).on_conflict_do_nothing()
_ANYBODY = select(People.id).limit(1)


class HoldsPeopleError(Exception):
    """Somebody is in the database already: it cannot become a sample."""


async def is_sample(tx: Tx) -> bool:
    """Tell whether this is a database of made-up people."""
    return await tx.connection.scalar(_FIND, {"key": KEY}) is not None


async def mark(tx: Tx) -> None:
    """Make an empty database one of made-up people, for good.

    Raises HoldsPeopleError when it holds anybody.
    """
    if await tx.connection.scalar(_ANYBODY) is not None:
        raise HoldsPeopleError
    await tx.connection.execute(_MARK, {"key": KEY, "value": tx.now.isoformat()})


async def holder_of(tx: Tx, role: Role) -> int | None:
    """Return somebody who holds a role in the whole ward, else in a TDP; the first one who was given it."""
    holding = (
        select(Grants.person_id)
        .where(Grants.role == role.value, Grants.revoked_at.is_(None))
        .order_by(Grants.tdp_id.is_not(None), Grants.id)
        .limit(1)
    )
    found = await tx.connection.scalar(holding)
    return None if found is None else int(found)


def is_sample_file(file: Path) -> bool:
    """Tell of a SQLite file, without opening the ward, whether its people are made up; False: it is no file."""
    if not file.is_file():
        return False
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as opened:
            row = opened.execute("SELECT 1 FROM settings WHERE key = ?", (KEY,)).fetchone()
    except sqlite3.Error:  # whatever is wrong with it is said by whoever opens it to work with it
        return False
    return row is not None
