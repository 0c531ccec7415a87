"""What a message means at the question that is open: the order in which readings outrank each other.

At a choice                                   At a free-text question
1. a tap on this question's button            1. a tap: late
2. something that is no text, but for what    2. something that is no text, but for what is written
   is written under it: an alarm lane            under it: an alarm lane
3. an answer equal to an offered option       3. “0”, or a command that cannot be a text (two words,
4. “0” goes back                                 or marked: “nghỉ”, “DỪNG”, or a messenger's own: “/start”)
5. an alarm lane                              4. an alarm lane: its text is added, the question stays
6. DỪNG and the global words                  5. everything else is the answer
7. “nhắc lại”
8. a close answer (never where it must be exact)
9. free text where that is allowed too (5 and 6 then as on the right)

A pasted message (> 12 words, or a link) is no answer and no command: only a lane may see it.
"""

from dataclasses import dataclass
from datetime import timedelta

from handlers._effects import Form, Picked, Question, Typed
from handlers._journal import Answer
from handlers._talk import Book, Heard, Kind, Talk
from lessons.alarms import lane_of
from lessons.answers import exact, exact_many, intent_of, is_unsure, near
from lessons.names import FORMS
from lessons.text import clean, fold, has_marks, is_pasted

MAX_CHARS = 2000
"""A longer message is read up to here; a channel may cut earlier."""
MAX_ANSWER_CHARS = 300
"""A free-text answer is kept up to here."""
MAX_NAME_WORDS = 3
"""“bà Thị Học” is a name, not a command."""
CAPTIONED = frozenset({Kind.PICTURE, Kind.FILE, Kind.VOICE})
"""What may come with words under it."""
ONE_THOUGHT = timedelta(seconds=2)
STAFF = "@staff"
"""The option “gặp cán bộ” that joins a question after two misses."""


@dataclass(frozen=True, slots=True)
class Answered:
    """It answers the open question."""

    value: Answer


@dataclass(frozen=True, slots=True)
class Interrupted:
    """It belongs to another conversation."""

    name: str


@dataclass(frozen=True, slots=True)
class Added:
    """An alarm inside a free text: the lane's words are added and the question stays."""

    lane: str


@dataclass(frozen=True, slots=True)
class Noted:
    """Nothing to answer with: `phrase` says why, and the question is shown again (briefly)."""

    phrase: str


class Back:
    """“0”, “quay lại”."""


class Again:
    """“Nhắc lại”: the question once more."""


class Unclear:
    """Not understood: counts as a miss."""


class Quiet:
    """The second half of a thought that was answered already: nothing to say."""


Reading = Answered | Interrupted | Added | Noted | Back | Again | Unclear | Quiet

_NO_TEXT = {
    Kind.VOICE: "engine.voice",
    Kind.PICTURE: "engine.picture",
    Kind.FILE: "engine.picture",
    Kind.EDITED: "engine.edited",
}


def understand(question: Question, talk: Talk, heard: Heard, book: Book) -> Reading:
    """Read one message at an open question; never raises on any input."""
    if heard.tap is not None:
        return _tapped(question, talk, heard)
    if heard.kind is not Kind.TEXT:
        return _wordless(question, heard, book)
    if _is_half_a_thought(talk, heard):
        return _second_half(question, talk, heard, book)
    reading = _read(question, talk, heard.text[:MAX_CHARS], book)
    if isinstance(reading, Answered) and _saw_another(talk, heard):
        return Noted("engine.late")
    return reading


def _saw_another(talk: Talk, heard: Heard) -> bool:
    """Whether another question stood on the person's screen when they typed, as far as is known."""
    return heard.seen is not None and heard.seen != f"{talk.id}:{len(talk.journal)}"


def _tapped(question: Question, talk: Talk, heard: Heard) -> Reading:
    tap = heard.tap
    assert tap is not None
    if tap.talk != talk.id or tap.question != len(talk.journal):
        return Noted("engine.late")
    if tap.option == STAFF:
        return Interrupted("meet_staff")
    if all(option.key != tap.option for option in question.options):
        return Noted("engine.late")
    return Answered(_picked(question, tap.option))


def _picked(question: Question, key: str) -> Answer:
    match question.form:
        case Form.SEVERAL:
            return (key,)
        case Form.CHOICE_OR_TEXT:
            return Picked(key)
        case _:
            return key


def caption_lane(heard: Heard, book: Book) -> str | None:
    """The alarm lane of what is written under a picture or a file; the thing itself is not looked at."""
    if heard.kind not in CAPTIONED or not heard.text:
        return None
    return lane_of(clean(heard.text[:MAX_CHARS]), book.lanes)


def _wordless(question: Question, heard: Heard, book: Book) -> Reading:
    lane = caption_lane(heard, book)
    if lane is not None:
        is_choice = question.form in {Form.CHOICE, Form.SEVERAL}
        return Interrupted(lane) if is_choice else Added(lane)
    if heard.kind in _NO_TEXT:
        return Noted(_NO_TEXT[heard.kind])
    if question.form is Form.CHOICE and len(question.options) == 1 and not question.exact:
        return Answered(question.options[0].key)
    return Noted("engine.sticker")


# ---------------------------------------------------------------- two messages, one thought


def _is_half_a_thought(talk: Talk, heard: Heard) -> bool:
    if heard.follows is None or talk.open is None:
        return False
    is_new = heard.at - talk.open.asked_at <= ONE_THOUGHT
    return (is_new or talk.open.misses > 0) and (heard.seen is None or _saw_another(talk, heard))


def _second_half(question: Question, talk: Talk, heard: Heard, book: Book) -> Reading:
    """The question came up while this was being typed: only the whole thought may answer it."""
    assert heard.follows is not None
    alone = _read(question, talk, heard.text[:MAX_CHARS], book)
    if isinstance(alone, Interrupted | Added):
        return alone
    if talk.open is not None and talk.open.misses:
        whole = _read(question, talk, f"{heard.follows} {heard.text}"[:MAX_CHARS], book)
        readings = [reading for reading in (whole, alone) if not isinstance(reading, Unclear)]
        return readings[0] if readings else Quiet()
    return Quiet()


# ---------------------------------------------------------------- text


def _read(question: Question, talk: Talk, raw: str, book: Book) -> Reading:
    if question.form is Form.TEXT:
        return _read_free(clean(raw), book)
    if len(raw) == 1 and raw in "0123456789":
        quick = _by_number(question, talk, raw)
        if quick is not None:
            return quick
    return _read_choice(question, talk, clean(raw), book)


def _by_number(question: Question, talk: Talk, digit: str) -> Reading | None:
    """The commonest answer of all, a bare digit, without any folding."""
    number = ord(digit) - ord("0")
    if number == 0:
        return Back()
    if 1 <= number <= len(question.options):
        return Answered(_picked(question, question.options[number - 1].key))
    if number == len(question.options) + 1 and _offers_staff(talk):
        return Interrupted("meet_staff")
    return None


def _offers_staff(talk: Talk) -> bool:
    return talk.open is not None and talk.open.misses >= 2  # noqa: PLR2004 - residents.md: two misses


def _read_choice(question: Question, talk: Talk, text: str, book: Book) -> Reading:
    if is_pasted(text):
        return _read_pasted(question, text, book)
    equal = _equal(question, text, book)
    if equal is not None:
        return equal
    may_be_text = question.form is Form.CHOICE_OR_TEXT
    lane = lane_of(text, book.lanes)
    if lane is not None:
        return Added(lane) if may_be_text else Interrupted(lane)
    if exact(text, book.back_offer, book.intents.polite) is not None:
        return Back()
    command = intent_of(text, book.intents)
    if command is not None and (not may_be_text or _is_surely_command(text)):
        return Interrupted(command)
    return _close(question, talk, text, book)


def _equal(question: Question, text: str, book: Book) -> Reading | None:
    offers = book.offers(question.options)
    if question.form is Form.SEVERAL:
        several = exact_many(text, offers, book.intents.polite)
        return Answered(several) if several else None
    key = exact(text, offers, book.intents.polite, lettered=question.lettered)
    if key is not None:
        return Answered(_picked(question, key))
    if question.unsure is not None and is_unsure(text, book.word_set("unsure")):
        return Answered(question.unsure)
    return None


def _close(question: Question, talk: Talk, text: str, book: Book) -> Reading:
    if exact(text, book.again_offer, book.intents.polite) is not None:
        return Again()
    if not question.exact and question.form is not Form.SEVERAL:
        key = near(text, book.offers(question.options), book.intents.polite)
        if key is not None:
            return Answered(_picked(question, key))
    if question.form is Form.CHOICE_OR_TEXT and fold(text):
        return Answered(Typed(text[:MAX_ANSWER_CHARS]))
    return Unclear()


def _read_pasted(question: Question, text: str, book: Book) -> Reading:
    may_be_text = question.form is Form.CHOICE_OR_TEXT
    lane = lane_of(text, book.lanes)
    if lane is not None:
        return Added(lane) if may_be_text else Interrupted(lane)
    if may_be_text:
        return Answered(Typed(text[:MAX_ANSWER_CHARS]))
    return Noted("engine.pasted")


def _read_free(text: str, book: Book) -> Reading:
    if not text:
        return Unclear()
    if text == "0":
        return Back()
    if not is_pasted(text):
        command = intent_of(text, book.intents)
        if command is not None and _is_surely_command(text):
            return Interrupted(command)
    lane = lane_of(text, book.lanes)
    if lane is not None:
        return Added(lane)
    return Answered(text[:MAX_ANSWER_CHARS])


def _is_surely_command(text: str) -> bool:
    """At a free-text question a bare word may be a name (*Huy*, *Thoi*), and so may “chú Huy”."""
    if text.startswith("/"):
        return True
    words = fold(text).split()
    if words and words[0] in FORMS and len(words) <= MAX_NAME_WORDS:
        return False
    return has_marks(text) or len(words) > 1
