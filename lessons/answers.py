"""What a message means: which offered answer, which several of them, which conversation.

`exact` accepts every way to say an offered answer: its number, its letter, its words. `near`
guesses at misspellings and is never asked where an answer binds anyone, such as a consent.
`intent_of` finds the conversation a whole message asks for. What is not surely one thing is None:
ask again.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from lessons._numbers import every_one_in, letter_in, number_in, numbers_in
from lessons._spelling import AS_WRITTEN, Spelt, Table, look_up, spelt, table, trimmed
from lessons.intents import Intent, Intents
from lessons.text import clean, is_pasted, words


@dataclass(frozen=True, slots=True)
class Offer:
    """One answer that a question offers; `words` are other ways to say it, with diacritics.

    `alone`: it contradicts every other answer (“Không nhận tin nào”); “tất cả” does not mean it.
    """

    key: str
    label: str
    words: tuple[str, ...] = ()
    alone: bool = False


# --- One answer ----------------------------------------------------------------------------------


def exact(
    text: str, offers: tuple[Offer, ...], polite: tuple[str, ...], *, lettered: bool = False
) -> str | None:
    """Return the key of the offer that a message names beyond doubt, else None.

    Args:
        text: the message.
        offers: in the order they are shown; the first is number 1.
        polite: words that change nothing, dropped at both ends if something else is left.
        lettered: the offers are shown as A, B, C: “a” is the letter, never the particle.
    """
    if len(text) == 1 and "1" <= text <= "9" and ord(text) - ord("1") < len(offers):
        return offers[ord(text) - ord("1")].key
    typed = spelt(text)
    if not typed.bare:
        return _by_sign(text, offers)
    known, droppable = _tables(offers, polite, lettered)
    for left in trimmed(typed, droppable):
        if (key := look_up(left, known)) is not None:
            return key
        position = number_in(left, len(offers)) or _letter(left, offers, lettered=lettered)
        if position:
            return offers[position - 1].key
    return _respaced(text, offers, polite, lettered=lettered)


def _letter(typed: Spelt, offers: tuple[Offer, ...], *, lettered: bool) -> int | None:
    is_one_letter = len(typed.bare) == 1 and typed.marked == (None,) and len(offers) > 1
    return letter_in(typed, len(offers)) if lettered or is_one_letter else None


def _by_sign(text: str, offers: tuple[Offer, ...]) -> str | None:
    """Find an offer by a sign that has no letters: 👍, >, ?"""
    sign = _SIGN_DETAIL.sub("", clean(text))
    keys = {offer.key for offer in offers if sign and sign in offer.words}
    return keys.pop() if len(keys) == 1 else None


_SIGN_DETAIL = re.compile("[\ufe0f\ufe0e\U0001f3fb-\U0001f3ff\\s]")
_DIGIT_THEN_LETTER = re.compile(r"(?<=\d)(?=[^\W\d_])")


def _respaced(
    text: str, offers: tuple[Offer, ...], polite: tuple[str, ...], *, lettered: bool
) -> str | None:
    """Read “1ạ” as “1 ạ”, and the same answer on two lines as one."""
    if (spaced := _DIGIT_THEN_LETTER.sub(" ", text)) != text:
        return exact(spaced, offers, polite, lettered=lettered)
    lines = set(filter(None, clean(text).split("\n")))
    if len(lines) == 1 and (line := lines.pop()) != text:
        return exact(line, offers, polite, lettered=lettered)
    return None


@lru_cache(maxsize=512)
def _tables(
    offers: tuple[Offer, ...], polite: tuple[str, ...], lettered: bool
) -> tuple[Table, Table]:
    known = table((offer.key, said) for offer in offers for said in (offer.label, *offer.words))
    return known, table(
        (AS_WRITTEN if _collides(word, known, lettered) else "", word)
        for word in polite
        if not (lettered and len(word) == 1 and word.isascii())
    )


def _collides(word: str, known: Table, lettered: bool) -> bool:
    """Tell whether a polite word without its diacritics could be an answer (“cô” and “có”)."""
    dropped = spelt(word)
    if lettered and len(dropped.bare[-1]) == 1:
        return True
    rows = known.get(dropped.bare, ())
    return bool(rows) and all(said.marked != dropped.marked for _, said in rows)


# --- Several answers -----------------------------------------------------------------------------

_ALL = table(
    ("all", f"{verb}{word}")
    for verb in ("", "chọn ", "lấy ", "nhận ", "có ")
    for word in (
        "hết",
        "hết cả",
        "cả",
        "tất cả",
        "tất cả các mục",
        "tất cả các tin",
        "toàn bộ",
        "all",
    )
)
_BETWEEN = re.compile(r"[,;+&/\n]|\s(?:và|va|lẫn|lan|cùng với|cung voi)\s", re.IGNORECASE)
_BOTH = re.compile(r"^\s*(?:cả|ca)\s+", re.IGNORECASE)


def exact_many(
    text: str, offers: tuple[Offer, ...], polite: tuple[str, ...]
) -> tuple[str, ...] | None:
    """Return the keys of all offers that a message names, in the order of the offers, else None.

    “1 3”, “1,3”, “cả 1 lẫn 4”, “một, ba”, “1-3”, “cả hai”, “hết”. An answer that stands alone
    together with another one is a contradiction: None.
    """
    if (one := exact(text, offers, polite)) is not None:
        return (one,)
    _, droppable = _tables(offers, polite, False)
    for left in trimmed(spelt(text), droppable):
        if (keys := _counted(text, left, offers)) is not None:
            return keys
    return _named(text, offers, polite)


def _counted(text: str, typed: Spelt, offers: tuple[Offer, ...]) -> tuple[str, ...] | None:
    together = tuple(offer.key for offer in offers if not offer.alone)
    if look_up(typed, _ALL) or every_one_in(typed) == len(together):
        return together
    positions = numbers_in(text, typed, len(offers))
    return _agreeing([offers[at - 1].key for at in positions], offers) if positions else None


def _named(text: str, offers: tuple[Offer, ...], polite: tuple[str, ...]) -> tuple[str, ...] | None:
    parts = [part for part in _BETWEEN.split(_BOTH.sub("", text)) if part.strip()]
    keys = [exact(part, offers, polite) for part in parts] if len(parts) > 1 else [None]
    found = [key for key in keys if key is not None]
    return _agreeing(found, offers) if len(found) == len(keys) else None


def _agreeing(keys: Sequence[str], offers: tuple[Offer, ...]) -> tuple[str, ...] | None:
    chosen = [offer for offer in offers if offer.key in keys]
    if len(chosen) > 1 and any(offer.alone for offer in chosen):
        return None
    return tuple(offer.key for offer in chosen)


# --- Guesses -------------------------------------------------------------------------------------

_LONGEST_GUESSED, _LONGEST_GATHERED = 8, 6  # words of a message
_SHORTEST_WITH_SLIP, _SHORTEST_WITH_TWO = 5, 12  # letters
_NOT = frozenset({"khong", "chua", "cham", "khoi", "chang", "dung"})  # dung: đừng, dừng
_LIGHT = frozenset(
    words("la cua va cho o thi ma cac nhung mot de duoc toi voi roi se dang nay do vao tu den cai")
)


def near(text: str, offers: tuple[Offer, ...], polite: tuple[str, ...]) -> str | None:
    """Return the key of the one offer a misspelt or partial message comes close to, else None.

    Never from a message that denies to an offer that does not, nor the other way round.
    """
    typed = spelt(text)
    if not 0 < len(typed.bare) <= _LONGEST_GUESSED or is_pasted(text):
        return None
    _, droppable = _tables(offers, polite, False)
    for left in trimmed(typed, droppable):
        keys = {offer.key for offer in offers if _is_close(left.bare, offer)}
        if keys:
            return keys.pop() if len(keys) == 1 else None
    return _gathered(typed.bare, offers)


def _is_close(typed: tuple[str, ...], offer: Offer) -> bool:
    said = [(spelt(offer.label).bare, True), *((spelt(word).bare, False) for word in offer.words)]
    return any(
        _slips(typed, meant) <= _allowed_slips(meant, is_label=is_label)
        and _deny_alike(typed, meant)
        for meant, is_label in said
        if meant
    )


def _allowed_slips(meant: tuple[str, ...], *, is_label: bool) -> int:
    letters = sum(map(len, meant))
    if letters < _SHORTEST_WITH_SLIP:
        return -1
    return 2 if is_label and letters >= _SHORTEST_WITH_TWO else 1


def _slips(typed: tuple[str, ...], meant: tuple[str, ...]) -> int:
    """Count the slips between two texts, after writing every first n as l."""
    return OSA.distance(_one_n_l(typed), _one_n_l(meant), score_cutoff=2)


def _one_n_l(phrase: tuple[str, ...]) -> str:
    return " ".join(
        "l" + word[1:] if word[0] == "n" and word[1:2] not in "gh" else word for word in phrase
    )


def _deny_alike(typed: Sequence[str], meant: Sequence[str]) -> bool:
    return _NOT.intersection(typed) == _NOT.intersection(meant)


def _gathered(typed: tuple[str, ...], offers: tuple[Offer, ...]) -> str | None:
    """Find the one label whose telling words all stand in the message, or that holds all of its."""
    if len(typed) > _LONGEST_GATHERED:
        return None
    own = _telling(_one_n_l(typed).split())
    labels = {offer.key: spelt(offer.label).bare for offer in offers}
    telling = {key: _telling(_one_n_l(label).split()) for key, label in labels.items()}
    keys = [
        key
        for key, words_of_it in telling.items()
        if (words_of_it and words_of_it <= own) or (len(own) > 1 and own <= words_of_it)
    ]
    if len(keys) != 1 or not _deny_alike(typed, labels[keys[0]]):
        return None
    left_over = own - telling.pop(keys[0])  # “cảnh báo và nhắc học” names two
    is_only = all(left_over.isdisjoint(others) for others in telling.values())
    return keys[0] if is_only else None


def _telling(phrase: Sequence[str]) -> frozenset[str]:
    return frozenset(phrase) - _LIGHT


# --- Not knowing ---------------------------------------------------------------------------------


def is_unsure(text: str, word_set: tuple[str, ...], polite: tuple[str, ...] = ()) -> bool:
    """Tell whether a whole message says that the person does not know (“chịu”, “quên rồi”)."""
    typed = spelt(text)
    if not typed.bare:
        return clean(text) in word_set
    known, droppable = _unsure_tables(word_set, polite)
    return any(look_up(left, known) for left in trimmed(typed, droppable))


# People say it of themselves, under every name they have, and underline it.
_OF_ONESELF = (
    *(
        "tôi",
        "mình",
        "em",
        "cháu",
        "con",
        "bác",
        "bà",
        "ông",
        "cô",
        "chú",
        "anh",
        "chị",
        "cụ",
        "tui",
        "u",
    ),
    *(
        "thì",
        "cũng",
        "câu này",
        "cái này",
        "bài này",
        "đâu",
        "nữa",
        "luôn",
        "thật",
        "lắm",
        "ạ",
        "quá",
        "rồi",
    ),
)


@lru_cache(maxsize=64)
def _unsure_tables(word_set: tuple[str, ...], polite: tuple[str, ...]) -> tuple[Table, Table]:
    known = table(("unsure", word) for word in word_set)
    return known, table(("", word) for word in (*_OF_ONESELF, *polite))


# --- Conversations -------------------------------------------------------------------------------

_LONGEST_COMMAND = 8  # words, polite ones included
_SHORTEST_MISSPELT = 8  # letters of a phrase that one slip may spoil
_STOPS = frozenset({"stop", "stop_maybe"})


@dataclass(frozen=True, slots=True)
class _Commands:
    known: Table
    droppable: Table
    phrases: tuple[str, ...]  # every phrase, n written as l; its conversation at the same place in
    names: tuple[str, ...]
    needs_marks: frozenset[tuple[str, ...]]


def intent_of(text: str, intents: Intents) -> str | None:
    """Return the name of the conversation that a whole message asks for, else None.

    A single word that means something else without its diacritics (`intents.marked`) needs them.
    One slip is forgiven in longer phrases, but never to or from a wish to stop.
    """
    typed = spelt(text)
    if not 0 < len(typed.bare) <= _LONGEST_COMMAND or is_pasted(text):
        return None
    commands = _commands(
        intents.conversations, intents.polite, intents.word_sets.get("wanting", ()), intents.marked
    )
    parts = tuple(trimmed(typed, commands.droppable))
    sure = (name for part in parts if (name := _command(part, commands)) is not None)
    return next(sure, None) or _misspelt(parts, commands)


def _command(typed: Spelt, commands: _Commands) -> str | None:
    if typed.bare in commands.needs_marks and typed.marked == (None,):
        plain = (key for key, said in commands.known.get(typed.bare, ()) if said.marked == (None,))
        return next(plain, None)
    return look_up(typed, commands.known)


def _misspelt(parts: Sequence[Spelt], commands: _Commands) -> str | None:
    for part in parts:
        names = set(_close_names(part.bare, commands))
        if names:
            return names.pop() if len(names) == 1 and not names & _STOPS else None
    return None


def _close_names(typed: tuple[str, ...], commands: _Commands) -> Iterator[str]:
    found = process.extract(
        _one_n_l(typed),
        commands.phrases,
        scorer=OSA.distance,
        score_cutoff=2,
        limit=None,
    )
    for phrase, slips, at in found:
        is_stop = commands.names[at] in _STOPS  # whatever resembles a stop is not guessed at
        if is_stop or _is_forgiven(typed, words(phrase), int(slips)):
            yield commands.names[at]


def _is_forgiven(typed: Sequence[str], phrase: Sequence[str], slips: int) -> bool:
    if slips == 0:
        return len(phrase) > 1
    is_long = sum(map(len, phrase)) >= _SHORTEST_MISSPELT
    return slips == 1 and is_long and _deny_alike(typed, phrase)


@lru_cache(maxsize=16)
def _commands(
    conversations: tuple[Intent, ...],
    polite: tuple[str, ...],
    wanting: tuple[str, ...],
    marked: frozenset[str],
) -> _Commands:
    said = [(talk.name, word) for talk in conversations for word in (talk.title, *talk.words)]
    return _Commands(
        known=table(said),
        droppable=table(("", word) for word in (*wanting, *polite)),
        phrases=tuple(_one_n_l(spelt(word).bare) for _, word in said),
        names=tuple(name for name, _ in said),
        needs_marks=frozenset(spelt(word).bare for word in marked),
    )
