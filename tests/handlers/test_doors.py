"""While the ward prepares: one kind sentence for everybody, except what keeps people safe and what is theirs."""

from collections.abc import Callable
from typing import Any

import pytest

from handlers._conversations import conversations
from handlers._dialogue import OPEN_FROM_THERE
from handlers._effects import Deed
from handlers._requests.consent import PushesStopped, StopPushes
from handlers._requests.invites import InviteHere, InviteRead, Joined, ReadInvite, TakeUp
from handlers._requests.person import WARD_ROLES, EraseMe, Role
from handlers._talk import Kind

Talk = Callable[..., Any]
CLOSED = "< Đây là trợ lý tự động của phường Trung Thành, là máy trả lời. Việc chuẩn bị chưa xong …"


@pytest.mark.parametrize(
    "said",
    [
        "xin chào",
        "học",
        "hỏi tin lạ",
        "gặp cán bộ",
        "nhận tin",
        "kết quả",
        "cài đặt",
        "duyệt bài",
        "con mèo",
        "Tài khoản của bạn đã trúng thưởng, bấm https://qua-tang.example để nhận ngay hôm nay nhé bạn",
        "",
    ],
)
def test_whatever_a_resident_asks_for_is_answered_by_one_kind_sentence(
    talk: Talk, said: str
) -> None:
    played = talk(f"> {said}\n{CLOSED}\n> {said}\n{CLOSED}", is_unopened=True)

    assert set(played.asked) == {InviteHere()}
    assert played.message.choices == ()
    assert played.talks.active is None


@pytest.mark.parametrize("kind", [Kind.PICTURE, Kind.VOICE, Kind.STICKER, Kind.LIKE])
def test_what_is_no_text_is_answered_the_same_way(talk: Talk, kind: Kind) -> None:
    played = talk("", is_unopened=True)

    message = played.hear("", kind=kind)

    assert message is not None
    assert message.text.startswith("Đây là trợ lý tự động")


@pytest.mark.parametrize(
    ("said", "answered"),
    [
        ("tôi vừa chuyển tiền cho kẻ lừa đảo", "< … Việc một: dừng lại, …"),
        ("nhà tôi đang cháy", "< … 114 …"),
        ("tôi muốn chết", "< … lo …"),
    ],
)
def test_the_alarm_lanes_always_answer_the_first_word_too(
    talk: Talk, said: str, answered: str
) -> None:
    talk(f"> {said}\n{answered}", is_unopened=True)


def test_after_an_alarm_the_doors_are_as_closed_as_before(talk: Talk) -> None:
    talk(
        f"""
        > tôi vừa chuyển tiền cho kẻ lừa đảo
        < … [1 Đang xảy ra, hoặc vừa xảy ra] [2 Không, tôi chỉ hỏi]
        > 2
        < …
        > học
        {CLOSED}
        """,
        is_unopened=True,
    )


def test_a_word_for_another_talk_within_an_alarm_meets_the_closed_doors(talk: Talk) -> None:
    talk(
        f"""
        > tôi vừa chuyển tiền cho kẻ lừa đảo
        < …
        > kết quả
        {CLOSED}
        """,
        is_unopened=True,
    )


def test_stopping_always_works_and_is_recorded(talk: Talk) -> None:
    played = talk("> DỪNG\n< … Đã dừng. …", is_unopened=True)

    assert StopPushes() in played.asked


def test_what_is_kept_can_always_be_seen_and_corrected_and_erased(talk: Talk) -> None:
    played = talk(
        """
        > thông tin của tôi
        < … Đây là những gì phường đang lưu, … [1 Sửa …] …
        > 1
        < … [1 Đổi tổ dân phố] [2 Đổi cách gọi, tên gọi] …
        > 1
        < Bà con ở tổ dân phố nào? …
        > tan trung
        < … [1 Tân Trung (Đông Cao)] …
        > 1
        < Đã ghi: Tân Trung (Đông Cao).
        > thông tin của tôi
        < …
        > 4
        < …
        > 1
        < Đã xóa. …
        """,
        is_unopened=True,
    )

    assert EraseMe() in played.asked


def test_an_invite_is_taken_up_by_its_words_or_its_code_before_the_doors_open(talk: Talk) -> None:
    given = {
        ReadInvite: InviteRead(Role.APPROVER, None, "Trần Thị Hoa", "Phòng VH-XH", None),
        TakeUp: Joined(Role.APPROVER, None, "Trần Thị Hoa", None),
    }
    taking = "< … Trần Thị Hoa … [1 Đúng, là tôi] …\n> 1\n< Xong, đã ghi. …"

    by_words = talk(f"> mã mời\n< … ba chữ …\n> cáo núi chum\n{taking}", given, is_unopened=True)
    by_code = talk(f"> xin chào\n{taking}", {**given, InviteHere: True}, is_unopened=True)

    assert TakeUp("cáo núi chum") in by_words.asked
    assert TakeUp(None) in by_code.asked


def test_from_the_settings_no_way_leads_to_a_new_consent(talk: Talk) -> None:
    played = talk(
        f"""
        > thông tin của tôi
        < …
        > 1
        < … [3 …]
        > 3
        {CLOSED}
        """,
        is_unopened=True,
    )

    assert not [one for one in played.asked if isinstance(one, Deed)]


def test_a_lesson_under_way_waits_behind_closed_doors_and_goes_on_when_they_open(
    talk: Talk,
) -> None:
    played = talk("> học\n< …\n> 1\n< … Phần 1/5 …")

    played.is_unopened = True
    played(f"> [1]\n{CLOSED}\n> 1\n{CLOSED}\n> DỪNG\n< Đã dừng. …")
    played.is_unopened = False

    played("> học\n< … Đang ở phần 1/5, … [1 Học tiếp] …\n> 1\n< … Phần 1/5 …")


def test_what_waits_under_a_talk_that_ends_is_not_taken_up_behind_closed_doors(talk: Talk) -> None:
    given = {StopPushes: PushesStopped(had_any=False)}
    played = talk("> học\n< …\n> 1\n< … Phần 1/5 …\n> dung\n< … [1 …] …", given)

    played.is_unopened = True

    played("> 2\n< …")
    assert played.message.choices == ()
    assert played.talks.aside is not None


@pytest.mark.parametrize("role", WARD_ROLES, ids=lambda role: role.value)
def test_who_works_for_the_ward_uses_everything_before_the_doors_open(
    talk: Talk, role: Role
) -> None:
    talk("> học\n< … [1 Bắt đầu] …", None, role, is_unopened=True)


def test_a_family_helper_waits_like_all_residents(talk: Talk) -> None:
    talk(f"> học\n{CLOSED}", None, Role.FAMILY, is_unopened=True)


def test_what_goes_on_behind_closed_doors_are_talks_that_exist() -> None:
    assert set(conversations()) >= OPEN_FROM_THERE
