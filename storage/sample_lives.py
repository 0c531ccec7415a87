"""What made-up people do, by the rules real ones live under: consents, residences, attempts, events.

    come -> first lesson (held) -> yes to saving -> where they live, their name -> more lessons, now and then
         -> pushes asked after the second lesson -> help, a move, DỪNG, taking back, erasing: some of them

Pure: all chance comes from the generator that is passed in. Moments are seconds since 1970 (UTC).
"""

import random
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from itertools import accumulate
from typing import Any, NamedTuple

from handlers._requests.consent import PUSHES, Purpose
from handlers._requests.tdp import Elsewhere
from lessons import Lesson, PassRule
from storage.events import Code
from storage.sample_names import Called

DAY = 86_400
_HOURS = (0, 0, 0, 0, 0, 1, 4, 7, 8, 9, 7, 4, 3, 4, 7, 9, 8, 6, 6, 10, 12, 8, 3, 0)
"""How busy each local hour is."""
SAVE, PUSHED, TEAM, PRAISE = "consent.save", "consent.pushes", "consent.team", "consent.praise"
"""The wordings under which each answer was given; taking back has none."""


class Happened(NamedTuple):
    """One event; `recorded` is when its row was written, which is later than `at` for held results."""

    recorded: int
    at: int
    code: str
    person: int
    tdp: int | None
    lesson: str | None = None
    attempt_no: int | None = None
    right: int | None = None
    of: int | None = None
    unit: int | None = None


class Tried(NamedTuple):
    """One attempt at a lesson; answers are (option, is right) in the order of the questions."""

    started: int
    person: int
    lesson: str
    finished: int | None
    right: int | None
    of: int | None
    has_passed: bool | None
    answers: tuple[tuple[int, bool], ...]


class Answered(NamedTuple):
    """One answer to one purpose."""

    at: int
    purpose: str
    answer: str
    wording: str | None


class Lived(NamedTuple):
    """A stretch of living in a TDP, or in none of the list."""

    tdp: int | None
    elsewhere: str | None
    since: int
    until: int | None


@dataclass(slots=True)
class Completed:
    """The first time somebody finished a lesson, and the first time they passed it."""

    finished: int
    passed: int | None
    is_at_once: bool
    tdp: int | None


@dataclass(frozen=True, slots=True)
class Story:
    """The days that are told: `midnights` of each local day, and of the one after the last."""

    midnights: tuple[int, ...]
    lessons: tuple[Lesson, ...]
    difficulty: Mapping[str, tuple[float, ...]]
    rule: PassRule
    core: frozenset[str]

    @property
    def end(self) -> int:
        """The moment up to which everything is told."""
        return self.midnights[-1]

    @property
    def days(self) -> int:
        """How many days are told."""
        return len(self.midnights) - 1

    def moment(self, chance: random.Random, day: int) -> int:
        """Some waking moment of a day, counted from 0."""
        return self.midnights[day] + _hour(chance) * 3600 + chance.randrange(3600)

    def day_of(self, moment: int) -> int:
        """The day of a moment, counted from 0."""
        return bisect_right(self.midnights, moment) - 1


_HOUR_WEIGHTS = tuple(accumulate(_HOURS))


def _hour(chance: random.Random) -> int:
    return bisect_right(_HOUR_WEIGHTS, chance.randrange(_HOUR_WEIGHTS[-1]))


class Leaving(Enum):
    """How somebody takes back their yes."""

    WITHDRAWS = "withdraws"
    ERASES = "erases"


@dataclass(frozen=True, slots=True)
class Plan:
    """What is laid down of a life before it is told. `home` None: they do not say, or live elsewhere.

    `takes` is how many lessons they take after the first one, `skill` what they know better than most
    (−0.3 to 0.2). All moments lie after the first day; those that come too late do not happen.
    """

    number: int
    called: Called
    day: int
    home: int | None
    elsewhere: Elsewhere | None
    takes: int
    skill: float
    vouched_after: int | None = None
    moves_after: int | None = None
    moves_to: int | None = None
    stops_after: int | None = None
    leaves_after: int | None = None
    leaving: Leaving | None = None
    unit: int | None = None
    asks_for_help: bool = False


@dataclass(slots=True)
class Life:
    """Everything that is written down of one person."""

    plan: Plan
    chance: random.Random
    story: Story
    came: int = 0
    created: int = 0
    heard: int = 0
    confirmed: int | None = None
    left: int | None = None
    asked_name: int | None = None
    asked_tdp: int | None = None
    asked_pushes: int | None = None
    stopped: int | None = None
    joined: int | None = None
    lived: list[Lived] = field(default_factory=list)
    consents: list[Answered] = field(default_factory=list)
    events: list[Happened] = field(default_factory=list)
    tries: list[Tried] = field(default_factory=list)
    completed: dict[str, Completed] = field(default_factory=dict)
    asked_for_help: list[int] = field(default_factory=list)
    _agenda: list[tuple[int, Callable[["Life", int], None]]] = field(default_factory=list)

    @property
    def is_erased(self) -> bool:
        """Whether everything personal is gone."""
        return self.left is not None and self.plan.leaving is Leaving.ERASES

    @property
    def home(self) -> int | None:
        """The TDP they live in at this moment of the telling."""
        return self.lived[-1].tdp if self.lived else None

    def agrees(self, purpose: Purpose) -> bool:
        """Whether their latest answer to a purpose is a yes."""
        answers = [one.answer for one in self.consents if one.purpose == purpose.value]
        return answers[-1:] == ["yes"]


def tell(plan: Plan, story: Story, chance: random.Random) -> Life:
    """Live one life to its end, or to the story's."""
    life = Life(plan, chance, story)
    moment = _first_visit(life, story.moment(chance, plan.day))
    _plan_ahead(life)
    last = life.tries[-1]
    for _ in range(plan.takes):
        moment = _next_visit(life, moment)
        if moment >= story.end - 3600:
            break
        _live_until(life, moment)
        if life.left is not None:
            break
        moment = _take(life, _choose(life, last), moment)
        last = life.tries[-1]
        moment = _between_lessons(life, moment)
    _live_until(life, story.end - 1)
    life._agenda.clear()  # noqa: SLF001 - it refers to the life itself
    return life


# ---------------------------------------------------------------- the first visit


def _first_visit(life: Life, moment: int) -> int:
    chance = life.chance
    life.came = moment
    first = life.story.lessons[0 if chance.random() < 0.7 else 1]
    done = _take(life, first, moment + chance.randint(15, 60), is_held=True)
    agreed = done + chance.randint(15, 90)
    life.created = agreed
    held, life.events[:] = list(life.events), []
    life.consents.append(Answered(agreed, Purpose.SAVE.value, "yes", SAVE))
    _record(life, Code.REGISTERED.value, agreed)
    life.events.extend(one._replace(recorded=agreed) for one in held)
    if life.plan.home is not None or life.plan.elsewhere is not None:
        life.asked_tdp = agreed + chance.randint(8, 60)
        _settle(life, life.asked_tdp, life.plan.home)
        life.asked_name = life.asked_tdp + chance.randint(8, 60)
    life.heard = agreed + 150
    return life.heard


def _settle(life: Life, moment: int, tdp: int | None) -> None:
    """Live somewhere from now on."""
    if life.lived:
        life.lived[-1] = life.lived[-1]._replace(until=moment)
    elsewhere = life.plan.elsewhere.value if tdp is None and life.plan.elsewhere else None
    life.lived.append(Lived(tdp, elsewhere, moment, None))
    _record(life, Code.TDP.value, moment)


def _record(life: Life, code: str, at: int, **more: Any) -> None:
    unit = life.plan.unit if life.joined is not None else None
    life.events.append(
        Happened(at, at, code, life.plan.number, life.home, unit=unit)._replace(**more)
    )


# ---------------------------------------------------------------- lessons


def _take(life: Life, lesson: Lesson, moment: int, *, is_held: bool = False) -> int:
    """One attempt at a lesson and its quiz; returns when it was over."""
    chance, number = life.chance, life.plan.number
    place = sum(one.lesson == lesson.id for one in life.tries) + 1
    _record(life, Code.STARTED.value, moment, lesson=lesson.id, attempt_no=place)
    if not is_held and chance.random() < 0.07:
        life.tries.append(Tried(moment, number, lesson.id, None, None, None, None, ()))
        return moment + chance.randint(60, 200)
    finished = moment + lesson.minutes * chance.randint(35, 80)
    answers = tuple(_answer(life, lesson, question, place) for question in range(len(lesson.quiz)))
    right, of = sum(is_right for _, is_right in answers), len(answers)
    has_passed = right >= life.story.rule.needed(of)
    life.tries.append(Tried(moment, number, lesson.id, finished, right, of, has_passed, answers))
    for code in (Code.FINISHED, Code.PASSED) if has_passed else (Code.FINISHED,):
        _record(life, code.value, finished, lesson=lesson.id, attempt_no=place, right=right, of=of)
    _complete(life, lesson.id, finished, has_passed=has_passed, is_first=place == 1)
    return finished


def _answer(life: Life, lesson: Lesson, question: int, place: int) -> tuple[int, bool]:
    asked = lesson.quiz[question]
    ease = life.story.difficulty[lesson.id][question] + life.plan.skill + 0.12 * (place - 1)
    if life.chance.random() < min(0.98, max(0.15, ease)):
        return asked.answer, True
    wrong = [option for option in range(len(asked.options)) if option != asked.answer]
    return wrong[0 if life.chance.random() < 0.7 else -1], False


def _complete(life: Life, lesson: str, moment: int, *, has_passed: bool, is_first: bool) -> None:
    done = life.completed.get(lesson)
    if done is None:
        passed = moment if has_passed else None
        life.completed[lesson] = Completed(moment, passed, has_passed and is_first, life.home)
    elif has_passed and done.passed is None:
        done.passed = moment


def _choose(life: Life, last: Tried) -> Lesson:
    """The lesson that was not passed once more, or one of the next that are not passed yet."""
    lessons: Sequence[Lesson] = life.story.lessons
    if not last.has_passed and life.chance.random() < 0.6:
        return next(one for one in lessons if one.id == last.lesson)
    left = [
        one for one in lessons if (done := life.completed.get(one.id)) is None or not done.passed
    ]
    if not left:
        return life.chance.choice(lessons)
    return left[0] if life.chance.random() < 0.8 else life.chance.choice(left)


def _next_visit(life: Life, moment: int) -> int:
    """The moment of the next lesson: at once, or on another day."""
    chance, story = life.chance, life.story
    if chance.random() < 0.4:
        return moment + chance.randint(40, 300)
    day = story.day_of(moment) + 1 + int(chance.expovariate(0.14))
    return story.end if day >= story.days else max(story.moment(chance, day), moment + 60)


# ---------------------------------------------------------------- what else happens


def _between_lessons(life: Life, moment: int) -> int:
    """What is asked or said after a lesson; returns when that was over."""
    life.heard = moment
    if life.asked_pushes is None and len(life.completed) >= 2 and life.chance.random() < 0.85:
        life.asked_pushes = moment + life.chance.randint(10, 60)
        for purpose, likely in zip(PUSHES, (0.72, 0.5, 0.38), strict=True):
            answer = "yes" if life.chance.random() < likely else "no"
            life.consents.append(Answered(life.asked_pushes, purpose.value, answer, PUSHED))
        life.heard = life.asked_pushes + 30
    _ask_for_praise(life)
    if life.plan.asks_for_help and life.chance.random() < 0.5 and len(life.asked_for_help) < 2:
        _ask_for_help(life, life.heard + life.chance.randint(20, 90))
    return life.heard


def _ask_for_praise(life: Life) -> None:
    """May they be named? Asked once, of who has passed every core lesson."""
    passed = {lesson for lesson, one in life.completed.items() if one.passed is not None}
    is_asked = any(one.purpose == Purpose.PRAISE.value for one in life.consents)
    if life.story.core and passed >= life.story.core and not is_asked:
        answer = "yes" if life.chance.random() < 0.6 else "no"
        life.heard += 20
        life.consents.append(Answered(life.heard, Purpose.PRAISE.value, answer, PRAISE))


def _ask_for_help(life: Life, moment: int) -> None:
    if not life.agrees(Purpose.TEAM):
        answer = "yes" if life.chance.random() < 0.85 else "no"
        life.consents.append(Answered(moment, Purpose.TEAM.value, answer, TEAM))
    if life.agrees(Purpose.TEAM):
        life.asked_for_help.append(moment + 1)
        _record(life, Code.HELP_ASKED.value, moment + 1)
    life.heard = moment + 30


def _plan_ahead(life: Life) -> None:
    """Put what the plan says on the agenda, at waking moments of its days."""
    plan = life.plan
    ahead = (
        (plan.vouched_after, _vouched),
        (None if plan.unit is None else 1, _joins),
        (plan.moves_after if life.lived else None, _moves),
        (plan.stops_after, _stops),
        (plan.leaves_after, _leaves),
    )
    for days, happens in ahead:
        day = life.story.day_of(life.heard) + (days or 0)
        if days is not None and day < life.story.days:
            life._agenda.append((life.story.moment(life.chance, day), happens))  # noqa: SLF001 - its own module
    life._agenda.sort(key=lambda pair: pair[0])  # noqa: SLF001 - same


def _live_until(life: Life, moment: int) -> None:
    """Do what is on the agenda up to a moment; nothing comes after leaving."""
    agenda = life._agenda  # noqa: SLF001 - its own module
    while agenda and agenda[0][0] <= moment and life.left is None:
        at, happens = agenda.pop(0)
        happens(life, max(at, life.heard + 1))


def _vouched(life: Life, moment: int) -> None:
    life.confirmed = moment
    _record(life, Code.VOUCHED.value, moment)


def _joins(life: Life, moment: int) -> None:
    life.joined = moment
    _record(life, "unit", moment)


def _moves(life: Life, moment: int) -> None:
    if life.home is not None and life.plan.moves_to not in {None, life.home}:
        _settle(life, moment, life.plan.moves_to)
        life.heard = moment


def _stops(life: Life, moment: int) -> None:
    """“DỪNG”."""
    life.asked_pushes = life.stopped = life.heard = moment
    for purpose in PUSHES:
        if life.agrees(purpose):
            life.consents.append(Answered(moment, purpose.value, "withdrawn", None))


def _leaves(life: Life, moment: int) -> None:
    life.left = life.heard = moment
    if life.plan.leaving is Leaving.ERASES:
        _record(life, Code.ERASED.value, moment)
        return
    life.consents.append(Answered(moment, Purpose.SAVE.value, "withdrawn", None))
    _record(life, Code.WITHDREW.value, moment)
