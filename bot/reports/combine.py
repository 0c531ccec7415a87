"""The figures of many communes in one, from the files they sent: only what may be added is added.

    file -> not ours, broken, changed on its way      named with its reason
         -> of a commune nobody expects               named
         -> of made-up people beside real ones        named
         -> of another period than most               named, not added
         -> one of several of a commune               the newest counts, the others are named
         -> counted by other definitions than most    shown apart, not added
         -> added

A total says over how many communes it is: those that told a number, and for a share both of its numbers. Pure.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import TypeVar

from bot.reports.exchange import Exchange, Figure, NotAnExchange, read_exchange
from handlers._requests.report import Measure
from lessons import fold

T = TypeVar("T")
_KINDS = frozenset({"ubnd", "xa", "x", "phuong", "p"})


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune that is expected to send: Commune("05899", "phường Trung Thành")."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file as it was found; `fault` says why its bytes could not even be read."""

    name: str
    body: bytes
    fault: str = ""


class Kind(Enum):
    """What is wrong with a file."""

    BROKEN = "Không đọc được"
    UNKNOWN = "Mã lạ"
    SAMPLE = "Dữ liệu mẫu"
    PERIOD = "Khác kỳ"
    DUPLICATE = "Gửi trùng"
    DEFINITIONS = "Khác cách tính"


@dataclass(frozen=True, slots=True)
class Fault:
    """A file that was not added; `code` is "" where nobody can tell whose it is."""

    file: str
    kind: Kind
    reason: str
    code: str = ""
    ward: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """A file that can be read."""

    file: str
    exchange: Exchange

    @property
    def code(self) -> str:
        """Whose it is."""
        return self.exchange.ward_code

    @property
    def days(self) -> tuple[date, date]:
        """The days it is about."""
        return self.exchange.period.since, self.exchange.period.until


@dataclass(frozen=True, slots=True)
class Row:
    """What one commune told of one indicator; `figure` None: its file does not have it.

    `ward` is what the file calls the commune.
    """

    commune: Commune
    figure: Figure | None
    ward: str

    @property
    def is_of_another_name(self) -> bool:
        """Whether the file seems to be another commune's that has this one's code."""
        listed, told = _bare(self.commune.name), _bare(self.ward)
        return listed not in told and told not in listed

    @property
    def is_added(self) -> bool:
        """Whether it is part of the total."""
        one = self.figure
        if one is None or one.numerator is None:
            return False
        return one.measure is Measure.COUNT or bool(one.denominator)


@dataclass(frozen=True, slots=True)
class Total:
    """One indicator over all communes whose figures may be added, with a row of each of them."""

    code: str
    title: str
    measure: Measure
    counted: str
    rows: tuple[Row, ...]

    @property
    def added(self) -> tuple[Figure, ...]:
        """The figures that the total is made of."""
        return tuple(row.figure for row in self.rows if row.figure is not None and row.is_added)

    @property
    def numerator(self) -> int | None:
        """Their numerators together; None where nobody told one."""
        return sum(one.numerator or 0 for one in self.added) if self.added else None

    @property
    def denominator(self) -> int | None:
        """Their denominators together; None where there are none, or it is no share."""
        is_share = self.measure is Measure.SHARE and self.added
        return sum(one.denominator or 0 for one in self.added) if is_share else None


@dataclass(frozen=True, slots=True)
class Missing:
    """A commune whose figures are not in any total, and why."""

    commune: Commune
    reason: str


@dataclass(frozen=True, slots=True)
class Combined:
    """Everything the workbook says. `apart`: files counted by other definitions, each by itself."""

    days: tuple[date, date] | None
    definitions: str
    is_sample: bool
    expected: tuple[Commune, ...]
    totals: tuple[Total, ...]
    added: tuple[Sent, ...]
    apart: tuple[Sent, ...]
    missing: tuple[Missing, ...]
    faults: tuple[Fault, ...]


def combine(files: Iterable[SentFile], expected: Sequence[Commune]) -> Combined:
    """Put the files together; the order in which they are given changes nothing."""
    faults: list[Fault] = []
    sent = _readable(sorted(files, key=lambda one: one.name), faults)
    sent = _known(sent, {one.code for one in expected}, faults)
    sent = _all_real(sent, faults)
    days = _most_common(one.days for one in sent)
    sent = _of_period(sent, days, faults)
    sent = _newest(sent, faults)
    definitions = _most_common(str(one.exchange.definitions) for one in sent) or ""
    apart = [one for one in sent if str(one.exchange.definitions) != definitions]
    added = [one for one in sent if one not in apart]
    faults += (_other_definitions(one, definitions) for one in apart)
    return Combined(
        days,
        definitions,
        any(one.exchange.is_sample for one in added),
        tuple(expected),
        _totals(added, expected),
        tuple(added),
        tuple(apart),
        _missing(expected, added, faults),
        tuple(faults),
    )


def _most_common(found: Iterable[T]) -> T | None:
    """What most have; of those that are equally common, the greatest: the latest period."""
    counted = Counter(found)
    return max(counted, key=lambda one: (counted[one], one), default=None)


# ---------------------------------------------------------------- what is taken


def _readable(files: Iterable[SentFile], faults: list[Fault]) -> list[Sent]:
    sent = []
    for file in files:
        if file.fault:
            faults.append(Fault(file.name, Kind.BROKEN, file.fault))
            continue
        try:
            sent.append(Sent(file.name, read_exchange(file.body)))
        except NotAnExchange as error:
            faults.append(Fault(file.name, Kind.BROKEN, str(error)))
    return sent


def _fault(one: Sent, kind: Kind, reason: str) -> Fault:
    return Fault(one.file, kind, reason, one.code, one.exchange.ward)


def _known(sent: Iterable[Sent], codes: set[str], faults: list[Fault]) -> list[Sent]:
    known = []
    for one in sent:
        if one.code in codes:
            known.append(one)
        else:
            reason = f"mã {one.code} không có trong danh sách xã, phường phải gửi"
            faults.append(_fault(one, Kind.UNKNOWN, reason))
    return known


def _all_real(sent: Sequence[Sent], faults: list[Fault]) -> list[Sent]:
    """Figures of made-up people are added among themselves, never to real ones."""
    if all(one.exchange.is_sample for one in sent):
        return list(sent)
    faults += (
        _fault(one, Kind.SAMPLE, "tệp làm từ dữ liệu mẫu, không phải số thật")
        for one in sent
        if one.exchange.is_sample
    )
    return [one for one in sent if not one.exchange.is_sample]


def _of_period(
    sent: Iterable[Sent], days: tuple[date, date] | None, faults: list[Fault]
) -> list[Sent]:
    of_period = []
    for one in sent:
        if days is None or one.days == days:
            of_period.append(one)
        else:
            reason = f"kỳ {span(one.days)}, bảng này là kỳ {span(days)}"
            faults.append(_fault(one, Kind.PERIOD, reason))
    return of_period


def _newest(sent: Iterable[Sent], faults: list[Fault]) -> list[Sent]:
    """One file of each commune: the one made last."""
    chosen: dict[str, Sent] = {}
    for one in sorted(sent, key=lambda one: (one.exchange.made_at, one.exchange.cut_off, one.file)):
        older = chosen.get(one.code)
        if older is not None:
            newer = one.exchange.made_at.strftime("%H:%M %d/%m/%Y")
            is_same = older.exchange.indicators == one.exchange.indicators
            which = "giống hệt số liệu" if is_same else "đã dùng tệp mới hơn"
            reason = f"{which}: {one.file} ({one.exchange.ward}, làm lúc {newer})"
            faults.append(_fault(older, Kind.DUPLICATE, reason))
        chosen[one.code] = one
    return sorted(chosen.values(), key=lambda one: one.code)


def _other_definitions(one: Sent, definitions: str) -> Fault:
    own = one.exchange.definitions
    return _fault(
        one,
        Kind.DEFINITIONS,
        f"mã cách tính {own}, đa số là {definitions}; để riêng, không cộng. Dùng cùng phiên bản và cùng "
        "danh sách bài cốt lõi rồi gửi lại",
    )


def span(days: tuple[date, date]) -> str:
    """A period as it is written: 15/10/2026–14/11/2026."""
    return f"{days[0]:%d/%m/%Y}–{days[1]:%d/%m/%Y}"


# ---------------------------------------------------------------- what is added


def _totals(added: Sequence[Sent], expected: Sequence[Commune]) -> tuple[Total, ...]:
    """Each indicator that anybody told, in the order of the first file that has it."""
    figures: dict[str, list[Figure]] = {}
    for one in added:
        for figure in one.exchange.indicators:
            figures.setdefault(figure.code, []).append(figure)
    told = {one.code: one.exchange for one in added}
    there = [commune for commune in expected if commune.code in told]
    return tuple(
        Total(
            code,
            first.title,
            first.measure,
            first.counted,
            tuple(_row(commune, told[commune.code], first) for commune in there),
        )
        for code, first in ((code, _usual(these)) for code, these in figures.items())
    )


def _usual(figures: Sequence[Figure]) -> Figure:
    """The first figure that is what most are: a share, or a number."""
    ((measure, _),) = Counter(one.measure for one in figures).most_common(1)
    return next(one for one in figures if one.measure is measure)


def _row(commune: Commune, told: Exchange, usual: Figure) -> Row:
    """What a commune told; something else under the same code is nothing of it."""
    alike = (
        one for one in told.indicators if (one.code, one.measure) == (usual.code, usual.measure)
    )
    return Row(commune, next(alike, None), told.ward)


def _bare(name: str) -> str:
    """A commune's name alone: “trung thanh” of “P. Trung Thành” and of “UBND phường Trung Thành”."""
    return " ".join(word for word in fold(name).split() if word not in _KINDS)


def _missing(
    expected: Iterable[Commune], added: Iterable[Sent], faults: Sequence[Fault]
) -> tuple[Missing, ...]:
    there = {one.code for one in added}
    return tuple(
        Missing(one, _why_missing(one, faults)) for one in expected if one.code not in there
    )


def _why_missing(commune: Commune, faults: Sequence[Fault]) -> str:
    """What came of a commune instead; of a file that cannot be read only its name may tell."""
    for one in faults:
        if one.code == commune.code and one.kind is not Kind.DUPLICATE:
            return f"có gửi {one.file} nhưng {one.kind.value.lower()}"
        if one.kind is Kind.BROKEN and commune.code in one.file:
            return f"có lẽ là {one.file}, không đọc được"
    return "chưa thấy tệp nào"
