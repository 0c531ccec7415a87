"""What needs somebody of the ward: one open item per kind and subject."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from handlers._effects import Deed, Fact


class ItemKind(StrEnum):
    """Why somebody of the ward is needed, most urgent first.

    value           subject          opened by                                   closed by
    help_asked      person:<number>  AskForHelp, with their TDP                  a person
    health          health:<name>    the health check (disk, backup, clock …)    the health check
    codes_guessed   ward             wrong invite codes, many of them             a person
    lesson_waiting  lesson:<id>      the clock: nobody approved it as it reads   a decision
    lesson_review   lesson:<id>      the clock: review_by is near or over        a decision
    lesson_to_mend  lesson:<id>      a decision: something has to change         the lesson, once rewritten
    report_due      report:<last day of the period>  the clock, near its end     a person
    tasks_late      tasks            the clock: a task of the plan is late       the clock
    invite_over     invite:<id>      the clock: nobody took it up in time        a person
    """

    HELP_ASKED = "help_asked"
    HEALTH = "health"
    CODES_GUESSED = "codes_guessed"
    LESSON_WAITING = "lesson_waiting"
    LESSON_REVIEW = "lesson_review"
    LESSON_TO_MEND = "lesson_to_mend"
    REPORT_DUE = "report_due"
    TASKS_LATE = "tasks_late"
    INVITE_OVER = "invite_over"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that needs somebody. `subject` is a code (“lesson:TB-01”), `tdp` a name.

    `about` is what a page may print of the subject: a lesson's title, a health check's name, “” for a person.
    `since` is the local day it was opened; `is_late`: `due_on` is over. `may_close`: a person says that it
    is done; other items close by themselves once they are.
    """

    id: int
    kind: ItemKind
    subject: str
    about: str
    tdp: str | None
    since: date
    due_on: date | None
    is_late: bool
    may_close: bool


@dataclass(frozen=True, slots=True)
class TeamItems(Fact[tuple[Item, ...]]):
    """What is open for the one who asks, by their roles and TDPs: late, then most urgent, then newest first."""


@dataclass(frozen=True, slots=True)
class ItemClosed:
    """It is done, and the record says by whom."""


@dataclass(frozen=True, slots=True)
class NoSuchItem:
    """It is done already, closes by itself, or is not theirs."""


@dataclass(frozen=True, slots=True)
class CloseItem(Deed[ItemClosed | NoSuchItem]):
    """Somebody says that an open item is done."""

    item: int


@dataclass(frozen=True, slots=True)
class WhoAsked:
    """Whom an item is about, as they agreed to be known by the team (audited: a name was seen)."""

    person: int
    form: str | None
    name: str | None
    tdp: str | None
    channel: str


@dataclass(frozen=True, slots=True)
class NotKnown:
    """They were erased, or took back that the team may know."""


@dataclass(frozen=True, slots=True)
class SeeWhoAsked(Deed[WhoAsked | NotKnown | NoSuchItem]):
    """Who asked for help, for the one who goes there."""

    item: int
