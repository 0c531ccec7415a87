"""The words of invite codes: told apart without marks, polite to nobody, read however they are typed."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessons import ContentError, fold, load
from lessons.codes import IN_A_CODE, WORDS, code_of
from lessons.names import FORMS
from lessons.text import repair
from tests.lessons.conftest import Folder

CONTENT = load(Path(__file__).parents[2] / "lessons")
SHIPPED = CONTENT.code_words
WORD = st.sampled_from(SHIPPED)


def test_there_are_more_than_a_million_codes() -> None:
    assert len(SHIPPED) == WORDS
    assert WORDS * (WORDS - 1) * (WORDS - 2) > 16_000_000


def test_no_two_words_look_alike_without_marks() -> None:
    assert len({fold(word) for word in SHIPPED}) == WORDS


def test_no_word_is_polite_or_a_form_of_address_or_asks_for_something() -> None:
    intents = CONTENT.intents
    said = {
        *intents.polite,
        *(word for words in intents.word_sets.values() for word in words),
        *(word for one in intents.conversations for word in one.words),
    }
    single = {fold(word) for word in said if len(fold(word).split()) == 1}
    parts_of_politeness = {part for word in intents.polite for part in fold(word).split()}

    folded = {fold(word) for word in SHIPPED}

    assert folded & (single | parts_of_politeness | set(FORMS)) == set()


def test_no_word_is_changed_by_what_telex_leaves_behind() -> None:
    assert [word for word in SHIPPED if repair(fold(word)) != fold(word)] == []


def test_a_code_may_be_read_out_with_and_before_its_last_word() -> None:
    assert code_of("cáo, núi và chum", SHIPPED) == "cao nui chum"


@given(words=st.lists(WORD, min_size=IN_A_CODE, max_size=IN_A_CODE))
def test_a_code_is_read_with_marks_without_and_inside_a_sentence(words: list[str]) -> None:
    code = " ".join(map(fold, words))

    for typed in (
        " ".join(words),
        " ".join(words).upper(),
        "-".join(map(fold, words)),
        f"mã của em là “{', '.join(words)}” ạ",
    ):
        assert code_of(typed, SHIPPED) == code


@pytest.mark.parametrize("typed", ["", "mèo ngựa", "mèo ngựa dê gấu", "mã mời", "cho tôi vào với"])
def test_what_holds_no_three_words_is_no_code(typed: str) -> None:
    assert code_of(typed, SHIPPED) is None


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("mèo, ngựa", "mèo, mẹo", "chữ “mẹo” bỏ dấu giống “mèo”. Thay một trong hai."),
        ("mèo, ngựa", "mèo", "mã mời cần đúng 256 chữ, đang có 255. Thêm bớt cho đủ."),
        ("mèo, ngựa", "mèo, con ngựa", "chữ “con ngựa” không dùng trong mã được."),
        ("mèo, ngựa", "mèo, dduwowngf", "chữ “dduwowngf” không dùng trong mã được."),
    ],
)
def test_words_that_would_be_confused_are_refused(
    folder: Folder, old: str, new: str, said: str
) -> None:
    folder.replace("code_words.yaml", old, new)

    with pytest.raises(ContentError) as refused:
        load(folder.path)

    assert said in str(refused.value.problems[0])
