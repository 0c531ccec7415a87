"""The ward's secret: 32 bytes from HOCSO_KEY, or from a file `key` in the data folder for its owner alone.

It encrypts the copies of the database and keys the hashes of invite codes. It never goes into a copy:
the recovery sheet holds it.
"""

import base64
import binascii
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from bot.config import ConfigError

NAME = "HOCSO_KEY"
BYTES = 32


def ward_key(data: Path) -> bytes:
    """Return the ward's secret; a data folder without one is given one.

    Raises:
        ConfigError: what is there is no key, or cannot be read or written.
    """
    if given := os.environ.get(NAME, "").strip():
        return read_key(given, NAME)
    file = data / "key"
    try:
        if not file.exists():
            _make(file)
        return read_key(file.read_text(encoding="ascii"), str(file))
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "không phải chữ thường"
        raise ConfigError(
            f"Không đọc hay ghi được tệp khóa {file} ({reason}). Kiểm tra quyền của thư mục dữ liệu."
        ) from None


def show_key(key: bytes) -> str:
    """Return a key as it is printed and typed: eight groups of letters and digits."""
    text = base64.b32encode(key).decode().rstrip("=")
    return "-".join(text[at : at + 7] for at in range(0, len(text), 7))


def read_key(text: str, where: str) -> bytes:
    """Return the key that was printed as `text`; blanks, case and hyphens do not matter.

    Raises:
        ConfigError: it is none; the sentence names `where` and never the text.
    """
    plain = "".join(text.split()).replace("-", "").upper()
    try:
        key = base64.b32decode(plain + "=" * (-len(plain) % 8))
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != BYTES:
        raise ConfigError(
            f"{where} không phải là khóa của phường. Chép lại đủ 8 nhóm chữ trên tờ khôi phục."
        )
    return key


def _make(file: Path) -> None:
    """Write a new key, whole or not at all; processes that start at once end with the same one."""
    file.parent.mkdir(parents=True, exist_ok=True)
    whole = file.with_name(f"{file.name}-{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(whole, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
            opened.write(show_key(secrets.token_bytes(BYTES)) + "\n")
            opened.flush()
            os.fsync(opened.fileno())
        _name(whole, file)
    finally:
        whole.unlink(missing_ok=True)


def _name(whole: Path, file: Path, link: Callable[[Path, Path], None] = os.link) -> None:
    """Give a written file its name, unless another process was first."""
    try:
        link(whole, file)
    except FileExistsError:
        return
    except OSError:  # a disk that knows no links, such as exFAT
        if not file.exists():
            whole.replace(file)
