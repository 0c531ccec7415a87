"""The tables of those who work for the ward: roles, invites, sign-ins, lists, stated figures, reports.

The three kinds of storage/tables.py again. *Bare*: grants, logins, sessions, team_items, slot_counts,
question_counts. *Personal*: members, relatives, invites (the name on it, until it is used or over).
*House*: stated, reports, tasks, wrong_codes.

    people <-- grants (role, tdps, until) --> invites        people <-- logins --> sessions
       +-- members (name, office), relatives (family helper -> relative)
    events --> slot_counts (what a period's figures are added up from), question_counts
    stated, slot_counts --> reports (frozen)
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables import NEVER_AGAIN, BigId, Table

IS_OPEN = text("done_at IS NULL")

# ---------------------------------------------------------------- roles


class Grants(Table):
    """Who is what to the ward, in one TDP or in all of it (`tdp_id` None), until a day. Bare."""

    __tablename__ = "grants"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    role: Mapped[str] = mapped_column(String(20))
    tdp_id: Mapped[int | None] = mapped_column(ForeignKey("tdps.id"))
    since: Mapped[datetime]
    ends_on: Mapped[date | None]  # the last local day, included
    revoked_at: Mapped[datetime | None]
    by: Mapped[str] = mapped_column(String(80))  # who invited: "person:123", "os:lan"


class Members(Table):
    """How somebody with a role is called in full, and where they work. Personal."""

    __tablename__ = "members"
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    office: Mapped[str] = mapped_column(String(160))


class Invites(Table):
    """A role somebody may take up once, by typing words or following a QR code. Only hashes of both stand here.

    `name` is emptied when the invite is used, revoked or over. `list_key` tells a row of an imported list
    that was invited already.
    """

    __tablename__ = "invites"
    __table_args__ = (UniqueConstraint("words_hash"), UniqueConstraint("token_hash"), NEVER_AGAIN)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    words_hash: Mapped[str] = mapped_column(String(64))
    token_hash: Mapped[str] = mapped_column(String(64))
    role: Mapped[str] = mapped_column(String(20))
    tdp_id: Mapped[int | None] = mapped_column(ForeignKey("tdps.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    name: Mapped[str | None] = mapped_column(String(80))
    office: Mapped[str] = mapped_column(String(160))
    ends_on: Mapped[date | None]  # of the role
    list_key: Mapped[str | None] = mapped_column(String(64), index=True)
    created_at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(80))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    used_by: Mapped[int | None] = mapped_column(BigInteger)
    revoked_at: Mapped[datetime | None]


class WrongCodes(Table):
    """Words that were no invite: five from one address lock it for an hour. Kept for a day."""

    __tablename__ = "wrong_codes"
    __table_args__ = (Index("wrong_codes_by_time", "at"),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    address_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    at: Mapped[datetime]


class Relatives(Table):
    """Whom a family helper registered and teaches. Personal."""

    __tablename__ = "relatives"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    helper_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    since: Mapped[datetime]
    until: Mapped[datetime | None]


# ---------------------------------------------------------------- signing in to the staff page


class Logins(Table):
    """A link that opens the staff page once; only the hash of its token stands here. Bare."""

    __tablename__ = "logins"
    __table_args__ = (UniqueConstraint("token_hash"), NEVER_AGAIN)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    address_id: Mapped[int | None] = mapped_column(BigInteger)  # where it was asked for
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    spent_at: Mapped[datetime | None]


class Sessions(Table):
    """A browser that is signed in; only the hash of its cookie stands here. Bare."""

    __tablename__ = "sessions"
    __table_args__ = (UniqueConstraint("token_hash"), NEVER_AGAIN)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    login_id: Mapped[int] = mapped_column(ForeignKey("logins.id"), index=True)
    device: Mapped[str] = mapped_column(String(60))  # “Chrome, Windows”
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


# ---------------------------------------------------------------- what needs someone


class TeamItems(Table):
    """Something that needs somebody of the ward. Bare: codes, numbers and days.

    One open item per kind and subject ("person:123", "lesson:TB-01", "health:disk").
    """

    __tablename__ = "team_items"
    __table_args__ = (
        Index(
            "team_items_open",
            "kind",
            "subject",
            unique=True,
            sqlite_where=IS_OPEN,
            postgresql_where=IS_OPEN,
        ),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(30))
    subject: Mapped[str] = mapped_column(String(80))
    tdp_id: Mapped[int | None]
    created_at: Mapped[datetime]
    due_on: Mapped[date | None]
    done_at: Mapped[datetime | None]
    done_by: Mapped[str | None] = mapped_column(String(80))


class Tasks(Table):
    """One line of the ward's own plan: what, who leads, until when, what came of it."""

    __tablename__ = "tasks"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)  # the plan's own number: “1.2”
    place: Mapped[int]  # its order in the plan
    content: Mapped[str] = mapped_column(Text)
    lead: Mapped[str] = mapped_column(String(200))
    together: Mapped[str] = mapped_column(String(300))
    due_on: Mapped[date | None]  # None: all along
    result: Mapped[str] = mapped_column(Text)  # what is expected
    done_on: Mapped[date | None]
    done_note: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(80))


# ---------------------------------------------------------------- figures


class Stated(Table):
    """A number that somebody stated, with its source and day; never changed, only followed by a later one.

    key: adults | staff | pupils | pupils_taught | workers | workers_taught | vneid | … For one TDP, for one
    unit, or for the whole ward.
    """

    __tablename__ = "stated"
    __table_args__ = (Index("stated_by_key", "key", "as_of"),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(30))
    tdp_id: Mapped[int | None] = mapped_column(ForeignKey("tdps.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    value: Mapped[int]
    as_of: Mapped[date]
    source: Mapped[str] = mapped_column(String(160))
    document: Mapped[str] = mapped_column(
        String(80)
    )  # number and day of the paper it stands in, or ""
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime]


class SlotCounts(Table):
    """Half months of events, added up so that any period's distinct people are one sum.

    A slot is the 1st to the 14th of a month (year * 24 + (month - 1) * 2) or the rest of it (+ 1).
    `previous` is the slot in which the same person last had this code on this line (-1: never before): who
    was there between two slots counts once, in the row whose `previous` lies before the first of them.
    """

    __tablename__ = "slot_counts"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 - SQLAlchemy's own class attribute
    dimension: Mapped[str] = mapped_column(String(10), primary_key=True)  # "" | tdp | lesson | unit
    slot: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    line: Mapped[str] = mapped_column(String(24), primary_key=True)  # "" where unknown
    code: Mapped[str] = mapped_column(String(20), primary_key=True)
    previous: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    people: Mapped[int]  # confirmed ones
    visits: Mapped[int]  # events of all


class QuestionCounts(Table):
    """How often a question was answered, and rightly, per half month."""

    __tablename__ = "question_counts"
    slot: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    lesson_id: Mapped[str] = mapped_column(String(20), primary_key=True)
    lesson_version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    question: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    answered: Mapped[int]
    right: Mapped[int]


class Reports(Table):
    """A report that left the house: its numbers as they were, bound to their hash. No names."""

    __tablename__ = "reports"
    __table_args__ = NEVER_AGAIN
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))  # month | quarter | half | year | own
    since: Mapped[date]
    until: Mapped[date]
    cut_off: Mapped[datetime]
    figures: Mapped[dict[str, Any]]
    hash: Mapped[str] = mapped_column(String(64))
    by: Mapped[str] = mapped_column(String(80))
    final_at: Mapped[datetime | None]
    final_by: Mapped[str | None] = mapped_column(String(80))
