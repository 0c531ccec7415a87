"""Pictures that say their numbers: to eyes, to a screen reader, to a printer without colours."""

import re
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.reports.charts import (
    FILL,
    MOST_COLUMNS,
    NOTHING,
    UPRIGHT,
    WIDTH,
    WRONG,
    Bar,
    Column,
    bars,
    columns,
)

SVG = "{http://www.w3.org/2000/svg}"
NUMBERS = st.integers(0, 10_000_000)
NAMES = st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn"]), max_size=200)


def read(svg: str) -> ET.Element:
    return ET.fromstring(svg)


def texts(svg: str) -> list[str]:
    return [one.text or "" for one in read(svg).iter(f"{SVG}text")]


def filled(svg: str, colour: str = FILL) -> list[ET.Element]:
    return [one for one in read(svg).iter(f"{SVG}rect") if one.get("fill") == colour]


def test_a_bar_carries_its_name_its_number_and_its_share_as_in_vietnamese() -> None:
    svg = bars("tdp", "Học xong", "Tân Trung", [Bar("Tân Trung", 25_736, 36_845)])

    assert texts(svg) == ["Tân Trung", "25.736 (69,85%)"]


def test_without_every_whole_known_bars_compare_numbers_and_name_no_share() -> None:
    svg = bars("tdp", "Học xong", "", [Bar("A", 50, 100), Bar("B", 100), Bar("C", 0)])

    assert texts(svg) == ["A", "50", "B", "100", "C", "0"]
    first, second = (float(bar.get("width", 0)) for bar in filled(svg))
    assert first == pytest.approx(second / 2, abs=1)


def test_small_shares_are_drawn_to_the_greatest_of_them_where_that_is_asked() -> None:
    rows = [Bar("A", 10, 1000), Bar("B", 10, 4000), Bar("C", 0, 500)]

    svg = bars("tdp", "Học xong", "", rows, is_to_greatest=True)

    first, second = (float(bar.get("width", 0)) for bar in filled(svg))
    assert first > WIDTH / 2
    assert second == pytest.approx(first / 4, abs=1)
    assert texts(svg)[1::2] == ["10 (1%)", "10 (0,25%)", "0 (0%)"]


def test_more_than_the_whole_is_marked_and_stays_within_its_frame() -> None:
    svg = bars("tdp", "Học xong", "", [Bar("A", 40, 36), Bar("B", 36, 36)])

    over, whole = filled(svg, WRONG), filled(svg)
    assert texts(svg)[1] == "40 (111,11%) !"
    assert over[0].get("width") == whole[0].get("width")


def test_a_single_one_among_many_can_still_be_seen() -> None:
    svg = bars("tdp", "Học xong", "", [Bar("A", 1, 1_000_000)])

    assert [bar.get("width") for bar in filled(svg)] == ["1"]


def test_few_columns_are_read_across_and_many_upwards() -> None:
    few = [Column(f"{n}/2026", n) for n in range(1, UPRIGHT)]
    many = [*few, Column("9/2026", 0)]

    assert "rotate(-90" not in columns("x", "", "", few)
    assert columns("x", "", "", many).count("rotate(-90") == 2 * len(many)


def test_of_very_many_columns_the_latest_ones_are_drawn() -> None:
    svg = columns("x", "", "", [Column(str(n), n) for n in range(100, 140)])

    assert set(texts(svg)) == {str(n) for n in range(140 - MOST_COLUMNS, 140)}


@pytest.mark.parametrize("svg", [bars("x", "Kỳ này", "", []), columns("x", "Kỳ này", "", [])])
def test_a_chart_of_nothing_says_that_there_is_nothing(svg: str) -> None:
    assert texts(svg) == [NOTHING]


@given(st.lists(st.builds(Bar, NAMES, NUMBERS, st.none() | NUMBERS), max_size=8), st.booleans())
def test_every_bar_lies_within_the_picture_whatever_its_name_and_number(
    rows: list[Bar], is_to_greatest: bool
) -> None:
    svg = bars("x", "Tên", "Lời", rows, is_to_greatest=is_to_greatest)

    height = float(read(svg).get("viewBox", "").split()[3])
    for box in list(read(svg).iter(f"{SVG}rect"))[1:]:
        x, y, wide, high = (float(box.get(key, 0)) for key in ("x", "y", "width", "height"))
        assert 0 <= x <= x + wide <= WIDTH
        assert 0 <= y <= y + high <= height
    assert all(float(one.get("x", 0)) < WIDTH for one in read(svg).iter(f"{SVG}text"))


@given(st.lists(st.builds(Column, NAMES, NUMBERS), min_size=1, max_size=MOST_COLUMNS))
def test_every_column_stands_on_the_line_and_none_reaches_its_neighbour(rows: list[Column]) -> None:
    svg = columns("x", "Tên", "Lời", rows)

    boxes = filled(svg)
    edges = [(float(b.get("x", 0)), float(b.get("width", 0)), b) for b in boxes]
    assert len(boxes) == sum(bool(row.value) for row in rows)
    assert all(x >= 0 and x + wide <= WIDTH for x, wide, _ in edges)
    for (x, wide, _), (following, _, _) in pairwise(edges):
        assert x + wide < following
    assert len({float(b.get("y", 0)) + float(b.get("height", 0)) for b in boxes}) <= 1


@given(NAMES, NAMES)
def test_a_screen_reader_is_told_title_and_what_it_shows_whatever_they_hold(
    title: str, told: str
) -> None:
    svg = read(bars("tdp", title, told, [Bar(title, 1)]))

    assert svg.get("role") == "img"
    named = [
        one.get("id")
        for one in (svg.find(f"{SVG}title"), svg.find(f"{SVG}desc"))
        if one is not None
    ]
    assert (svg.get("aria-labelledby") or "").split() == named == ["tdp-title", "tdp-desc"]
    assert svg.findtext(f"{SVG}title") == title
    assert svg.findtext(f"{SVG}desc") == told


def test_a_picture_needs_no_style_sheet_no_script_and_nothing_from_elsewhere() -> None:
    svg = bars("x", "<script>", "“&”", [Bar("<b>", 1)]) + columns("y", "", "", [Column("1", 1)])

    assert not re.search(r"style=|<style|<script|href|url\(|on\w+=", svg)
    assert svg.count("http") == 2  # the name of the language itself
