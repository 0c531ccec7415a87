"""The greeting and what follows its first answer."""


def test_the_first_lesson_card_follows_the_first_answer(talk):
    talk("""
        > xin chào
        < Chào bà con! Đây là trợ lý tự động của phường Trung Thành, … [1 Học một bài ngắn] [2 Hỏi về tin nhắn, cuộc gọi lạ] [3 Nhờ cán bộ giúp]
        > 1
        < Bản dùng thử, phường chưa duyệt. Chỉnh chữ to, … Phần 1/5 … [1 Tiếp]
    """)


def test_somebody_who_begins_with_a_command_is_told_it_is_a_machine(talk):
    talk("""
        > học
        < Chào bà con! … là máy trả lời, không phải người. … Bài hôm nay: Chỉnh chữ to… [1 Bắt đầu] [2 Bài khác]
    """)


def test_an_unknown_first_word_is_greeted_like_any_other(talk):
    talk("""
        > cháu là ai thế
        < Chào bà con! … Bà con muốn làm gì trước? … [3 Nhờ cán bộ giúp]
    """)
