"""Whether all people of a database are made up (“DỮ LIỆU MẪU”). Such a database never holds a real one."""

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert  # its ON CONFLICT reads alike on SQLite

from storage._tx import Tx
from storage.tables import People, Settings

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
