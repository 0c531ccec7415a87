"""The three alarm lanes: does a message say that somebody is in danger right now?

    self_harm > danger > money_gone

A lane opens on a first-hand report, not on a topic: who it happens to and what has happened. First
the short table of alarms.yaml is asked, written as `_patterns` explains; then what was learnt from
phrases of many people (`_evidence`), unless the table says that it never is one.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lessons._evidence import NO_WEIGHTS, Weights, words
from lessons._patterns import (
    SENTENCE_END,
    Compiler,
    Pattern,
    PatternError,
    Reader,
    Vocabulary,
    reader,
)
from lessons.text import is_pasted, names_link

LANES = ("self_harm", "danger", "money_gone")  # the first that matches wins
_LONGEST_READ = 2000  # characters; a person in danger does not write more before saying so
_LONGEST_REPORT = 120  # words, for a rule that names no other number
_FEWEST_WORDS = 3  # a word or two say too little to be judged by what was learnt
_KEYS = frozenset({"patterns", "unless", "max_words", "not_after", "not_within", "not_pasted"})


class AlarmTableError(ValueError):
    """alarms.yaml cannot be used; the sentence says what is wrong and what to do."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One way to report something: any of its patterns, unless a guard says it is no report."""

    lane: str
    name: str
    patterns: tuple[Pattern, ...]
    unless: tuple[Pattern, ...]
    max_words: int
    not_pasted: bool


@dataclass(frozen=True, slots=True)
class Lanes:
    """The compiled tables and what was learnt.

    `by_word`: a word's character -> places in `patterns` that need it. `speaker`: somebody speaks
    of himself or his own, without which a message with a link opens nothing. `never`: what keeps a
    message from being judged by the weights.
    """

    patterns: tuple[tuple[Pattern, Rule], ...]
    by_word: Mapping[str, tuple[int, ...]]
    speaker: tuple[Pattern, ...]
    never: tuple[Pattern, ...]
    reader: Reader
    weights: Weights


def read_lanes(document: Mapping[str, Any], weights: Weights = NO_WEIGHTS) -> Lanes:
    """Compile the tables of alarms.yaml, to be asked before what was learnt.

    Raises:
        AlarmTableError: a table is missing, has an unknown key, or a pattern cannot be read.
    """
    try:
        return _compiled(document, weights)
    except PatternError as wrong:
        raise AlarmTableError(f"lessons/alarms.yaml: {wrong}") from wrong


def _compiled(document: Mapping[str, Any], weights: Weights) -> Lanes:
    if missing := {"classes", "denials", "guards", "lanes", "speaker"} - document.keys():
        raise AlarmTableError(f"lessons/alarms.yaml thiếu mục “{min(missing)}”. Thêm mục này vào.")
    if unknown := document["lanes"].keys() ^ set(LANES):
        raise AlarmTableError(
            f"lessons/alarms.yaml: mục “lanes” phải có đúng ba làn {', '.join(LANES)}; "
            f"xem lại “{min(unknown)}”."
        )
    classes = {name: tuple(lines) for name, lines in document["classes"].items()}
    vocabulary = Vocabulary()
    plain = Compiler(classes, (), vocabulary)
    guards = {name: tuple(map(plain.compiled, lines)) for name, lines in document["guards"].items()}
    compiler = Compiler(classes, tuple(document["denials"]), vocabulary)
    rules = [
        _rule(lane, name, table, compiler, guards)
        for lane in LANES
        for name, table in document["lanes"][lane].items()
    ]
    patterns = tuple((pattern, rule) for rule in rules for pattern in rule.patterns)
    read = reader(vocabulary, document.get("short_for", {}), document.get("heard", {}))
    speaker = tuple(map(plain.compiled, document["speaker"]))
    never = tuple(map(plain.compiled, document.get("never", ())))
    return Lanes(patterns, _by_word(patterns), speaker, never, read, weights)


def _rule(
    lane: str,
    name: str,
    table: Mapping[str, Any],
    compiler: Compiler,
    guards: Mapping[str, tuple[Pattern, ...]],
) -> Rule:
    where = f"lessons/alarms.yaml, {lane}.{name}"
    if unknown := table.keys() - _KEYS:
        raise AlarmTableError(
            f"{where}: không có mục “{min(unknown)}”. Các mục: {', '.join(sorted(_KEYS))}."
        )
    if unknown := set(table.get("unless", ())) - guards.keys():
        raise AlarmTableError(
            f"{where}: chưa có nhóm “{min(unknown)}” trong “guards”. Thêm vào hoặc bỏ đi."
        )
    return Rule(
        lane,
        name,
        tuple(
            compiler.compiled(line, table.get("not_after", ()), table.get("not_within", ()))
            for line in table["patterns"]
        ),
        tuple(pattern for guard in table.get("unless", ()) for pattern in guards[guard]),
        table.get("max_words", _LONGEST_REPORT),
        table.get("not_pasted", False),
    )


def _by_word(patterns: Iterable[tuple[Pattern, Rule]]) -> Mapping[str, tuple[int, ...]]:
    rows: dict[str, list[int]] = {}
    for place, (pattern, rule) in enumerate(patterns):
        if not pattern.needs:
            raise AlarmTableError(
                f"lessons/alarms.yaml, {rule.lane}.{rule.name}: mẫu “{pattern.source}” "
                "không có từ nào bắt buộc. Thêm một từ."
            )
        for word in min(pattern.needs, key=len):
            rows.setdefault(word, []).append(place)
    return {word: tuple(places) for word, places in rows.items()}


def lane_of(text: str, lanes: Lanes) -> str | None:
    """Return the lane that a message opens: self_harm, danger or money_gone; None for no lane."""
    read = text[:_LONGEST_READ]
    row = lanes.reader.row(read)
    length = len(row) - row.count(SENTENCE_END)
    pasted = is_pasted(read)
    if pasted and names_link(read) and not _found(lanes.speaker, row):
        return None
    rule = next(_matching(row, length, lanes, pasted=pasted), None)
    if rule:
        return rule.lane
    if length < _FEWEST_WORDS or _found(lanes.never, row):
        return None
    return lanes.weights.lane(words(read, lanes.reader.short_for))


def _matching(row: str, length: int, lanes: Lanes, *, pasted: bool) -> Iterator[Rule]:
    present = set(row)
    for place in sorted({place for word in present for place in lanes.by_word.get(word, ())}):
        pattern, rule = lanes.patterns[place]
        is_read = length <= rule.max_words and not (pasted and rule.not_pasted)
        if (
            is_read
            and not any(need.isdisjoint(present) for need in pattern.needs)
            and pattern.expression.search(row)
            and not _found(rule.unless, row)
        ):
            yield rule


def _found(patterns: Iterable[Pattern], row: str) -> bool:
    return any(pattern.expression.search(row) for pattern in patterns)
