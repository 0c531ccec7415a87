"""What a ward hands on: everything needed to add it up, nothing of anybody, and believed only when it is whole."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.reports.exchange import (
    MAX_BYTES,
    NotAnExchange,
    _checksum,
    as_text,
    exchange_of,
    read_exchange,
)
from handlers._requests.report import (
    Indicator,
    Learning,
    Measure,
    Period,
    PeriodKind,
    ReportFigures,
    TdpLine,
)

HANOI = timezone(timedelta(hours=7))
MADE = datetime(2026, 11, 20, 16, 31, tzinfo=HANOI)
NOTHING = Learning(*[0] * 10)


def indicator(code: str = "C2", numerator: int | None = 184) -> Indicator:
    return Indicator(
        *(code, code[0].lower(), "Người học đủ các bài cốt lõi", Measure.SHARE, "người"),
        *(numerator, "đếm trên hệ thống", date(2026, 11, 14)),
        *(28_140, "Công an phường", date(2026, 11, 1)),
        *("Kết quả: …", "Chưa phải số xác nhận trên VNeID.", "Thiếu Tổ 5."),
    )


def figures(*indicators: Indicator) -> ReportFigures:
    return ReportFigures(
        version=1,
        definitions="1-5f0c21ab",
        ward="phường Trung Thành",
        ward_code="05899",
        unit_word="tổ dân phố",
        period=Period(PeriodKind.MONTH, date(2026, 10, 15), date(2026, 11, 14)),
        cut_off=datetime(2026, 11, 15, 8, tzinfo=HANOI),
        is_sample=False,
        indicators=indicators or (indicator(), indicator("Đ1", None)),
        process=(),
        total_in_period=NOTHING,
        total_so_far=NOTHING,
        tdps=(TdpLine(1, "Xóm Chùa", None, NOTHING, NOTHING),),
        units=(),
        lessons=(),
        obstacles=(),
        tasks=(),
        best=(),
        is_best_by_share=True,
        course=(),
        commended=(1_100_000_000_001,),
    )


def document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(as_text(exchange_of(figures(), MADE)))
    return found


def sealed(changed: dict[str, Any]) -> bytes:
    """A document with a checksum that fits, whatever it says."""
    body = {key: value for key, value in changed.items() if key != "checksum"}
    return json.dumps({**body, "checksum": _checksum(body)}).encode()


def test_a_report_comes_back_from_its_file_as_it_went_in() -> None:
    made = exchange_of(figures(), MADE)

    found = read_exchange(as_text(made).encode())

    assert found == made
    assert (found.ward_code, found.period.until) == ("05899", date(2026, 11, 14))
    assert (found.definitions.version, found.definitions.hash) == (1, "5f0c21ab")
    assert found.indicators[0].denominator == 28_140
    assert found.indicators[1].numerator is None


def test_the_same_report_makes_the_same_text_every_time() -> None:
    assert as_text(exchange_of(figures(), MADE)) == as_text(exchange_of(figures(), MADE))


def test_nothing_of_people_tdps_or_notes_stands_in_the_file() -> None:
    text = as_text(exchange_of(figures(), MADE))

    for left_out in ("1100000000001", "Xóm Chùa", "Thiếu Tổ 5", "person", "commended"):
        assert left_out not in text
    assert set(document()) == {
        *("format", "version", "ward_code", "ward", "is_sample", "period", "definitions"),
        *("cut_off", "made_at", "indicators", "checksum"),
    }


def test_a_long_list_of_sources_is_cut_so_that_the_file_can_be_made() -> None:
    told = figures()
    long = replace(told.indicators[0], source="Công an phường, " * 40)

    read = read_exchange(as_text(exchange_of(replace(told, indicators=(long,)), MADE)).encode())

    assert len(read.indicators[0].source) == 400
    assert read.indicators[0].source.endswith("…")


def test_a_file_saved_by_an_editor_with_a_mark_in_front_is_read() -> None:
    assert read_exchange(b"\xef\xbb\xbf" + as_text(exchange_of(figures(), MADE)).encode())


@given(st.binary(max_size=300))
@settings(deadline=None)
def test_whatever_is_sent_is_read_or_refused_with_a_reason(body: bytes) -> None:
    with pytest.raises(NotAnExchange, match=r"\w"):
        read_exchange(body)


@given(place=st.integers(0, 10_000), letter=st.sampled_from('0159abz"{},'))
@settings(deadline=None)
def test_one_changed_letter_is_noticed_wherever_it_is(place: int, letter: str) -> None:
    text = as_text(exchange_of(figures(), MADE))
    place %= len(text)
    changed = text[:place] + letter + text[place + 1 :]

    try:
        found = read_exchange(changed.encode())
    except NotAnExchange:
        return
    assert found == exchange_of(figures(), MADE)


def changed(**more: Any) -> dict[str, Any]:
    return {**document(), **more}


def figure(**more: Any) -> list[dict[str, Any]]:
    return [{**document()["indicators"][0], **more}]


REFUSED: list[tuple[str, bytes, str]] = [
    (
        "cut in two",
        as_text(exchange_of(figures(), MADE)).encode()[:200],
        "nội dung tệp hỏng ở dòng",
    ),
    ("a list", b"[1, 2]", "không phải tệp số liệu"),
    ("another program's", b'{"format": "gis"}', "không phải tệp số liệu"),
    ("another alphabet", "phường".encode("utf-16"), "không phải chữ UTF-8"),
    ("nested without end", b"[" * 100_000, "nội dung tệp hỏng"),
    ("far too large", b" " * (MAX_BYTES + 1), r"tệp quá lớn \(trên 256 kB\)"),
    ("a later version", sealed(changed(version=2)), "phiên bản 2, máy này đọc được phiên bản 1"),
    ("wrong checksum", json.dumps(changed(checksum="0" * 64)).encode(), "mã kiểm tra không khớp"),
    ("no checksum", json.dumps({**document(), "checksum": None}).encode(), "mã kiểm tra"),
    ("half a letter", json.dumps(changed(version="\ud800")).encode(), r"phiên bản \?, máy này"),
    (
        "what a screen obeys",
        sealed(changed(**{"\x1b[31mx": 1})),
        r"mục “\?\[31mx” không có trong mẫu",
    ),
    ("one key more", sealed(changed(note="hi")), "mục “note” không có trong mẫu"),
    (
        "one key less",
        sealed({k: v for k, v in document().items() if k != "ward"}),
        "“ward” còn thiếu",
    ),
    ("a code of letters", sealed(changed(ward_code="TRUNG")), "mục “ward_code” viết sai mẫu"),
    (
        "days reversed",
        sealed(changed(period={**document()["period"], "since": "2027-01-01"})),
        "ngày đầu",
    ),
    (
        "a number as text",
        sealed(changed(indicators=figure(numerator="184"))),
        "numerator” không đúng kiểu",
    ),
    ("a negative number", sealed(changed(indicators=figure(numerator=-1))), "không được âm"),
    ("half a person", sealed(changed(indicators=figure(numerator=1.5))), "không đúng kiểu"),
    ("twice the same", sealed(changed(indicators=figure() * 2)), "một chỉ tiêu có hai lần"),
    ("no indicators", sealed(changed(indicators=[])), "mục “indicators”"),
    ("a made-up code", sealed(changed(indicators=figure(code="=1+1"))), "viết sai mẫu"),
    ("no time zone", sealed(changed(made_at="2026-11-20T16:31:00")), "mục “made_at”"),
]


@pytest.mark.parametrize(
    ("body", "reason"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
def test_a_file_that_is_not_whole_is_refused_with_its_reason(body: bytes, reason: str) -> None:
    with pytest.raises(NotAnExchange, match=reason):
        read_exchange(body)


def test_moments_of_other_time_zones_are_the_same_moments() -> None:
    elsewhere = replace(figures(), cut_off=figures().cut_off.astimezone(UTC))

    found = read_exchange(as_text(exchange_of(elsewhere, MADE)).encode())

    assert found.cut_off == figures().cut_off
