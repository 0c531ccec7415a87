"""The public version: no small number can be read in it, nor worked out from it."""

import re
from dataclasses import astuple, replace
from datetime import UTC, date, datetime
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.reports.public import FLOOR, grouped, is_open, public_figures, public_report
from handlers._indicators import Counted, indicators
from handlers._requests.figures import Denominator, Figures, Line
from handlers._requests.report import (
    BestTdp,
    Learning,
    LessonLine,
    Obstacle,
    Period,
    PeriodKind,
    ReportFigures,
    Stated,
    TdpLine,
    UnitLine,
)

cells = st.sampled_from([0, 0, 1, 2, 3, 4, 5, 6, 9, 30, 400])


@st.composite
def tables(draw: st.DrawFn) -> list[tuple[int, ...]]:
    """Up to twelve lines of up to five numbers, many of them small."""
    width = draw(st.integers(1, 5))
    row = st.tuples(*[cells] * width)
    return draw(st.lists(row, min_size=2, max_size=12))


def sums(lines: list[tuple[int, ...]], group: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(map(sum, zip(*(lines[place] for place in group), strict=True)))


def can_be_solved(unknown: int, equations: list[list[int]]) -> bool:
    """Whether one unknown follows from equations over all of them: e_unknown lies in their span."""
    width = len(equations[0])
    target = [Fraction(int(place == unknown)) for place in range(width)]
    rows = [[Fraction(one) for one in row] for row in equations]
    for column in range(width):
        pivot = next((row for row in rows if row[column]), None)
        if pivot is None:
            if target[column]:
                return False
            continue
        rows.remove(pivot)
        rows = [_less(row, pivot, column) for row in rows]
        target = _less(target, pivot, column)
    return not any(target)


def _less(row: list[Fraction], pivot: list[Fraction], column: int) -> list[Fraction]:
    times = row[column] / pivot[column]
    return [one - times * other for one, other in zip(row, pivot, strict=True)]


def test_the_solver_of_these_tests_finds_what_follows_from_a_total() -> None:
    total, first, pair = [1, 1, 1], [1, 0, 0], [0, 1, 1]

    assert can_be_solved(0, [total, pair])
    assert can_be_solved(2, [total, first, [0, 1, 0]])
    assert not can_be_solved(1, [total, first, pair])


# ---------------------------------------------------------------- the law


@given(lines=tables())
@settings(deadline=None)
def test_every_published_number_and_every_sum_of_them_is_none_or_five(
    lines: list[tuple[int, ...]],
) -> None:
    published = [sums(lines, group) for group in grouped(lines)]

    for number in range(1, min(len(published), 4) + 1):
        for chosen in combinations(published, number):
            assert is_open(map(sum, zip(*chosen, strict=True)))


@given(lines=tables())
@settings(deadline=None)
def test_no_small_number_follows_from_published_lines_and_the_total(
    lines: list[tuple[int, ...]],
) -> None:
    groups = grouped(lines)
    equations = [[1] * len(lines)]
    equations += [[int(place in group) for place in range(len(lines))] for group in groups]

    for place, line in enumerate(lines):
        if not is_open(line):
            assert not can_be_solved(place, equations)


@given(lines=tables())
@settings(deadline=None)
def test_every_line_is_in_one_group_unless_all_together_are_too_few(
    lines: list[tuple[int, ...]],
) -> None:
    groups = grouped(lines)

    if groups:
        assert sorted(place for group in groups for place in group) == list(range(len(lines)))
        assert all(len(group) > 1 for group in groups if not is_open(lines[group[0]]))
    else:
        assert not is_open(sums(lines, tuple(range(len(lines)))))


@given(lines=tables())
@settings(deadline=None)
def test_lines_without_small_numbers_stand_alone_when_nobody_needs_company(
    lines: list[tuple[int, ...]],
) -> None:
    fine = [line for line in lines if is_open(line)]

    assert grouped(fine) == tuple((place,) for place in range(len(fine)))


def test_small_lines_keep_each_other_company_before_anybody_else_is_asked() -> None:
    lines = [(30, 9), (3, 0), (2, 6), (40, 0), (100, 7)]

    assert grouped(lines) == ((0,), (1, 2), (3,), (4,))


def test_an_unnamed_line_is_company_only_when_no_other_is_left() -> None:
    assert grouped([(3,), (5,), (90,)], unnamed=[1]) == ((0, 2), (1,))
    assert grouped([(3,), (5,)], unnamed=[1]) == ((0, 1),)


def test_a_table_whose_total_is_small_has_no_lines_at_all() -> None:
    assert grouped([(3, 40), (0, 50), (0, 60)]) == ()
    assert grouped([(4,)]) == ()


# ---------------------------------------------------------------- figures


def line(key: str, people: int, of: Denominator | None = None) -> Line:
    counts = dict.fromkeys(
        ("started", "started_visits", "completed", "completed_visits", "passed", "passed_visits"),
        20,
    )
    return Line(
        key,
        f"Tổ {key}",
        people,
        people,
        **counts,
        passed_at_once=20,
        of=of,
        note="mới" if key else "",
    )


ADULTS = Denominator(900, "adults", "Công an phường", date(2026, 11, 1))


def test_a_merged_line_adds_its_numbers_and_names_its_members() -> None:
    older = replace(ADULTS, value=100, source="Tổ trưởng", as_of=date(2026, 5, 1))
    figures = Figures((line("1", 3, ADULTS), line("2", 8, older), line("3", 50)), line("", 61))

    shown = public_figures(figures)

    (merged, alone) = shown.lines
    assert (merged.key, merged.label, merged.note) == ("1+2", "Gộp 2 dòng: Tổ 1, Tổ 2", "")
    assert (merged.registered, merged.passed_visits) == (11, 40)
    assert merged.of == Denominator(1000, "adults", "Công an phường; Tổ trưởng", date(2026, 5, 1))
    assert alone == figures.lines[2]
    assert shown.total == figures.total


def test_a_merged_line_has_no_share_where_one_of_it_has_none() -> None:
    figures = Figures((line("1", 3, ADULTS), line("2", 8)), line("", 11))

    (merged,) = public_figures(figures).lines

    assert merged.of is None


def test_lessons_that_are_each_set_against_the_whole_ward_are_no_share_of_it_together() -> None:
    figures = Figures(
        (line("TB-01", 3, ADULTS), line("AT-35", 9, ADULTS)), replace(line("", 12), of=ADULTS)
    )

    (merged,) = public_figures(figures).lines

    assert merged.of is None


def test_a_line_of_which_nearly_all_did_it_is_merged_as_well() -> None:
    office = Denominator(22, "staff", "UBND phường", date(2026, 11, 1))
    figures = Figures(
        (line("1", 20, office), line("2", 50, replace(office, value=90))), line("", 70)
    )

    (merged,) = public_figures(figures).lines

    assert (merged.key, merged.of and merged.of.value) == ("1+2", 112)


def test_a_tdp_where_nearly_all_adults_take_part_is_merged_as_well() -> None:
    few = Stated(82, date(2026, 11, 1), "Công an phường", "")
    tdps = (replace(tdp(1, "Một", 40, 80), adults=few), tdp(2, "Hai", 30, 60), tdp(3, "Ba", 30, 60))

    shown = public_report(report(tdps)).tdps

    assert [one.id for one in shown] == [0, 3]


def test_a_table_that_is_fine_already_is_published_as_it_is() -> None:
    figures = Figures((line("1", 5), line("2", 0), line("", 7)), line("", 12))

    assert public_figures(figures) == figures


# ---------------------------------------------------------------- the report of a period


def learning(number: int) -> Learning:
    return Learning(*[number] * 10)


def report(
    tdps: tuple[TdpLine, ...],
    units: tuple[UnitLine, ...] = (),
    lessons: tuple[LessonLine, ...] = (),
    obstacles: tuple[Obstacle, ...] = (),
) -> ReportFigures:
    return ReportFigures(
        version=1,
        definitions="1-ab",
        ward="phường Trung Thành",
        ward_code="05899",
        unit_word="tổ dân phố",
        period=Period(PeriodKind.MONTH, date(2026, 10, 15), date(2026, 11, 14)),
        cut_off=datetime(2026, 11, 15, tzinfo=UTC),
        is_sample=False,
        indicators=(),
        process=(),
        total_in_period=learning(60),
        total_so_far=learning(90),
        tdps=tdps,
        units=units,
        lessons=lessons,
        obstacles=obstacles,
        tasks=(),
        best=(BestTdp("Một", 12, 900), BestTdp("Ba", 11, 900)),
        is_best_by_share=True,
        course=(),
        commended=(1_100_000_000_001,),
    )


def tdp(number: int, name: str, within: int, so_far: int) -> TdpLine:
    adults = Stated(900, date(2026, 11, number), "Công an phường", "CV 1")
    return TdpLine(number, name, adults, learning(within), learning(so_far))


numbers = st.integers(0, 12)


@given(within=st.lists(st.tuples(numbers, numbers), min_size=2, max_size=8))
@settings(deadline=None)
def test_no_small_number_of_a_report_is_left_by_subtracting_the_period(
    within: list[tuple[int, int]],
) -> None:
    lines = tuple(
        tdp(place, f"Tổ {place}", part, part + before)
        for place, (part, before) in enumerate(within, start=1)
    )

    for shown in public_report(report(lines)).tdps:
        part, whole = astuple(shown.in_period), astuple(shown.so_far)
        for one, all_ in zip(part, whole, strict=True):
            assert is_open((one, all_, all_ - one))


def test_the_public_report_names_nobody_and_tells_nothing_of_a_merged_tdp() -> None:
    figures = report((tdp(1, "Một", 40, 80), tdp(2, "Hai", 2, 40), tdp(3, "Ba", 30, 60)))

    shown = public_report(figures)

    assert shown.commended == ()
    assert [(one.id, one.name) for one in shown.tdps] == [(1, "Một"), (0, "Gộp 2 dòng: Hai, Ba")]
    assert shown.tdps[1].adults == Stated(1800, date(2026, 11, 2), "Công an phường", "CV 1")
    assert [one.name for one in shown.best] == ["Một"]
    assert shown.total_so_far == figures.total_so_far


ADDED = {"A1": {"office"}, "B1": {"school"}, "Đ1": {"enterprise", "cooperative"}}


def unit(number: int, kind: str, taught: int | None, total: int | None) -> UnitLine:
    parts = [
        None if one is None else Stated(one, date(2026, 11, 1), "đơn vị", "")
        for one in (taught, total)
    ]
    return UnitLine(number, f"Đơn vị {number}", kind, kind.title(), *parts)


def test_units_whose_numbers_are_added_are_merged_with_each_other_only() -> None:
    firms = (unit(1, "enterprise", 40, 90), unit(2, "cooperative", 3, 20), unit(3, "office", 9, 20))

    shown = public_report(report((), firms)).units

    assert [(one.name, one.kind_name) for one in shown] == [
        ("Gộp 2 dòng: Đơn vị 1, Đơn vị 2", "Enterprise, Cooperative"),
        ("Đơn vị 3", "Office"),
    ]
    assert shown[0].taught == Stated(43, date(2026, 11, 1), "đơn vị", "")


def test_a_unit_of_which_nearly_all_were_taught_is_merged_as_well() -> None:
    offices = (unit(1, "office", 18, 20), unit(2, "office", 10, 30))

    (shown,) = public_report(report((), offices)).units

    assert shown.taught is not None
    assert (shown.id, shown.taught.value) == (0, 28)


def test_a_unit_without_a_number_hides_nobody_elses() -> None:
    offices = (unit(1, "office", 3, 20), unit(2, "office", None, 30))

    assert [one.id for one in public_report(report((), offices)).units] == [2]
    assert [
        one.id for one in public_report(report((), (*offices, unit(3, "office", 9, 40)))).units
    ] == [0, 2]


some = st.sampled_from([None, 0, 2, 3, 7, 40])


@given(
    made=st.lists(
        st.tuples(st.sampled_from(["office", "school", "enterprise", "cooperative"]), some, some),
        min_size=1,
        max_size=7,
    )
)
@settings(deadline=None)
def test_no_small_number_of_a_unit_follows_from_the_lines_and_the_indicators(
    made: list[tuple[str, int | None, int | None]],
) -> None:
    lines = tuple(unit(place, *values) for place, values in enumerate(made))
    counted = Counted(date(2026, 11, 14), 0, 0, lines, (), "tổ", None, None, "", "")

    shown = public_report(replace(report((), lines), indicators=indicators(counted)))

    groups = [
        {int(one) for one in re.findall("Đơn vị ([0-9]+)", line.name)} for line in shown.units
    ]
    for one in shown.indicators:
        kinds = ADDED.get(one.code, set())
        these = [line for line in lines if line.kind in kinds]
        both = [line for line in these if line.taught and line.total]
        if one.numerator is not None:
            groups.append({line.id for line in both or these})
    equations = [[int(place in group) for place in range(len(lines))] for group in groups if group]
    for line in lines:
        taught, total = (part.value if part else 0 for part in (line.taught, line.total))
        is_small = not is_open((taught, total, max(0, total - taught) if line.taught else 0))
        if is_small and line.total and equations:
            assert not can_be_solved(line.id, equations)


def test_where_staff_are_stated_in_one_number_an_office_without_one_is_not_left_over() -> None:
    offices = (unit(1, "office", 30, 50), unit(2, "office", 3, None), unit(3, "office", 20, 40))
    whole = Stated(100, date(2026, 11, 1), "UBND phường", "")
    counted = Counted(
        date(2026, 11, 14), 0, 0, offices, (), "tổ", None, None, "", "", whole_staff=whole
    )
    figures = replace(report((), offices), indicators=indicators(counted))

    shown = public_report(figures)

    (staff,) = [one for one in shown.indicators if one.code == "A1"]
    assert staff.numerator == 53
    told = [0 if one.taught is None else one.taught.value for one in shown.units]
    assert 53 - sum(told) not in range(1, 5)
    assert all(number >= 5 for number in told)
    assert len(shown.units) == 2


def test_an_indicator_that_is_one_units_own_small_number_is_left_out() -> None:
    school, firm = unit(1, "school", 3, 400), unit(2, "enterprise", 30, 90)
    counted = Counted(date(2026, 11, 14), 0, 0, (school, firm), (), "tổ", None, None, "", "")
    figures = replace(report((), (school, firm)), indicators=indicators(counted))

    told = {one.code for one in public_report(figures).indicators}

    assert "B1" in {one.code for one in figures.indicators}
    assert "B1" not in told
    assert {"A1", "C1", "D0", "Đ1", "Đ2", "Đ3"} <= told


def test_lessons_are_merged_and_questions_of_few_are_left_out() -> None:
    lessons = tuple(
        LessonLine(code, f"Bài {code}", learning(number), learning(number * 10))
        for code, number in (("TB-01", 20), ("AT-35", 1), ("TC-22", 6))
    )
    asked = tuple(
        Obstacle("TB-01", "Bài", n, "?", 9, right) for n, right in ((1, 4), (2, 9), (3, 5))
    )

    shown = public_report(
        report((), (), lessons, (*asked, replace(asked[0], answered=30, right=9)))
    )

    assert [one.id for one in shown.lessons] == ["TB-01", "AT-35+TC-22"]
    assert [(one.answered, one.right) for one in shown.obstacles] == [(9, 9), (30, 9)]


def test_no_question_is_told_of_a_lesson_that_was_merged() -> None:
    lessons = tuple(
        LessonLine(code, f"Bài {code}", learning(number), learning(number * 10))
        for code, number in (("TB-01", 20), ("AT-35", 1), ("TC-22", 12))
    )
    asked = tuple(Obstacle(code, "Bài", 1, "?", 12, 6) for code in ("TB-01", "TC-22"))

    shown = public_report(report((), (), lessons, asked))

    assert [one.id for one in shown.lessons] == ["TB-01", "AT-35+TC-22"]
    assert [one.lesson for one in shown.obstacles] == ["TB-01"]


@pytest.mark.parametrize("number", range(1, FLOOR))
def test_each_of_one_to_four_is_too_few_to_be_read(number: int) -> None:
    assert not is_open((0, number, FLOOR))
