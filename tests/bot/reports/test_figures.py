"""Figures as they are printed: with definitions, with a total, and never with a share of nothing."""

import csv
import io
import json
from dataclasses import fields, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.reports.figures import (
    BOM,
    DEFINITIONS,
    Report,
    as_csv,
    as_json,
    columns,
    definitions,
    heading,
    number,
    period,
    plain_cell,
    rows,
)
from handlers._requests.figures import Denominator, Dimension, Figures, Line

CUT_OFF = datetime(2026, 11, 22, 15, 4, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))


def line(key: str, label: str, times: int = 1, note: str = "") -> Line:
    counts = [times * n for n in (3, 4, 5, 6, 7, 8, 9, 10, 2)]
    return Line(key, label, *counts, note)


def report(dimension: Dimension = Dimension.TDP, *lines: Line) -> Report:
    shown = lines or (line("1", "Tân Trung"), line("2", "Phù Lôi", 1000))
    figures = Figures(shown, line("", "Tổng", 1001))
    return Report("phường Trung Thành", "tổ dân phố", dimension, None, None, CUT_OFF, figures)


def test_thousands_are_parted_by_dots_as_in_vietnamese() -> None:
    assert [number(value) for value in (0, 999, 1000, 25_736, 1_234_567)] == [
        "0",
        "999",
        "1.000",
        "25.736",
        "1.234.567",
    ]


def test_a_line_of_the_table_reads_people_before_visits() -> None:
    first, second, _ = rows(report())

    assert first == ("Tân Trung", "3/4", "5/6", "7/8", "9/10", "2", "chưa có số liệu")
    assert second[1:5] == ("3.000/4.000", "5.000/6.000", "7.000/8.000", "9.000/10.000")


@pytest.mark.parametrize("dimension", Dimension)
def test_every_line_fits_under_the_heads_and_the_total_comes_last(dimension: Dimension) -> None:
    told = report(dimension)

    table = rows(told)

    assert {len(row) for row in table} == {len(columns(told))}
    assert "Tổng" in table[-1]
    assert len(table) == len(told.figures.lines) + 1


def test_without_a_denominator_there_is_no_share_only_that_there_is_none() -> None:
    place = columns(report()).index("% dân số")

    assert {row[place] for row in rows(report())} == {"chưa có số liệu"}
    assert "chưa có số liệu" in " ".join(definitions(report()))
    assert "%" not in " ".join(columns(report(Dimension.PERSON)))


STATED = Denominator(36_845, "adults", "Công an phường", date(2026, 11, 1))


@pytest.mark.parametrize(
    ("completed", "of", "printed"),
    [
        (25_736, 36_845, "25.736/36.845, đạt 69,85%"),
        (0, 36_845, "0/36.845, đạt 0%"),
        (40, 36, "40/36; 111,11%, quá 100%: cần kiểm tra lại số liệu"),
        (3, 0, "3/0; tổng số là 0: cần kiểm tra lại số liệu"),
    ],
)
def test_a_share_is_printed_with_what_it_is_a_share_of_and_never_capped(
    completed: int, of: int, printed: str
) -> None:
    one = replace(line("1", "Tân Trung"), completed=completed, of=replace(STATED, value=of))
    told = report(Dimension.TDP, one)

    assert rows(told)[0][columns(told).index("% dân số")] == printed
    assert printed in as_csv(told)


def test_where_a_denominator_comes_from_is_said_below_the_table_and_in_the_json() -> None:
    told = report(Dimension.TDP, replace(line("1", "Tân Trung"), completed=25_736, of=STATED))

    assert definitions(told)[-1] == "Nguồn tổng số người: Công an phường (01/11/2026)."
    read = json.loads(as_json(told))["lines"][0]
    assert read["population_percent"] == 69.85
    assert read["of"] == {
        "value": 36_845,
        "key": "adults",
        "source": "Công an phường",
        "as_of": "2026-11-01",
    }


def test_pupils_who_have_no_accounts_are_no_share_of_their_school() -> None:
    school = replace(STATED, value=612, key="pupils", source="Trường THCS")
    told = report(
        Dimension.UNIT,
        replace(line("1", "UBND phường"), of=STATED),
        replace(line("2", "Trường THCS"), completed=0, of=school),
    )

    place = columns(told).index("% dân số")
    assert rows(told)[1][place] == "không tính"
    assert "0/612" not in as_csv(told)
    assert json.loads(as_json(told))["lines"][1]["population_percent"] is None
    assert definitions(told)[-1] == "Nguồn tổng số người: Công an phường (01/11/2026)."


def test_a_person_stands_with_their_number_and_whether_they_are_confirmed() -> None:
    told = report(Dimension.PERSON, line("123", "Lan", note="chưa xác nhận"))

    assert columns(told)[0] == "Số"
    assert rows(told)[0][0] == "123"
    assert rows(told)[0][-1] == "chưa xác nhận"


def test_every_counted_figure_of_a_line_has_its_definition() -> None:
    counted = {
        field.name.removesuffix("_visits") for field in fields(Line) if field.type in ("int", int)
    }

    assert counted <= DEFINITIONS.keys()
    assert {"nguoi", "luot"} <= DEFINITIONS.keys()


PERIODS = [
    (None, None, "từ đầu đến nay"),
    (date(2026, 11, 1), None, "từ 01/11/2026 đến nay"),
    (None, date(2026, 11, 30), "từ đầu đến hết 30/11/2026"),
    (date(2026, 11, 1), date(2026, 11, 30), "từ 01/11/2026 đến hết 30/11/2026"),
]


@pytest.mark.parametrize(("since", "until", "words"), PERIODS)
def test_the_period_is_said_with_both_ends(
    since: date | None, until: date | None, words: str
) -> None:
    told = replace(report(), since=since, until=until)

    assert period(told) == words
    assert words in heading(told)[1]


def test_the_heading_says_whose_figures_and_when_they_were_read() -> None:
    assert heading(report()) == (
        "Kết quả học theo tổ dân phố, phường Trung Thành",
        "Thời gian: từ đầu đến nay. Số liệu lúc 15:04 ngày 22/11/2026.",
    )


def test_json_holds_everything_a_reader_needs_to_trust_it() -> None:
    told = replace(report(), since=date(2026, 11, 1))

    read = json.loads(as_json(told))

    assert read["ward"] == "phường Trung Thành"
    assert read["by"] == "tdp"
    assert read["period"] == {"from": "2026-11-01", "to": None}
    assert datetime.fromisoformat(read["cut_off"]) == CUT_OFF
    assert read["definitions"] == DEFINITIONS
    assert read["lines"][0]["completed"] == 7
    assert read["lines"][0]["completed_visits"] == 8
    assert read["lines"][0]["population_percent"] is None
    assert read["total"]["registered_visits"] == 4004


def test_csv_opens_in_excel_with_numbers_as_numbers() -> None:
    text = as_csv(report())

    assert text.startswith(BOM)
    head, first, second, total, empty, *rest = csv.reader(io.StringIO(text.removeprefix(BOM)))
    assert head[:4] == ["Mã", "Tổ dân phố", "Đăng ký (người)", "Đăng ký (lượt)"]
    assert first[1:4] == ["Tân Trung", "3", "4"]
    assert second[2] == "3000"
    assert total[1] == "Tổng"
    assert empty == []
    assert [cell for (cell,) in rest][2:] == list(definitions(report()))
    assert len(head) == len(first) == len(total)


@pytest.mark.parametrize("name", ["=1+1", "+84", "-2", "@SUM(A1)", "\tx"])
def test_a_name_that_a_spreadsheet_would_run_is_written_as_text(name: str) -> None:
    told = report(Dimension.PERSON, line("1", name))

    written = list(csv.reader(io.StringIO(as_csv(told).removeprefix(BOM))))

    assert written[1][1] == f"'{name}"
    assert plain_cell("Lan") == "Lan"
    assert plain_cell("") == ""
