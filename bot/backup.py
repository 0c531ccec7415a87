"""A copy of the database that leaves this machine: taken while the server works, encrypted, and read back.

take -> examine -> seal under a temporary name -> to the disk -> read back -> its own name -> remove older ones

    no room, disk away, killed      nothing older is removed; the next try cleans up what was begun
    its audit chain is broken       it is kept, and nothing older is removed: somebody has to look first
    it cannot be read back          it never gets its name, the older ones stay
    its list of erased people       the copy counts, so that the next tries push no older one out; it is said
    cannot be written
    stopped (the server ends)       given up at once

Only what was made with this ward's key is ever removed: several wards may keep their copies in one folder.
The folder is never made, and one that was on a disk of its own must still be: where a disk is away, its empty
mount point must not be filled.

BackupFailed    no copy; the message says why and what to do
"""

import asyncio
import errno
import json
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from hashlib import sha256
from pathlib import Path
from time import monotonic
from typing import BinaryIO
from zoneinfo import ZoneInfo

from bot import _backup_faults as faults
from bot import erasures
from bot.facts import free_bytes, is_folder, is_same_disk
from bot.house import Ward, now
from bot.lock import only_copy
from bot.sealing import CHUNK, CopyError, Header, mark, seal, unseal
from storage import copies
from storage.copies import CannotCopyError, Examined, LastCopy, UnsoundError
from storage.house import House

SUFFIX = ".sao"
UNFINISHED = ".dang-ghi"
PLAIN = ".hocso-dang-sao.db"
ROOM = 16_000_000
"""Bytes that a copy on its way leaves free on the disk of the data: the server goes on writing."""


class BackupFailed(Exception):
    """No copy was made; the message is for whoever looks after the machine."""


@dataclass(frozen=True, slots=True)
class Copied:
    """A copy that was made and read back; `removed`: so many older ones are gone.

    `is_apart`: it is on another disk than the data.
    """

    file: Path
    at: datetime
    size: int
    rows: int
    seconds: float
    removed: int
    is_apart: bool
    broken_audit: int | None

    @property
    def as_last(self) -> LastCopy:
        """What the database remembers of it."""
        folder = str(self.file.parent.absolute())
        name, size, took = self.file.name, self.size, self.seconds
        return LastCopy(self.at, name, size, took, self.broken_audit, folder, self.is_apart)


@dataclass(frozen=True, slots=True)
class Place:
    """Whose copy, where to, and how many are kept."""

    database: Path
    target: Path
    house: House
    keep: int

    @property
    def mark(self) -> str:
        """What the names of this ward's copies end with: several wards may share a folder."""
        return f"-{mark(self.house.key)}{SUFFIX}"

    @property
    def plain(self) -> Path:
        """The copy before it is encrypted; beside the database, where the same is on the same disk."""
        return self.database.with_name(PLAIN)


async def back_up(ward: Ward, target: Path) -> Copied:
    """Make a copy of a ward in a folder, read it back, remove what is too old, and remember it.

    Raises:
        BackupFailed: there is none, or its list of erased people cannot be written; what was there before is
            still there.
        ConfigError: another copy is being taken.
    """
    file = ward.config.database_file
    if file is None:
        raise BackupFailed(faults.POSTGRES)
    try:
        await _refuse_a_disk_that_is_away(ward, file, target)
        made = await _in_thread(Place(file, target, ward.house, ward.config.backup.keep))
        async with ward.database.transaction(now()) as tx:
            await copies.copied(tx, made.as_last)
        await _note_erasures(ward, target)
    except BackupFailed as failure:
        async with ward.database.transaction(now()) as tx:
            await copies.failed(tx, str(failure))
        raise
    await ward.shrink()  # the log could not be emptied while it was read
    return made


async def _refuse_a_disk_that_is_away(ward: Ward, database: Path, target: Path) -> None:
    """Where the last copy went to a disk of its own, the same folder is now that disk's empty mount point.

    One that does not answer is away as well; nobody shall wait for it.
    """
    async with ward.database.reading(now()) as tx:
        last = await copies.last(tx)
    look = partial(_is_away, last, database, target)
    is_away = await ward.far.ask(target, look, None)
    if is_away is not False:
        raise BackupFailed(faults.away(target) if is_away else faults.not_there(target))


def _is_away(last: LastCopy | None, database: Path, target: Path) -> bool:
    is_known = last is not None and last.is_apart and last.folder == str(target.absolute())
    return is_same_disk(target, database.parent) and is_known


async def _note_erasures(ward: Ward, target: Path) -> None:
    if not await erasures.note_all(ward.database, [target], now(), ward.far):
        raise BackupFailed(faults.unlisted(target / erasures.NAME))


async def _in_thread(place: Place) -> Copied:
    """Copy off the event loop; whoever cancels waits for no more than a moment."""
    stop = threading.Event()
    copying = asyncio.get_running_loop().run_in_executor(None, _copy_alone, place, stop.is_set)
    try:
        return await asyncio.shield(copying)
    except asyncio.CancelledError:
        stop.set()
        with suppress(Exception):
            await copying
        raise


def _copy_alone(place: Place, is_stopped: Callable[[], bool]) -> Copied:
    with only_copy(place.database):
        return copy(place, now(), is_stopped)


# ---------------------------------------------------------------- one copy


def copy(place: Place, at: datetime, is_stopped: Callable[[], bool] = lambda: False) -> Copied:
    """Make a copy and read it back; blocks, and nobody else may copy meanwhile.

    Raises:
        BackupFailed: there is none; what was there before is still there.
    """
    started = monotonic()
    if not is_folder(place.target):
        raise BackupFailed(faults.not_there(place.target))
    _clean(place)
    try:
        found = _taken(place, at, is_stopped)
        sealed = _sealed(place, at, found, is_stopped)
        _read_back(place, sealed, is_stopped)
        size = sealed.stat().st_size
        file = _named(place, sealed)
        removed = 0 if found.broken_audit else _remove_older(place, file)
    except OSError as error:
        raise BackupFailed(faults.reason(place.target, error)) from None
    finally:
        _clean(place)
    rows, took = sum(found.rows.values()), monotonic() - started
    is_apart = not is_same_disk(place.target, place.database.parent)
    return Copied(file, at, size, rows, took, removed, is_apart, found.broken_audit)


def _clean(place: Place) -> None:
    """Remove what a copy leaves behind that was killed."""
    with suppress(OSError):
        for left in (
            *place.plain.parent.glob(f"{PLAIN}*"),
            *place.target.glob(f".*{place.mark}{UNFINISHED}"),
        ):
            left.unlink()


def _taken(place: Place, at: datetime, is_stopped: Callable[[], bool]) -> Examined:
    """Take the copy, and look through it."""
    try:
        _leave_room(place)
        place.plain.touch(mode=0o600)
        copies.take(place.database, place.plain, is_stopped)
        found = copies.examine(place.plain, place.house, at, is_stopped)
        copies.settle(place.plain)
    except OSError as error:
        raise BackupFailed(faults.no_room(place.plain.parent, error)) from None
    except CannotCopyError as error:
        raise BackupFailed(faults.sqlite_reason(place.plain.parent, error)) from None
    except (UnsoundError, sqlite3.Error) as error:
        raise BackupFailed(
            f"Cơ sở dữ liệu có chỗ hỏng ({error}), bản sao mới không dùng được. "
            "Giữ nguyên các bản sao cũ và báo người phụ trách kỹ thuật ngay."
        ) from None
    return found


def _leave_room(place: Place) -> None:
    """Refuse to fill the disk that the server itself needs."""
    free, _ = free_bytes(place.plain.parent)
    if free is not None and free < place.database.stat().st_size + ROOM:
        raise OSError(errno.ENOSPC, "")


def _sealed(place: Place, at: datetime, found: Examined, is_stopped: Callable[[], bool]) -> Path:
    """Encrypt the copy under a temporary name; it is on the disk when this returns."""
    local = at.astimezone(place.house.timezone)
    file = place.target / f"hocso-{local:%Y-%m-%d-%H%M%S}{place.mark}"
    unfinished = place.target / f".{file.name}{UNFINISHED}"
    header = Header.new(place.house.key, at, found.revision)
    with _private(unfinished) as target:
        seal(_told(place.plain, found.rows, is_stopped), target, place.house.key, header)
        target.flush()
        os.fsync(target.fileno())
    return unfinished


def _named(place: Place, sealed: Path) -> Path:
    """Give a copy that can be read back its own name."""
    file = sealed.replace(sealed.with_name(sealed.name[1:].removesuffix(UNFINISHED)))
    sync_folder(place.target)
    return file


def _told(plain: Path, rows: Mapping[str, int], is_stopped: Callable[[], bool]) -> Iterator[bytes]:
    """One line that says what follows, then the database."""
    yield json.dumps({"rows": dict(rows), "size": plain.stat().st_size}).encode() + b"\n"
    yield from pieces(plain, is_stopped)


def pieces(file: Path, is_stopped: Callable[[], bool] = lambda: False) -> Iterator[bytes]:
    """Read a file piece by piece.

    Raises:
        BackupFailed: it was stopped in between.
    """
    with file.open("rb") as opened:
        yield from _unless(is_stopped, iter(partial(opened.read, CHUNK), b""))


def _unless(is_stopped: Callable[[], bool], pieces: Iterator[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        if is_stopped():
            raise BackupFailed(faults.STOPPED)
        yield piece


def _private(file: Path) -> BinaryIO:
    """Open a new file that nobody else may read."""
    opened = os.open(
        file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600
    )
    return os.fdopen(opened, "wb")


def sync_folder(folder: Path) -> None:
    """Let a new name be on the disk, where folders can be opened (not on Windows).

    Raises:
        OSError: the disk does not take it; some network folders know no such wish, which is fine.
    """
    if os.name == "posix":
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        except OSError as error:
            if error.errno not in {errno.EINVAL, errno.ENOTSUP}:
                raise
        finally:
            os.close(opened)


def _read_back(place: Place, file: Path, is_stopped: Callable[[], bool]) -> None:
    """Decrypt what stands on the disk now and hold it against what was examined."""
    try:
        with file.open("rb") as source:
            _forget_cached(source)
            content = unseal(source, place.house.key, Header.read(source))
            found = _digest(_unless(is_stopped, without_first_line(content)))
        is_same = found == _digest(pieces(place.plain, is_stopped))
    except CopyError:
        is_same = False
    if not is_same:
        raise BackupFailed(faults.unreadable(place.target))


def _digest(pieces: Iterator[bytes]) -> bytes:
    digest = sha256()
    for piece in pieces:
        digest.update(piece)
    return digest.digest()


def without_first_line(content: Iterator[bytes], line: bytearray | None = None) -> Iterator[bytes]:
    """Yield what follows the first line, which is added to `line`."""
    is_behind = False
    for piece in content:
        if is_behind:
            yield piece
            continue
        first, end, rest = piece.partition(b"\n")
        if line is not None:
            line += first
        if end:
            is_behind = True
            yield rest


def _forget_cached(source: BinaryIO) -> None:
    """Let the system read the disk again and not its memory, where it can be told so (not on Windows)."""
    if hasattr(os, "posix_fadvise"):
        with suppress(OSError):
            os.posix_fadvise(source.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


# ---------------------------------------------------------------- which ones are kept


def made_by(key: bytes, folder: Path) -> tuple[Path, ...]:
    """Return the copies of a folder that were made with a key, oldest first by their names.

    Raises:
        OSError: the folder cannot be read.
    """
    names = sorted(folder.glob(f"hocso-*-{mark(key)}{SUFFIX}"))
    return tuple(file for file in names if _is_of(key, file))


def _is_of(key: bytes, file: Path) -> bool:
    try:
        with file.open("rb") as source:
            return Header.read(source).is_of(key)
    except (CopyError, OSError):
        return False


def _remove_older(place: Place, newest: Path) -> int:
    """Remove all but the newest ones; the one just read back stays whatever the clock says."""
    others = [file for file in made_by(place.house.key, place.target) if file != newest]
    too_many = others[: max(0, len(others) + 1 - place.keep)]
    removed = 0
    for file in too_many:
        with suppress(OSError):  # the new one is good all the same; the next time they go
            file.unlink()
            removed += 1
    return removed


def local_time(at: datetime, zone: ZoneInfo) -> str:
    """A moment as people of the ward write it: “02:00:05 ngày 22/11/2026”."""
    return f"{at.astimezone(zone):%H:%M:%S ngày %d/%m/%Y}"
