"""From a file to what it would change: what the cells and what the ward know wrong, said together."""

from collections.abc import Callable
from datetime import timedelta
from time import process_time
from typing import Any

import pytest

from bot.clock import JOBS, tick
from bot.commands._frame import administrator
from bot.house import Ward, now
from bot.lists.taking import Wrong, read_upload, try_upload
from handlers._requests.lists import Fault, ImportList, ListImported, ListKind, ListTried
from storage import perform
from storage.tdps import imported_on

Make = Callable[..., bytes]


async def tried(ward: Ward, kind: ListKind, body: bytes) -> ListTried | Wrong:
    async with ward.database.reading(now()) as tx:
        return await try_upload(tx, administrator(), read_upload(kind, body))


async def test_wrong_cells_and_what_the_ward_does_not_know_are_said_at_once(
    ward: Ward, xlsx: Make
) -> None:
    heads = ("Loại số liệu", "Mã tổ hoặc đơn vị", "Số", "Ngày", "Nguồn")
    rows = [
        heads,
        ("adults", "t1", "x", "30/10/2025", "CAP"),
        ("adults", "t8", 10, "30/10/2025", "CAP"),
        ("adults", "t1", 10, "30/10/2025", "CAP"),
        ("adults", "t1", 11, "30/10/2025", "CAP"),
    ]

    found = await tried(ward, ListKind.DENOMINATORS, xlsx(rows))

    assert isinstance(found, Wrong)
    assert [(one.row, one.fault) for one in found.problems] == [
        (2, Fault.NOT_A_NUMBER),
        (3, Fault.UNKNOWN_TDP),
        (5, Fault.TWICE),
    ]


async def test_an_heir_whose_own_row_is_wrong_is_not_called_unknown(ward: Ward, xlsx: Make) -> None:
    rows = [
        ("Mã", "Tên", "Đến ngày", "Nhập vào mã"),
        ("t9", "Chợ", "x", None),
        ("t1", "Tân", None, "t9"),
    ]

    found = await tried(ward, ListKind.TDPS, xlsx(rows))

    assert isinstance(found, Wrong)
    assert [(one.row, one.fault) for one in found.problems] == [(2, Fault.NOT_A_DAY)]


async def test_one_wrong_row_keeps_all_good_ones_from_being_written(ward: Ward, xlsx: Make) -> None:
    rows = [("Loại", "Tên"), *(("Cơ quan", f"Phòng {n}") for n in range(20)), ("Chợ", "x")]

    found = await tried(ward, ListKind.UNITS, xlsx(rows))

    assert isinstance(found, Wrong)
    assert [one.row for one in found.problems] == [22]


async def test_people_leave_a_tdp_by_the_clock_once_its_last_day_has_passed(
    ward: Ward, xlsx: Make
) -> None:
    last = now().astimezone(ward.house.timezone).date() + timedelta(days=2)
    rows = [("Mã", "Tên", "Đến ngày", "Nhập vào mã"), ("t3", "Phù Lôi", f"{last:%d/%m/%Y}", "t1")]
    upload = read_upload(ListKind.TDPS, xlsx(rows))
    async with ward.database.transaction(now()) as tx:
        done = await perform(tx, administrator(), ImportList(ListKind.TDPS, upload.parsed.lines))
        assert isinstance(done, ListImported)
        assert await imported_on(tx) is not None

    jobs = [one for one in JOBS if one.name == "tdps"]

    assert await tick(ward, now() + timedelta(days=4), jobs) == ("tdps",)


def rows_of(kind: ListKind) -> list[tuple[Any, ...]]:
    """5.000 rows, every tenth TDP merged into the one before."""
    numbers = range(5000)
    if kind is ListKind.TDPS:
        heads: tuple[Any, ...] = ("Mã", "Tên", "Số", "Đến ngày", "Nhập vào mã")
        merged = ["10/10/2025", "T-{:04}"]
        return [
            heads,
            *(
                (
                    f"T-{n:04}",
                    f"Tổ {n}",
                    n,
                    *((merged[0], merged[1].format(n - 1)) if n % 10 == 1 else ()),
                )
                for n in numbers
            ),
        ]
    heads = ("Loại", "Tên", "Lao động", "Số được học", "Ngày", "Nguồn")
    return [heads, *(("HTX", f"HTX số {n}", n + 5, n, "30/10/2025", "UBND") for n in numbers)]


@pytest.mark.parametrize("kind", [ListKind.TDPS, ListKind.ENTERPRISES], ids=lambda one: one.value)
async def test_five_thousand_rows_take_less_than_five_seconds_of_work(
    ward: Ward, xlsx: Make, kind: ListKind
) -> None:
    body = xlsx(rows_of(kind))
    began = process_time()

    upload = read_upload(kind, body)
    async with ward.database.reading(now()) as tx:
        shown = await try_upload(tx, administrator(), upload)
    assert isinstance(shown, ListTried)
    async with ward.database.transaction(now()) as tx:
        request = ImportList(kind, upload.parsed.lines, shown.seal)
        assert isinstance(await perform(tx, administrator(), request), ListImported)

    assert process_time() - began < 5
