"""What a performer is given: one open transaction of one house."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from storage._writer import LoopConnection
from storage.house import House


@dataclass(slots=True)
class Tx:
    """An open transaction, its moment and its house.

    `now` is one moment for all that happens in it (UTC, aware). `wakes` collects addresses that have
    something new to read or send; the shell wakes their waiters after the commit. `has_erased` asks the
    shell to shrink the write-ahead log after the commit, so that erased bytes leave the disk. `can_write`:
    False in a reading transaction, where a write would fail. `known`: what was worked out once and serves
    again in it, by keys of its own.
    """

    connection: AsyncConnection | LoopConnection
    house: House
    now: datetime
    wakes: set[int] = field(default_factory=set)
    has_erased: bool = False
    known: dict[object, Any] = field(default_factory=dict, repr=False)
    can_write: bool = True

    @property
    def today(self) -> date:
        """The local day of this transaction."""
        return self.now.astimezone(self.house.timezone).date()
