"""All tables of one ward.

Three kinds. *Bare* tables hold numbers, codes and times and are never emptied: people, events, consents,
attempts, answers, completions, audit, daily counts. *Personal* tables hold names, addresses, texts and are
emptied when a person is erased: profiles, residences, unit_members, addresses, talks, messages, outbox,
inbox bodies. *House* tables belong to the ward: tdps, units, wordings, approvals, clock_runs, settings,
accounts. storage/tables_staff.py holds those of the staff.

    addresses --current_person_id--> people <--person_id-- consents, attempts, completions, events
        |                              |
        +-- address_people (history)   +-- profiles, residences -> tdps, unit_members -> units
        +-- talks, messages, inbox, outbox
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Date,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from storage._types import Json, UtcDateTime

BigId = BigInteger().with_variant(Integer, "sqlite")
"""SQLite numbers rows itself only for a column declared INTEGER."""
NEVER_AGAIN = {"sqlite_autoincrement": True}
"""A deleted row's number is never given again, where talks, pages or buttons may still hold it."""


HAS_UNIT = text("unit_id IS NOT NULL")
"""Most people belong to no unit: an index on theirs alone is small."""

NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
"""Constraints have names, so that a migration can drop them on both databases."""


class Table(DeclarativeBase):
    """The base of all tables; types that both databases keep alike."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy's own class attribute
        datetime: UtcDateTime,
        date: Date,
        dict[str, Any]: Json,
        list[Any]: Json,
    }


# ---------------------------------------------------------------- people


class People(Table):
    """A person is a random number (41 bits, so that a spreadsheet keeps it)."""

    __tablename__ = "people"
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    created_at: Mapped[datetime]
    channel: Mapped[str] = mapped_column(String(20))  # where they first came from
    is_practice: Mapped[bool] = mapped_column(default=False)  # “tập thử”: never counted
    practice_of: Mapped[int | None] = mapped_column(BigInteger, index=True)  # the one who practises
    is_sample: Mapped[bool] = mapped_column(default=False)  # “DỮ LIỆU MẪU”: never counted
    confirmed_at: Mapped[datetime | None]  # người from here on; None: lượt
    erased_at: Mapped[datetime | None]


class Profiles(Table):
    """What a person calls themselves. Personal."""

    __tablename__ = "profiles"
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    form: Mapped[str | None] = mapped_column(String(20))
    name: Mapped[str | None] = mapped_column(String(80))
    asked_name_at: Mapped[datetime | None]
    asked_tdp_at: Mapped[datetime | None]
    asked_pushes_at: Mapped[datetime | None]


class Tdps(Table):
    """A tổ dân phố (xóm, thôn, bản) as dated data."""

    __tablename__ = "tdps"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    number: Mapped[str | None] = mapped_column(String(20))
    former_ward: Mapped[str | None] = mapped_column(String(120))
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    merged_into: Mapped[int | None] = mapped_column(ForeignKey("tdps.id"))
    is_placeholder: Mapped[bool] = mapped_column(
        default=False
    )  # “mẫu”, until the ward's own list is in


class Residences(Table):
    """Who lives in which TDP, dated. Personal. tdp_id None: unknown or living elsewhere (`elsewhere`)."""

    __tablename__ = "residences"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    tdp_id: Mapped[int | None] = mapped_column(ForeignKey("tdps.id"))
    elsewhere: Mapped[str | None] = mapped_column(String(10))
    valid_from: Mapped[datetime]
    valid_to: Mapped[datetime | None]


class Units(Table):
    """A cơ quan, trường, doanh nghiệp, HTX, chi hội or đoàn thể people may belong to, dated."""

    __tablename__ = "units"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(160))
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]


class UnitMembers(Table):
    """Who belongs to which unit, dated. Personal."""

    __tablename__ = "unit_members"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class Addresses(Table):
    """Where somebody can be talked to: one chat of one channel. Personal.

    `key` is the channel's id, or a hash of the visitor's secret for the web. An address has one current
    person, or none yet (undecided, or declined: then it is purged 24 h after the last word).
    """

    __tablename__ = "addresses"
    __table_args__ = (UniqueConstraint("channel", "key"), NEVER_AGAIN)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    channel: Mapped[str] = mapped_column(String(20))
    key: Mapped[str] = mapped_column(String(128))
    current_person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    created_at: Mapped[datetime]
    heard_at: Mapped[datetime]
    declined_at: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]  # “DỪNG”
    last_text: Mapped[str | None] = mapped_column(String(200))  # for two messages within 2 s
    blocked_at: Mapped[datetime | None]  # the platform said so; a word from them clears it
    came_by: Mapped[str | None] = mapped_column(
        String(64)
    )  # what a deep link carried: a TDP's code, or the seal of an invite


class AddressPeople(Table):
    """Who used an address, and when: several people a phone, several addresses a person. Personal."""

    __tablename__ = "address_people"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    address_id: Mapped[int] = mapped_column(ForeignKey("addresses.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    since: Mapped[datetime]
    until: Mapped[datetime | None]


# ---------------------------------------------------------------- consents


class Wordings(Table):
    """A text that was shown when consent was asked, so that it can be shown again."""

    __tablename__ = "wordings"
    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    key: Mapped[str] = mapped_column(String(80))
    version: Mapped[int]
    text: Mapped[str] = mapped_column(Text)


class Consents(Table):
    """One answer to one purpose: never changed, only followed by a later one."""

    __tablename__ = "consents"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(20))
    answer: Mapped[str] = mapped_column(String(10))  # yes | no | withdrawn
    wording_hash: Mapped[str | None] = mapped_column(ForeignKey("wordings.hash"))
    channel: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime]


# ---------------------------------------------------------------- learning


class Attempts(Table):
    """One run through a lesson and its quiz. Held under the address alone (≤ 24 h) until somebody decides."""

    __tablename__ = "attempts"
    __table_args__ = NEVER_AGAIN
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    address_id: Mapped[int | None] = mapped_column(Integer, index=True)  # only while held
    lesson_id: Mapped[str] = mapped_column(String(20))
    lesson_version: Mapped[int]
    content_hash: Mapped[str] = mapped_column(String(64))
    rule_right: Mapped[int]  # the pass rule of this attempt: rule_right of rule_of
    rule_of: Mapped[int]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    right: Mapped[int | None]
    of: Mapped[int | None]
    has_passed: Mapped[bool | None]


class Answers(Table):
    """One answer within an attempt, as codes."""

    __tablename__ = "answers"
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempts.id"), primary_key=True)
    question: Mapped[int] = mapped_column(primary_key=True)
    option: Mapped[int]
    is_right: Mapped[bool]


class Completions(Table):
    """The first time a person finished a lesson, and the first time they passed it."""

    __tablename__ = "completions"
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    lesson_id: Mapped[str] = mapped_column(String(20), primary_key=True)
    finished_at: Mapped[datetime]
    passed_at: Mapped[datetime | None]
    is_at_once: Mapped[bool]  # “đạt ngay lần đầu”
    tdp_id: Mapped[int | None]


class Events(Table):
    """What happened, with the TDP of its moment; never rewritten. Figures are derived from here alone.

    code: registered | tdp | started | finished | passed | vouched | withdrew | erased | help_asked | unit.
    `attempt_no` counts a person's attempts at a lesson from 1; `is_first_pass` on the passed event that
    is the person's first for the lesson.
    """

    __tablename__ = "events"
    __table_args__ = (
        Index("events_by_time", "at", "code"),
        Index("events_of_person", "person_id", "code", "at"),
        Index("events_of_tdp", "tdp_id", "code", "at"),
        Index("events_of_lesson", "lesson_id", "code", "person_id"),
        Index(
            "events_of_unit",
            "unit_id",
            "person_id",
            sqlite_where=HAS_UNIT,
            postgresql_where=HAS_UNIT,
        ),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime]
    code: Mapped[str] = mapped_column(String(20))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    tdp_id: Mapped[int | None]
    lesson_id: Mapped[str | None] = mapped_column(String(20))
    attempt_no: Mapped[int | None]
    right: Mapped[int | None]
    of: Mapped[int | None]
    unit_id: Mapped[int | None]


class DailyCounts(Table):
    """What nameless visitors did, per local day: lượt."""

    __tablename__ = "daily_counts"
    day: Mapped[date] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(20), primary_key=True)
    lesson_id: Mapped[str] = mapped_column(String(20), primary_key=True)  # "" where none
    count: Mapped[int]


# ---------------------------------------------------------------- talks and messages


class Talks(Table):
    """A conversation under way: the active one, or the one put aside under it. Personal."""

    __tablename__ = "talks"
    address_id: Mapped[int] = mapped_column(ForeignKey("addresses.id"), primary_key=True)
    slot: Mapped[str] = mapped_column(String(10), primary_key=True)  # active | aside
    person_id: Mapped[int | None] = mapped_column(BigInteger)
    talk: Mapped[str] = mapped_column(Text)  # JSON of handlers.Talk, journal included
    updated_at: Mapped[datetime]


class Messages(Table):
    """The history a person can read back: 30 days, 24 h for someone who declined. Personal."""

    __tablename__ = "messages"
    __table_args__ = (
        Index("messages_of_address", "address_id", "id"),
        Index("messages_by_time", "at"),
        NEVER_AGAIN,
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    address_id: Mapped[int] = mapped_column(ForeignKey("addresses.id"))
    is_from_bot: Mapped[bool]
    body: Mapped[dict[str, Any]]  # {"text": …, "choices": […] …}
    event_id: Mapped[str | None] = mapped_column(
        String(80)
    )  # the inbound id, for a resident's words
    at: Mapped[datetime]


class Inbox(Table):
    """Every inbound event once (channel + event id). The body is erased when handled, the id after 7 days."""

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("channel", "event_id"),
        Index("inbox_waiting", "state", "address_id", "id"),
        Index("inbox_by_time", "received_at"),
        NEVER_AGAIN,
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    channel: Mapped[str] = mapped_column(String(20))
    event_id: Mapped[str] = mapped_column(String(80))
    address_id: Mapped[int | None] = mapped_column(Integer, index=True)
    body: Mapped[dict[str, Any] | None]
    state: Mapped[str] = mapped_column(String(10))  # waiting | done | parked
    received_at: Mapped[datetime]
    error_id: Mapped[str | None] = mapped_column(String(40))


class Outbox(Table):
    """One row = one accepted request = one platform message; see storage/outbox.py. Personal."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("outbox_due", "account", "state", "kind", "id"),
        Index("outbox_of_address", "address_id", "state", "kind", "id"),
        Index("outbox_by_time", "created_at"),
        NEVER_AGAIN,
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account: Mapped[str] = mapped_column(String(40))  # the channel, or channel:account
    address_id: Mapped[int] = mapped_column(ForeignKey("addresses.id"))
    kind: Mapped[int]  # 0 reply, 1 alert, 2 announcement, 3 reminder: the order of sending
    body: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(10))
    attempts: Mapped[int] = mapped_column(default=0)
    agains: Mapped[int] = mapped_column(default=0)  # surely not accepted: at most twice
    is_resent: Mapped[bool] = mapped_column(default=False)  # after an unknown end: at most once
    not_before: Mapped[datetime | None]
    valid_until: Mapped[datetime | None]
    lease_owner: Mapped[str | None] = mapped_column(String(40))
    lease_until: Mapped[datetime | None]
    platform_id: Mapped[str | None] = mapped_column(String(80))
    reason: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


class Accounts(Table):
    """What is known of a platform's account: when it may send again, why it is paused, what was learnt."""

    __tablename__ = "accounts"
    account: Mapped[str] = mapped_column(String(40), primary_key=True)
    held_until: Mapped[datetime | None]  # the platform asked for silence until then
    paused_at: Mapped[datetime | None]  # the account itself is at fault, since
    paused_reason: Mapped[str | None] = mapped_column(String(200))
    known: Mapped[dict[str, Any]]  # {"photo:ab12…": "file id", …}


# ---------------------------------------------------------------- the house


class Approvals(Table):
    """What a named officer decided of a lesson as it read then (its content hash); the latest one counts."""

    __tablename__ = "approvals"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    lesson_id: Mapped[str] = mapped_column(String(20), index=True)
    content_hash: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(120))
    office: Mapped[str] = mapped_column(String(160))
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime]
    verdict: Mapped[str] = mapped_column(String(10))  # approved | changes
    note: Mapped[str] = mapped_column(String(500))  # what has to change


class Audit(Table):
    """Who did what, chained: each row's hash covers the one before it. Bare: numbers and codes only."""

    __tablename__ = "audit"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(80))  # "person:123", "os:lan"
    action: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(80))
    details: Mapped[dict[str, Any]]
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class ClockRuns(Table):
    """A scheduled job that ran for the moment it was due."""

    __tablename__ = "clock_runs"
    job: Mapped[str] = mapped_column(String(40), primary_key=True)
    due_at: Mapped[datetime] = mapped_column(primary_key=True)
    ran_at: Mapped[datetime]


class Settings(Table):
    """Facts about this database itself, e.g. when the TDP list was loaded."""

    __tablename__ = "settings"
    key: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[str] = mapped_column(Text)
