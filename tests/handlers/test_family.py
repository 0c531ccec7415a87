"""“Dạy người nhà”: a relative says yes for themselves, learns on the helper's phone, and hands it back."""

from handlers import Role
from handlers._requests.relatives import (
    Family,
    HandBack,
    HandedBack,
    HandToRelative,
    LearnsNow,
    LeaveRelative,
    MyRelatives,
    NoSuchRelative,
    NotFamily,
    RegisterRelative,
    Relative,
    RelativeLeft,
    RelativeRegistered,
)

LAN, TU = Relative(1, "bà Lan"), Relative(2, "ông Tư")
GIVEN = {
    MyRelatives: Family((), None),
    RegisterRelative: RelativeRegistered(1),
    HandToRelative: LearnsNow("bà Lan"),
    HandBack: HandedBack(was_away=True),
    LeaveRelative: RelativeLeft(),
}


def with_relatives(*relatives, learning=None):
    return {**GIVEN, MyRelatives: Family(relatives, learning)}


def test_a_relative_answers_the_consent_for_themselves_and_learns(talk):
    played = talk(
        """
        > dạy người nhà
        < … Bây giờ ai học? [1 Ghi thêm người nhà]
        > 1
        < Gọi người nhà thế nào? Ví dụ: bà Lan.
        > bà Lan
        < Đưa máy cho bà Lan đọc, hoặc đọc to từng chữ. Câu dưới đây để bà Lan tự trả lời, không ai trả lời thay: Có muốn phường lưu kết quả … [1 Đồng ý, từ 16 tuổi trở lên] [2 Không lưu, vẫn học bình thường] [3 Đọc kỹ hơn]
        > 3
        < Nếu đồng ý: … Có muốn phường lưu kết quả …
        > đồng ý
        < Từ giờ máy này để bà Lan học, kết quả là của bà Lan. … Xong thì nhắn “học cho tôi”.
        """,
        GIVEN,
        Role.FAMILY,
    )

    assert played.asked == [
        MyRelatives(),
        RegisterRelative("bà", "Lan", "consent.save"),
        HandToRelative(1),
    ]


def test_a_relative_who_says_no_is_not_written_down(talk):
    played = talk(
        """
        > dạy người nhà
        < …
        > 1
        < …
        > 0912345678
        < Chưa rõ tên gọi. …
        > ông Tư
        < …
        > không
        < Vâng, không ghi gì về ông Tư. …
        """,
        GIVEN,
        Role.FAMILY,
    )

    assert RegisterRelative not in {type(one) for one in played.asked}


def test_a_yes_that_is_no_clear_yes_registers_nobody(talk):
    played = talk(
        """
        > dạy người nhà
        < …
        > 1
        < …
        > bà Lan
        < …
        > chắc được thôi mà
        < Trợ lý chưa hiểu ý. …
        """,
        GIVEN,
        Role.FAMILY,
    )

    assert RegisterRelative not in {type(one) for one in played.asked}


def test_a_known_relative_learns_after_two_answers(talk):
    played = talk(
        """
        > dạy người nhà
        < … Bây giờ ai học? [1 bà Lan] [2 ông Tư] [3 Ghi thêm người nhà]
        > ông tư
        < Muốn làm gì với ông Tư? [1 Học bây giờ] [2 Thôi dạy người này] [3 Không làm gì]
        > 1
        < Từ giờ máy này để bà Lan học, …
        """,
        with_relatives(LAN, TU),
        Role.FAMILY,
    )

    assert played.asked[-1] == HandToRelative(2)


def test_more_relatives_than_fit_come_on_the_next_page(talk):
    third = Relative(3, "cụ Sáu")

    talk(
        """
        > dạy người nhà
        < … [1 bà Lan] [2 ông Tư] [3 Ghi thêm người nhà] [4 Người khác]
        > 4
        < Bây giờ ai học? [1 cụ Sáu] [2 Ghi thêm người nhà]
        """,
        with_relatives(LAN, TU, third),
        Role.FAMILY,
    )


def test_a_relative_is_left_or_kept(talk):
    played = talk(
        "> dạy người nhà\n< …\n> 1\n< …\n> thôi dạy\n< Vâng, thôi dạy bà Lan. …",
        with_relatives(LAN),
        Role.FAMILY,
    )
    kept = talk(
        "> dạy người nhà\n< …\n> 1\n< …\n> 3\n< Vâng. Khi nào cần thì nhắn “dạy người nhà”.",
        with_relatives(LAN),
        Role.FAMILY,
    )

    assert played.asked[-1] == LeaveRelative(1)
    assert kept.asked == [MyRelatives()]


def test_while_a_relative_learns_the_phone_goes_to_another_or_back(talk):
    played = talk(
        """
        > dạy người nhà
        < … Máy này đang để bà Lan học. Bây giờ ai học? [1 bà Lan] [2 ông Tư] [3 Tôi học]
        > 3
        < Từ giờ máy này lại để người giúp học dùng. …
        """,
        with_relatives(LAN, TU, learning=LAN),
    )

    assert played.asked == [MyRelatives(), HandBack()]


def test_a_relative_who_is_gone_meanwhile_leaves_the_phone_where_it_is(talk):
    talk(
        "> dạy người nhà\n< …\n> 1\n< …\n> 1\n< Vâng. Khi nào cần thì nhắn “dạy người nhà”.",
        {**with_relatives(LAN), HandToRelative: NoSuchRelative()},
        Role.FAMILY,
    )


def test_the_phone_comes_back_by_a_word(talk):
    talk("> học cho tôi\n< … Từ giờ máy này lại để người giúp học dùng. …", GIVEN)


def test_who_had_the_phone_all_along_goes_on_learning(talk):
    talk("> học cho tôi\n< … Bài hôm nay: …", {HandBack: HandedBack(was_away=False)})


def test_who_is_no_family_helper_is_told_whose_work_it_is(talk):
    talk(
        "> dạy người nhà\n< … Việc này chỉ dành cho người được phường mời. …",
        {MyRelatives: NotFamily()},
    )
