"""The ward's list of TDPs, loaded once."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import func, insert, select
from sqlalchemy.dialects import postgresql  # its ON CONFLICT reads alike on SQLite

from storage._tx import Tx
from storage.tables import Settings, Tdps

LOADED_AT = "tdps_loaded_at"


@dataclass(frozen=True, slots=True)
class TdpRow:
    """One TDP as the ward's list has it: TdpRow("TT-01", "Tân Trung", "1", "Đông Cao", False)."""

    code: str
    name: str
    number: str | None
    former_ward: str | None
    is_placeholder: bool


_COUNT = select(func.count()).select_from(Tdps)
_PLACEHOLDERS = _COUNT.where(Tdps.is_placeholder)
_FIRST = postgresql.insert(Settings).on_conflict_do_nothing().returning(Settings.key)
_LOAD = insert(Tdps)


async def load_once(tx: Tx, rows: Sequence[TdpRow]) -> int:
    """Load the ward's list into a database that has none; returns how many rows went in, else 0."""
    if not rows or (await tx.connection.execute(_COUNT)).scalar_one():
        return 0
    mark = {"key": LOADED_AT, "value": tx.now.isoformat()}
    if (await tx.connection.execute(_FIRST, mark)).one_or_none() is None:
        return 0  # another process is just ahead
    await tx.connection.execute(_LOAD, [asdict(row) for row in rows])
    return len(rows)


async def placeholders(tx: Tx) -> int:
    """Return how many TDPs are still sample names, not the ward's own."""
    return int((await tx.connection.execute(_PLACEHOLDERS)).scalar_one())
