"""A lesson file with one thing wrong in it, and the sentence its editor reads."""

import unicodedata
from typing import Any

import pytest

from lessons import ContentError, examine, load

TB = "library/TB-01.yaml"
HEAD = "lessons/library/TB-01.yaml dòng"


def problems(folder: Any) -> list[str]:
    return [str(problem) for problem in examine(folder.path)[1]]


# What is replaced in the lesson, by what, and the one sentence an editor reads.
BROKEN_LESSONS = {
    "a tab in the indentation": (
        '  - q: "Tăng',
        '\t- q: "Tăng',
        f"{HEAD} 24, bài TB-01: thụt dòng bằng phím Tab. Xóa Tab, thụt dòng bằng dấu cách.",
    ),
    "a number where a text belongs": (
        'practice: "Thử mở Cài đặt và tăng cỡ chữ lên một nấc."',
        "practice: 12",
        (
            f"{HEAD} 18, bài TB-01: mục “practice” của bài phải là chữ, đang là số. "
            "Đặt trong ngoặc kép."
        ),
    ),
    "words where a number belongs": (
        "minutes: 5",
        "minutes: năm",
        f"{HEAD} 9, bài TB-01: mục “minutes” của bài phải là số từ 1 đến 15, đang là “năm”.",
    ),
    "a list where a text belongs": (
        'title: "Chỉnh chữ to cho dễ đọc"',
        "title: [Chỉnh, chữ]",
        (
            f"{HEAD} 3, bài TB-01: mục “title” của bài phải là chữ, đang là danh sách. "
            "Viết lại thành một câu."
        ),
    ),
    "an answer nobody can choose": (
        "answer: B",
        "answer: D",
        (
            f"{HEAD} 22, bài TB-01: đáp án “D” của câu hỏi 1 không có trong các lựa chọn. "
            "Chọn một chữ: A, B, C."
        ),
    ),
    "an unknown key": (
        'radio: "Mời',
        'radioo: "Mời',
        f"{HEAD} 32, bài TB-01: bài có mục lạ “radioo”. Có phải “radio” không?",
    ),
    "a missing explanation": (
        '    explain: "Nút âm lượng ở cạnh máy."\n',
        "",
        f"{HEAD} 28, bài TB-01: câu hỏi 3 thiếu mục “explain”. Thêm dòng “explain: …”.",
    ),
    "an empty text": (
        'objective: "Tự tăng được cỡ chữ trên điện thoại."',
        "objective:",
        f"{HEAD} 10, bài TB-01: mục “objective” của bài đang trống. Viết nội dung vào.",
    ),
    "a key written twice": (
        "version: 1\n",
        "version: 1\nversion: 2\n",
        f"{HEAD} 3, bài TB-01: mục “version” viết hai lần (đã có ở dòng 2). Bỏ một chỗ.",
    ),
    "another lesson's id": (
        "id: TB-01",
        "id: TB-02",
        (
            f"{HEAD} 1, bài TB-01: mã bài “TB-02” khác tên tệp “TB-01.yaml”. "
            "Đổi mã bài hoặc đổi tên tệp."
        ),
    ),
    "aliases that grow": (
        'practice: "Thử mở Cài đặt và tăng cỡ chữ lên một nấc."',
        "practice: &a [x, x]\nbomb: [*a, *a, *a]",
        (
            f"{HEAD} 18, bài TB-01: dùng dấu & hoặc * ở đầu. "
            "Viết đủ nội dung, hoặc đặt câu trong ngoặc kép."
        ),
    ),
    "a tag that would run code": (
        "minutes: 5",
        "minutes: !!python/object/apply:os.getcwd []",
        f"{HEAD} 9, bài TB-01: dùng dấu ! ở đầu. Đặt cả câu trong ngoặc kép.",
    ),
    "a colon in a bare sentence": (
        'practice: "Thử mở Cài đặt và tăng cỡ chữ lên một nấc."',
        "practice: Thử ngay: mở Cài đặt",
        f"{HEAD} 18, bài TB-01: có dấu hai chấm trong câu. Đặt cả câu trong ngoặc kép.",
    ),
    "a quotation mark that never closes": (
        'radio: "Mời bà con học cách chỉnh chữ to."',
        'radio: "Mời bà con',
        f"{HEAD} 33, bài TB-01: thiếu dấu ngoặc kép đóng. Thêm ngoặc kép vào cuối câu.",
    ),
    "a quotation mark inside a sentence": (
        '"Danh bạ"',
        '"Danh" bạ"',
        (
            f"{HEAD} 21, bài TB-01: thiếu dấu phẩy hoặc dấu đóng ngoặc. "
            "Xem lại chỗ ngoặc mở gần nhất ở phía trên."
        ),
    ),
    "a control character": (
        "Cài đặt, hình",
        "Cài đặt\x07, hình",
        f"{HEAD} 16, bài TB-01: có ký tự điều khiển U+0007. Xóa ký tự đó.",
    ),
    "two documents": (
        "radio:",
        "---\nradio:",
        f"{HEAD} 32, bài TB-01: có dấu --- thứ hai. Mỗi tệp chỉ viết một phần.",
    ),
    "a review nobody is asked for": (
        "needs_review: false",
        "needs_review: true",
        (
            f"{HEAD} 12, bài TB-01: bài cần duyệt mà thiếu mục “review_note”. "
            "Ghi ai phải xem lại điều gì."
        ),
    ),
    "a note without a review": (
        "needs_review: false",
        'review_note: "Hỏi Công an phường."',
        (
            f"{HEAD} 12, bài TB-01: bài có “review_note” mà không có “needs_review: true”. "
            "Thêm vào, hoặc bỏ ghi chú."
        ),
    ),
    "a date that is none": (
        "2027-05-22",
        "22/5/2027",
        (
            f"{HEAD} 13, bài TB-01: mục “review_by” của bài là “22/5/2027”, không phải ngày. "
            "Viết như 2027-05-22."
        ),
    ),
    "an audience nobody knows": (
        "nguoi_dan]",
        "nguoi_dam]",
        f"{HEAD} 6, bài TB-01: không có nhóm người học “nguoi_dam”. Có phải “nguoi_dan” không?",
    ),
    "a need nobody knows": (
        "need: dien_thoai",
        "need: suc_khoe",
        (
            f"{HEAD} 4, bài TB-01: mục “need” của bài: không có “suc_khoe”. "
            "Chỉ dùng: tien_qr, lua_dao, dien_thoai, giay_to, ai."
        ),
    ),
    "two cards only": (
        '  - "Kéo thanh trượt sang phải thì chữ to dần."\n',
        "",
        f"{HEAD} 14, bài TB-01: bài có 2 thẻ, cần từ 3 đến 5. Gộp hoặc tách thẻ.",
    ),
    "four options": (
        '"Máy ảnh"]',
        '"Máy ảnh", "Zalo"]',
        f"{HEAD} 21, bài TB-01: câu hỏi 1 có 4 lựa chọn, cần 2 hoặc 3. Thêm hoặc bớt lựa chọn.",
    ),
    "a picture that nobody describes": (
        '"Kéo thanh trượt sang phải thì chữ to dần."',
        '{text: "Kéo sang phải.", image: keo.png}',
        (
            f"{HEAD} 17, bài TB-01: thẻ 3 phải có cả “image” và “image_alt”. "
            "Viết lời tả ảnh cho người không thấy ảnh."
        ),
    ),
    "a picture outside the folder": (
        '"Kéo thanh trượt sang phải thì chữ to dần."',
        '{text: "Kéo sang phải.", image: ../keo.png, image_alt: "Ảnh"}',
        f"{HEAD} 17, bài TB-01: mục “image” của thẻ 3 là “../keo.png”. Viết như “cai-dat.png”.",
    ),
}


@pytest.mark.parametrize("case", BROKEN_LESSONS)
def test_a_broken_lesson_gives_one_clear_sentence(folder: Any, case: str) -> None:
    old, new, sentence = BROKEN_LESSONS[case]
    folder.replace(TB, old, new)

    with pytest.raises(ContentError) as raised:
        load(folder.path)

    assert str(raised.value) == sentence


def test_a_misspelt_key_names_what_is_missing_and_what_is_odd(folder: Any) -> None:
    folder.replace(TB, "quiz:", "quizz:")

    assert problems(folder) == [
        f"{HEAD} 19, bài TB-01: bài có mục lạ “quizz”. Có phải “quiz” không?",
        f"{HEAD} 1, bài TB-01: bài thiếu mục “quiz”. Thêm dòng “quiz: …”.",
    ]


def test_decomposed_letters_are_named_text_by_text(folder: Any) -> None:
    card = "Kéo thanh trượt sang phải thì chữ to dần."
    folder.replace(TB, card, unicodedata.normalize("NFD", card))

    assert problems(folder) == [
        (
            f"{HEAD} 17, bài TB-01: thẻ 3 viết bằng Unicode tổ hợp (dấu rời). "
            "Gõ lại, hoặc chuyển sang Unicode dựng sẵn."
        )
    ]
