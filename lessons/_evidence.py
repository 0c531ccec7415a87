"""What speaks for an alarm lane in a message: its words, and the weight each of them has learnt.

A message becomes folded words; each word and each run of two or three words is a piece of evidence.
A lane's score is the sum of what its pieces weigh, divided by the root of their number, so that a
long message needs more than a short one. The weights are made by training/alarms.py.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt

from lessons.text import fold, repair

START, END = "^", "$"
_TOKEN = re.compile('[0-9a-zđð\u0300-\u036f]+|[.,!?;:…"“”\n]+')
_MONEY = re.compile(r"\d+(?:tr|trieu|k|cu|ty|nghin|ngan|chai|lit|m|d|vnd)\d*")
_DRAWN_OUT = re.compile(r"([a-z])\1{2,}")
_LONG_NUMBER = 7  # digits: an amount or a telephone number, no longer an age or an hour
_LONGEST_LENGTH = 8


class WeightsError(ValueError):
    """alarms_weights.txt cannot be used; the sentence says what is wrong and what to do."""


def words(text: str, short_for: Mapping[str, str]) -> list[str]:
    """Return the folded words of a message, with marks for numbers, amounts and sentence signs.

    Args:
        text: the message as typed.
        short_for: folded word typed without diacritics -> what people mean by it.
    """
    tokens = _TOKEN.findall(unicodedata.normalize("NFKD", text).casefold())
    return [word for token in tokens for word in _words(token, short_for)]


def _words(token: str, short_for: Mapping[str, str]) -> Iterator[str]:
    if not token[0].isalnum():
        yield _sign(token)
        return
    bare = fold(_DRAWN_OUT.sub(r"\1", token))
    if bare.isdigit():
        yield "#" if len(bare) < _LONG_NUMBER else "##"
    elif _MONEY.fullmatch(bare):
        yield "#tien"
    elif token.isascii():
        yield from repair(short_for.get(bare, bare)).split()
    elif bare:
        yield repair(bare)


def _sign(token: str) -> str:
    for sign in "?!":
        if sign in token:
            return sign
    return '"' if token[0] in '"“”' else "," if token[0] in ",:" else "."


def evidence(row: list[str]) -> set[str]:
    """Return the pieces of evidence in a row of words: ones, twos, threes, and how many there are."""
    whole = [START, *row, END]
    pairs = [f"{a} {b}" for a, b in pairwise(whole)]
    threes = [f"{pair} {c}" for pair, c in zip(pairs, whole[2:], strict=False)]
    return {*row, *pairs, *threes, f"={min(len(row) // 4, _LONGEST_LENGTH)}"}


@dataclass(frozen=True, slots=True)
class Lane:
    """How one lane's sum becomes a score; the lane opens above zero."""

    name: str
    scale: float
    bias: float


@dataclass(frozen=True, slots=True)
class Weights:
    """What was learnt: a piece of evidence -> its weight for each of the lanes, in their order.

    `training_data`: the sha256 of what they were learnt from.
    """

    training_data: str
    lanes: tuple[Lane, ...]
    of: Mapping[str, tuple[int, ...]]

    def scores(self, row: list[str]) -> dict[str, float]:
        """Return each lane's score for a row of words; above zero it opens."""
        found = [self.of[piece] for piece in evidence(row) & self.of.keys()]
        root = sqrt(len(found) or 1)
        return {
            lane.name: lane.scale * sum(weights[place] for weights in found) / root + lane.bias
            for place, lane in enumerate(self.lanes)
        }

    def lane(self, row: list[str]) -> str | None:
        """Return the lane with the highest score, None where none is above zero."""
        scores = self.scores(row)
        best = max(scores, key=scores.__getitem__, default=None)
        return best if best is not None and scores[best] > 0 else None


NO_WEIGHTS = Weights("", (), {})
"""Nothing learnt: only the rules speak."""


def read_weights(text: str) -> Weights:
    """Read alarms_weights.txt.

    Raises:
        WeightsError: it is not as training/alarms.py writes it.
    """
    try:
        weights = _weights(text)
    except (KeyError, TypeError, ValueError) as wrong:
        raise WeightsError(
            "không đọc được bảng trọng số. Tệp này do “make train” làm ra, đừng sửa tay."
        ) from wrong
    if {len(row) for row in weights.of.values()} - {len(weights.lanes)}:
        raise WeightsError("có dòng thừa hay thiếu số. Chạy “make train”.")
    return weights


def _weights(text: str) -> Weights:
    head, _, body = text.partition("\n\n")
    named = dict(line.split(": ", 1) for line in head.splitlines() if line[:1] != "#")
    training_data = named.pop("training data")
    lanes = tuple(Lane(name, *map(float, row.split())) for name, row in named.items())
    rows = (line.split("\t") for line in body.splitlines())
    return Weights(training_data, lanes, {row[0]: tuple(map(int, row[1:])) for row in rows})
