"""What bot/health.py decides by, gathered in one place: disk, target, database, clock."""

import asyncio
import shutil
import sqlite3
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from bot.accounts import telegram_account
from bot.config import Config
from bot.health import Facts
from bot.house import Ward
from storage import health
from storage.health import Stored
from storage.unavailable import is_unavailable


async def gather(ward: Ward, now: datetime, *, is_server: bool = True) -> Facts:
    """Return all that is known at a moment; what cannot be found out is left out, never raised."""
    stored = None
    try:
        stored = await read_stored(ward, now)
    except Exception as error:
        if not is_unavailable(error):
            raise
    is_there, is_same = False, False
    if target := ward.copies_to:
        look = partial(_look, target, ward.config.data)
        is_there, is_same = await ward.far.ask(target, look, (False, False))
    found = await asyncio.to_thread(_facts, ward, now, stored, is_server=is_server)
    return replace(found, is_target_there=is_there, is_same_disk=is_same)


def _look(target: Path, data: Path) -> tuple[bool, bool]:
    """Whether a folder is there, and on the disk of the data."""
    return is_folder(target), is_same_disk(target, data)


async def read_stored(ward: Ward, now: datetime) -> Stored:
    """Return what the database says of itself."""
    async with ward.database.reading(now) as tx:
        return await health.stored(tx)


def _facts(ward: Ward, now: datetime, stored: Stored | None, *, is_server: bool) -> Facts:
    config = ward.config
    free, total = free_bytes(config.data)
    return Facts(
        now=now,
        zone=ward.house.timezone,
        version=program_version(config),
        data=str(config.data.absolute()),
        stored=stored,
        free=free,
        total=total,
        is_sqlite=config.database_file is not None,
        target=config.backup.target,
        skew_seconds=ward.meter.skew_seconds,
        is_server=is_server,
        platforms=platforms(config),
    )


def platforms(config: Config) -> frozenset[str]:
    """Return the accounts of platforms that a ward has."""
    return frozenset({telegram_account(config.telegram).name} if config.telegram.is_on else ())


def free_bytes(folder: Path) -> tuple[int | None, int | None]:
    """Return how many bytes of a folder's disk are free, and how many there are; None: nobody knows."""
    with suppress(OSError):
        found = shutil.disk_usage(folder)
        return found.free, found.total
    return None, None


def program_version(config: Config) -> str:
    """Return what runs: “hocso 0.1.0, SQLite 3.40.1”."""
    try:
        ours = version("hocso")
    except PackageNotFoundError:
        ours = "?"
    server = f"SQLite {sqlite3.sqlite_version}" if config.database_file else "PostgreSQL"
    return f"hocso {ours}, {server}"


def is_folder(place: Path) -> bool:
    """Tell whether a folder is there; one on a disk that fails, or that nobody may look at, is not."""
    with suppress(OSError):
        return place.is_dir()
    return False


def is_same_disk(one: Path, other: Path) -> bool:
    """Tell whether two folders are on one disk; False where one of them is not there."""
    with suppress(OSError):
        return one.stat().st_dev == other.stat().st_dev
    return False
