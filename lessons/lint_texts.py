"""Rules for one text at a time: length, letters, words that residents misunderstand.

The lengths follow what people over 60 read without losing the thread: one idea a sentence, two
sentences a card, 150 spoken words a minute on the loudspeaker.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from lessons.passages import Kind, Passage
from lessons.phrases import PLACEHOLDER
from lessons.problems import Problem


@dataclass(frozen=True, slots=True)
class Limit:
    """How long a text of one kind may be, and what to do when it is longer."""

    chars: int
    advice: str
    sentences: int | None = None
    words: int | None = None


LIMITS: Mapping[Kind, Limit] = MappingProxyType(
    {
        Kind.TITLE: Limit(80, "Cắt bớt."),
        Kind.OBJECTIVE: Limit(160, "Cắt bớt."),
        Kind.CARD: Limit(220, "Cắt bớt hoặc tách thành hai thẻ.", sentences=2),
        Kind.PRACTICE: Limit(220, "Cắt bớt, chỉ giữ một việc."),
        Kind.QUESTION: Limit(160, "Hỏi ngắn lại."),
        Kind.OPTION: Limit(70, "Cắt bớt."),
        Kind.EXPLAIN: Limit(220, "Cắt bớt."),
        Kind.RADIO: Limit(2000, "Cắt bớt, đọc loa không quá 90 giây.", words=225),
        Kind.ALT: Limit(160, "Cắt bớt."),
        Kind.LABEL: Limit(70, "Cắt bớt."),
        Kind.CONSENT: Limit(400, "Cắt bớt, phần còn lại để ở “Đọc kỹ hơn”."),
        Kind.MESSAGE: Limit(2000, "Cắt bớt hoặc tách thành hai câu."),
    }
)
MAX_SENTENCE_WORDS = 26
CAPITALS_IN_A_ROW = 3
_ONE_LINE = frozenset(Kind) - {Kind.MESSAGE, Kind.CONSENT, Kind.RADIO}
_OPTIONS = frozenset({Kind.OPTION, Kind.LABEL})

_QUOTED = re.compile('“[^”]*”|"[^"]*"')
_LIST_NUMBER = re.compile(r"(^|\n)\s*\d{1,2}\.(?=\s)")
_SENTENCE_END = re.compile(r"[.!?…]+[”\"’)]*(?=\s|$)|\n")
_WORD = re.compile(r"\w")
_OWN_LETTER = re.compile(r"(?:[A-Da-d]|\d{1,2})[.)]\s")


@dataclass(frozen=True, slots=True)
class Word:
    """A word not to use, what to write instead, and whether it is only a matter of taste."""

    pattern: re.Pattern[str]
    instead: str
    is_warning: bool = False


def _word(pattern: str, instead: str, *, is_warning: bool = False) -> Word:
    return Word(re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.IGNORECASE), instead, is_warning)


WORDS = (
    Word(re.compile(r"(?<!\w)Học Số(?!\w)"), "{bot}"),
    Word(re.compile(r"(?<!\w)[A-Z]{2}-\d{2,3}(?!\w)"), "tên bài"),
    Word(re.compile(r"(?<!\w)sai\s*!", re.IGNORECASE), "Chưa đúng"),
    _word(r"thẻ (?:\d+|\{\w+\})\s*/\s*(?:\d+|\{\w+\})", "phần 3/5"),
    _word("links?", "đường dẫn"),
    _word("urls?", "đường dẫn"),
    _word("quý (?:khách|công dân|vị)", "bà con"),
    _word("truy cập", "vào"),
    _word("triển khai", "làm"),
    _word("dulieu", "thông tin của tôi"),
    _word("ghi thăm hộ", "Ghi đến nhà"),
    _word("dạy hộ", "Dạy kèm"),
    _word("nối tài khoản", "Dùng chung một sổ học"),
    _word("thiết bị", "điện thoại", is_warning=True),
    _word("kích hoạt", "bật", is_warning=True),
    _word("hoàn tất", "làm xong", is_warning=True),
    _word("cung cấp", "đưa, cho biết", is_warning=True),
    _word("thực hiện|tiến hành", "làm", is_warning=True),
    _word("tuyệt đối không", "không", is_warning=True),
    _word("app(?! store)", "ứng dụng", is_warning=True),
    _word(
        "(?<!kết )(?<!người )(?<!các )bạn(?! bè| học| thân| cũ| ấy| hàng| đời| gái| trai)",
        "câu không chủ ngữ, hoặc mình",
        is_warning=True,
    ),
)


def text_problems(passage: Passage) -> Iterator[Problem]:
    """Yield what is wrong with one text."""
    for said in _lengths(passage):
        yield _problem(passage, said)
    for said in _letters(passage):
        yield _problem(passage, said)
    for said in _long_sentences(passage):
        yield _problem(passage, said, is_warning=True)
    yield from _words(passage)


def sentences(text: str) -> list[str]:
    """Return the sentences of a text; a line end ends one, “Bấm… rồi” and “1. Học” do not."""
    rest, start, found = _LIST_NUMBER.sub(r"\1", text), 0, []
    for end in _SENTENCE_END.finditer(rest):
        if not end[0].startswith("…") or not rest[end.end() :].lstrip()[:1].islower():
            found.append(rest[start : end.start()])
            start = end.end()
    return [one for part in (*found, rest[start:]) if _WORD.search(one := part.strip())]


def word_count(text: str) -> int:
    """Return how many words (tiếng) are read aloud."""
    return sum(1 for word in text.split() if _WORD.search(word))


def _problem(passage: Passage, said: str, *, is_warning: bool = False) -> Problem:
    place = passage.place
    return Problem(place.file, place.line, place.lesson, f"{passage.name} {said}", is_warning)


def _lengths(passage: Passage) -> Iterator[str]:
    limit, text = LIMITS[passage.kind], passage.text
    if len(text) > limit.chars:
        yield f"dài {len(text)} ký tự, tối đa {limit.chars}. {limit.advice}"
    if limit.sentences is not None and (count := len(sentences(text))) > limit.sentences:
        yield f"có {count} câu, tối đa {limit.sentences}. {limit.advice}"
    if limit.words is not None and (count := word_count(text)) > limit.words:
        yield f"có {count} tiếng, tối đa {limit.words}. {limit.advice}"


def _letters(passage: Passage) -> Iterator[str]:
    text = passage.text
    if not unicodedata.is_normalized("NFC", text):
        yield "viết bằng Unicode tổ hợp (dấu rời). Gõ lại, hoặc chuyển sang Unicode dựng sẵn."
    if hidden := next((char for char in text if _is_hidden(char)), None):
        yield f"có ký tự ẩn U+{ord(hidden):04X}. Xóa ký tự đó."
    if "\n" in text and passage.kind in _ONE_LINE:
        yield "xuống dòng ở giữa. Viết liền một dòng."
    if run := _capital_run(text):
        yield f"viết hoa cả cụm “{run}”. Viết chữ thường, chỉ hoa chữ đầu."
    if "{" in (rest := PLACEHOLDER.sub("", text)) or "}" in rest:
        yield "có dấu ngoặc nhọn lẻ. Chỗ trống viết như {ten_cho_trong}, chữ thường không dấu."
    yield from _signs(passage)


def _signs(passage: Passage) -> Iterator[str]:
    pictures = sum(unicodedata.category(char) == "So" and char != "°" for char in passage.text)
    if passage.kind in _OPTIONS:
        if pictures:
            yield "có hình biểu cảm. Lựa chọn chỉ viết chữ."
        if _OWN_LETTER.match(passage.text):
            yield "tự đánh số ở đầu. Bỏ đi, số được thêm khi gửi."
    elif pictures > 1:
        yield f"có {pictures} hình biểu cảm, tối đa 1. Bỏ bớt."


def _is_hidden(char: str) -> bool:
    return char != "\n" and unicodedata.category(char) in ("Cc", "Cf", "Co", "Cn", "Zl", "Zp")


def _capital_run(text: str) -> str | None:
    run: list[str] = []
    for word in PLACEHOLDER.sub("·", text).split():
        core = word.strip("“”\"'‘’(")
        run = [*run, core] if _is_shouted(core.rstrip(".,;:!?)…")) else []
        if len(run) == CAPITALS_IN_A_ROW:
            return " ".join(run)
        if core.endswith((".", ",", ";", ":")):  # “UBND, MTTQ, HĐND” lists names, it does not shout
            run = []
    return None


def _is_shouted(word: str) -> bool:
    return len(word) > 1 and word.isalpha() and word.isupper()


def _long_sentences(passage: Passage) -> Iterator[str]:
    for sentence in sentences(passage.text):
        if (count := word_count(sentence)) > MAX_SENTENCE_WORDS:
            yield (
                f"có câu dài {count} tiếng (“{sentence[:30]}…”), "
                f"nên từ {MAX_SENTENCE_WORDS} trở xuống. Tách thành hai câu."
            )


def _words(passage: Passage) -> Iterator[Problem]:
    """What stands in quotation marks is what somebody else says or a screen shows."""
    spoken = _QUOTED.sub("“”", passage.text)
    for word in WORDS:
        if found := word.pattern.search(spoken):
            said = f"dùng chữ “{found[0]}” bà con dễ hiểu nhầm. Viết “{word.instead}”."
            yield _problem(passage, said, is_warning=word.is_warning)
