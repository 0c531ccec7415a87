"""A report as a ward might have it."""

from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone

import pytest

from bot._sections import Report as Form
from handlers._frozen import freeze, hash_of
from handlers._indicators import Counted, indicators
from handlers._requests.praise import Commended, Naming
from handlers._requests.report import (
    BestTdp,
    Learning,
    LessonLine,
    Moment,
    Obstacle,
    Period,
    PeriodKind,
    Process,
    ReportFigures,
    ReportKept,
    Stated,
    TaskLine,
    TaskState,
    TdpLine,
    UnitLine,
)

HANOI = timezone(timedelta(hours=7))
NAMES = ("Tân Trung (Đông Cao)", "Tân Trung (Tân Phú)", "Xóm Chùa", "Phú Cường", "Nguyễn Hậu")
UNITS = (
    (1, "UBND phường", "office", "Cơ quan", 31, 42),
    (2, "Trạm y tế", "office", "Cơ quan", 5, None),
    (3, "Trường THCS Đông Cao", "school", "Trường học", 402, 417),
    (4, "Công ty may Trung Thành", "enterprise", "Doanh nghiệp", 1300, 1200),
    (5, "HTX chè Thuận Đức", "cooperative", "Hợp tác xã", 12, 35),
)
TASKS = (
    ("1.1", "Ban hành kế hoạch", date(2026, 9, 30), date(2026, 9, 28), TaskState.DONE, 0),
    ("2.1", "Mở lớp học tại nhà văn hóa", date(2026, 11, 2), None, TaskState.LATE, 12),
    ("3.1", "Phát loa truyền thanh", None, None, TaskState.ALL_ALONG, 0),
    ("4.1", "Tổng kết năm", date(2026, 12, 20), None, TaskState.OPEN, 0),
)


def learning(scale: int) -> Learning:
    return Learning(*(scale * times for times in (3, 5, 1, 4, 9, 3, 6, 3, 5, 2)))


def stated(value: int | None, source: str, document: str = "") -> Stated | None:
    return None if value is None else Stated(value, date(2026, 11, 1), source, document)


@pytest.fixture(scope="session")
def november() -> ReportFigures:
    """Five TDPs, some units, a plan with a late task, three people proposed for commendation."""
    tdps = tuple(
        TdpLine(
            number,
            name,
            stated(3_500 + 251 * number, "Công an phường", "CV 15/CAP"),
            learning(7 * number),
            learning(40 * number),
        )
        for number, name in enumerate(NAMES, start=1)
    )
    units = tuple(
        UnitLine(*names, stated(taught, "Đơn vị báo"), stated(total, "Đơn vị báo"))
        for *names, taught, total in UNITS
    )
    made = Counted(
        date(2026, 11, 14),
        5_600,
        1_120,
        units,
        tdps,
        "tổ dân phố",
        None,
        stated(17_736, "Sở KH&CN", "CV 231/SKHCN"),
        "đã đạt ít nhất 80% trong 12 bài dành cho cán bộ",
        "đã đạt đủ 12 bài cốt lõi",
    )
    return ReportFigures(
        version=1,
        definitions="1-5f0c21ab",
        ward="phường Trung Thành",
        ward_code="05899",
        unit_word="tổ dân phố",
        period=Period(PeriodKind.MONTH, date(2026, 10, 15), date(2026, 11, 14)),
        cut_off=datetime(2026, 12, 5, 16, 30, 5, tzinfo=HANOI),
        is_sample=False,
        indicators=indicators(made),
        process=(
            Process("registered", "Đồng ý lưu kết quả học", 412, None, 3_360, None),
            Process("completed", "Học xong một bài", 588, 1_176, 3_360, 6_720),
            Process("visits", "Được hướng dẫn tại nhà", None, None, None, None),
        ),
        total_in_period=learning(196),
        total_so_far=learning(1_120),
        tdps=(*tdps, TdpLine(None, "chưa rõ", None, learning(1), learning(3))),
        units=units,
        lessons=(LessonLine("TB-01", "Chỉnh chữ to cho dễ đọc", learning(90), learning(500)),),
        obstacles=(Obstacle("TC-22", "Mã OTP", 2, "Ai được hỏi mã OTP của mình?", 240, 96),),
        tasks=tuple(
            TaskLine(code, what, "Phòng VH-XH", "Các tổ", due, "Kết quả", done, "xong", state, late)
            for code, what, due, done, state, late in TASKS
        ),
        best=(BestTdp("Nguyễn Hậu", 200, 4_755), BestTdp("Phú Cường", 160, 4_504)),
        is_best_by_share=True,
        course=tuple(
            Moment(date(2026, month, 14), 400 * month, 150 * month, 900 * month)
            for month in range(6, 12)
        ),
        commended=(1_100_000_000_001, 1_100_000_000_002, 1_100_000_000_003),
    )


@pytest.fixture(scope="session")
def names() -> tuple[Commended, ...]:
    """One who may be named, one who was erased, one who took the consent back."""
    return (
        Commended(1_100_000_000_001, Naming.NAMED, "bà Lan", "Xóm Chùa"),
        Commended(1_100_000_000_002, Naming.ERASED, "", ""),
        Commended(1_100_000_000_003, Naming.WITHDREW, "", ""),
    )


@pytest.fixture(scope="session")
def form() -> Form:
    return Form(signer_name="Nguyễn Thị Lan")


@pytest.fixture(scope="session")
def keep() -> Callable[..., ReportKept]:
    """Wrap figures as a kept report, a draft unless `final_on` is given."""

    def kept(figures: ReportFigures, final_on: date | None = None) -> ReportKept:
        by = "Nguyễn Thị Lan" if final_on else ""
        return ReportKept(3, figures, hash_of(freeze(figures)), final_on, by)

    return kept
