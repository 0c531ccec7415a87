"""One server for each database file, and one copy at a time: the second one refuses.

The lock is an SQLite transaction on an empty file beside the database, held as long as its holder lives: it
works wherever SQLite does, and the system lets go of it when the process dies, however it dies.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from bot.config import ConfigError


class AlreadyRunning(ConfigError):
    """Another process holds the file."""


@contextmanager
def only_server(file: Path) -> Iterator[None]:
    """Hold the lock of a database file for the length of the block.

    Raises:
        AlreadyRunning: another server holds it.
        ConfigError: nothing can be written beside the database.
    """
    sentence = (
        f"Chương trình đang chạy sẵn với dữ liệu ở {file.parent}. "
        "Dùng luôn trang đang mở, hoặc tắt chương trình kia rồi chạy lại."
    )
    with _only(file.with_name(f"{file.name}.server"), sentence):
        yield


@contextmanager
def only_copy(file: Path) -> Iterator[None]:
    """Take copies of a database file alone for the length of the block.

    Raises:
        AlreadyRunning: another copy is being taken.
        ConfigError: nothing can be written beside the database.
    """
    sentence = "Đang có một bản sao khác được làm. Chờ vài phút rồi thử lại."
    with _only(file.with_name(f"{file.name}.copy"), sentence):
        yield


@contextmanager
def _only(lock: Path, sentence: str) -> Iterator[None]:
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        held = sqlite3.connect(lock, timeout=0, isolation_level=None)
    except (OSError, sqlite3.Error) as error:
        raise _not_writable(lock.parent, error) from None
    with closing(held):
        _take(held, lock, sentence)
        yield


def _take(held: sqlite3.Connection, lock: Path, sentence: str) -> None:
    try:
        held.execute("BEGIN EXCLUSIVE")
    except sqlite3.Error as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise _not_writable(lock.parent, error) from None
        raise AlreadyRunning(sentence) from None


def _not_writable(folder: Path, error: Exception) -> ConfigError:
    reason = getattr(error, "strerror", None) or error
    return ConfigError(
        f"Không ghi được vào thư mục dữ liệu {folder} ({reason}). "
        "Cho quyền ghi, hoặc chọn thư mục khác bằng --data."
    )
