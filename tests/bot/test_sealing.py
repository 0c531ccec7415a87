"""A copy is what was written, or it is nothing: every cut, flip, swap and foreign part is found."""

import io
import random
import tracemalloc
from collections import deque
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sealing import (
    CHUNK,
    TAG,
    CopyError,
    DamagedCopy,
    Header,
    NotACopy,
    WrongKey,
    mark,
    seal,
    unseal,
)

KEY, OTHER = bytes(range(32)), bytes(range(1, 33))
AT = datetime(2026, 11, 22, 19, 0, 5, tzinfo=UTC)
THREE = random.Random(4).randbytes(2 * CHUNK + 100_000)
"""What fills two chunks and a part: it cannot be compressed."""


def sealed(pieces: list[bytes], key: bytes = KEY) -> bytes:
    target = io.BytesIO()
    seal(pieces, target, key, Header.new(key, AT, "0003"))
    return target.getvalue()


def opened(copy: bytes, key: bytes = KEY) -> bytes:
    source = io.BytesIO(copy)
    return b"".join(unseal(source, key, Header.read(source)))


@pytest.fixture(scope="module")
def three() -> bytes:
    return sealed([THREE])


def parts(copy: bytes) -> tuple[bytes, list[bytes]]:
    """The head of a copy, and its chunks."""
    head = Header.read(io.BytesIO(copy)).raw
    rest = copy[len(head) :]
    return head, [rest[at : at + CHUNK + TAG] for at in range(0, len(rest), CHUNK + TAG)]


@given(st.lists(st.binary(max_size=3000), max_size=8))
def test_what_was_sealed_comes_out_again_whatever_its_pieces(pieces: list[bytes]) -> None:
    assert opened(sealed(pieces)) == b"".join(pieces)


@pytest.mark.parametrize("length", [0, 1, CHUNK - 400, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK])
def test_every_length_around_a_chunk_comes_out_again(length: int) -> None:
    content = random.Random(length).randbytes(length)

    assert opened(sealed([content])) == content


def test_the_head_says_when_and_for_which_tables_without_a_key(three: bytes) -> None:
    header = Header.read(io.BytesIO(three))

    assert (header.at, header.revision) == (AT, "0003")
    assert (header.is_of(KEY), header.is_of(OTHER)) == (True, False)
    assert KEY not in three


def test_two_copies_of_the_same_share_no_chunk_and_no_salt() -> None:
    (head, first), (other, second) = parts(sealed([b"x"])), parts(sealed([b"x"]))

    assert head != other
    assert first != second


def test_another_key_is_named_as_such(three: bytes) -> None:
    with pytest.raises(WrongKey, match="8 nhóm chữ"):
        opened(three, OTHER)


def test_the_marks_of_two_wards_differ_and_stay() -> None:
    assert mark(KEY) == mark(KEY) != mark(OTHER)


# ---------------------------------------------------------------- what is not what was written


def without_last_chunk(copy: bytes) -> bytes:
    head, chunks = parts(copy)
    return head + b"".join(chunks[:-1])


def in_another_order(copy: bytes) -> bytes:
    head, (first, second, third) = parts(copy)
    return head + second + first + third


def one_chunk_twice(copy: bytes) -> bytes:
    head, (first, *rest) = parts(copy)
    return head + first + first + b"".join(rest)


def one_chunk_left_out(copy: bytes) -> bytes:
    head, (_, *rest) = parts(copy)
    return head + b"".join(rest)


def a_tail_added(copy: bytes) -> bytes:
    return copy + b"x"


def last_chunk_again_behind_it(copy: bytes) -> bytes:
    return copy + parts(copy)[1][-1]


def head_of_another_copy(copy: bytes) -> bytes:
    return parts(sealed([b"other"]))[0] + b"".join(parts(copy)[1])


def chunk_of_another_copy(copy: bytes) -> bytes:
    head, (_, *rest) = parts(copy)
    return head + parts(sealed([THREE]))[1][0] + b"".join(rest)


def another_moment_in_the_head(copy: bytes) -> bytes:
    return copy.replace(b"2026-11-22", b"2026-11-23", 1)


def nothing_behind_the_head(copy: bytes) -> bytes:
    return parts(copy)[0]


CHANGES = (
    without_last_chunk,
    in_another_order,
    one_chunk_twice,
    one_chunk_left_out,
    a_tail_added,
    last_chunk_again_behind_it,
    head_of_another_copy,
    chunk_of_another_copy,
    another_moment_in_the_head,
    nothing_behind_the_head,
)


@pytest.mark.parametrize("change", CHANGES, ids=lambda one: one.__name__)
def test_a_copy_that_was_put_together_anew_is_found(
    three: bytes, change: Callable[[bytes], bytes]
) -> None:
    with pytest.raises(DamagedCopy, match="hỏng hoặc bị cắt cụt"):
        opened(change(three))


@given(st.data())
def test_one_flipped_bit_anywhere_is_found(data: st.DataObject) -> None:
    copy = bytearray(sealed([b"bare words"] * 20))
    copy[data.draw(st.integers(0, len(copy) - 1))] ^= 1 << data.draw(st.integers(0, 7))

    with pytest.raises(CopyError):
        opened(bytes(copy))


@given(st.data())
def test_a_copy_cut_anywhere_is_found(data: st.DataObject) -> None:
    copy = sealed([b"bare words"] * 20)

    with pytest.raises(CopyError):
        opened(copy[: data.draw(st.integers(0, len(copy) - 1))])


@pytest.mark.parametrize(
    "content", [b"", b"SQLite format 3\0", b"HOCSOSAO\xff\xff\xff\xff", b"HOC"]
)
def test_any_other_file_is_told_from_a_copy(content: bytes) -> None:
    with pytest.raises(NotACopy, match="không phải là bản sao"):
        Header.read(io.BytesIO(content))


def test_a_copy_of_a_later_version_says_so() -> None:
    later = sealed([b"x"]).replace(b'"version": 1', b'"version": 2')

    with pytest.raises(NotACopy, match="bản mới hơn"):
        Header.read(io.BytesIO(later))


def test_nothing_of_a_changed_chunk_is_given_out(three: bytes) -> None:
    head, (first, second, third) = parts(three)
    source = io.BytesIO(head + first + bytes([second[0] ^ 1]) + second[1:] + third)
    given_out = bytearray()

    with pytest.raises(DamagedCopy, match="đoạn 2"):
        deque(map(given_out.extend, unseal(source, KEY, Header.read(source))), maxlen=0)

    assert THREE.startswith(bytes(given_out))
    assert len(given_out) <= CHUNK


def test_forty_mebibytes_pass_through_a_few_of_memory() -> None:
    def pieces() -> Iterator[bytes]:
        for seed in range(40):
            yield random.Random(seed).randbytes(CHUNK)

    with Path("/dev/null").open("wb") as nowhere:
        tracemalloc.start()
        seal(pieces(), nowhere, KEY, Header.new(KEY, AT, "0003"))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()

    assert peak < 12 * CHUNK
