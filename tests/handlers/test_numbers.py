"""“Số liệu”: a period is chosen, its figures are read, and those who may make a report of it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from handlers import _periods
from handlers._effects import Request
from handlers._indicators import Counted, indicators
from handlers._requests.person import Role
from handlers._requests.report import (
    BadPeriod,
    Learning,
    MakeReport,
    MyTdps,
    Offer,
    Period,
    PeriodFault,
    PeriodKind,
    PeriodsOffered,
    Process,
    ReportMade,
    Stated,
    Summary,
    SummaryOf,
    TdpLine,
)
from handlers._requests.sign_in import OpenStaffPage, PageLink

TODAY = date(2026, 11, 27)
OFFER = Offer(TODAY, _periods.offered(TODAY), sees_ward=True, may_make=True)
NOTHING = Learning(0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
LINE = TdpLine(
    1,
    "Tân Trung",
    Stated(400, date(2026, 11, 1), "Công an phường", ""),
    replace(NOTHING, registered=7, completed=12, completed_visits=1_020),
    replace(NOTHING, reached=90, core=11),
)
OCTOBER = Period(PeriodKind.MONTH, date(2026, 9, 15), date(2026, 10, 14))


def summary(request: SummaryOf) -> Summary:
    """A ward of one TDP, in which nobody stated anything but its adults."""
    made = Counted(TODAY, 90, 11, (), (LINE,), "tổ dân phố", None, None, "", "")
    return Summary(
        request.period,
        datetime(2026, 11, 27, 9, 5, tzinfo=UTC),
        is_sample=False,
        indicators=indicators(made),
        process=(Process("completed", "Học xong một bài", 12, 1_020, 40, 3_400),),
    )


@pytest.fixture
def asks(talk: Callable[..., Any]) -> Callable[..., Any]:
    """Play a transcript as staff, unless other roles are named."""

    def play(
        transcript: str, *roles: Role, given: dict[type[Request[Any]], Any] | None = None
    ) -> Any:
        world = {
            PeriodsOffered: OFFER,
            SummaryOf: summary,
            MyTdps: (LINE,),
            MakeReport: ReportMade(3, "ab12"),
            OpenStaffPage: PageLink(
                "/can-bo/vao?m=abc", 10, "https://hoc.example/can-bo/vao?m=abc"
            ),
        }
        return talk(transcript, world | (given or {}), *(roles or (Role.STAFF,)))

    return play


def test_staff_read_a_period_and_go_from_it_to_a_report(asks):
    played = asks("""
        > số liệu
        < … Xem số liệu kỳ nào? Chọn một dòng, hoặc nhắn, ví dụ “tháng 10/2026”. [1 tháng 11 năm 2026] [2 tháng 12 năm 2026 (chưa hết kỳ)] [3 quý III năm 2026] [4 Kỳ khác]
        > 1
        < Số liệu tháng 11 năm 2026, từ 15/10/2026 đến 14/11/2026: … c) Người dân trưởng thành … C1. Người đã tham gia học, từ 16 tuổi (tự khai): 90/400, đạt 22,50% … D0. … chưa có số liệu … Học xong một bài: 12 người, 1.020 lượt; lũy kế 40 người, 3.400 lượt … Số liệu chốt lúc 9 giờ 05 ngày 27/11/2026. … [1 Lập báo cáo] [2 Xem kỳ khác] [3 Xong]
        > làm báo cáo
        < Đã lập báo cáo tháng 11 năm 2026, bản dự thảo (số 3 trong máy, không phải số văn bản). Mở trang cán bộ, … https://hoc.example/can-bo/vao?m=abc …
    """)

    assert MakeReport(OFFER.periods[0]) in played.asked


def test_a_period_can_be_typed_and_another_one_looked_at(asks):
    played = asks("""
        > xem số liệu
        < … [4 Kỳ khác]
        > hôm kia
        < Chưa rõ kỳ nào. …
        > tháng 10 năm 2026
        < Số liệu tháng 10 năm 2026, từ 15/09/2026 đến 14/10/2026: …
        > xem kỳ khác
        < Xem số liệu kỳ nào? …
        > 4
        < … [1 quý IV năm 2026 (chưa hết kỳ)] [2 6 tháng đầu năm 2026] [3 6 tháng cuối năm 2026 (chưa hết kỳ)] [4 Kỳ khác]
        > 4
        < … [1 năm 2025] [2 năm 2026 (chưa hết kỳ)] [3 tháng 10 năm 2026 (theo dương lịch)] [4 Kỳ khác]
        > 4
        < … [1 tháng 11 năm 2026] …
        > 3
        < Số liệu quý III năm 2026, …
        > xong
        < Vâng. Khi cần thì nhắn “số liệu”.
    """)

    asked = [one.period for one in played.asked if isinstance(one, SummaryOf)]
    assert asked == [OCTOBER, OFFER.periods[2]]


@pytest.mark.parametrize("role", [Role.POLICE, Role.APPROVER, Role.OBSERVER])
def test_who_only_reads_is_offered_no_report(asks, role):
    asks(
        """
        > số liệu
        < …
        > 1
        < … [1 Xem kỳ khác] [2 Xong]
        """,
        role,
        given={PeriodsOffered: replace(OFFER, may_make=False)},
    )


@pytest.mark.parametrize("role", [Role.TEAM, Role.HEAD])
def test_who_works_for_a_tdp_is_told_of_it_in_short(asks, role):
    played = asks(
        """
        > số liệu của tổ
        < …
        > 1
        < Số liệu tháng 11 năm 2026, … Tân Trung: … Đã tham gia học, từ 16 tuổi (tự khai): 90/400, đạt 22,50% … Học đủ các bài cốt lõi, từ 16 tuổi (tự khai): 11/400, đạt 2,75% … Đăng ký mới trong kỳ: 7 người … Học xong trong kỳ: 12 người, 1.020 lượt … [1 Xem kỳ khác] [2 Xong]
        """,
        role,
        given={PeriodsOffered: replace(OFFER, sees_ward=False, may_make=False)},
    )

    assert not any(isinstance(one, SummaryOf) for one in played.asked)


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (PeriodFault.REVERSED, "Ngày đầu kỳ đang sau ngày cuối kỳ"),
        (PeriodFault.NOT_YET, "Kỳ này chưa bắt đầu"),
        (PeriodFault.TOO_LONG, "Kỳ này dài quá năm năm"),
    ],
)
def test_days_that_make_no_period_are_said_in_one_sentence(asks, fault, sentence):
    asks(
        f"""
        > số liệu
        < …
        > từ 20/11/2026 đến 1/11/2026
        < {sentence} … [1 Xem kỳ khác] [2 Xong]
        """,
        given={SummaryOf: BadPeriod(fault)},
    )


def test_figures_of_made_up_people_say_so_first(asks):
    asks(
        """
        > số liệu
        < …
        > 1
        < Dữ liệu mẫu: mọi con số dưới đây đều do máy dựng lên, không có thật. Số liệu tháng 11 …
        """,
        given={SummaryOf: lambda request: replace(summary(request), is_sample=True)},
    )


def test_a_resident_who_asks_for_figures_is_told_whose_they_are(talk):
    played = talk("""
        > số liệu
        < …
    """)

    assert not any(isinstance(one, PeriodsOffered) for one in played.asked)
