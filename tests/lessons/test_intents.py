"""intents.yaml: words with a meaning, and what its reader refuses."""

from typing import Any

import pytest

from lessons import Intent, examine, load

NAME = "intents.yaml"


def test_words_are_read_as_they_are_written(folder: Any) -> None:
    intents = load(folder.path).intents

    assert intents.conversations == (
        Intent("learn", "Học một bài", ("học", "học bài")),
        Intent("results", "Kết quả", ("kết quả",)),
    )
    assert intents.word_sets == {"yes": ("có", "vâng"), "no": ("không",)}
    assert intents.polite == ("ạ", "dạ")
    assert intents.marked == {"dừng"}


def test_new_word_sets_need_no_change_in_the_reader(folder: Any) -> None:
    folder.replace(NAME, '  no: ["không"]', '  no: ["không"]\n  louder: ["to lên"]')

    assert load(folder.path).intents.word_sets["louder"] == ("to lên",)


def test_the_menu_of_a_messenger_names_conversations_by_their_words(folder: Any) -> None:
    assert not load(folder.path).intents.menu()

    folder.replace(NAME, "polite:", 'commands: {hoc: "học bài", diem: "kết quả"}\npolite:')
    intents = load(folder.path).intents

    assert intents.commands == {"hoc": "học bài", "diem": "kết quả"}
    assert intents.menu() == {"hoc": "Học một bài", "diem": "Kết quả"}


BROKEN = {
    "a command for words that ask for nothing": (
        "polite:",
        'commands: {hoc: "hoc"}\npolite:',
        [
            (
                "lessons/intents.yaml dòng 7: lệnh “hoc” thay cho “hoc”, nhưng không việc nào có "
                "từ này. Viết đúng một từ ở mục “words” của một việc."
            )
        ],
    ),
    "an unknown table": (
        "polite:",
        "polites:",
        [
            "lessons/intents.yaml dòng 7: bảng từ có mục lạ “polites”. Có phải “polite” không?",
            "lessons/intents.yaml dòng 1: bảng từ thiếu mục “polite”. Thêm dòng “polite: …”.",
        ],
    ),
    "a conversation without words": (
        '{title: "Kết quả", words: ["kết quả"]}',
        '{title: "Kết quả"}',
        ["lessons/intents.yaml dòng 3: việc “results” thiếu mục “words”. Thêm dòng “words: …”."],
    ),
    "a word set that is one word": (
        '["không"]',
        '"không"',
        [
            (
                "lessons/intents.yaml dòng 6: bộ từ “no” phải là danh sách, đang là chữ. "
                "Mỗi ý một dòng, mở đầu bằng gạch ngang."
            )
        ],
    ),
    "a number among words": (
        '["không"]',
        '["không", 0]',
        [
            (
                "lessons/intents.yaml dòng 6: bộ từ “no”, mục 2 phải là chữ, đang là số. "
                "Đặt trong ngoặc kép."
            )
        ],
    ),
    "one word for two conversations": (
        '["kết quả"]',
        '["kết quả", "Học bài"]',
        [
            (
                "lessons/intents.yaml dòng 1: từ “Học bài” mở cả việc “learn” và “results”. "
                "Bỏ bớt một chỗ."
            )
        ],
    ),
    "a table of tables": (
        'word_sets:\n  yes: ["có", "vâng"]\n  no: ["không"]',
        "word_sets: [yes, no]",
        [
            (
                "lessons/intents.yaml dòng 4: mục “word_sets” phải gồm các mục “tên: nội dung”. "
                "Viết lại theo mẫu."
            ),
            (
                "lessons/phrases/learn.yaml dòng 6: câu learn.agree dùng bộ từ “yes” chưa có trong "
                "intents.yaml. Hiện chưa có bộ nào."
            ),
        ],
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_broken_intents_give_clear_sentences(folder: Any, case: str) -> None:
    old, new, sentences = BROKEN[case]
    folder.replace(NAME, old, new)

    content, problems = examine(folder.path)

    assert content is None
    assert [str(problem) for problem in problems] == sentences
