"""A whole made-up ward, written at once: the same number of people, seed and day give the same rows.

    plans -> lives -> rows, numbered in the order of their time -> one transaction

It stands in a database of its own that holds nobody (storage/sample.py). Everything happened before the local
day of the transaction; no row holds a secret.
"""

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice

from sqlalchemy import func, insert, select

from lessons import Lesson
from storage import audit, sample, tdps
from storage import sample_rows as rows
from storage._tx import Tx
from storage.consent import keep_wording
from storage.events import Code
from storage.sample_lives import Life, Story, Tried, tell
from storage.sample_places import SOURCE, TASKS, TDPS, UNITS, SampleNumber, adults, stated
from storage.sample_plans import duties, plans
from storage.sample_rows import Row, at, maybe
from storage.sample_staff import approvals, audit_of, families, help_given, named, roles
from storage.slots import slot_of
from storage.tables import (
    Addresses,
    AddressPeople,
    Answers,
    Approvals,
    Attempts,
    Audit,
    Completions,
    Consents,
    DailyCounts,
    Events,
    People,
    Profiles,
    Residences,
    Table,
    UnitMembers,
    Units,
)
from storage.tables_staff import (
    Grants,
    Members,
    QuestionCounts,
    Relatives,
    Stated,
    Tasks,
    TeamItems,
)

DAYS = 425
"""Fourteen months."""
_CHUNK = 10_000
_HARD = 4
"""So many questions most people get wrong."""


@dataclass(frozen=True, slots=True)
class SampleWard:
    """What was made: the number of the admin, and how many rows of what."""

    admin: int
    people: int
    events: int
    attempts: int


async def fill(tx: Tx, people: int, seed: int) -> SampleWard:
    """Make a ward of so many people in an empty database; today is the first day that is not told.

    Raises HoldsPeopleError when it holds anybody, ValueError when its house is not a sample's.
    """
    if not tx.house.is_sample:
        raise ValueError("a sample is made in a house that says it is one")
    await sample.mark(tx)
    await tdps.load_once(tx, TDPS)
    chance = random.Random(seed)
    grown = adults(chance, people)
    story = _story(tx, chance)
    lives = [
        tell(plan, story, random.Random(chance.getrandbits(64)))
        for plan in plans(chance, people, story.days, grown)
    ]
    ward = _Ward(tx, chance, story, lives)
    await ward.write_places(grown)
    await ward.write_people()
    await ward.write_learning()
    await ward.write_staff()
    await ward.write_visitors()
    if tx.connection.dialect.name == "postgresql":
        await _go_on_numbering(tx)
    return SampleWard(
        lives[0].plan.number,
        len(lives),
        sum(len(life.events) for life in lives),
        sum(len(life.tries) for life in lives),
    )


def _story(tx: Tx, chance: random.Random) -> Story:
    first = tx.today - timedelta(days=DAYS)
    midnights = tuple(
        int(datetime.combine(first + timedelta(days=day), time(), tx.house.timezone).timestamp())
        for day in range(DAYS + 1)
    )
    lessons = tuple(tx.house.content.lessons.values())
    core = frozenset(tx.house.core.core)
    return Story(midnights, lessons, _difficulty(chance, lessons), tx.house.pass_rule, core)


def _difficulty(
    chance: random.Random, lessons: Sequence[Lesson]
) -> Mapping[str, tuple[float, ...]]:
    """How likely each question is answered rightly at first: most well, a few badly."""
    ease = {
        (lesson.id, question): chance.triangular(0.58, 0.95, 0.85)
        for lesson in lessons
        for question in range(len(lesson.quiz))
    }
    for hard in chance.sample(sorted(ease), min(_HARD, len(ease))):
        ease[hard] = chance.uniform(0.34, 0.48)
    return {
        lesson.id: tuple(ease[lesson.id, question] for question in range(len(lesson.quiz)))
        for lesson in lessons
    }


class _Ward:
    """A ward whose lives are told, being written down."""

    def __init__(self, tx: Tx, chance: random.Random, story: Story, lives: list[Life]) -> None:
        self._tx = tx
        self._chance = chance
        self._story = story
        self._lives = lives
        self._there = [life for life in lives if not life.is_erased]
        self._staff = named(lives[1])

    async def _put(self, table: type[Table], made: Iterable[Row]) -> None:
        """Insert rows, a chunk at a time: no list of a million dicts."""
        waiting = iter(made)
        while chunk := [dict(row) for row in islice(waiting, _CHUNK)]:
            await self._tx.connection.execute(insert(table), chunk)

    def _day(self, seconds: int) -> date:
        return at(seconds).astimezone(self._tx.house.timezone).date()

    # ------------------------------------------------------------ places

    async def write_places(self, grown: Sequence[int]) -> None:
        """Units, what was stated, the plan."""
        units = ({"kind": one.kind.value, "name": one.name, "valid_from": None} for one in UNITS)
        await self._put(Units, units)
        numbers = sorted(stated(self._chance, grown, self._tx.today), key=lambda one: one.as_of)
        await self._put(Stated, map(self._stated, numbers))
        await self._put(Tasks, self._tasks())

    def _stated(self, one: SampleNumber) -> Row:
        return {
            "key": one.key,
            "tdp_id": one.tdp,
            "unit_id": one.unit,
            "value": one.value,
            "as_of": one.as_of,
            "source": SOURCE,
            "document": one.document,
            "by": self._staff,
            "at": datetime.combine(one.as_of, time(10), self._tx.house.timezone),
        }

    def _tasks(self) -> Iterator[Row]:
        for place, one in enumerate(TASKS, start=1):
            due, done = (
                None if days is None else self._tx.today - timedelta(days=days)
                for days in (one.due, one.done)
            )
            yield {
                "code": one.code,
                "place": place,
                "content": one.content,
                "lead": one.lead,
                "together": one.together,
                "due_on": due,
                "result": one.result,
                "done_on": done,
                "done_note": one.note,
                "changed_at": self._tx.now,
                "by": self._staff,
            }

    # ------------------------------------------------------------ people

    async def write_people(self) -> None:
        """Numbers, names, homes, units, addresses, consents; of who was erased, number and consents alone."""
        await self._put(People, map(rows.person, self._lives))
        await self._put(Profiles, map(rows.profile, self._there))
        homes = [(life, one) for life in self._there for one in life.lived]
        homes.sort(key=lambda pair: pair[1].since)
        await self._put(Residences, (rows.residence(life, one) for life, one in homes))
        await self._put(UnitMembers, self._members_of_units())
        await self._write_addresses()
        await self._write_consents()

    def _members_of_units(self) -> Iterator[Row]:
        for life in self._there:
            if life.joined is not None:
                yield {
                    "person_id": life.plan.number,
                    "unit_id": life.plan.unit,
                    "valid_from": self._day(life.joined),
                    "valid_to": None,
                }

    async def _write_addresses(self) -> None:
        numbered = list(enumerate(sorted(self._there, key=lambda life: life.came), start=1))
        await self._put(
            Addresses,
            (
                rows.address(number, life, f"{self._chance.getrandbits(256):064x}")
                for number, life in numbered  # no visitor's secret hashes to such a key
            ),
        )
        await self._put(
            AddressPeople,
            (
                {"address_id": number, "person_id": life.plan.number, "since": at(life.created)}
                for number, life in numbered
            ),
        )

    async def _write_consents(self) -> None:
        given = [(life, one) for life in self._lives for one in life.consents]
        given.sort(key=lambda pair: pair[1].at)
        keys = dict.fromkeys(one.wording for _, one in given if one.wording is not None)
        wordings = {key: await keep_wording(self._tx, key) for key in keys}
        await self._put(
            Consents,
            (
                {
                    "person_id": life.plan.number,
                    "purpose": one.purpose,
                    "answer": one.answer,
                    "wording_hash": None if one.wording is None else wordings[one.wording],
                    "channel": rows.CHANNEL,
                    "at": at(one.at),
                }
                for life, one in given
            ),
        )

    # ------------------------------------------------------------ learning

    async def write_learning(self) -> None:
        """Attempts and answers, completions, events: each in the order in which it was written."""
        tries = [one for life in self._lives for one in life.tries]
        tries.sort(key=lambda one: one.started)
        numbered = list(enumerate(tries, start=1))
        await self._put(Attempts, (self._attempt(number, one) for number, one in numbered))
        await self._put(
            Answers,
            (
                {"attempt_id": number, "question": place, "option": option, "is_right": is_right}
                for number, one in numbered
                for place, (option, is_right) in enumerate(one.answers)
            ),
        )
        await self._put(
            Completions,
            (
                rows.completion(life, lesson, one)
                for life in self._lives
                for lesson, one in life.completed.items()
            ),
        )
        await self._put(QuestionCounts, self._question_counts(tries))
        happened = [one for life in self._lives for one in life.events]
        happened.sort(key=lambda one: one.recorded)
        await self._put(Events, map(rows.event, happened))

    def _attempt(self, number: int, one: Tried) -> Row:
        lesson = self._tx.house.content.lessons[one.lesson]
        return {
            "id": number,
            "person_id": one.person,
            "address_id": None,
            "lesson_id": lesson.id,
            "lesson_version": lesson.version,
            "content_hash": lesson.content_hash,
            "rule_right": self._story.rule.right,
            "rule_of": self._story.rule.of,
            "started_at": at(one.started),
            "finished_at": maybe(one.finished),
            "right": one.right,
            "of": one.of,
            "has_passed": one.has_passed,
        }

    def _question_counts(self, tries: Iterable[Tried]) -> Iterator[Row]:
        """How often each question was answered, and rightly, per half month."""
        counts: Counter[tuple[int, str, int, bool]] = Counter()
        for one in tries:
            if one.finished is not None:
                slot = slot_of(at(one.finished), self._tx.house.timezone)
                for place, (_, is_right) in enumerate(one.answers):
                    counts[slot, one.lesson, place, is_right] += 1
        for slot, lesson, place in sorted({key[:3] for key in counts}):
            right = counts[slot, lesson, place, True]
            yield {
                "slot": slot,
                "lesson_id": lesson,
                "lesson_version": self._tx.house.content.lessons[lesson].version,
                "question": place,
                "answered": right + counts[slot, lesson, place, False],
                "right": right,
            }

    # ------------------------------------------------------------ those who work for the ward

    async def write_staff(self) -> None:
        """Roles, relatives, approvals, what needs somebody, the audit."""
        people = len(self._lives)
        working = duties(people)
        held = roles(self._lives, working)
        pairs = list(families(self._chance, self._lives, len(working), min(40, people // 150)))
        everyone = sorted([*held, *(helper for helper, _ in pairs)], key=lambda one: one.since)
        await self._put(Members, map(rows.member, everyone))
        await self._put(Grants, map(rows.grant, everyone))
        await self._put(Relatives, (rows.relative(*pair) for pair in pairs))
        decided = list(approvals(self._story, held))
        await self._put(Approvals, map(rows.approval, decided))
        helped = sorted(help_given(self._chance, self._lives, held), key=lambda one: one.at)
        numbered = list(enumerate(helped, start=1))
        await self._put(TeamItems, (rows.item(number, one) for number, one in numbered))
        written = audit_of(self._lives, everyone, decided, numbered)
        await self._put(Audit, audit.chained(map(rows.audit, written)))

    # ------------------------------------------------------------ visitors

    async def write_visitors(self) -> None:
        """Those who did not agree: a count per day and lesson, and nothing else."""
        came = Counter(self._story.day_of(life.created) for life in self._lives)
        await self._put(
            DailyCounts,
            (
                {"day": local, "code": code, "lesson_id": lesson, "count": number}
                for day, midnight in enumerate(self._story.midnights[:-1])
                for local in [self._day(midnight)]
                for (code, lesson), number in sorted(self._visitors(came[day]).items())
            ),
        )

    def _visitors(self, came: int) -> Counter[tuple[str, str]]:
        """What came of one day's visitors; fewer on days on which fewer registered."""
        chance, lessons = self._chance, self._story.lessons
        counts: Counter[tuple[str, str]] = Counter()
        for _ in range(int(came * chance.uniform(0.2, 0.8) + chance.random())):
            lesson = lessons[min(len(lessons) - 1, int(chance.expovariate(0.5)))].id
            counts[Code.STARTED.value, lesson] += 1
            if chance.random() < 0.7:
                counts[Code.FINISHED.value, lesson] += 1
                counts[Code.PASSED.value, lesson] += chance.random() < 0.68
            if chance.random() < 0.03:
                counts[Code.HELP_ASKED.value, ""] += 1
        return +counts


async def _go_on_numbering(tx: Tx) -> None:
    """Let PostgreSQL number the next rows behind those that were written with their numbers."""
    for table in (Addresses, Attempts, TeamItems):
        last = await tx.connection.scalar(select(func.max(table.id)))
        sequence = func.pg_get_serial_sequence(table.__tablename__, "id")
        if last is not None:
            await tx.connection.execute(select(func.setval(sequence, last)))
