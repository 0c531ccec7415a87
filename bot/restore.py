"""A ward's database out of a copy: decrypted, examined, migrated, settled, and only then given its name.

Until the last step the data folder holds no database: killed at any moment, `hocso restore` simply runs again.
What is done to what the copy says, and why: storage/restored.py. Nothing is sent here.

CannotRestore    nothing was changed; the message says what to do
"""

import asyncio
import errno
import json
import os
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select

from bot import erasures
from bot.backup import sync_folder, without_first_line
from bot.config import Config
from bot.facts import platforms
from bot.house import make_house, now, open_ward, read_content
from bot.keys import show_key
from bot.lock import only_server
from bot.sealing import Header, unseal
from storage import audit, copies, restored
from storage._database import CannotOpenError, Database
from storage._migrate import TooNewError, versions
from storage._tx import Tx
from storage.copies import Examined, UnsoundError
from storage.house import Actor, House
from storage.restored import Settled
from storage.tables import People

UNFINISHED = ".hocso-dang-khoi-phuc.db"
TOO_NEW = (
    "Bản sao này do bản mới hơn của chương trình làm ra. Cài bản mới của chương trình rồi thử lại."
)


class CannotRestore(Exception):
    """Nothing was restored; the message is for whoever typed the command."""


@dataclass(frozen=True, slots=True)
class Restoration:
    """What came of it: the copy's moment and this one, what it held, what was done to it.

    `people`: so many are there now, neither erased nor practice twins. `listed`: so many stand in the lists of
    erased ones.
    """

    copy_at: datetime
    at: datetime
    people: int
    listed: int
    broken_audit: int | None
    settled: Settled


@dataclass(frozen=True, slots=True)
class _Work:
    """One restoration: which copy, into which ward, by whom; `lists`: files of erased people."""

    config: Config
    file: Path
    plain: Path
    house: House
    by: Actor
    lists: tuple[Path, ...]


def check_place(config: Config) -> Path:
    """Return where the database goes.

    Raises:
        CannotRestore: there is one already, or it is on a server of databases.
    """
    file = config.database_file
    if file is None:
        raise CannotRestore(
            "config.yaml ghi dữ liệu ở máy chủ PostgreSQL. Khôi phục bằng pg_restore của máy chủ ấy, "
            "rồi --taken-up; xem mục “PostgreSQL” trong docs/van-hanh.md."
        )
    for name in (file.name, f"{file.name}-wal"):
        if file.with_name(name).exists():
            raise CannotRestore(
                f"{file.parent} đã có dữ liệu ({name}), không ghi đè lên. "
                "Đổi tên thư mục ấy rồi thử lại, hoặc chọn thư mục trống bằng --data."
            )
    return file


def read_header(file: Path) -> Header:
    """Return what anybody may read of a copy.

    Raises:
        CannotRestore: the file cannot be read.
        CopyError: it is no copy.
    """
    try:
        with file.open("rb") as source:
            return Header.read(source)
    except OSError as error:
        raise CannotRestore(
            f"Không mở được {file} ({error.strerror}). Kiểm tra đường dẫn, ổ đĩa và quyền đọc."
        ) from None


async def restore(
    config: Config, file: Path, key: bytes, by: Actor, *, is_key_kept: bool, lists: Collection[Path]
) -> Restoration:
    """Restore a copy into an empty data folder; `lists`: further files of erased people.

    `is_key_kept`: the key goes into the data folder, as the server will look for it there.

    Raises:
        CannotRestore: there is a database already, no room, or the copy is of no use.
        CopyError: it is no copy, of another key, or damaged.
        ConfigError: a server is running, or the folder cannot be written.
    """
    target = check_place(config)
    house = replace(make_house(config, read_content(config)), key=key)
    with only_server(target):
        check_place(config)  # nobody can have begun since
        plain = target.with_name(UNFINISHED)
        try:
            work = _Work(config, file, plain, house, by, (*_lists(config, file), *lists))
            found = await asyncio.to_thread(_unpack, work)
            made = await _settle(work, found)
            if is_key_kept:
                _keep_key(config.data, key)
            copies.settle(plain)
            _to_disk(plain)
            check_place(config)  # a command beside this one may have made a database meanwhile
            plain.rename(target)  # from here on there is a database
            sync_folder(target.parent)
        except OSError as error:
            raise CannotRestore(_no_room(target.parent, error)) from None
        finally:
            for left in target.parent.glob(f"{UNFINISHED}*"):
                left.unlink()
    return made


async def take_up(
    config: Config, copy_at: datetime, by: Actor, lists: Collection[Path]
) -> Restoration:
    """Make a database of a server, which its own tool has restored, fit to go on; nobody may use it yet.

    Raises:
        CannotRestore: the ward's database is a file, for which there is `restore`.
        ConfigError: the database cannot be used.
    """
    if config.database_file is not None:
        raise CannotRestore(
            "--taken-up chỉ dành cho PostgreSQL. Với tệp dữ liệu thì ghi bản sao: hocso restore TỆP"
        )
    erased = _erased((*_lists(config), *lists))
    at = now()
    async with open_ward(config) as ward:
        async with ward.database.transaction(at) as tx:
            broken = await audit.verify(tx)
            settled = await restored.settle_copy(tx, by, copy_at, erased, platforms(config))
            people = await _people(tx)
        await ward.shrink()
    return Restoration(copy_at, at, people, len(erased), broken, settled)


def _lists(config: Config, *copies: Path) -> tuple[Path, ...]:
    """Where lists of erased people may stand: beside the data, beside the copy, where copies go to."""
    target = config.backup.target
    folders = (config.data, *(copy.parent for copy in copies), *([Path(target)] if target else []))
    return tuple(folder / erasures.NAME for folder in folders)


def _erased(lists: Collection[Path]) -> frozenset[int]:
    """Everybody who stands in one of them."""
    found: set[int] = set()
    for file in lists:
        try:
            found |= erasures.read(file)
        except OSError as error:
            raise CannotRestore(
                f"Không đọc được danh sách người đã xóa {file} ({error.strerror}). "
                "Cho quyền đọc tệp ấy rồi thử lại: thiếu tệp thì người đã xin xóa sẽ hiện lại."
            ) from None
    return frozenset(found)


async def _people(tx: Tx) -> int:
    here = select(func.count()).where(People.erased_at.is_(None), People.practice_of.is_(None))
    return await tx.connection.scalar(here) or 0


# ---------------------------------------------------------------- the file


def _unpack(work: _Work) -> Examined:
    """Decrypt a copy beside where the database will be, and look through it."""
    told = bytearray()
    work.plain.unlink(missing_ok=True)
    work.plain.touch(mode=0o600)
    with work.file.open("rb") as source, work.plain.open("wb") as target:
        header = Header.read(source)
        if header.revision not in versions():
            raise CannotRestore(TOO_NEW)
        for piece in without_first_line(unseal(source, work.house.key, header), told):
            target.write(piece)
    try:
        found = copies.examine(work.plain, work.house, header.at, lambda: False)
    except UnsoundError as error:
        raise CannotRestore(
            f"Bản sao mở được nhưng bên trong hỏng ({error}). Dùng bản khác."
        ) from None
    if dict(found.rows) != json.loads(told)["rows"]:
        raise CannotRestore("Bản sao thiếu dòng so với lúc làm ra. Dùng bản sao khác.")
    return found


def _to_disk(file: Path) -> None:
    with file.open("rb+") as opened:
        os.fsync(opened.fileno())


def _keep_key(data: Path, key: bytes) -> None:
    """Put the key where the server looks for it; one that stands there already is this one or stays."""
    file, unfinished = data / "key", data / ".key.dang-ghi"
    if file.exists():
        return
    unfinished.unlink(missing_ok=True)
    opened = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(opened, "w", encoding="ascii") as text:
        text.write(show_key(key) + "\n")
        text.flush()
        os.fsync(text.fileno())
    unfinished.rename(file)


# ---------------------------------------------------------------- what it says


async def _settle(work: _Work, found: Examined) -> Restoration:
    """Bring the copy up to this version, and make it fit to go on."""
    header, config = read_header(work.file), work.config
    erased = _erased(work.lists)
    try:
        database = await Database.open(f"sqlite:///{work.plain}", work.house)
    except TooNewError:
        raise CannotRestore(TOO_NEW) from None
    except CannotOpenError as error:
        raise CannotRestore(f"{error}.") from None
    at = now()
    try:
        async with database.transaction(at) as tx:
            settled = await restored.settle_copy(tx, work.by, header.at, erased, platforms(config))
            gone, people = await erasures.erased(tx), await _people(tx)
        await database.shrink()
    finally:
        await database.close()
    erasures.note(config.data, gone)
    return Restoration(header.at, at, people, len(erased), found.broken_audit, settled)


def _no_room(folder: Path, error: OSError) -> str:
    reason = "đã đầy" if error.errno == errno.ENOSPC else error.strerror or "không dùng được"
    return f"Không khôi phục được vào {folder}: {reason}. Dọn chỗ hoặc cho quyền ghi, rồi chạy lại lệnh này."
