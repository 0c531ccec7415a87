"""What those who work for a made-up ward did: roles, lessons approved, help given, people vouched for.

Everything that the product would have written into the audit stands there too, in the order of its time.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from handlers._requests.approval import Verdict
from handlers._requests.items import ItemKind
from handlers._requests.person import Role
from storage.sample_lives import DAY, Leaving, Life, Story
from storage.sample_plans import Duty

SYSTEM = "os:demo"
"""Who made the first admin."""
_LATE = 10 * DAY
"""Help that was asked for longer ago was almost always given."""


@dataclass(frozen=True, slots=True)
class Written:
    """A line of the audit, before it is chained."""

    at: int
    actor: str
    action: str
    subject: str
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Held:
    """A role that somebody holds."""

    life: Life
    duty: Duty
    since: int
    by: str


@dataclass(frozen=True, slots=True)
class Decided:
    """What an approver decided of a lesson."""

    at: int
    lesson: str
    content_hash: str
    who: Held
    verdict: Verdict
    note: str = ""


@dataclass(frozen=True, slots=True)
class Helped:
    """Somebody asked for help; `done` None: nobody has been there yet."""

    at: int
    life: Life
    tdp: int | None
    done: int | None
    by: str | None


def named(life: Life) -> str:
    """How a person is called in rows that say who did something."""
    return f"person:{life.plan.number}"


def roles(lives: Sequence[Life], duties: Sequence[Duty]) -> list[Held]:
    """The roles of the first people, each since they were vouched for; the admin gives the offices theirs."""
    first, second = named(lives[0]), named(lives[1])
    held = []
    for life, duty in zip(lives, duties, strict=False):
        by = SYSTEM if duty.role is Role.ADMIN else first if duty.tdp is None else second
        earliest = (lives[0] if by == first else lives[1]).confirmed or 0
        own = life.confirmed or life.created
        held.append(Held(life, duty, own + 600 if by == SYSTEM else max(own, earliest) + 3600, by))
    return held


def families(
    chance: random.Random, lives: Sequence[Life], begin: int, most: int
) -> Iterator[tuple[Held, Life]]:
    """Family helpers with the relative they teach: two who live in one TDP and are both still there."""
    waiting: dict[int, Life] = {}
    found = 0
    for life in lives[begin:]:
        if found >= most:
            return
        home = life.home
        if home is None or life.confirmed is None or life.left is not None:
            continue
        helper = waiting.pop(home, None)
        if helper is None:
            if chance.random() < 0.3:
                waiting[home] = life
            continue
        since = max(helper.confirmed or 0, life.created) + 1800
        if since < life.story.end:
            found += 1
            yield Held(helper, Duty(Role.FAMILY, "Người nhà", home), since, SYSTEM), life


def approvals(story: Story, held: Sequence[Held]) -> Iterator[Decided]:
    """Every lesson was read and approved by one of the approvers; one was sent back before."""
    approvers = [one for one in held if one.duty.role is Role.APPROVER]
    begin = max((one.since for one in approvers), default=0) + DAY
    for place, lesson in enumerate(story.lessons if approvers else ()):
        who = approvers[place % len(approvers)]
        at = begin + place * 3 * DAY + 7200
        if place == 3:
            yield Decided(
                *(at - DAY, lesson.id, lesson.content_hash, who, Verdict.CHANGES),
                "Xin đọc lại câu hỏi 2 cho dễ hiểu hơn.",
            )
        yield Decided(at, lesson.id, lesson.content_hash, who, Verdict.APPROVED)


def help_given(
    chance: random.Random, lives: Sequence[Life], held: Sequence[Held]
) -> Iterator[Helped]:
    """What came of each wish for help; who asks again while nobody has been there is not noted twice."""
    nearby: dict[int | None, list[Held]] = {}
    for one in held:
        if one.duty.role in {Role.TEAM, Role.HEAD}:
            nearby.setdefault(one.duty.tdp, []).append(one)
    for life in lives:
        is_open = False
        for at in life.asked_for_help:
            if is_open:
                break
            home = next((one.tdp for one in life.events if one.at == at), None)
            helpers = [one for one in nearby.get(home, []) if one.since < at] or held[:1]
            done = at + chance.randint(3600, 6 * DAY)
            is_old = at < life.story.end - _LATE
            is_open = done >= life.story.end or chance.random() > (0.95 if is_old else 0.4)
            by = named(chance.choice(helpers).life)
            yield Helped(at, life, home, None if is_open else done, None if is_open else by)


def audit_of(
    lives: Sequence[Life],
    held: Sequence[Held],
    decided: Sequence[Decided],
    helped: Sequence[tuple[int, Helped]],
) -> list[Written]:
    """Everything the audit would hold, in the order of its time; `helped` with the numbers of their items."""
    admin = named(lives[0])
    lines = [
        Written(life.confirmed, admin, "vouched", named(life), {"by_name": "dữ liệu mẫu"})
        for life in lives
        if life.confirmed is not None
    ]
    lines += [
        Written(life.left, named(life), "erased", named(life))
        for life in lives
        if life.left is not None and life.plan.leaving is Leaving.ERASES
    ]
    lines += [
        Written(at, named(life), "help_asked", named(life), {"about": "meet_staff"})
        for life in lives
        for at in life.asked_for_help
    ]
    lines += [
        Written(one.done, one.by, "item_closed", f"item:{number}")
        for number, one in helped
        if one.done is not None and one.by is not None
    ]
    lines += [
        Written(one.since, one.by, "invited", named(one.life), {"role": one.duty.role.value})
        for one in held
    ]
    lines += [
        Written(
            one.at,
            named(one.who.life),
            "approved" if one.verdict is Verdict.APPROVED else "sent_back",
            f"lesson:{one.lesson}",
            {"content_hash": one.content_hash},
        )
        for one in decided
    ]
    return sorted(lines, key=lambda one: one.at)


HELP = ItemKind.HELP_ASKED.value
