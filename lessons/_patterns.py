"""Patterns over Vietnamese words, as staff can write them, compiled to regular expressions.

    {nguoi_nha} ..3 (bị|vừa) [nặng] ngất!

| written      | means                                                                          |
|--------------|--------------------------------------------------------------------------------|
| ngất         | the word, typed as written or with some or all of its diacritics missing       |
| ngất!        | the word, only with its diacritics                                             |
| (a b|c)      | one of them                                                                    |
| [a|b]        | one of them, or nothing                                                        |
| {name}       | one of the class of that name                                                  |
| ..3          | up to three words between, none of them a denial, none beyond the sentence     |
| #            | a number in digits                                                             |
| ^ $          | the start, the end of the message                                              |
| a b & c      | both, anywhere in the message and in any order                                 |

A gap is bounded, so that the time is bounded: no pattern can run away. Every word is one character
in what the expressions read (`Vocabulary`), which makes a few hundred patterns small and quick.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from lessons._spelling import tone_last
from lessons.text import fold, repair


class PatternError(ValueError):
    """A pattern that cannot be read; the sentence says which and what to do."""


SENTENCE_END, _OTHER_WORD, _OTHER_NUMBER = "|", "?", "#"
_FIRST_WORD, _FIRST_NUMBER = 0xF0000, 0x100000  # code points without meaning, for words and numbers
_ANY_NUMBER = f"[{_OTHER_NUMBER}\U00100000-\U0010fffd]"
_ITEM = re.compile(r"\s*(?:(\{\w+\})|(\.\.\d+)|([()\[\]|^$#])|([^\s(){}\[\]|^$#.]+))")
_WORD = re.compile("[0-9a-zđð\u0300-\u036f]+|[.!?;](?=\\s|$)")
_SENTENCE_ENDS = frozenset(".!?;")
_MONEY = re.compile(r"(\d+)(tr|trieu|k|cu|ty|nghin|ngan|chai|lit|m)(\d*)")
_DRAWN_OUT = re.compile(r"([a-z])\1{2,}")


def _decomposed(text: str) -> str:
    return unicodedata.normalize("NFKD", text).casefold().replace("ð", "đ")


def _marks(written: str) -> frozenset[str]:
    letters = unicodedata.normalize("NFD", written)
    return frozenset(letter for letter in letters if letter == "đ" or unicodedata.combining(letter))


def as_written(word: str) -> str:
    """Return the key of a word that was meant as it stands: “cho” itself, neither chợ nor chó."""
    return f"{word}'" if word.isascii() and not word.isdigit() else word


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words patterns are made of, each with the character that stands for it.

    `codes`: a word folded, or `as_written` -> its character.
    `written`: folded word -> how patterns write it.
    """

    codes: dict[str, str] = field(default_factory=dict)
    written: dict[str, set[str]] = field(default_factory=dict)

    def add(self, word: str) -> tuple[str, str]:
        """Take in a word of a pattern; return the characters of its folded and its written form.

        Raises:
            PatternError: it is no word.
        """
        found = _WORD.fullmatch(_decomposed(word))
        if not found or not fold(word):
            raise PatternError(f"Không đọc được từ “{word}” trong mẫu. Chỉ dùng chữ cái và chữ số.")
        written = tone_last(found[0])
        bare = fold(written)
        self.written.setdefault(bare, set()).add(written)
        return self._code(bare), self._code(as_written(written))

    def _code(self, word: str) -> str:
        first = _FIRST_NUMBER if word.isdigit() else _FIRST_WORD
        return self.codes.setdefault(word, chr(first + len(self.codes)))

    def read(self, word: str) -> str:
        """Return the character of a word of a message: folded, or `as_written`."""
        return self.codes.get(word, _OTHER_NUMBER if word.isdigit() else _OTHER_WORD)


@dataclass(frozen=True, slots=True)
class Reader:
    """Turns a message into the row of characters that patterns are looked for in.

    `short_for`: folded word -> what people mean by it. `heard`: written word -> the word it stands
    for, where voice typing or a dialect writes another one.
    """

    vocabulary: Vocabulary
    short_for: Mapping[str, str]
    heard: Mapping[str, str]

    def row(self, text: str) -> str:
        """Return one character for each word and each end of a sentence.

        Where most words carry diacritics, one without any was meant without any.
        """
        found = _WORD.findall(_decomposed(text))
        marked = sum(not token.isascii() for token in found)
        is_marked = marked > 1 and marked * 2 >= len(found)
        return "".join(
            character for token in found for character in self._read(token, is_marked=is_marked)
        )

    def _read(self, token: str, *, is_marked: bool) -> Iterator[str]:
        if token in _SENTENCE_ENDS:
            yield SENTENCE_END
            return
        yield from map(self.vocabulary.read, self._words(token, is_marked=is_marked))

    def _words(self, token: str, *, is_marked: bool) -> Iterator[str]:
        written = tone_last(_DRAWN_OUT.sub(r"\1", token))
        written = self.heard.get(written, written)
        bare = fold(written)
        if not written.isascii():
            yield self._closest(bare, written)
            return
        meant = self._plain(bare)
        yield from [as_written(bare)] if is_marked and meant == [bare] else meant

    def _plain(self, bare: str) -> list[str]:
        if money := _MONEY.fullmatch(bare):
            return [part for part in money.groups() if part]
        return repair(self.short_for.get(bare, bare)).split()

    def _closest(self, bare: str, written: str) -> str:
        """Return the written word itself, or the folded one where only some marks were typed."""
        known = self.vocabulary.written.get(bare, set())
        if written in known or not any(_marks(written) < _marks(word) for word in known):
            return written
        return bare


def reader(
    vocabulary: Vocabulary, short_for: Mapping[str, str], heard: Mapping[str, str]
) -> Reader:
    """Return a reader; `heard` is given as people write it: {"nừa": "lừa"}."""
    pairs = {tone_last(_decomposed(a)): tone_last(_decomposed(b)) for a, b in heard.items()}
    return Reader(vocabulary, short_for, pairs)


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled pattern; `needs` holds sets of characters, one of each is in every match."""

    source: str
    expression: re.Pattern[str]
    needs: tuple[frozenset[str], ...]


@dataclass(frozen=True, slots=True)
class _Part:
    """A piece of an expression; `words` where it is nothing but words in a row, else empty."""

    expression: str
    needs: tuple[frozenset[str], ...] = ()
    words: tuple[frozenset[str], ...] = ()


@dataclass(frozen=True, slots=True)
class Compiler:
    """Compiles patterns over one vocabulary.

    `denials`: words that may not stand in a gap, nor right before a pattern.
    """

    classes: Mapping[str, tuple[str, ...]]
    denials: tuple[str, ...]
    vocabulary: Vocabulary
    known: dict[str, _Part] = field(default_factory=dict)

    def compiled(
        self, source: str, not_after: Iterable[str] = (), not_within: Iterable[str] = ()
    ) -> Pattern:
        """Compile one pattern.

        Args:
            source: the pattern as written.
            not_after: words that may not stand right before it, besides denials.
            not_within: words that may not stand in its gaps, besides denials.

        Raises:
            PatternError: it is not well formed, or names a class nobody defined.
        """
        phrases = [self._phrase(text).words for text in (*self.denials, *not_after)]
        before = "".join(f"(?<!{hurdle})" for hurdle in _hurdles(phrases))
        gap = self._gap(not_within)
        parts = [self._whole(source, part, gap) for part in source.split("&")]
        needs = tuple(need for part in parts for need in part.needs)
        if len(parts) == 1:
            return Pattern(source, re.compile(before + parts[0].expression), needs)
        ahead = "".join(f"(?=.*?{before}{part.expression})" for part in parts)
        return Pattern(source, re.compile(rf"\A{ahead}"), needs)

    def _whole(self, source: str, part: str, gap: str) -> _Part:
        parsing = _Parsing(self, source, gap, _items(part))
        whole = parsing.choice()
        if parsing.items:
            raise PatternError(f"Mẫu “{source}” thừa “{parsing.items[0]}”. Xem lại các dấu ngoặc.")
        return whole

    def _gap(self, not_within: Iterable[str]) -> str:
        words = (self._phrase(text) for text in (*self.denials, *not_within))
        single = (word.words[0] for word in words if len(word.words) == 1)
        closed = frozenset({SENTENCE_END}).union(*single)
        return f"[^{''.join(sorted(closed))}]"

    def _phrase(self, text: str) -> _Part:
        return _in_a_row([self.word(word) for word in text.split()])

    def word(self, text: str) -> _Part:
        """Return the part for one word: “ngất”, or “ngất!” for the marked spelling alone."""
        if text not in self.known:
            bare, written = self.vocabulary.add(text.removesuffix("!"))
            forms = frozenset({written} if text.endswith("!") else {bare, written})
            self.known[text] = _one_word(forms)
        return self.known[text]

    def of_class(self, name: str, gap: str, source: str) -> _Part:
        """Return the part for a class."""
        if name not in self.classes:
            raise PatternError(
                f"Mẫu “{source}” dùng nhóm “{name}” chưa có. Thêm vào mục “classes”."
            )
        has_gap = any(".." in line or "{" in line for line in self.classes[name])
        key = f"{{{name}}} {gap if has_gap else ''}"
        if key not in self.known:
            lines = (_Parsing(self, text, gap, _items(text)) for text in self.classes[name])
            self.known[key] = _any_of([line.choice() for line in lines])
        return self.known[key]


@dataclass(frozen=True, slots=True)
class _Parsing:
    """One pattern while it is read from left to right; `items` is what is left of it."""

    compiler: Compiler
    source: str
    gap: str
    items: list[str]

    def choice(self) -> _Part:
        """Read alternatives up to a closing bracket or the end."""
        options = [self._sequence()]
        while self.items and self.items[0] == "|":
            self.items.pop(0)
            options.append(self._sequence())
        return _any_of(options)

    def _sequence(self) -> _Part:
        parts = []
        while self.items and self.items[0] not in ("|", ")", "]"):
            parts.append(self._item(self.items.pop(0)))
        return _in_a_row(parts)

    def _item(self, item: str) -> _Part:
        match item[0]:
            case "(" | "[":
                return self._bracket(item)
            case "^":
                return _Part(r"\A")
            case "$":
                return _Part(rf"(?=\{SENTENCE_END}*\Z)")
            case "#":
                return _Part(_ANY_NUMBER)
            case ".":
                return _Part(f"{self.gap}{{0,{item[2:]}}}")
            case "{":
                return self.compiler.of_class(item[1:-1], self.gap, self.source)
        return self.compiler.word(item)

    def _bracket(self, opening: str) -> _Part:
        inside = self.choice()
        if not self.items or self.items.pop(0) != {"(": ")", "[": "]"}[opening]:
            raise PatternError(f"Mẫu “{self.source}” thiếu dấu đóng ngoặc. Thêm “)” hoặc “]”.")
        return inside if opening == "(" else _Part(f"(?:{inside.expression})?")


def _items(source: str) -> list[str]:
    items, at, text = list[str](), 0, source.strip()
    while at < len(text):
        found = _ITEM.match(text, at)
        if not found:
            raise PatternError(
                f"Mẫu “{source}”: không hiểu “{text[at:]}”. Xem cách viết ở đầu tệp."
            )
        items.append(found[0].strip())
        at = found.end()
    return items


def _hurdles(phrases: Iterable[Sequence[frozenset[str]]]) -> Iterator[str]:
    """Return expressions of one width each, as looking behind asks for."""
    single = frozenset[str]().union(*(words[0] for words in phrases if len(words) == 1))
    if single:
        yield _one_word(single).expression
    for words in phrases:
        if len(words) > 1:
            yield "".join(_one_word(word).expression for word in words)


def _one_word(characters: frozenset[str]) -> _Part:
    return _Part(f"[{''.join(sorted(characters))}]", (characters,), (characters,))


def _in_a_row(parts: list[_Part]) -> _Part:
    if len(parts) == 1:
        return parts[0]
    needs = tuple(need for part in parts for need in part.needs)
    all_words = all(part.words for part in parts)
    words = tuple(word for part in parts for word in part.words) if all_words else ()
    return _Part("".join(part.expression for part in parts), needs, words)


def _any_of(options: list[_Part]) -> _Part:
    """Join alternatives; those that are nothing but words share what they begin with."""
    if len(options) == 1:
        return options[0]
    firsts = [option.needs[0] for option in options if option.needs]
    first = frozenset[str]().union(*firsts)
    phrases = {option.words for option in options if option.words}
    if all(len(option.words) == 1 for option in options):
        return _one_word(first)
    needs = (first,) if len(firsts) == len(options) else ()
    others = [option.expression for option in options if not option.words]
    return _Part(f"(?:{'|'.join([*others, *_branches(phrases)])})", needs)


def _branches(phrases: Iterable[tuple[frozenset[str], ...]]) -> list[str]:
    """Return expressions for phrases, each first word written once: thằng(?:[bé con]|ấy kia)."""
    rests: dict[frozenset[str], set[tuple[frozenset[str], ...]]] = {}
    for phrase in phrases:
        rests.setdefault(phrase[0], set()).add(phrase[1:])
    ending: dict[str, set[str]] = {}
    for first, following in rests.items():
        tails = tuple(sorted(_branches(rest for rest in following if rest)))
        optional = () in following
        rest = f"(?:{'|'.join(tails)}){'?' if optional else ''}" if tails else ""
        ending.setdefault(rest, set()).update(first)
    return [_one_word(frozenset(firsts)).expression + rest for rest, firsts in ending.items()]
