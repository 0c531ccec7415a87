"""Who was erased, as bare numbers in files outside every copy, so that a restored copy forgets them again.

    1234567890123 2026-11-22T08:00:00+00:00        person's number, moment

One file stands beside the database, one beside the copies. Both are only ever added to: right after the
commit that erased, and by the clock for what could not be written then (the disk was away, the process died).
No name, no address, no word ever stands there.
"""

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path

import structlog
from sqlalchemy import select

from bot.far_disk import FarDisk
from storage._database import Database
from storage._tx import Tx
from storage.tables import People

log = structlog.get_logger()

NAME = "da-xoa.txt"
TOO_LARGE = 2**63
"""No database can hold such a number, nor ask for it."""
_ERASED = select(People.id, People.erased_at).where(People.erased_at.is_not(None))


async def erased(tx: Tx) -> Mapping[int, datetime]:
    """Return everybody this database has erased, with the moment."""
    return {number: at for number, at in await tx.connection.execute(_ERASED) if at is not None}


async def note_all(
    database: Database, folders: Iterable[Path], now: datetime, far: FarDisk
) -> bool:
    """Bring the file of every folder up to date; returns whether all could be written.

    One that cannot be written now, or does not answer, is logged: the next call catches up.
    """
    async with database.reading(now) as tx:
        people = await erased(tx)
    is_whole = True
    for folder in folders:
        try:
            noted = await far.ask(folder, partial(note, folder, people), None)
            reason = "no answer" if noted is None else None
        except OSError as error:
            reason = error.strerror or type(error).__name__
        if reason is not None:
            is_whole = False
            log.warning("erasures are not noted", folder=str(folder), reason=reason)
    return is_whole


def note(folder: Path, people: Mapping[int, datetime]) -> int:
    """Add to the file of a folder whoever is missing there, for good; returns how many.

    Raises:
        OSError: the folder is not there, or cannot be written.
    """
    known = read(folder / NAME)
    missing = [(at, number) for number, at in people.items() if number not in known]
    if missing:
        _append(folder / NAME, (f"{number} {at.isoformat()}" for at, number in sorted(missing)))
    return len(missing)


def read(file: Path) -> frozenset[int]:
    """Return the numbers in a file; none where there is no file. A line cut short counts for nothing.

    Raises:
        OSError: it is there and cannot be read.
    """
    try:
        lines = file.read_text(encoding="utf-8-sig", errors="replace").splitlines()
    except FileNotFoundError:
        return frozenset()
    return frozenset(filter(None, map(_number, lines)))


def _number(line: str) -> int | None:
    number, _, moment = line.partition(" ")
    with suppress(ValueError):
        datetime.fromisoformat(moment.strip())  # the moment stands behind: the number is whole
        return int(number) if 0 < int(number) < TOO_LARGE else None
    return None


def _append(file: Path, lines: Iterable[str]) -> None:
    """Add lines, on the disk when it returns; a line that was cut short before is closed first."""
    text = "".join(f"{line}\n" for line in lines)
    with file.open("ab+") as opened:
        end = opened.seek(0, os.SEEK_END)
        if end:
            opened.seek(end - 1)
            if opened.read(1) != b"\n":
                text = f"\n{text}"
        opened.write(text.encode())
        opened.flush()
        os.fsync(opened.fileno())
