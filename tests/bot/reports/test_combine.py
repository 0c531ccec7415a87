"""Many communes in one workbook: what may be added is added, and everything else is named."""

import io
import json
import random
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from time import perf_counter
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.reports.combine import Combined, Commune, Kind, SentFile, combine
from bot.reports.combine_xlsx import as_xlsx
from bot.reports.communes import NotTheList, read_communes, template_csv, template_xlsx
from bot.reports.exchange import Exchange, as_text, exchange_of
from handlers._requests.report import (
    Indicator,
    Learning,
    Measure,
    Period,
    PeriodKind,
    ReportFigures,
)

HANOI = timezone(timedelta(hours=7))
MADE = datetime(2026, 11, 20, 16, 31, tzinfo=HANOI)
NOVEMBER = Period(PeriodKind.MONTH, date(2026, 10, 15), date(2026, 11, 14))
OCTOBER = Period(PeriodKind.MONTH, date(2026, 9, 15), date(2026, 10, 14))
NOTHING = Learning(*[0] * 10)
COMMUNES = tuple(Commune(f"{5000 + place:05}", f"phường số {place}") for place in range(92))
CODES = ("A1", "B1", "C1", "C2", "C3", "D0", "D1", "D2", "Đ1", "Đ2", "Đ3")
COUNTS = ("D1", "D2", "Đ2")


def indicator(code: str, numerator: int | None, denominator: int | None) -> Indicator:
    is_count = code in COUNTS
    return Indicator(
        *(code, code[0].lower(), f"Chỉ tiêu {code}", Measure.COUNT if is_count else Measure.SHARE),
        *("người", numerator, "đếm trên hệ thống", date(2026, 11, 14)),
        *(None if is_count else denominator, "Công an", date(2026, 11, 1), "", "", ""),
    )


def exchange(
    commune: Commune,
    numbers: dict[str, tuple[int | None, int | None]],
    *,
    period: Period = NOVEMBER,
    definitions: str = "1-5f0c21ab",
    made_at: datetime = MADE,
    is_sample: bool = False,
) -> Exchange:
    figures = ReportFigures(
        version=1,
        definitions=definitions,
        ward=commune.name,
        ward_code=commune.code,
        unit_word="tổ dân phố",
        period=period,
        cut_off=MADE - timedelta(days=5),
        is_sample=is_sample,
        indicators=tuple(indicator(code, *both) for code, both in numbers.items()),
        process=(),
        total_in_period=NOTHING,
        total_so_far=NOTHING,
        tdps=(),
        units=(),
        lessons=(),
        obstacles=(),
        tasks=(),
        best=(),
        is_best_by_share=True,
        course=(),
        commended=(),
    )
    return exchange_of(figures, made_at)


def sent(one: Exchange, name: str = "") -> SentFile:
    return SentFile(name or f"{one.ward_code}.json", as_text(one).encode())


def numbers(chance: random.Random) -> dict[str, tuple[int | None, int | None]]:
    return {code: (chance.randrange(900), chance.randrange(900, 9000)) for code in CODES}


@pytest.fixture(scope="module")
def province() -> list[SentFile]:
    """92 communes: 88 in order, one broken, one missing, one by other definitions, one of another period;
    one of those in order sent twice."""
    chance = random.Random(5)
    files = [sent(exchange(one, numbers(chance))) for one in COMMUNES[:88]]
    files.append(SentFile("hong.json", files[0].body[:300]))
    files.append(sent(exchange(COMMUNES[89], numbers(chance), definitions="1-00000000")))
    files.append(sent(exchange(COMMUNES[90], numbers(chance), period=OCTOBER)))
    older = exchange(COMMUNES[3], numbers(chance), made_at=MADE - timedelta(hours=2))
    files.append(sent(older, "gui-lan-dau.json"))
    return files


def sheet(found: Combined, name: str) -> list[tuple[Any, ...]]:
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx(found)))
    return [tuple(row) for row in book[name].iter_rows(values_only=True)]


# ---------------------------------------------------------------- 92 communes


def test_everything_wrong_among_ninety_two_communes_is_named(province: list[SentFile]) -> None:
    found = combine(province, COMMUNES)

    assert [(one.file, one.kind) for one in found.faults] == [
        ("hong.json", Kind.BROKEN),
        ("05090.json", Kind.PERIOD),
        ("gui-lan-dau.json", Kind.DUPLICATE),
        ("05089.json", Kind.DEFINITIONS),
    ]
    assert "nội dung tệp hỏng ở dòng" in found.faults[0].reason
    assert (
        "đã dùng tệp mới hơn: 05003.json (phường số 3, làm lúc 16:31 20/11/2026)"
        in found.faults[2].reason
    )
    assert [(one.commune.code, one.reason) for one in found.missing] == [
        ("05088", "chưa thấy tệp nào"),
        ("05089", "có gửi 05089.json nhưng khác cách tính"),
        ("05090", "có gửi 05090.json nhưng khác kỳ"),
        ("05091", "chưa thấy tệp nào"),
    ]
    assert len(found.added) == 88


def test_a_total_is_the_sum_of_the_communes_it_says_it_is_over(province: list[SentFile]) -> None:
    found = combine(province, COMMUNES)
    told = [json.loads(file.body)["indicators"] for file in province[:88]]

    for total in found.totals:
        these = [one for all_ in told for one in all_ if one["code"] == total.code]
        assert total.numerator == sum(one["numerator"] for one in these)
        assert len(total.added) == 88
        if total.measure is Measure.SHARE:
            assert total.denominator == sum(one["denominator"] for one in these)


def test_ninety_two_files_become_a_workbook_within_five_seconds(province: list[SentFile]) -> None:
    begun = perf_counter()

    body = as_xlsx(combine(province, COMMUNES))

    assert perf_counter() - begun < 5
    assert body.startswith(b"PK")


def test_the_same_files_in_any_order_make_the_same_bytes(province: list[SentFile]) -> None:
    shuffled = random.Random(1).sample(province, len(province))

    assert as_xlsx(combine(province, COMMUNES)) == as_xlsx(combine(shuffled, COMMUNES))


def test_the_workbook_has_numbers_as_numbers_and_charts_of_its_own(
    province: list[SentFile],
) -> None:
    found = combine(province, COMMUNES)
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx(found)))

    assert book.sheetnames == ["Tổng hợp", *CODES, "Chưa gửi", "Lỗi", "Khác cách tính"]
    rows = {row[0]: row for row in book["Tổng hợp"].iter_rows(min_row=6, values_only=True)}
    core = next(one for one in found.totals if one.code == "C2")
    assert core.numerator is not None
    assert core.denominator is not None
    assert rows["C2"][3:7] == (
        core.numerator,
        core.denominator,
        pytest.approx(core.numerator / core.denominator),
        "88/92",
    )
    assert rows["Đ2"][4:6] == ("không có", "không có")
    assert book["Tổng hợp"]._charts
    assert book["C2"]._charts
    assert book["C2"].max_row == 5 + 88 + 1
    assert not book["Đ2"]._charts


def test_each_commune_has_its_own_line_with_both_sources(province: list[SentFile]) -> None:
    found = combine(province, COMMUNES)

    line = sheet(found, "C1")[5]

    told = next(one for one in json.loads(province[0].body)["indicators"] if one["code"] == "C1")
    assert line[:4] == ("05000", "phường số 0", told["numerator"], told["denominator"])
    assert (line[5], line[6].date()) == ("đếm trên hệ thống", date(2026, 11, 14))
    assert (line[7], line[8].date()) == ("Công an", date(2026, 11, 1))


def test_figures_by_other_definitions_are_shown_apart(province: list[SentFile]) -> None:
    rows = sheet(combine(province, COMMUNES), "Khác cách tính")

    assert [row[:4] for row in rows[5:7]] == [
        ("05089", "phường số 89", "1-00000000", "A1"),
        ("05089", "phường số 89", "1-00000000", "B1"),
    ]


# ---------------------------------------------------------------- single cases

TWO = COMMUNES[:2]


def test_a_share_without_one_of_its_numbers_is_not_added() -> None:
    files = [
        sent(exchange(TWO[0], {"C2": (10, 100), "Đ2": (3, None)})),
        sent(exchange(TWO[1], {"C2": (7, None), "Đ2": (None, None)})),
    ]

    core, firms = combine(files, TWO).totals

    assert (core.numerator, core.denominator, len(core.added)) == (10, 100, 1)
    assert (firms.numerator, firms.denominator, len(firms.added)) == (3, None, 1)


def test_an_indicator_that_nobody_knows_is_unknown_and_not_zero() -> None:
    found = combine([sent(exchange(TWO[0], {"C3": (None, 100)}))], TWO)

    assert found.totals[0].numerator is None
    assert sheet(found, "Tổng hợp")[5][3:6] == ("chưa có số liệu", None, "chưa có số liệu")


def test_a_figure_that_is_no_share_where_all_others_are_is_not_added() -> None:
    odd, *others = (exchange(one, {"C2": (10, 100)}) for one in COMMUNES[:3])
    counted = odd.indicators[0].model_copy(update={"measure": Measure.COUNT, "denominator": None})
    odd = odd.model_copy(update={"indicators": (counted,)})

    found = combine(map(sent, (odd, *others)), COMMUNES[:3])

    (core,) = found.totals
    assert (core.numerator, core.denominator, len(core.added)) == (20, 200, 2)


def test_a_file_with_the_code_of_another_commune_is_told_by_its_name() -> None:
    listed = (Commune("05899", "P. Trung Thành"), Commune("05900", "xã Tích Lương"))
    files = [
        sent(exchange(replace(one, name=name), {"C2": (10, 100)}))
        for one, name in zip(listed, ("UBND phường Trung Thành", "xã Phổ Yên"), strict=True)
    ]

    remarks = [row[9] for row in sheet(combine(files, listed), "C2")[5:7]]

    assert remarks == ["", "trong tệp ghi tên là xã Phổ Yên, cần hỏi lại"]


def test_a_commune_that_is_not_expected_is_named_and_not_added() -> None:
    stranger = Commune("99999", "xã lạ")
    files = [sent(exchange(one, {"C2": (1, 9)})) for one in (TWO[0], stranger)]

    found = combine(files, TWO)

    assert [(one.kind, one.code, one.ward) for one in found.faults] == [
        (Kind.UNKNOWN, "99999", "xã lạ")
    ]
    assert found.totals[0].numerator == 1


def test_made_up_figures_are_never_added_to_real_ones() -> None:
    real = sent(exchange(TWO[0], {"C2": (1, 9)}))
    made_up = sent(exchange(TWO[1], {"C2": (100, 900)}, is_sample=True))

    mixed, alone = combine([real, made_up], TWO), combine([made_up], TWO)

    assert [one.kind for one in mixed.faults] == [Kind.SAMPLE]
    assert (mixed.totals[0].numerator, mixed.is_sample) == (1, False)
    assert (alone.totals[0].numerator, alone.is_sample) == (100, True)
    assert sheet(alone, "Tổng hợp")[0][0].startswith("DỮ LIỆU MẪU. ")


def test_the_later_period_counts_when_both_are_equally_common() -> None:
    files = [
        sent(exchange(TWO[0], {"C2": (1, 9)}, period=OCTOBER)),
        sent(exchange(TWO[1], {"C2": (2, 9)})),
    ]

    found = combine(files, TWO)

    assert found.days == (NOVEMBER.since, NOVEMBER.until)
    assert found.totals[0].numerator == 2


def test_a_broken_file_is_guessed_by_its_name_to_be_the_missing_one() -> None:
    found = combine([SentFile(f"thang-11-{TWO[0].code}.json", b"{")], TWO)

    assert [one.reason for one in found.missing] == [
        "có lẽ là thang-11-05000.json, không đọc được",
        "chưa thấy tệp nào",
    ]
    assert (found.added, found.totals, found.days) == ((), (), None)
    assert as_xlsx(found).startswith(b"PK")


def test_a_share_above_all_of_them_is_said_to_be_wrong() -> None:
    found = combine([sent(exchange(TWO[0], {"C2": (12, 9)}))], TWO)

    assert sheet(found, "Tổng hợp")[5][7] == "Trên 100%: kết quả hoặc tổng số sai"


def test_no_text_of_a_file_is_ever_run_as_a_formula() -> None:
    evil = Commune(TWO[0].code, '=HYPERLINK("http://evil.example","xem")')
    found = combine(
        [sent(exchange(evil, {"C2": (1, 9)}), "=cmd.json"), SentFile("@x.json", b"{")],
        [replace(evil), Commune("05001", "+1+1")],
    )

    book = openpyxl.load_workbook(io.BytesIO(as_xlsx(found)))

    kinds = {cell.data_type for page in book for row in page.iter_rows() for cell in row}
    assert "f" not in kinds
    assert all(cell.hyperlink is None for page in book for row in page.iter_rows() for cell in row)
    assert book["C2"]["B6"].value == evil.name


@given(
    both=st.lists(
        st.tuples(st.none() | st.integers(0, 99), st.none() | st.integers(0, 99)), max_size=6
    )
)
@settings(deadline=None)
def test_totals_are_sums_over_exactly_those_with_both_numbers(
    both: list[tuple[int | None, int | None]],
) -> None:
    communes = COMMUNES[: len(both)]
    files = [sent(exchange(one, {"C2": pair})) for one, pair in zip(communes, both, strict=True)]

    found = combine(files, communes)

    whole = [(part, of) for part, of in both if part is not None and of]
    for total in found.totals:
        assert len(total.added) == len(whole)
        assert total.numerator == (sum(part for part, _ in whole) if whole else None)
        assert total.denominator == (sum(of for _, of in whole) if whole else None)


# ---------------------------------------------------------------- the list of communes


def workbook(*rows: tuple[Any, ...]) -> bytes:
    book, written = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]
    book.save(written)
    return written.getvalue()


def test_a_list_is_read_from_csv_and_from_excel_that_ate_the_zeros() -> None:
    expected = (Commune("05899", "phường Trung Thành"), Commune("05431", "xã Đại Từ"))

    typed = "Danh sách\nMã,Tên\n05899,phường Trung Thành\n5431,xã Đại Từ\n".encode()
    sheet_of_excel = workbook(
        ("STT", "Mã", "Xã, phường"), (1, 5899, "phường Trung Thành"), (2, "05431", "xã Đại Từ")
    )

    assert read_communes(typed) == expected
    assert read_communes(sheet_of_excel) == expected


WRONG = [
    ("no heads", b"05899;phuong Trung Thanh\n", "Không thấy hai cột"),
    ("no code", "Mã;Tên\nabc;xã A\n".encode(), "Dòng 2: mã “abc” không phải 5 chữ số"),
    ("no name", "Mã;Tên\n05899;\n".encode(), "Dòng 2: mã 05899 chưa có tên"),
    ("twice", "Mã;Tên\n05899;A\n5899;B\n".encode(), "Dòng 3: mã 05899 đã có ở dòng trên"),
    ("empty", "Mã;Tên\n".encode(), "chưa có xã, phường nào"),
    ("a picture", b"%PDF-1.7", "PDF"),
]


@pytest.mark.parametrize(
    ("body", "reason"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG]
)
def test_a_list_that_cannot_be_used_names_the_line(body: bytes, reason: str) -> None:
    with pytest.raises(NotTheList, match=reason):
        read_communes(body)


def test_the_empty_lists_have_the_heads_that_are_looked_for() -> None:
    for template in (template_xlsx(), template_csv()):
        with pytest.raises(NotTheList, match="chưa có xã, phường nào"):
            read_communes(template)
