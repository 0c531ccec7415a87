"""“Tập thử”: begun and ended by a word, and every talk that is begun meanwhile says so once."""

from handlers import Role
from handlers._requests.practice import (
    NotForYou,
    PracticeOver,
    Practising,
    StartPractice,
    StopPractice,
)

GIVEN = {StartPractice: Practising(), StopPractice: PracticeOver(was_on=True)}


def test_practice_begins_and_ends_by_a_word(talk):
    talk(
        """
        > tập thử
        < … Bắt đầu tập thử. Cứ làm như thật: …
        > thôi tập thử
        < Đã thôi tập thử. Từ giờ mọi việc được tính như thường.
        """,
        GIVEN,
        Role.TEAM,
    )


def test_a_talk_begins_with_a_reminder_and_goes_on_without(talk):
    played = talk("> tập thử\n< …", GIVEN, Role.TEAM)
    played.is_practice = True

    played("""
        > học
        < (Đang tập thử, không tính.) Bài hôm nay: …
        > 1
        < Bản dùng thử, … Phần 1/5 …
        > 1
        < … Phần 2/5 …
        > kết quả
        < (Đang tập thử, không tính.) Chưa có kết quả …
        > thôi tập thử
        < Đã thôi tập thử. …
    """)


def test_no_reminder_stands_before_the_steps_of_an_alarm(talk):
    played = talk("> tập thử\n< …", GIVEN, Role.TEAM)
    played.is_practice = True

    played("""
        > nhà tôi đang cháy
        < 📞 Cần công an đến ngay: …
    """)


def test_who_practises_nothing_is_told_so(talk):
    talk(
        "> thôi tập thử\n< … Hiện không tập thử. …",
        {StopPractice: PracticeOver(was_on=False)},
    )


def test_a_role_that_went_meanwhile_practises_nothing(talk):
    talk(
        "> tập thử\n< … Việc này chỉ dành cho người được phường mời. …",
        {StartPractice: NotForYou()},
        Role.TEAM,
    )


def test_a_lesson_left_in_the_middle_is_not_gone_on_with_as_somebody_else(talk):
    played = talk(
        """
        > học
        < … Bài hôm nay: …
        > 1
        < Bản dùng thử, … Phần 1/5 …
        > tập thử
        < Bắt đầu tập thử. …
        """,
        GIVEN,
        Role.TEAM,
    )

    assert played.talks.active is None
    assert played.talks.aside is None
