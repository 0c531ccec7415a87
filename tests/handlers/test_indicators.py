"""The five targets: what is compared with what, what is left out, and what is never computed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers._indicators import (
    ON_THE_SYSTEM,
    REFERENCE,
    Counted,
    adults_of,
    indicators,
    listed,
    whole_of,
)
from handlers._requests.report import Indicator, Learning, Measure, Stated, TdpLine, UnitLine
from handlers._requests.stated import UnitKind

DAY = date(2026, 11, 14)
NOTHING = Learning(0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
EMPTY = Counted(
    DAY, 0, 0, (), (), "tổ dân phố", None, None, "đã đạt 80%", "đã đạt đủ 12 bài cốt lõi"
)


def stated(
    value: int | None, source: str = "Đơn vị", as_of: date = DAY, document: str = ""
) -> Stated | None:
    return None if value is None else Stated(value, as_of, source, document)


def unit(number: int, kind: UnitKind, taught: int | None, total: int | None) -> UnitLine:
    return UnitLine(number, f"Đơn vị {number}", kind.value, "Loại", stated(taught), stated(total))


def tdp(number: int, adults: int | None) -> TdpLine:
    return TdpLine(number, f"Tổ {number}", stated(adults, "Công an phường"), NOTHING, NOTHING)


def one(of: Counted, code: str) -> Indicator:
    return next(found for found in indicators(of) if found.code == code)


def parts(of: Counted, code: str) -> tuple[int | None, int | None]:
    found = one(of, code)
    return found.numerator, found.denominator


def test_every_target_has_its_indicators_in_the_order_of_the_plan() -> None:
    found = [(one.target, one.code) for one in indicators(EMPTY)]

    assert found == [
        ("a", "A1"),
        ("b", "B1"),
        *(("c", code) for code in ("C1", "C2", "C3")),
        *(("d", code) for code in ("D0", "D1", "D2")),
        *(("đ", code) for code in ("Đ1", "Đ2", "Đ3")),
    ]


def test_a_ward_of_which_nothing_is_known_has_no_shares_but_its_counts() -> None:
    known = {
        found.code: found.numerator for found in indicators(EMPTY) if found.numerator is not None
    }

    assert known == {"C1": 0, "C2": 0}
    assert all(found.denominator is None for found in indicators(EMPTY))


def test_an_office_without_a_total_is_left_out_of_both_parts_and_named() -> None:
    offices = (unit(1, UnitKind.OFFICE, 30, 40), unit(2, UnitKind.OFFICE, 5, None))

    found = one(replace(EMPTY, units=offices), "A1")

    assert (found.numerator, found.denominator) == (30, 40)
    assert (found.counted_from, found.counted_on) == (ON_THE_SYSTEM, DAY)
    assert found.note == "Chưa tính Đơn vị 2 vì chưa có số biên chế."


def test_offices_of_which_none_has_a_total_are_counted_without_a_share() -> None:
    offices = (unit(1, UnitKind.OFFICE, 30, None), unit(2, UnitKind.OFFICE, 5, None))

    assert parts(replace(EMPTY, units=offices), "A1") == (35, None)


@pytest.mark.parametrize(
    ("code", "kinds"),
    [
        ("B1", (UnitKind.SCHOOL,)),
        ("Đ1", (UnitKind.ENTERPRISE, UnitKind.COOPERATIVE)),
        ("Đ3", (UnitKind.HOUSEHOLD,)),
    ],
)
def test_what_units_state_is_added_for_those_that_state_both(
    code: str, kinds: Sequence[UnitKind]
) -> None:
    units = tuple(
        line
        for place, kind in enumerate(kinds)
        for line in (
            unit(10 * place + 1, kind, 30, 40),
            unit(10 * place + 2, kind, 5, None),
            unit(10 * place + 3, kind, None, 70),
        )
    )

    found = one(replace(EMPTY, units=units), code)

    assert (found.numerator, found.denominator) == (30 * len(kinds), 40 * len(kinds))
    assert "Đơn vị 2" in found.note
    assert "Đơn vị 3" in found.note


def test_units_are_named_also_where_none_of_them_stated_both() -> None:
    schools = (unit(1, UnitKind.SCHOOL, None, 70), unit(2, UnitKind.SCHOOL, 5, None))
    offices = (unit(3, UnitKind.OFFICE, 30, None),)
    of = replace(EMPTY, units=(*schools, *offices))

    assert one(of, "B1").note == "Chưa tính Đơn vị 1, Đơn vị 2 vì chưa có đủ hai số."
    assert one(of, "A1").note == "Chưa có số cán bộ, công chức, viên chức, người lao động."


@pytest.mark.parametrize(
    ("totals", "note"),
    [
        ((40, 60), ""),
        ((40, 70), " Số của các cơ quan cộng lại là 110."),
        ((40, None), ""),
        ((None, None), ""),
    ],
)
def test_staff_stated_in_one_number_are_the_whole_of_all_offices(
    totals: Sequence[int | None], note: str
) -> None:
    offices = tuple(
        unit(place, UnitKind.OFFICE, 5, total) for place, total in enumerate(totals, start=1)
    )
    of = replace(EMPTY, units=offices, whole_staff=stated(100, "UBND phường"))

    assert parts(of, "A1") == (10, 100)
    assert one(of, "A1").source == "UBND phường"
    assert one(of, "A1").note == f"Tổng số là số chung của cả phường.{note}"


def test_a_ward_without_offices_is_told_why_nobody_is_counted_of_its_staff() -> None:
    found = one(replace(EMPTY, whole_staff=stated(100)), "A1")

    assert (found.numerator, found.denominator) == (None, 100)
    assert found.note.startswith("Chưa có cơ quan nào trong danh sách đơn vị")


def test_household_businesses_are_told_apart_from_the_target() -> None:
    units = (unit(1, UnitKind.HOUSEHOLD, 3, 5), unit(2, UnitKind.ENTERPRISE, 30, 40))
    of = replace(EMPTY, units=units)

    assert parts(of, "Đ1") == (30, 40)
    assert parts(of, "Đ3") == (3, 5)
    assert (one(of, "Đ2").measure, one(of, "Đ2").numerator) == (Measure.COUNT, 1)


def test_a_firm_that_says_nobody_was_taught_is_none_where_somebody_learnt() -> None:
    units = (unit(1, UnitKind.ENTERPRISE, 0, 5), unit(2, UnitKind.COOPERATIVE, 3, 5))

    assert one(replace(EMPTY, units=units), "Đ2").numerator == 1


def test_adults_are_those_of_every_tdp_and_of_nobody_while_one_is_missing() -> None:
    both = replace(EMPTY, reached=90, core=7, tdps=(tdp(1, 100), tdp(2, 300)))
    missing = replace(both, tdps=(tdp(1, 100), tdp(2, None)))

    assert (parts(both, "C1"), parts(both, "C2")) == ((90, 400), (7, 400))
    assert (parts(missing, "C1"), parts(missing, "C3")) == ((90, None), (None, None))
    assert one(missing, "C1").note == "Chưa có số người từ đủ 18 tuổi của Tổ 2."


def test_one_number_for_the_whole_ward_is_taken_before_its_tdps_and_says_where_they_differ() -> (
    None
):
    whole = stated(5_000, "UBND phường")
    missing = replace(EMPTY, whole_ward=whole, tdps=(tdp(1, 100), tdp(2, None)))
    complete = replace(missing, tdps=(tdp(1, 1_000), tdp(2, 300)))
    equal = replace(missing, tdps=(tdp(1, 5_000),))

    assert adults_of(missing).value == adults_of(complete).value == 5_000
    assert adults_of(complete).note == "Số của các tổ dân phố cộng lại là 1.300."
    assert adults_of(missing).note == adults_of(equal).note == ""


def test_the_official_number_is_taken_as_it_was_published_with_its_document() -> None:
    of = replace(
        EMPTY, vneid=stated(320, "Sở KH&CN", date(2026, 11, 10), "CV 231"), tdps=(tdp(1, 400),)
    )

    found = one(of, "D0")

    assert (found.numerator, found.denominator) == (320, 400)
    assert (found.counted_from, found.counted_on) == ("Sở KH&CN, CV 231", date(2026, 11, 10))
    assert found.caveat == ""
    assert one(replace(of, vneid=stated(320)), "D0").caveat == "Chưa ghi số văn bản của số công bố."


@given(st.integers(0, 9_999), st.integers(0, 9_999))
def test_nothing_that_people_did_here_ever_becomes_the_official_number(
    reached: int, core: int
) -> None:
    of = replace(EMPTY, reached=reached, core=core, tdps=(tdp(1, 400),))

    for code in ("D0", "D1", "D2"):
        assert one(of, code).numerator is None
    for code in ("D1", "D2"):
        assert REFERENCE in one(of, code).title


def test_several_stated_numbers_are_one_of_their_oldest_day() -> None:
    found = whole_of([Stated(40, date(2026, 9, 1), "May", ""), Stated(2, DAY, "Chè", "CV 1")], "")

    assert (found.value, found.as_of, found.source) == (42, date(2026, 9, 1), "May, Chè, CV 1")
    assert found.note == "Số liệu của nhiều ngày, từ 01/09/2026 đến 14/11/2026."


def test_many_names_are_counted_from_the_fourth_on() -> None:
    assert listed(["A", "B", "A", "C"]) == "A, B, C"
    assert listed(["A", "B", "C", "D", "E"]) == "A, B, C và 2 nơi khác"
