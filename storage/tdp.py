"""TDPs by what people type or the link they came by, and who lives where.

A typed text is compared folded, without the words for “unit” in front. Ranks, best first: the
whole name or number · the beginning of a name · every typed word is one of the unit's. Only when
nothing fits so: the text names a unit · a slip of a finger.

A TDP's poster carries `https://t.me/<bot>?start=tdp-mau-01`: “tdp-” and its code, folded, with “-”
for whatever a link cannot hold. It names the one TDP of today that such a code leads to, else nobody.
"""

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass

from rapidfuzz.distance import OSA
from sqlalchemy import insert, select, update

from handlers._requests.tdp import NotKept, SetTdp, Tdp, TdpCameBy, TdpCoded, TdpSaved, TdpsNamed
from lessons.text import fold, repair
from storage._performers import performer
from storage._tdp_names import Unit, all_units, units_of_today
from storage._tx import Tx
from storage._who import Keeping, who_is
from storage.events import Code, record
from storage.house import Actor
from storage.tables import Addresses, Profiles, Residences, Tdps

MOST = 6
LONGEST_TYPED = 200
WHOLE, BEGINNING, ALL_WORDS, NAMED_IN_FULL, NAMED, MISSPELT, NOT_AT_ALL = range(7)
LINK = "tdp-"
LONGEST_PAYLOAD = 64  # of A-Za-z0-9_-; https://core.telegram.org/api/links, read on 2026-11-22
_UNIT_WORDS = r"(?:to dan pho|tdp|to|xom|thon|ban|khu pho|khu|ap|phuong|so|mau)"
_LEADING = re.compile(rf"^(?:{_UNIT_WORDS}\b ?)+")
_NUMBERED = re.compile(rf"\b{_UNIT_WORDS} (\d+)\b")
_ONE_SLIP = 4  # letters from which one letter may be wrong
_TWO_SLIPS = 9  # and two


@performer
async def tdps_named(tx: Tx, by: Actor, request: TdpsNamed) -> tuple[Tdp, ...]:  # noqa: ARG001 - a performer's shape
    """Find the units of today that fit what was typed."""
    typed = _plain(request.typed[:LONGEST_TYPED])
    if not typed:
        return ()
    ranked = [(_rank(typed, _Known.of(unit)), unit) for unit in await units_of_today(tx)]
    best = min((rank for rank, _ in ranked), default=NOT_AT_ALL)
    found = [pair for pair in ranked if pair[0] <= max(best, ALL_WORDS) and best < NOT_AT_ALL]
    found.sort(key=lambda pair: pair[0])  # stable: equals keep the order of the ward's list
    return tuple(_offered(unit) for _, unit in found[:MOST])


@performer
async def tdp_came_by(tx: Tx, by: Actor, request: TdpCameBy) -> Tdp | None:  # noqa: ARG001 - a performer's shape
    """Find the unit of today that the link of this address names, or that it was merged into."""
    carried = await tx.connection.scalar(
        select(Addresses.came_by).where(Addresses.id == by.address)
    )
    code = link_code(carried or "")
    if code is None:
        return None
    rows = (await tx.connection.execute(select(Tdps.id, Tdps.code, Tdps.merged_into))).all()
    merged_into = {row.id: row.merged_into for row in rows}
    today = {unit.id: unit for unit in await units_of_today(tx)}
    meant = [row.id for row in rows if link_form(row.code) == code]
    heirs = {heir for unit in meant if (heir := _heir(unit, merged_into, today)) is not None}
    return _offered(today[heirs.pop()]) if len(heirs) == 1 else None


@performer
async def tdp_coded(tx: Tx, by: Actor, request: TdpCoded) -> Tdp | None:  # noqa: ARG001 - a performer's shape
    """Find the unit of today with a code; “TT 01” and “tt-01” are one."""
    wanted = link_form(request.code)
    rows = (await tx.connection.execute(select(Tdps.id, Tdps.code))).all()
    meant = {row.id for row in rows if wanted and link_form(row.code) == wanted}
    found = [unit for unit in await units_of_today(tx) if unit.id in meant]
    return _offered(found[0]) if len(found) == 1 else None


def link_payload(code: str) -> str:
    """What a deep link carries for the TDP of this code: “tdp-mau-01”.

    A code without any letter or digit of a-z0-9 makes a link that names nobody.
    """
    return LINK + link_form(code)


def link_code(payload: str) -> str | None:
    """The code, in its link form, that a deep link carried; None: it names no TDP. Never raises."""
    return link_form(payload.removeprefix(LINK)) or None if payload.startswith(LINK) else None


def link_form(code: str) -> str:
    """A code as links hold it and as it is compared: “TT 01” and “tt-01” are one."""
    return fold(code).replace(" ", "-")[: LONGEST_PAYLOAD - len(LINK)].rstrip("-")


@performer
async def set_tdp(tx: Tx, by: Actor, request: SetTdp) -> TdpSaved | NotKept:
    """Close where somebody lived and open where they live from now on."""
    who = await who_is(tx, by)
    if who.person is None or who.keeping is not Keeping.KEPT:
        return NotKept()
    unit = None if request.tdp is None else (await all_units(tx))[request.tdp]
    await tx.connection.execute(
        update(Profiles).where(Profiles.person_id == who.person).values(asked_tdp_at=tx.now)
    )
    elsewhere = None if request.elsewhere is None or unit else request.elsewhere.value
    open_now = Residences.person_id == who.person, Residences.valid_to.is_(None)
    lives_in = await tx.connection.execute(
        select(Residences.tdp_id, Residences.elsewhere).where(*open_now)
    )
    if (request.tdp, elsewhere) not in [tuple(row) for row in lives_in.all()]:
        await tx.connection.execute(update(Residences).where(*open_now).values(valid_to=tx.now))
        await tx.connection.execute(
            insert(Residences).values(
                person_id=who.person, tdp_id=request.tdp, elsewhere=elsewhere, valid_from=tx.now
            )
        )
        await record(tx, who.person, Code.TDP)
    return TdpSaved(None if unit is None else unit.label)


def _offered(unit: Unit) -> Tdp:
    return Tdp(unit.id, unit.name, unit.former_ward if unit.needs_former_ward else None)


def _heir(
    unit: int | None, merged_into: Mapping[int, int | None], today: Container[int | None]
) -> int | None:
    """The unit of today that a unit is or became part of; None: it is gone, or merged in a circle."""
    passed: set[int] = set()
    while unit is not None and unit not in today and unit not in passed:
        passed.add(unit)
        unit = merged_into.get(unit)
    return unit if unit in today else None


@dataclass(frozen=True, slots=True)
class _Known:
    """A unit as it is compared: its name in full and without the word for unit, its words."""

    names: frozenset[str]
    in_full: frozenset[str]  # those of the names that carry the former ward
    words: frozenset[str]
    number: str
    former_ward: str

    @classmethod
    def of(cls, unit: Unit) -> "_Known":
        full, former = _numbers(fold(unit.name)), fold(unit.former_ward or "")
        number = _numbers(fold(unit.number or ""))
        plain = frozenset({full, _without_unit_words(full)})
        in_full = frozenset(f"{name} {former}" for name in plain if former)
        words = frozenset(f"{full} {number} {former}".split())
        return cls(plain | in_full, in_full, words, number, former)


def _plain(typed: str) -> str:
    """What was typed, folded and repaired; numbers without leading zeros."""
    return _numbers(repair(fold(typed)))


def _numbers(folded: str) -> str:
    return " ".join(word.lstrip("0") or "0" if word.isdigit() else word for word in folded.split())


def _without_unit_words(folded: str) -> str:
    return _LEADING.sub("", folded) or folded


def _rank(typed: str, unit: _Known) -> int:
    """Say how well a unit fits: the lower the better."""
    bare = _without_unit_words(typed)
    if {typed, bare} & unit.names or (unit.number and bare == unit.number):
        return WHOLE
    if not bare[-1].isdigit() and any(name.startswith(bare) for name in unit.names):
        return BEGINNING
    if _are_all_in(bare, unit):
        return ALL_WORDS
    if named := _names_in(typed, unit):
        return NAMED_IN_FULL if unit.in_full & named else NAMED
    is_close = any(_is_misspelt(bare, name) for name in unit.names | {unit.former_ward})
    return MISSPELT if is_close else NOT_AT_ALL


def _are_all_in(bare: str, unit: _Known) -> bool:
    """Tell whether every typed word is a word of the unit; the last one may be cut short."""
    *whole, last = bare.split()
    is_last_in = last in unit.words or (
        not last.isdigit() and any(word.startswith(last) for word in unit.words)
    )
    return is_last_in and unit.words.issuperset(whole)


def _names_in(typed: str, unit: _Known) -> set[str]:
    """The names by which a sentence names the unit: “nhà tôi ở tổ 5”, “tôi ở Tân Trung”."""
    named = {name for name in unit.names if not name.isdigit() and f" {name} " in f" {typed} "}
    return named | ({unit.number} & set(_NUMBERED.findall(typed)))


def _is_misspelt(typed: str, name: str) -> bool:
    if min(len(typed), len(name)) < _ONE_SLIP or any(letter.isdigit() for letter in typed):
        return False
    slips = 2 if min(len(typed), len(name)) >= _TWO_SLIPS else 1
    return OSA.distance(typed, name, score_cutoff=slips) <= slips
