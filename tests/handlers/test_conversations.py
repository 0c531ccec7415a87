"""Every other conversation, as the dialogue it is."""

from handlers._requests.consent import PUSHES, Agree, Decline, Purpose, PushesStopped, StopPushes
from handlers._requests.help import AskForHelp
from handlers._requests.lesson import LessonsNamed, LessonTitle
from handlers._requests.person import EraseMe, MyData, MyStanding, NothingKept, Standing
from handlers._talk import Kind

FIRST_CARD = """
    > xin chào
    < …
    > 1
    < … Phần 1/5 …
"""


def test_the_five_ticks_name_the_sign_and_the_next_step(talk):
    talk("""
        > hỏi tin lạ
        < … Người ta bảo làm việc gì? … [1 Chuyển tiền, nộp phí] … [5 Không có điều nào ở trên]
        > 1 và 4
        < ⚠️ Đây là dấu hiệu hay gặp ở lừa đảo. … Không chuyển tiền, … Càng bị giục, … Đã lỡ làm theo họ chưa? [1 Lỡ làm rồi] [2 Chưa làm]
        > chưa
        < Vậy là tốt rồi. …
    """)


def test_no_tick_never_means_that_something_is_safe(talk):
    played = talk("""
        > hoi tin la
        < …
        > 5
        < Chừng đó chưa đủ để biết thật hay giả. Chưa chắc thì chưa làm. …
    """)

    assert "an toàn" not in played.message.text


def test_having_done_it_already_leads_to_the_five_steps(talk):
    talk("""
        > hỏi tin lạ
        < …
        > 2
        < …
        > lỡ làm rồi
        < Việc một: dừng lại, … Việc năm: … Chuyện này đang xảy ra, hoặc vừa xảy ra, phải không? [1 Đang xảy ra, hoặc vừa xảy ra] [2 Không, tôi chỉ hỏi]
        > 1
        < 📞 Gọi ngân hàng ngay bây giờ, … chưa có ai trực …
    """)


def test_an_interrupted_card_comes_back_after_the_other_talk_ends(talk):
    talk(FIRST_CARD)("""
        > kết quả
        < Chưa có kết quả nào được lưu. … Đang ở phần 1/5, bài “Chỉnh chữ to… Phần 1/5 … [1 Tiếp]
    """)


def test_resting_keeps_the_place_until_the_person_comes_back(talk):
    talk(FIRST_CARD)("""
        > tiếp
        < … Phần 2/5 …
        > thôi mai học
        < Nghỉ ở đây nhé. Lần sau nhắn “học” là vào đúng chỗ này.
        > kết quả
        < Chưa có kết quả nào được lưu. …
        > học
        < Đang ở phần 2/5, bài “Chỉnh chữ to…”. [1 Học tiếp] [2 Đọc lại từ đầu] [3 Bài khác]
        > học tiếp
        < Đang ở phần 2/5, … Phần 2/5 … [1 Tiếp]
    """)


def test_a_lesson_can_be_read_again_from_its_beginning(talk):
    talk(FIRST_CARD)("""
        > tiếp
        < …
        > nghỉ
        < …
        > học
        < …
        > 2
        < … Phần 1/5 …
    """)


def test_zero_goes_back_one_card_and_never_stops_anything(talk):
    talk(FIRST_CARD)("""
        > 0
        < Đây là chỗ đầu tiên rồi, … Phần 1/5 …
        > tiếp
        < … Phần 2/5 …
        > quay lại
        < Đang ở phần 1/5, … Phần 1/5 …
    """)


def test_stop_is_said_once_where_nothing_was_ever_sent(talk):
    talk("""
        > xin chào
        < …
        > DỪNG
        < Đã dừng. Trợ lý không tự nhắn nữa. …
    """)


def test_stop_asks_only_whether_alerts_may_still_come(talk):
    played = talk(
        """
        > xin chào
        < …
        > đừng nhắn nữa
        < Đã dừng. … Riêng cảnh báo lừa đảo có muốn nhận tiếp không? [1 Có] [2 Không]
        > không
        < Vâng, không gửi tin nào nữa.
        """,
        given={StopPushes: PushesStopped(had_any=True)},
    )

    assert not any(isinstance(one, Agree) for one in played.asked)


def test_a_bare_dung_is_asked_about_and_not_assumed(talk):
    played = talk("""
        > xin chào
        < …
        > dung
        < Có phải muốn dừng nhận tin không? [1 Phải, dừng nhận tin] [2 Không phải]
        > không phải
        < Vâng, không đổi gì cả. …
    """)

    assert not any(isinstance(one, StopPushes) for one in played.asked)


def test_each_push_purpose_gets_its_own_record(talk):
    played = talk("""
        > nhận tin
        < … Muốn nhận những tin nào qua đây? … [4 Không nhận tin nào]
        > 1, 3
        < Đã ghi. Khi phường gửi tin thì tin hiện ở đây.
    """)

    answers = [(type(one), one.purpose) for one in played.asked if isinstance(one, Agree | Decline)]
    expected = [(Agree, PUSHES[0]), (Decline, PUSHES[1]), (Agree, PUSHES[2])]
    assert answers == expected


def test_staff_are_named_honestly_with_nobody_on_call(talk):
    talk("""
        > xin chào
        < …
        > gặp cán bộ
        < Đây là những nơi của phường, bà con gọi hoặc đến gặp được: Công an phường: ở đây chưa có số điện thoại, mời bà con đến tận nơi. Hiện chưa có cán bộ trực để trả lời qua đây. …
    """)


def test_my_data_is_read_aloud_and_can_be_erased(talk):
    played = talk("""
        > thông tin của tôi
        < … Đây là những gì phường đang lưu, từ ngày 01/11/2026: Tên gọi: bà Lan Nơi ở: Tân Trung … [1 Sửa] [2 Lấy một bản sao] [3 Rút lại đồng ý] [4 Xóa hết] [5 Không làm gì]
        > 4
        < Xóa hết tên gọi, … [1 Xóa hết] [2 Để nguyên]
        > xóa hết
        < Đã xóa. …
    """)

    assert any(isinstance(one, EraseMe) for one in played.asked)


def test_my_data_comes_as_a_file(talk):
    played = talk("""
        > thông tin của tôi
        < …
        > 2
        < Bản sao thông tin của mình ở dưới đây. …
    """)

    assert played.message.documents[0].text == '{"name": "Lan"}'


def test_where_nothing_is_kept_nothing_is_offered(talk):
    talk(
        """
        > thông tin của tôi
        < … Hiện phường chưa lưu thông tin gì của bà con. …
        """,
        given={MyData: NothingKept()},
    )


def test_a_lesson_is_found_by_need_in_two_answers(talk):
    talk("""
        > tìm bài
        < … Muốn học về việc gì? … [1 Tiền và mã QR] … [5 AI, trí tuệ nhân tạo]
        > tien va ma qr
        < Chọn một bài, … [1 Mật khẩu… [2 Quét mã QR…
        > 2
        < … Phần 1/…
    """)


def test_a_typed_word_finds_a_lesson(talk):
    talk(
        """
        > xin chào
        < …
        > nghỉ
        < …
        > chữ to
        < Chọn một bài, hoặc gõ chữ khác để tìm. [1 Chỉnh chữ to] [2 Việc khác]
        """,
        given={LessonsNamed: (LessonTitle("TB-01", "Chỉnh chữ to", 5),)},
    )


def test_two_misses_bring_staff_among_the_choices(talk):
    talk(FIRST_CARD)("""
        > ơ kìa lạ nhỉ
        < Trợ lý chưa hiểu ý. Nhắn số 1 ở dưới, hoặc nhắn “gặp cán bộ”. [1 Tiếp]
        > trời hôm nay đẹp
        < Trợ lý vẫn chưa hiểu. … [1 Tiếp] [2 Gặp cán bộ]
        > 2
        < Đây là những nơi của phường … Đang ở phần 1/5, …
    """)


def test_a_thumb_on_a_card_means_go_on(talk):
    chat = talk(FIRST_CARD)

    chat.hear("👍", kind=Kind.LIKE)

    assert "Phần 2/5" in chat.message.text


def test_a_voice_message_is_answered_with_the_keyboard_hint(talk):
    chat = talk(FIRST_CARD)

    answer = chat.hear("", kind=Kind.VOICE)

    assert "micro" in answer.text
    assert [choice.label for choice in answer.choices] == ["Tiếp"]


def test_a_late_tap_is_said_to_be_late_and_answers_nothing(talk):
    chat = talk(FIRST_CARD)
    old = chat.message
    chat.hear("tiếp")
    chat.hear("tiếp")
    chat.message = old

    chat.tap(1)

    assert chat.message.text.startswith("Câu vừa trả lời là của phần trước.")
    assert "Phần 3/5" in chat.message.text


def test_an_answer_after_half_a_day_is_asked_for_again(talk):
    chat = talk(FIRST_CARD)

    answer = chat.hear("tiếp", after=13 * 3600)

    assert answer.text.startswith("Đang ở phần 1/5")


def test_a_consent_is_stale_after_six_hours(talk):
    chat = talk("""
        > nhận tin
        < …
    """)

    answer = chat.hear("1", after=7 * 3600)

    assert "Muốn nhận những tin nào" in answer.text
    assert not any(isinstance(one, Agree) for one in chat.asked)


def test_the_same_word_twice_within_two_seconds_counts_once(talk):
    talk(FIRST_CARD)("""
        > tiếp
        < … Phần 2/5 …
        >> tiếp
        < (không có gì)
        > tiếp
        < … Phần 3/5 …
    """)


def test_two_halves_within_two_seconds_are_one_thought(talk):
    talk("""
        > xin chào
        < …
        > tôi muốn
        < Trợ lý chưa hiểu ý. …
        >> gặp cán bộ
        < Đây là những nơi …
    """)


def test_what_is_not_understood_after_a_talk_that_ended_is_answered_however_soon(talk):
    for ended in ("kết quả", "nghỉ"):
        talk(f"""
            > xin chào
            < …
            > {ended}
            < …
            >> xoxo
            < Trợ lý chưa hiểu ý. Bà con muốn làm gì? …
        """)


def test_the_second_half_of_a_command_that_was_answered_already_needs_no_answer(talk):
    talk("""
        > xin chào
        < …
        > nghỉ
        < Nghỉ nhé. …
        >> nhé
        < (không có gì)
        > kết quả
        < Chưa có kết quả …
        >> của tôi
        < (không có gì)
    """)


def test_names_that_collide_with_commands_are_names(talk):
    for name in ("Dũng", "Huy", "Thời", "anh Dũng", "chú Huy", "bác Thời"):
        talk(f"""
            > đổi xưng hô
            < …
            > 2
            < Nên gọi thế nào cho phải? …
            > {name}
            < Đã ghi: {name}.
        """)


def test_no_consent_is_taken_from_a_near_miss(talk):
    chat = talk("""
        > nhận tin
        < …
    """)

    for nearly in (
        "canh bap lua dao",
        "cảnh báu lừa đảo",
        "nhac hoch",
        "thong bao cua huong",
        "uhm chắc thế",
        "👍",
    ):
        chat.hear(nearly)

    assert not any(isinstance(one, Agree) for one in chat.asked)


def test_team_consent_is_asked_where_help_is_asked_for(talk):
    kept = Standing(
        is_kept=True,
        has_declined=False,
        finished=1,
        was_asked_pushes=True,
        was_asked_tdp=True,
        was_asked_name=True,
        is_new_day=False,
    )
    played = talk(
        """
        > gặp cán bộ
        < … Để người của Tổ công nghệ số cộng đồng biết và giúp nhé? … [1 Đồng ý] [2 Không]
        > đồng ý
        < Đã ghi là đang cần giúp. …
        """,
        given={MyStanding: kept},
    )

    assert Agree(Purpose.TEAM, "consent.team") in played.asked
    assert AskForHelp("meet_staff") in played.asked


def test_a_lesson_that_waits_is_not_lost_to_a_second_interruption(talk):
    talk(FIRST_CARD)("""
        > hỏi tin lạ
        < …
        > thôi mai học
        < Nghỉ ở đây nhé. …
        > học
        < Đang ở phần 1/5, … [1 Học tiếp] [2 Đọc lại từ đầu] [3 Bài khác]
    """)
