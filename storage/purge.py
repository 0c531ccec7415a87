"""Forgetting in time: what nobody agreed to have kept, and what is too old.

24 h        whoever is no person and has been silent: address, talks, messages, what was held of
            their lessons (counted without a name first), what their events said
24 h        lessons held for a decision, also of whoever goes on talking
24 h        messages of whoever is no person; the last words of everybody
24 h        wrong codes (the name on an invite goes as soon as it is over)
7 days      the numbers of handled events
30 days     messages, what has left the outbox or never will, parked events, idle talks; links to the staff
            page and sessions of it that are over
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import timedelta

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Delete,
    Update,
    bindparam,
    delete,
    exists,
    func,
    select,
    update,
)
from sqlalchemy.orm import InstrumentedAttribute

from storage import inbox, outbox
from storage._learning import forget_held, forget_overdue
from storage._tx import Tx
from storage.tables import (
    Addresses,
    AddressPeople,
    Attempts,
    Inbox,
    Messages,
    Outbox,
    Talks,
)
from storage.tables_staff import Invites, Logins, Sessions, WrongCodes

_DAY, _MONTH = timedelta(days=1), timedelta(days=30)
BATCH = 500
"""Addresses forgotten in one transaction, which everybody who writes has to wait for."""
ROWS = 2000
"""Rows of one kind forgotten in one transaction: some 30 ms."""


@dataclass(frozen=True, slots=True)
class Purged:
    """How much was forgotten; `has_more`: another call may forget more."""

    addresses: int
    attempts: int
    talks: int
    messages: int
    outbox: int
    inbox: int
    last_texts: int
    has_more: bool
    wrong_codes: int = 0
    names: int = 0
    sign_ins: int = 0

    @property
    def total(self) -> int:
        """How many rows were deleted or emptied."""
        return sum(getattr(self, one.name) for one in fields(self) if one.name != "has_more")


_CUT = bindparam("cut", type_=Addresses.heard_at.type)
_GONE = bindparam("gone", expanding=True, type_=BigInteger())
_IS_NOBODY = Addresses.current_person_id.is_(None)
_SILENT = (
    select(Addresses.id)
    .where(
        _IS_NOBODY,
        Addresses.heard_at <= _CUT,
        ~exists().where(Inbox.address_id == Addresses.id, Inbox.state == inbox.WAITING),
    )
    .order_by(Addresses.heard_at)
    .limit(BATCH)
    .with_for_update(skip_locked=True)  # who speaks at this moment is not silent
)
_HELD = select(func.count()).where(Attempts.address_id.in_(_GONE), Attempts.person_id.is_(None))
_TALKS_OF = delete(Talks).where(Talks.address_id.in_(_GONE))
_MESSAGES_OF = delete(Messages).where(Messages.address_id.in_(_GONE))
_OUTBOX_OF = delete(Outbox).where(Outbox.address_id.in_(_GONE))
_INBOX_OF = (
    update(Inbox)
    .where(Inbox.address_id.in_(_GONE), Inbox.body.is_not(None))
    .values(body=None, state=inbox.DONE)
)
_USERS_OF = delete(AddressPeople).where(AddressPeople.address_id.in_(_GONE))
_ADDRESSES = delete(Addresses).where(Addresses.id.in_(_GONE))


def _some(key: InstrumentedAttribute[int], *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """The condition for ROWS at most of the rows that fulfil others."""
    return key.in_(select(key).where(*conditions).limit(ROWS))


_OLD_MESSAGES = delete(Messages).where(_some(Messages.id, Messages.at <= _CUT))
_NOBODYS = Messages.address_id.in_(select(Addresses.id).where(_IS_NOBODY))
_MESSAGES_OF_NOBODY = delete(Messages).where(_some(Messages.id, Messages.at <= _CUT, _NOBODYS))
_LAST_TEXTS = (
    update(Addresses)
    .where(_some(Addresses.id, Addresses.heard_at <= _CUT, Addresses.last_text.is_not(None)))
    .values(last_text=None)
)
_IS_OLD = Inbox.received_at <= _CUT
_HANDLED = delete(Inbox).where(_some(Inbox.id, _IS_OLD, Inbox.state == inbox.DONE))
_PARKED = delete(Inbox).where(_some(Inbox.id, _IS_OLD, Inbox.state == inbox.PARKED))
_UNDER_WAY = (outbox.State.WAITING.value, outbox.State.SENDING.value)
_ENDED = delete(Outbox).where(
    _some(Outbox.id, Outbox.created_at <= _CUT, Outbox.state.not_in(_UNDER_WAY))
)
_WRONG_CODES = delete(WrongCodes).where(_some(WrongCodes.id, WrongCodes.at <= _CUT))
_NAMES = (
    update(Invites)
    .where(_some(Invites.id, Invites.expires_at <= _CUT, Invites.name.is_not(None)))
    .values(name=None)
)
_SESSIONS = delete(Sessions).where(_some(Sessions.id, Sessions.expires_at <= _CUT))
_LOGINS = delete(Logins).where(
    _some(Logins.id, Logins.expires_at <= _CUT, ~exists().where(Sessions.login_id == Logins.id))
)
_IDLE = delete(Talks).where(
    Talks.updated_at <= _CUT, _some(Talks.address_id, Talks.updated_at <= _CUT)
)


async def purge(tx: Tx) -> Purged:
    """Forget what may not be kept any longer; call it until nothing `has_more`."""
    silent = await _forget_silent(tx)
    await forget_overdue(tx, tx.now - timedelta(hours=tx.house.hold_hours))
    hold, ids, history = (
        timedelta(hours=tx.house.hold_hours),
        timedelta(days=tx.house.event_id_days),
        timedelta(days=tx.house.history_days),
    )
    idle = await _older(tx, _IDLE, history)
    of_nobody = await _older(tx, _MESSAGES_OF_NOBODY, hold)
    old_messages = await _older(tx, _OLD_MESSAGES, history)
    ended = await _older(tx, _ENDED, history)
    handled = await _older(tx, _HANDLED, ids)
    parked = await _older(tx, _PARKED, history)
    last_texts = await _older(tx, _LAST_TEXTS, hold)
    wrong_codes = await _older(tx, _WRONG_CODES, _DAY)
    names = await _older(tx, _NAMES, timedelta())
    sessions, logins = await _older(tx, _SESSIONS, _MONTH), await _older(tx, _LOGINS, _MONTH)
    of_chat = max(idle, of_nobody, old_messages, ended, handled, parked, last_texts)
    most = max(of_chat, wrong_codes, names, sessions, logins)
    purged = Purged(
        addresses=silent["addresses"],
        attempts=silent["attempts"],
        talks=silent["talks"] + idle,
        messages=silent["messages"] + of_nobody + old_messages,
        outbox=silent["outbox"] + ended,
        inbox=silent["inbox"] + handled + parked,
        last_texts=last_texts,
        has_more=silent["addresses"] == BATCH or most >= ROWS,
        wrong_codes=wrong_codes,
        names=names,
        sign_ins=sessions + logins,
    )
    tx.has_erased = tx.has_erased or purged.total > 0
    return purged


async def _forget_silent(tx: Tx) -> Counter[str]:
    """Forget a batch of addresses of nobody that have been silent for the hold time."""
    cut = tx.now - timedelta(hours=tx.house.hold_hours)
    gone = (await tx.connection.execute(_SILENT, {"cut": cut})).scalars().all()
    if not gone:
        return Counter()
    held = (await tx.connection.execute(_HELD, {"gone": gone})).scalar_one()
    await forget_held(tx, gone)
    return Counter(
        attempts=held,
        talks=await _of(tx, _TALKS_OF, gone),
        messages=await _of(tx, _MESSAGES_OF, gone),
        outbox=await _of(tx, _OUTBOX_OF, gone),
        inbox=await _of(tx, _INBOX_OF, gone),
        users=await _of(tx, _USERS_OF, gone),
        addresses=await _of(tx, _ADDRESSES, gone),
    )


async def _of(tx: Tx, forgetting: Delete | Update, gone: Sequence[int]) -> int:
    return (await tx.connection.execute(forgetting, {"gone": gone})).rowcount


async def _older(tx: Tx, forgetting: Delete | Update, age: timedelta) -> int:
    return (await tx.connection.execute(forgetting, {"cut": tx.now - age})).rowcount
