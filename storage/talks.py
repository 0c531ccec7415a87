"""The conversations under way at an address: the active one and the one put aside."""

from collections.abc import Mapping

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert  # its ON CONFLICT reads alike on SQLite

from storage._tx import Tx
from storage.tables import Talks

_LOAD = select(Talks.slot, Talks.talk).where(Talks.address_id == bindparam("a"))
_NEW = insert(Talks)
_STORE = _NEW.on_conflict_do_update(
    index_elements=["address_id", "slot"],
    set_={name: _NEW.excluded[name] for name in ("person_id", "talk", "updated_at")},
)
_DROP = delete(Talks).where(Talks.address_id == bindparam("a"), Talks.slot == bindparam("s"))


async def load(tx: Tx, address_id: int) -> Mapping[str, str]:
    """Return the talks of an address: {"active": "<JSON>", "aside": "<JSON>"}, or fewer."""
    rows = await tx.connection.execute(_LOAD, {"a": address_id})
    return {row.slot: row.talk for row in rows}


async def store(tx: Tx, address_id: int, person: int | None, slot: str, text: str) -> None:
    """Keep a talk in a slot ("active" or "aside") in place of the one that was there."""
    row = {
        "address_id": address_id,
        "slot": slot,
        "person_id": person,
        "talk": text,
        "updated_at": tx.now,
    }
    await tx.connection.execute(_STORE, row)


async def drop(tx: Tx, address_id: int, slot: str) -> None:
    """Forget the talk in a slot, if there is one."""
    await tx.connection.execute(_DROP, {"a": address_id, "s": slot})
