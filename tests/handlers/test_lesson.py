"""A lesson, its quiz, and the questions that have their moment after it."""

from dataclasses import replace

from handlers._requests.consent import Agree, Decline, Purpose
from handlers._requests.lesson import FinishQuiz, StartLesson
from handlers._requests.person import MyStanding, Standing

NEWCOMER = Standing(
    is_kept=False,
    has_declined=False,
    finished=1,
    was_asked_pushes=False,
    was_asked_tdp=False,
    was_asked_name=False,
    is_new_day=False,
)
TO_QUIZ = """
    > học
    < …[1 Bắt đầu] [2 Bài khác]
    > 1
    < …Phần 1/5 …[1 Tiếp]
    > tiếp
    < Chỉnh chữ to… Phần 2/5 …[1 Tiếp]
    > tiep tuc
    < …Phần 3/5…
    > 1 ạ
    < …Phần 4/5…
    > [1]
    < …Phần 5/5: làm thử… [1 Trả lời 3 câu hỏi]
    > xong rồi
    < Câu 1/3: … [1 Danh bạ] [2 Cài đặt] [3 Máy ảnh]
"""


def test_a_wrong_answer_is_explained_and_the_quiz_goes_on(talk):
    talk(TO_QUIZ)("""
        > 1
        < Chưa đúng, xem lại nhé. Câu trả lời đúng là: Cài đặt. … Câu 2/3: …
    """)


def test_after_the_first_quiz_consent_is_asked_and_then_the_tdp(talk):
    played = talk(TO_QUIZ)("""
        > b
        < ✅ Đúng rồi. … Câu 2/3: …
        > a
        < ✅ Đúng rồi. … Câu 3/3: …
        > câu c
        < ✅ Đúng rồi. … Đúng cả 3/3 câu. Bài này đạt ngay lần đầu. Có muốn phường lưu kết quả … [1 Đồng ý, từ 16 tuổi trở lên] [2 Không lưu, vẫn học bình thường] [3 Đọc kỹ hơn]
        > 3
        < Nếu đồng ý: … Có muốn phường lưu kết quả…
        > đồng ý
        < Đã ghi là đồng ý. … Bà con ở tổ dân phố nào? …[1 Không rõ] [2 Ở nơi khác, tạm trú]
        > tan trung
        < Chọn một dòng ở dưới. … [1 Tân Trung (Đông Cao)] [2 Tân Trung (Tân Phú)] [3 Không rõ] [4 Ở nơi khác, tạm trú]
        > 2
        < Đã ghi: Tân Trung (Tân Phú). Nên gọi thế nào cho phải? …[1 Bỏ qua]
        > bà Lan
        < Đã ghi: bà Lan. Bài tiếp theo: … [1 Học luôn] [2 Bài khác] [3 Nghỉ, để hôm khác]
        > nghỉ
        < Nghỉ …
    """)

    assert Agree(Purpose.SAVE, "consent.save") in played.asked


def test_a_no_to_saving_is_taken_and_learning_goes_on(talk):
    played = talk(TO_QUIZ)("""
        > b
        < …
        > a
        < …
        > c
        < …[2 Không lưu, vẫn học bình thường]…
        > không lưu
        < Vâng, không lưu. … Bài tiếp theo: …
    """)

    assert Decline(Purpose.SAVE, "consent.save") in played.asked


def test_a_failed_quiz_can_be_taken_again_at_once(talk):
    kept = replace(NEWCOMER, is_kept=True, was_asked_pushes=True)
    played = talk(TO_QUIZ, given={MyStanding: kept})("""
        > a
        < Chưa đúng, …
        > b
        < Chưa đúng, …
        > a
        < Chưa đúng, … Đúng 0/3 câu. Bài này chưa đạt, … [1 Làm lại] [2 Bài khác] [3 Nghỉ]
        > làm lại
        < Câu 1/3: …
    """)

    retries = [one for one in played.asked if isinstance(one, StartLesson) and one.is_retry]
    assert len(retries) == 1


def test_not_knowing_shows_the_explanation_and_costs_nothing(talk):
    played = talk(TO_QUIZ)("""
        > không biết
        < Không sao. … Câu 1/3: …
        > khong biet
        < Không sao. … Câu 1/3: …
        > 2
        < ✅ Đúng rồi. … Câu 2/3: …
        > 1
        < … Câu 3/3: …
        > 3
        < … Đúng cả 3/3 câu. …
    """)

    finished = [request for request in played.asked if isinstance(request, FinishQuiz)]
    assert [answer.is_right for answer in finished[0].answers] == [True, True, True]


def test_a_lesson_is_recorded_as_started_once(talk):
    played = talk(TO_QUIZ)

    assert sum(isinstance(request, StartLesson) for request in played.asked) == 1
