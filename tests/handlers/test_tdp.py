"""The TDP whose link somebody came by is asked about first, and kept only after their yes."""

import pytest

from handlers._requests.tdp import Elsewhere, NotKept, SetTdp, Tdp, TdpCameBy, TdpsNamed

TO_CONSENT = """
    > học
    < …
    > 1
    < … Phần 1/5 …
    > 1
    < …
    > 1
    < …
    > 1
    < …
    > 1
    < …
    > 1
    < Câu 1/3: …
    > b
    < …
    > a
    < …
    > c
    < … Có muốn phường lưu kết quả …
"""
CAME_BY_CHUA = {TdpCameBy: Tdp(7, "Xóm Chùa", None)}


def tdps_set(played):
    return [one for one in played.asked if isinstance(one, SetTdp)]


@pytest.mark.parametrize(
    "yes", ["[1]", "1", "số 1", "đúng rồi ạ", "dung roi", "vâng", "phải", "tôi ở đó"]
)
def test_the_tdp_of_the_link_is_asked_about_and_kept_after_a_yes(talk, yes):
    played = talk(TO_CONSENT, given=CAME_BY_CHUA)("""
        > đồng ý
        < Đã ghi là đồng ý. … Bà con ở Xóm Chùa phải không? [1 Đúng rồi] [2 Không, để tôi chọn]
    """)
    before = tdps_set(played)

    played(f"""
        > {yes}
        < Đã ghi: Xóm Chùa. Nên gọi thế nào cho phải? …
    """)

    assert before == []
    assert tdps_set(played) == [SetTdp(7)]


@pytest.mark.parametrize(
    "no", ["[2]", "2", "không ạ", "khong phai", "sai rồi", "để tôi chọn", "không biết"]
)
def test_a_no_to_the_tdp_of_the_link_leads_to_the_usual_question(talk, no):
    played = talk(TO_CONSENT, given=CAME_BY_CHUA)(f"""
        > 1
        < … Bà con ở Xóm Chùa phải không? …
        > {no}
        < Bà con ở tổ dân phố nào? … [1 Không rõ] [2 Ở nơi khác, tạm trú]
        > tan trung
        < … [1 Tân Trung (Đông Cao)] [2 Tân Trung (Tân Phú)] [3 Không rõ] …
        > 2
        < Đã ghi: Tân Trung (Tân Phú). Nên gọi thế nào cho phải? …
    """)

    assert tdps_set(played) == [SetTdp(2)]


@pytest.mark.parametrize(
    "typed", ["tan trung", "không, tôi ở Tân Trung", "tổ 1", "tôi ở xóm Dũng", "đừng"]
)
def test_another_place_typed_at_once_is_looked_up_and_never_a_yes(talk, typed):
    played = talk(TO_CONSENT, given=CAME_BY_CHUA)(f"""
        > 1
        < … Bà con ở Xóm Chùa phải không? …
        > {typed}
        < Chọn một dòng ở dưới. … [1 Tân Trung (Đông Cao)] …
    """)

    assert TdpsNamed(typed) in played.asked
    assert tdps_set(played) == []


def test_two_places_of_one_name_are_asked_about_with_the_former_ward(talk):
    talk(TO_CONSENT, given={TdpCameBy: Tdp(1, "Tân Trung", "Đông Cao")})("""
        > 1
        < … Bà con ở Tân Trung (Đông Cao) phải không? …
        > 1
        < Đã ghi: Tân Trung (Đông Cao). …
    """)


def test_a_no_can_be_taken_back_before_anything_is_kept(talk):
    talk(TO_CONSENT, given=CAME_BY_CHUA)("""
        > 1
        < …
        > 2
        < Bà con ở tổ dân phố nào? …
        > 0
        < … Bà con ở Xóm Chùa phải không? …
        > 1
        < Đã ghi: Xóm Chùa. …
    """)


def test_who_came_by_no_link_is_asked_the_usual_question_first(talk):
    talk(TO_CONSENT)("""
        > 1
        < Đã ghi là đồng ý. … Bà con ở tổ dân phố nào? …
        > không rõ
        < Đã ghi. …
    """)


def test_a_decliner_is_never_asked_about_the_tdp_of_the_link(talk):
    played = talk(TO_CONSENT, given={**CAME_BY_CHUA, SetTdp: NotKept()})("""
        > không lưu
        < Vâng, không lưu. … Bài tiếp theo: …
        > cài đặt
        < …
        > 1
        < Bà con ở tổ dân phố nào? …
        > không rõ
        < Chưa đồng ý lưu kết quả nên trợ lý không ghi lại. …
    """)

    assert not any(isinstance(one, TdpCameBy) for one in played.asked)
    assert tdps_set(played) == [SetTdp(None, Elsewhere.UNKNOWN)]


def test_somebody_who_changes_their_tdp_is_not_asked_about_the_link(talk):
    talk(
        """
        > cài đặt
        < …
        > 1
        < Bà con ở tổ dân phố nào? …
        """,
        given=CAME_BY_CHUA,
    )


def test_a_wish_to_stop_is_no_yes_to_the_tdp_of_the_link(talk):
    played = talk(TO_CONSENT, given=CAME_BY_CHUA)("""
        > 1
        < … Bà con ở Xóm Chùa phải không? …
        > dừng
        < Đã dừng. …
    """)

    assert tdps_set(played) == []
