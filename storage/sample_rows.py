"""One row of each table, from what a made-up life is."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from storage.sample_lives import Completed, Happened, Life, Lived
from storage.sample_staff import HELP, Decided, Held, Helped, Written, named

CHANNEL = "web"
"""Nobody made up can be written to: they all came by the ward's own page."""
Row = Mapping[str, Any]


def at(seconds: int) -> datetime:
    """A moment as columns hold it."""
    return datetime.fromtimestamp(seconds, UTC)


def maybe(seconds: int | None) -> datetime | None:
    """The same, where there may be none."""
    return None if seconds is None else at(seconds)


# ---------------------------------------------------------------- people


def person(life: Life) -> Row:
    """A row of people."""
    return {
        "id": life.plan.number,
        "created_at": at(life.created),
        "channel": CHANNEL,
        "is_practice": False,
        "practice_of": None,
        "is_sample": True,
        "confirmed_at": maybe(life.confirmed),
        "erased_at": maybe(life.left) if life.is_erased else None,
    }


def profile(life: Life) -> Row:
    """A row of profiles."""
    has_answered = life.asked_name is not None
    return {
        "person_id": life.plan.number,
        "form": life.plan.called.form if has_answered else None,
        "name": life.plan.called.name if has_answered else None,
        "asked_name_at": maybe(life.asked_name),
        "asked_tdp_at": maybe(life.asked_tdp),
        "asked_pushes_at": maybe(life.asked_pushes),
    }


def residence(life: Life, one: Lived) -> Row:
    """A row of residences."""
    return {
        "person_id": life.plan.number,
        "tdp_id": one.tdp,
        "elsewhere": one.elsewhere,
        "valid_from": at(one.since),
        "valid_to": maybe(one.until),
    }


def address(number: int, life: Life, key: str) -> Row:
    """A row of addresses."""
    return {
        "id": number,
        "channel": CHANNEL,
        "key": key,
        "current_person_id": life.plan.number,
        "created_at": at(life.came),
        "heard_at": at(life.heard),
        "stopped_at": maybe(life.stopped),
    }


# ---------------------------------------------------------------- learning


def completion(life: Life, lesson: str, one: Completed) -> Row:
    """A row of completions."""
    return {
        "person_id": life.plan.number,
        "lesson_id": lesson,
        "finished_at": at(one.finished),
        "passed_at": maybe(one.passed),
        "is_at_once": one.is_at_once,
        "tdp_id": one.tdp,
    }


def event(one: Happened) -> Row:
    """A row of events."""
    return {
        "at": at(one.at),
        "code": one.code,
        "person_id": one.person,
        "tdp_id": one.tdp,
        "lesson_id": one.lesson,
        "attempt_no": one.attempt_no,
        "right": one.right,
        "of": one.of,
        "unit_id": one.unit,
    }


# ---------------------------------------------------------------- those who work for the ward


def member(one: Held) -> Row:
    """A row of members."""
    return {
        "person_id": one.life.plan.number,
        "name": one.life.plan.called.full,
        "office": one.duty.office,
    }


def grant(one: Held) -> Row:
    """A row of grants."""
    return {
        "person_id": one.life.plan.number,
        "role": one.duty.role.value,
        "tdp_id": one.duty.tdp,
        "since": at(one.since),
        "ends_on": None,
        "revoked_at": None,
        "by": one.by,
    }


def relative(helper: Held, life: Life) -> Row:
    """A row of relatives."""
    return {
        "helper_id": helper.life.plan.number,
        "person_id": life.plan.number,
        "since": at(helper.since),
        "until": None,
    }


def approval(one: Decided) -> Row:
    """A row of approvals."""
    return {
        "lesson_id": one.lesson,
        "content_hash": one.content_hash,
        "name": one.who.life.plan.called.full,
        "office": one.who.duty.office,
        "by": named(one.who.life),
        "at": at(one.at),
        "verdict": one.verdict.value,
        "note": one.note,
    }


def item(number: int, one: Helped) -> Row:
    """A row of team_items."""
    return {
        "id": number,
        "kind": HELP,
        "subject": named(one.life),
        "tdp_id": one.tdp,
        "created_at": at(one.at),
        "due_on": None,
        "done_at": maybe(one.done),
        "done_by": one.by,
    }


def audit(one: Written) -> Row:
    """A row of the audit that is not chained yet."""
    return {
        "at": at(one.at),
        "actor": one.actor,
        "action": one.action,
        "subject": one.subject,
        "details": one.details,
    }
