"""Wrong invite codes: how many lock an address, and how many of everybody's lock all words.

    so many wrong ones within an hour -> locked until an hour after the last of them

What is tried while locked is not looked at and not counted, so that a lock ends.
"""

import math
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, insert, select, true

from handlers._requests.invites import LockedOut
from handlers._requests.items import ItemKind
from storage._tx import Tx
from storage.items import open_item
from storage.tables_staff import WrongCodes

HOUR = timedelta(hours=1)
OF_ONE = 5
OF_ALL = 51
"""More than fifty."""


async def locked_out(tx: Tx, address: int, *, are_words: bool) -> LockedOut | None:
    """Return how long somebody has to wait; words wait for everybody's lock too, tokens for their own alone."""
    untils = [await _locked_until(tx, WrongCodes.address_id == address, OF_ONE)]
    if are_words:
        untils.append(await _locked_until(tx, true(), OF_ALL))
    longest = max((until for until in untils if until is not None), default=None)
    if longest is None:
        return None
    return LockedOut(math.ceil((longest - tx.now) / timedelta(minutes=1)))


async def count_wrong(tx: Tx, address: int) -> None:
    """Count a wrong code; the ward is told when there are too many of everybody's."""
    await tx.connection.execute(insert(WrongCodes).values(address_id=address, at=tx.now))
    if await _locked_until(tx, true(), OF_ALL) is not None:
        await open_item(tx, ItemKind.CODES_GUESSED, "ward")


async def _locked_until(tx: Tx, whose: ColumnElement[bool], most: int) -> datetime | None:
    latest = select(WrongCodes.at).where(whose).order_by(WrongCodes.at.desc(), WrongCodes.id.desc())
    times = (await tx.connection.scalars(latest.limit(most))).all()
    if len(times) < most or times[0] - times[-1] > HOUR:
        return None
    until = times[0] + HOUR
    return until if until > tx.now else None
