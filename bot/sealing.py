"""The form of a copy that leaves the house: compressed, encrypted, and of one piece or not at all.

    8 bytes    HOCSOSAO
    4 bytes    length of the header, big-endian
    header     JSON, readable by anybody: version, moment, tables' version, salt, whether a key fits
    chunks     AES-256-GCM, each of 1 MiB + 16 bytes; the last one may be shorter

The key of a file is HKDF-SHA256(ward's key, salt = 32 random bytes of its own), so a nonce can be a plain
counter: chunk number (11 bytes), then 1 for the last chunk and 0 for all others. Everything before the
chunks is authenticated with each of them. This is the STREAM construction (Hoang, Reyhanitabar, Rogaway,
Vizár: “Online Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance”, 2015), as age and Tink have it:
a chunk that is changed, moved, left out, doubled or taken from another file, a cut tail, an added tail and
a foreign header are all found before a byte of the chunk is given out.

NotACopy       it is something else, or made by a later version
WrongKey       it is a copy, of another key
DamagedCopy    it is not what was written
"""

import json
import secrets
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hmac import compare_digest
from typing import Any, BinaryIO, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MAGIC = b"HOCSOSAO"
VERSION = 1
CHUNK = 1 << 20
TAG = 16
SALT = 32
LONGEST_HEADER = 4096


class CopyError(Exception):
    """A copy cannot be used; the message is for whoever holds it."""


class NotACopy(CopyError):
    """The file is no copy, or one of a later version."""


class WrongKey(CopyError):
    """The copy was made with another ward's key."""


class DamagedCopy(CopyError):
    """The copy is not what was written."""


@dataclass(frozen=True, slots=True)
class Header:
    """What anybody may read of a copy: when it was made, and for which version of the tables.

    `raw` is all that stands before the chunks, as it is authenticated with them.
    """

    at: datetime
    revision: str
    salt: bytes
    check: bytes
    raw: bytes = field(repr=False)

    @classmethod
    def new(cls, key: bytes, at: datetime, revision: str) -> Self:
        """Return the header of a new copy, with a salt of its own; `at` is aware."""
        salt = secrets.token_bytes(SALT)
        check = _derived(key, salt, b"check", 8)
        told = {
            "version": VERSION,
            "at": at.isoformat(),
            "revision": revision,
            "salt": salt.hex(),
            "check": check.hex(),
        }
        text = json.dumps(told, sort_keys=True).encode()
        return cls(at, revision, salt, check, MAGIC + len(text).to_bytes(4) + text)

    @classmethod
    def read(cls, source: BinaryIO) -> Self:
        """Read the head of a copy.

        Raises:
            NotACopy: it is something else, or of a later version.
        """
        start = source.read(len(MAGIC) + 4)
        length = int.from_bytes(start[len(MAGIC) :])
        if not start.startswith(MAGIC) or not 0 < length <= LONGEST_HEADER:
            raise NotACopy("Tệp này không phải là bản sao dữ liệu của trợ lý. Chọn tệp khác.")
        text = source.read(length)
        try:
            return cls._parsed(json.loads(text), start + text)
        except (ValueError, KeyError, TypeError):
            raise NotACopy("Phần đầu của bản sao không đọc được. Chọn bản sao khác.") from None

    @classmethod
    def _parsed(cls, told: Mapping[str, Any], raw: bytes) -> Self:
        if told["version"] != VERSION:
            raise NotACopy(
                "Bản sao này do bản mới hơn của chương trình làm ra. Cài bản mới rồi thử lại."
            )
        at = datetime.fromisoformat(told["at"])
        if at.tzinfo is None:
            raise ValueError(told["at"])
        salt, check = bytes.fromhex(told["salt"]), bytes.fromhex(told["check"])
        return cls(at, told["revision"], salt, check, raw)

    def is_of(self, key: bytes) -> bool:
        """Whether the copy was made with this key; nobody without it can make that true."""
        return compare_digest(self.check, _derived(key, self.salt, b"check", 8))

    def cipher(self, key: bytes) -> AESGCM:
        """Return what encrypts the chunks of this one file."""
        return AESGCM(_derived(key, self.salt, b"chunks", 32))


def mark(key: bytes) -> str:
    """Return six characters that tell the copies of one ward from those of another."""
    return _derived(key, b"", b"mark", 3).hex()


def _derived(key: bytes, salt: bytes, use: bytes, length: int) -> bytes:
    info = b"hocso copy 1 " + use
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=info).derive(key)


def _nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(11) + bytes([is_last])


# ---------------------------------------------------------------- writing


def seal(pieces: Iterable[bytes], target: BinaryIO, key: bytes, header: Header) -> None:
    """Write a copy of what the pieces say; a few MiB of memory, whatever their length."""
    cipher = header.cipher(key)
    target.write(header.raw)
    number = -1
    waiting: bytes | None = None
    for number, chunk in enumerate(_chunks(_compressed(pieces))):
        if waiting is not None:
            nonce = _nonce(number - 1, is_last=False)
            target.write(cipher.encrypt(nonce, waiting, header.raw))
        waiting = chunk
    nonce = _nonce(max(number, 0), is_last=True)
    target.write(cipher.encrypt(nonce, waiting or b"", header.raw))


def _compressed(pieces: Iterable[bytes]) -> Iterator[bytes]:
    packing = zlib.compressobj()
    for piece in pieces:
        yield packing.compress(piece)
    yield packing.flush()


def _chunks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes, CHUNK at a time; the last one shorter or equal."""
    held = bytearray()
    for piece in pieces:
        held += piece
        while len(held) > CHUNK:
            yield bytes(held[:CHUNK])
            del held[:CHUNK]
    yield bytes(held)


# ---------------------------------------------------------------- reading


def unseal(source: BinaryIO, key: bytes, header: Header) -> Iterator[bytes]:
    """Yield what was sealed, at most CHUNK bytes at a time; the source stands behind the header.

    Nothing but a walk to the end shows that nothing is missing.

    Raises:
        WrongKey: another key made it.
        DamagedCopy: it is not what was written.
    """
    if not header.is_of(key):
        raise WrongKey("Khóa này không mở được bản sao. Chép lại đủ 8 nhóm chữ trên tờ khôi phục.")
    unpacking = zlib.decompressobj()
    for chunk in _opened(source, key, header):
        more = chunk
        while more:
            try:
                yield unpacking.decompress(more, CHUNK)
            except zlib.error:
                raise _damaged() from None
            more = unpacking.unconsumed_tail
    yield unpacking.flush()
    if not unpacking.eof or unpacking.unused_data:
        raise _damaged()


def _opened(source: BinaryIO, key: bytes, header: Header) -> Iterator[bytes]:
    cipher = header.cipher(key)
    number = 0
    chunk = source.read(CHUNK + TAG)
    while True:
        following = source.read(CHUNK + TAG)
        nonce = _nonce(number, is_last=not following)
        try:
            yield cipher.decrypt(nonce, chunk, header.raw)
        except (InvalidTag, ValueError):  # too short to hold a tag: cryptography says ValueError
            raise _damaged(number) from None
        if not following:
            return
        chunk, number = following, number + 1


def _damaged(number: int | None = None) -> DamagedCopy:
    where = "" if number is None else f" (đoạn {number + 1})"
    return DamagedCopy(f"Bản sao bị hỏng hoặc bị cắt cụt{where}. Dùng bản sao khác.")
