"""“Học” on another day: what was left unanswered is asked first, once, and learning goes on."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from handlers._requests.person import MyStanding, SetName, Standing
from handlers._requests.tdp import SetTdp

ASKED = Standing(
    is_kept=True,
    has_declined=False,
    finished=1,
    was_asked_pushes=True,
    was_asked_tdp=True,
    was_asked_name=True,
    is_new_day=True,
)
TODAY = "Bài hôm nay: Chỉnh chữ to, tiếng to cho dễ dùng … [1 Bắt đầu] [2 Bài khác]"


def standings(*missing: str) -> Callable[[object], Standing]:
    """What the ward knows of somebody, one of these answered at each look."""
    left = list(missing)

    def now(_: object) -> Standing:
        standing = replace(ASKED, **dict.fromkeys(left, False))
        left[:1] = []
        return standing

    return now


def test_where_the_tdp_is_not_known_any_more_it_is_asked_and_then_the_lesson_offered(
    talk: Callable[..., Any],
) -> None:
    played = talk(
        f"""
        > học
        < … Bà con ở tổ dân phố nào? …
        > tan trung
        < … [1 Tân Trung (Đông Cao)] …
        > 1
        < Đã ghi: Tân Trung (Đông Cao). {TODAY}
        """,
        {MyStanding: standings("was_asked_tdp")},
    )

    assert SetTdp(1) in played.asked


def test_a_name_that_was_never_asked_for_is_asked_and_may_be_skipped(
    talk: Callable[..., Any],
) -> None:
    played = talk(
        f"""
        > học
        < … Nên gọi thế nào cho phải? …
        > 0912345678
        < Chỉ cần cách gọi, …
        > 1
        < Vâng, không cần tên. {TODAY}
        """,
        {MyStanding: standings("was_asked_name")},
    )

    assert SetName(None, None) in played.asked


def test_all_that_is_missing_is_asked_one_after_the_other(talk: Callable[..., Any]) -> None:
    talk(
        f"""
        > học
        < … Bà con ở tổ dân phố nào? …
        > không rõ
        < … Nên gọi thế nào cho phải? …
        > bà Lan
        < … Muốn nhận những tin nào qua đây? …
        > 4
        < … {TODAY}
        """,
        {MyStanding: standings("was_asked_tdp", "was_asked_name", "was_asked_pushes")},
    )


@pytest.mark.parametrize("never", [{"is_new_day": False}, {"is_kept": False}], ids=str)
def test_nothing_is_asked_the_same_day_nor_of_who_keeps_nothing(
    talk: Callable[..., Any], never: dict[str, bool]
) -> None:
    missing = {"was_asked_pushes": False, "was_asked_tdp": False, "was_asked_name": False}

    talk(f"> học\n< … {TODAY}", {MyStanding: replace(ASKED, **missing, **never)})
