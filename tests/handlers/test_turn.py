"""The engine's laws: replay, re-ask, back, become; and what happens when a journal fits no longer."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers._conversations import conversation_named, encode_args
from handlers._dialogue import Talks
from handlers._journal import MAX_ENTRIES, Entry, JournalTooLong, within_bounds
from handlers._requests.person import Person
from handlers._talk import Heard, Talk
from handlers._turn import Requests, Restart, Turn, back, turn

ANSWERS = st.sampled_from(
    [
        "1",
        "2",
        "3",
        "4",
        "5",
        "0",
        "tiếp",
        "b",
        "không biết",
        "học",
        "nghỉ",
        "hỏi tin lạ",
        "1 2",
        "tan trung",
        "bà Lan",
        "đồng ý",
        "không",
        "quay lại",
        "kết quả",
        "xyz",
        "chữ to",
        "gặp cán bộ",
    ]
)


def finished(steps: Requests) -> Turn:
    """The turn of steps that need nothing of the world."""
    try:
        request = next(steps)
    except StopIteration as stop:
        return stop.value
    raise AssertionError(f"{request} went out while replaying")


def asked_again(chat, talk: Talk) -> Turn:
    """The open question of a talk, asked once more: no request may go out for that."""
    return finished(turn(talk, None, chat.book))


@settings(max_examples=150, deadline=None)
@given(st.lists(ANSWERS, min_size=1, max_size=25))
def test_asking_again_anywhere_shows_the_same_question_and_does_nothing(new_chat, answers):
    chat = new_chat()
    for text in answers:
        chat.hear(text)
        active = chat.talks.active
        if active is None:
            continue
        first = asked_again(chat, active)
        again = asked_again(chat, active._replace(journal=first.journal))

        assert first.journal == active.journal
        assert first.question == again.question
        assert first.said == ()


@settings(max_examples=150, deadline=None)
@given(st.lists(ANSWERS, min_size=1, max_size=25))
def test_a_talk_cut_into_processes_says_the_same_words(new_chat, answers):
    whole, cut = new_chat(), new_chat()
    for text in answers:
        expected = whole.hear(text)
        cut.talks = Talks(
            *(one and Talk.read(one.write()) for one in (cut.talks.active, cut.talks.aside))
        )

        assert cut.hear(text) == expected


@settings(max_examples=150, deadline=None)
@given(st.lists(ANSWERS, min_size=1, max_size=20))
def test_going_back_and_answering_the_same_gives_the_same_journal(new_chat, answers):
    chat = new_chat()
    for text in answers:
        before = chat.talks.active
        chat.hear(text)
        after = chat.talks.active
        is_step = (
            before is not None
            and after is not None
            and before.id == after.id
            and len(after.journal) > len(before.journal)
        )
        if not is_step or back(after) is None:
            continue
        chat.hear("0")
        returned = chat.talks.active
        chat.hear(text)

        assert returned.journal == before.journal
        assert chat.talks.active.journal == after.journal


def test_becoming_another_starts_with_an_empty_journal_in_the_same_turn(talk):
    chat = talk("""
        > xin chào
        < …
    """)
    first = chat.talks.active

    chat.hear("1")

    assert first.name == "welcome"
    assert chat.talks.active.name == "lesson"
    assert [entry.kind for entry in chat.talks.active.journal] == ["do", "deed"]


def test_a_journal_that_fits_no_longer_restarts_the_talk_kindly(talk):
    chat = talk("""
        > xin chào
        < …
        > 1
        < … Phần 1/5 …
        > tiếp
        < … Phần 2/5 …
    """)
    lesson = chat.talks.active
    renamed = tuple(entry._replace(key="lesson.other|next") for entry in lesson.journal[2:])
    chat.talks = Talks(lesson._replace(journal=lesson.journal[:2] + renamed))

    answer = chat.hear("tiếp")

    assert answer.text.startswith("Phần này vừa được sửa lại nên bắt đầu từ đầu.")
    assert "Phần 1/5" in answer.text


def test_a_talk_of_a_conversation_that_is_gone_ends_in_the_fallback(talk):
    chat = talk("""
        > xin chào
        < …
    """)
    chat.talks = Talks(chat.talks.active._replace(name="no_such_conversation"))

    assert chat.hear("xyz") is not None
    assert chat.talks.active.name == "fallback"


def test_arguments_of_an_older_version_restart_instead_of_failing(talk):
    chat = talk("""
        > xin chào
        < …
        > 1
        < …
    """)
    chat.talks = Talks(chat.talks.active._replace(args=(("lesson", "[1, 2]"),)))

    answer = chat.hear("tiếp")

    assert "Bà con muốn làm gì trước?" in answer.text


def test_a_journal_is_bounded_in_entries_and_size():
    entry = Entry("ask", "k", "str", '"1"')

    assert within_bounds((entry,) * MAX_ENTRIES)
    with pytest.raises(JournalTooLong, match="201 entries"):
        within_bounds((entry,) * (MAX_ENTRIES + 1))
    with pytest.raises(JournalTooLong):
        within_bounds((entry._replace(value="x" * 64_001),))


def test_the_journal_given_to_a_turn_is_never_changed(talk):
    chat = talk("""
        > xin chào
        < …
        > 1
        < …
    """)
    active = chat.talks.active
    before = active.journal

    ended = finished(turn(active, Heard("tiếp", chat.at), chat.book))

    assert len(ended.journal) == len(before) + 1

    assert active.journal is before
    assert len(before) == 2


def test_a_fresh_talk_whose_conversation_changed_is_told_by_the_turn(book):
    lesson = conversation_named("lesson")
    args = encode_args(lesson, {"lesson": "TB-01"})
    wrong = Talk("t", "lesson", args, Person(), (Entry("ask", "x|y", "str", '"1"'),), None)

    ended = finished(turn(wrong, None, book))

    assert isinstance(ended.next, Restart)
