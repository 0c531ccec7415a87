"""Files into content: what is read, and the one sentence for each way a file can be broken."""

from dataclasses import FrozenInstanceError
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lessons import Card, ContentError, examine, load
from lessons.__main__ import main

TB = "library/TB-01.yaml"
HEAD = "lessons/library/TB-01.yaml dòng"


def problems(folder: Any, used: Any = None) -> list[str]:
    return [str(problem) for problem in examine(folder.path, used)[1]]


def test_a_sound_folder_becomes_immutable_content(folder: Any) -> None:
    content = load(folder.path)

    lesson = content.lessons["TB-01"]
    assert lesson.cards[1] == Card("Mở Cài đặt, hình bánh răng, rồi tìm Màn hình.")
    assert [question.answer for question in lesson.quiz] == [1, 0, 2]
    assert lesson.review_by == "2027-05-22"
    assert content.phrases.entry("learn.agree").words == ("có", "vâng")
    assert [need.key for need in content.needs][:2] == ["tien_qr", "lua_dao"]
    with pytest.raises(FrozenInstanceError):
        lesson.title = "khác"  # type: ignore[misc]
    with pytest.raises(TypeError):
        content.lessons["TB-02"] = lesson  # type: ignore[index]


def test_lessons_stand_in_their_recommended_order(folder: Any) -> None:
    folder.add_lesson("AT-35", 3, "Có người xưng công an gọi đến")
    folder.add_lesson("TC-20", 2, "Quét mã ở quầy hàng")

    assert list(load(folder.path).lessons) == ["TB-01", "TC-20", "AT-35"]


def test_a_card_may_carry_picture_and_sound(folder: Any) -> None:
    card = '{text: "Kéo sang phải.", image: keo.png, image_alt: "Thanh trượt", audio: keo.mp3}'
    folder.replace(TB, '"Kéo thanh trượt sang phải thì chữ to dần."', card)

    lesson = load(folder.path).lessons["TB-01"]

    assert lesson.cards[2] == Card("Kéo sang phải.", "keo.png", "Thanh trượt", "keo.mp3")


def test_words_yes_and_no_and_dates_stay_words(folder: Any) -> None:
    folder.replace("phrases/learn.yaml", '["mai", "thôi"]', "[yes, no, on, 2027-05-22]")

    words = load(folder.path).phrases.entry("learn.later").words

    assert words == ("yes", "no", "on", "2027-05-22")


# A whole file as it stands on the disk, and the one sentence.
BROKEN_FILES = {
    "an empty lesson": (
        TB,
        b"",
        f"{HEAD} 1, bài TB-01: tệp trống. Viết nội dung vào, hoặc xóa tệp.",
    ),
    "nothing but a comment": (
        TB,
        b"# later\n",
        f"{HEAD} 1, bài TB-01: tệp trống. Viết nội dung vào, hoặc xóa tệp.",
    ),
    "a lesson that is a list": (
        TB,
        b"- a\n- b\n",
        f"{HEAD} 1, bài TB-01: bài phải gồm các mục “tên: nội dung”, đang là danh sách.",
    ),
    "a file in another encoding": (
        TB,
        "id: TB-01\ntitle: Ch\xe2o".encode("latin-1"),
        (
            "lessons/library/TB-01.yaml, bài TB-01: dòng 2 không phải chữ UTF-8. "
            "Lưu lại tệp theo mã UTF-8."
        ),
    ),
    "brackets without end": (
        TB,
        b"a: " + b"[" * 100_000,
        f"{HEAD} 1, bài TB-01: lồng nhau quá 10 bậc. Viết lại theo mẫu.",
    ),
    "lists in lists on one line": (
        TB,
        b"- " * 100_000 + b"x",
        f"{HEAD} 1, bài TB-01: lồng nhau quá 10 bậc. Viết lại theo mẫu.",
    ),
    "a file too large": (
        TB,
        b"x" * 500_000,
        (
            "lessons/library/TB-01.yaml, bài TB-01: tệp quá lớn, tối đa 400000 byte. "
            "Tách thành nhiều tệp."
        ),
    ),
    "an empty phrase file": (
        "phrases/learn.yaml",
        b"",
        "lessons/phrases/learn.yaml dòng 1: tệp trống. Viết nội dung vào, hoặc xóa tệp.",
    ),
    "a phrase without text": (
        "phrases/learn.yaml",
        b"hello:\n",
        "lessons/phrases/learn.yaml dòng 1: câu learn.hello đang trống. Viết nội dung vào.",
    ),
    "a phrase that is a number": (
        "phrases/learn.yaml",
        b"police: 113\n",
        (
            "lessons/phrases/learn.yaml dòng 1: câu learn.police phải là chữ, đang là số. "
            "Đặt trong ngoặc kép."
        ),
    ),
    "a word set that does not exist": (
        "phrases/learn.yaml",
        'agree: {text: "Đồng ý", words: yess}\n'.encode(),
        (
            "lessons/phrases/learn.yaml dòng 1: câu learn.agree dùng bộ từ “yess” chưa có trong "
            "intents.yaml. Có phải “yes” không?"
        ),
    ),
    "a phrase with a Vietnamese name": (
        "phrases/learn.yaml",
        'chào: "Chào bà con!"\n'.encode(),
        (
            "lessons/phrases/learn.yaml dòng 1: tên câu “chào” phải là chữ thường không dấu, "
            "nối bằng gạch dưới."
        ),
    ),
    "alarm lanes that are a list": (
        "alarms.yaml",
        b"- a\n",
        (
            "lessons/alarms.yaml dòng 1: bảng báo động phải gồm các mục “tên: nội dung”. "
            "Viết lại theo mẫu."
        ),
    ),
    "alarm lanes without classes": (
        "alarms.yaml",
        b"guards: {}\nlanes: {}\ndenials: []\n",
        "lessons/alarms.yaml dòng 1: thiếu mục “classes”. Thêm mục này vào.",
    ),
    "an alarm table of the wrong type": (
        "alarms.yaml",
        b"classes: {}\nguards: {}\nlanes: [a]\ndenials: []\nspeaker: []\n",
        "lessons/alarms.yaml dòng 1: có mục viết sai kiểu. So lại với mẫu ghi ở đầu tệp.",
    ),
    "a lesson with another ending": (
        "library/TB-02.yml",
        b"id: TB-02",
        "lessons/library/TB-02.yml: đuôi tệp phải là .yaml. Đổi tên hoặc chuyển đi chỗ khác.",
    ),
}


@pytest.mark.parametrize("case", BROKEN_FILES)
def test_a_broken_file_gives_one_clear_sentence(folder: Any, case: str) -> None:
    name, raw, sentence = BROKEN_FILES[case]
    folder.write(name, raw)

    assert problems(folder) == [sentence]


def test_a_byte_order_mark_of_an_office_editor_is_no_problem(folder: Any) -> None:
    folder.write(TB, b"\xef\xbb\xbf" + folder.read(TB).encode())

    assert problems(folder) == []


def test_windows_line_ends_are_no_problem(folder: Any) -> None:
    folder.write(TB, folder.read(TB).replace("\n", "\r\n"))

    assert problems(folder) == []


def test_a_missing_table_does_not_blame_the_lessons(folder: Any) -> None:
    (folder.path / "needs.yaml").unlink()
    (folder.path / "intents.yaml").unlink()

    assert problems(folder) == [
        "lessons/intents.yaml: không mở được tệp này. Xem lại tên tệp và quyền đọc.",
        "lessons/needs.yaml: không mở được tệp này. Xem lại tên tệp và quyền đọc.",
    ]


def test_a_folder_that_is_not_there_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match=r"không có tệp \.yaml nào"):
        load(tmp_path / "khong_co")


def test_every_problem_of_every_file_is_told_at_once(folder: Any) -> None:
    folder.replace(TB, "minutes: 5", "minutes: 99")
    folder.replace(TB, "answer: B", "answer: D")
    folder.write("phrases/learn.yaml", b"hello:\n")

    with pytest.raises(ContentError) as raised:
        load(folder.path)

    assert len(raised.value.problems) == len(str(raised.value).splitlines()) == 3


def test_the_command_counts_what_a_sound_folder_holds(folder: Any, capsys: Any) -> None:
    code = main([str(folder.path)])

    assert (code, capsys.readouterr().out) == (0, "Nội dung dùng được: 1 bài, 4 câu chữ.\n")


def test_the_command_ends_with_one_when_something_is_broken(folder: Any, capsys: Any) -> None:
    folder.replace(TB, "answer: B", "answer: D")

    code = main([str(folder.path)])

    assert code == 1
    assert capsys.readouterr().out.splitlines()[-1] == "Nội dung chưa dùng được: 1 lỗi phải sửa."


def test_an_overdue_review_is_a_warning_and_stops_nothing(folder: Any) -> None:
    content, found = examine(folder.path, today=date(2027, 5, 23))

    assert content is not None
    assert [(str(problem), problem.is_warning) for problem in found] == [
        (
            (
                f"{HEAD} 13, bài TB-01: đã quá hạn xem lại 2027-05-22. "
                "Đọc lại cả bài rồi ghi ngày mới."
            ),
            True,
        )
    ]
    assert examine(folder.path, today=date(2027, 5, 22))[1] == ()


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_no_damage_to_a_file_makes_anything_but_problems(folder: Any, data: Any) -> None:
    """A lesson cut anywhere, with anything put in, is read or explained; nothing else is raised."""
    folder.add_lesson("TB-01", 1, "Chỉnh chữ to")
    whole = folder.read(TB).encode()
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, min(start + 60, len(whole))))
    odd = st.sampled_from(
        ["\t", "- ", ": ", "[", "{", "}", "&a ", "*a", "!!x ", '"', "\n", "---\n"]
    )
    put = "".join(data.draw(st.lists(odd | st.text(max_size=5), max_size=4)))
    folder.write(TB, whole[:start] + put.encode() + whole[end:])

    content, found = examine(folder.path)

    assert (content is None) == any(not problem.is_warning for problem in found)
    assert all(str(problem).startswith("lessons/") for problem in found)
