"""“Mã mời”: three words or a QR code, a name to be confirmed, and the role is theirs."""

from datetime import date

import pytest

from handlers import Role
from handlers._requests.invites import (
    CodesLocked,
    InviteHere,
    InvitePutAway,
    InviteRead,
    Joined,
    LockedOut,
    NotMyInvite,
    ReadInvite,
    TakeUp,
    WrongCode,
)
from handlers._requests.roles import INVITABLE
from lessons.alarms import lane_of
from lessons.answers import intent_of

READ = InviteRead(Role.TEAM, "Tân Trung", "Nguyễn Thị Lan", "Phòng VH-XH", date(2026, 12, 31))
INVITED = {
    ReadInvite: READ,
    TakeUp: Joined(Role.TEAM, "Tân Trung", "Nguyễn Thị Lan", None),
    NotMyInvite: InvitePutAway(),
}


def test_three_words_and_a_yes_are_all_that_is_asked(talk):
    played = talk(
        """
        > mã mời
        < Chào bà con! … Gõ ba chữ trong mã mời, …
        > cáo núi chum
        < Mã này mời: Nguyễn Thị Lan Vai trò: thành viên Tổ công nghệ số cộng đồng Địa bàn: Tân Trung Đến hết ngày 31/12/2026 Tên ở trên có đúng là tên của mình không? [1 Đúng, là tôi] [2 Không phải tôi]
        > dạ đúng rồi
        < Xong, đã ghi. Từ giờ xem được số liệu và việc cần giúp ở tổ dân phố của mình: nhắn “trang cán bộ”. Muốn làm thử cho quen thì nhắn “tập thử”: …
        """,
        given=INVITED,
    )

    assert played.asked == [
        CodesLocked(),
        ReadInvite("cáo núi chum"),
        TakeUp("cáo núi chum"),
    ]
    assert played.talks.active is None


def test_who_is_not_meant_leaves_the_code_as_it_is(talk):
    played = talk(
        """
        > tôi có mã mời
        < … Gõ ba chữ …
        > cao nui chum
        < … Tên ở trên có đúng là tên của mình không? …
        > không phải
        < Vậy thì thôi, mã vẫn còn nguyên. …
        """,
        given=INVITED,
    )

    assert not [one for one in played.asked if isinstance(one, TakeUp)]


def test_a_wrong_code_is_asked_for_again_until_it_locks(talk):
    answers = iter([WrongCode(), WrongCode(), LockedOut(60)])

    talk(
        """
        > mã mời
        < …
        > cáo cáo cáo
        < Mã này không dùng được: có thể gõ nhầm, đã dùng rồi hoặc hết hạn. … Gõ ba chữ …
        > mèo mèo mèo
        < Mã này không dùng được: …
        > dê dê dê
        < Mã bị gõ sai nhiều lần quá, nên phải chờ khoảng 60 phút rồi mới gõ lại được.
        """,
        given={ReadInvite: lambda _: next(answers)},
    )


def test_who_is_locked_out_hears_how_long_to_wait_before_any_words_are_asked_for(talk):
    played = talk(
        """
        > mã mời
        < Chào bà con! … phải chờ khoảng 42 phút rồi mới gõ lại được.
        """,
        given={CodesLocked: LockedOut(42)},
    )

    assert played.talks.active is None


def test_a_code_that_somebody_else_was_quicker_with_is_said_to_be_gone(talk):
    talk(
        """
        > mã mời
        < …
        > cáo núi chum
        < … Tên ở trên có đúng là tên của mình không? …
        > 1
        < Mã này đã có người dùng hoặc đã hết hạn. …
        """,
        given={**INVITED, TakeUp: WrongCode()},
    )


def test_the_link_of_a_qr_code_needs_no_words(talk):
    played = talk(
        """
        > /start
        < Chào bà con! Đây là trợ lý tự động của phường Trung Thành, … Mã này mời: Nguyễn Thị Lan … Tên ở trên có đúng là tên của mình không? …
        > [1]
        < Xong, đã ghi. …
        """,
        given={**INVITED, InviteHere: True},
    )

    assert played.asked == [InviteHere(), ReadInvite(None), TakeUp(None)]


def test_a_link_that_is_over_by_now_asks_for_the_words_instead(talk):
    played = talk(
        """
        > /start
        < … Mã này không dùng được: … Gõ ba chữ trong mã mời, …
        """,
        given={InviteHere: True, ReadInvite: WrongCode(), NotMyInvite: InvitePutAway()},
    )

    assert played.asked[-1] == NotMyInvite()  # the next greeting is an ordinary one


def test_doors_that_are_still_shut_open_for_who_comes_with_an_invite(talk):
    talk(
        """
        > /start
        < … Mã này mời: Nguyễn Thị Lan …
        """,
        given={**INVITED, InviteHere: True},
        is_unopened=True,
    )


@pytest.mark.parametrize("role", INVITABLE)
def test_every_role_is_told_what_it_may_do(talk, role):
    joined = {
        ReadInvite: InviteRead(role, None, "Lan", "", None),
        TakeUp: Joined(role, None, "Lan", None),
    }

    played = talk(
        """
        > mã mời
        < …
        > cáo núi chum
        < … Mã này mời: Lan Vai trò: … Tên ở trên …
        > 1
        < Xong, đã ghi. Từ giờ …
        """,
        given=joined,
    )

    assert ("tập thử" in played.message.text) is (role is not Role.FAMILY)


def test_hardly_any_code_reads_as_an_alarm_or_as_a_command(book):
    """A lane would answer in place of the code; what is drawn is one of 16.6 million."""
    words = book.content.code_words
    codes = [f"{words[n % 256]} {words[n * 7 % 256]} {words[n * 31 % 256]}" for n in range(1, 2001)]

    heard = [code for code in codes if lane_of(code, book.lanes) or intent_of(code, book.intents)]

    assert len(heard) <= 4
