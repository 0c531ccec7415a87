"""Signing in to the staff page: a link opens one session, once; only hashes of links and cookies stand here.

    link     open -> spent | over           over: its time, a newer link (told as replaced), signed out
                                            everywhere, no role
    session  open -> ended | over           ended by a person, or with their last role for the ward

A GET only peeks. Whatever is done with a link is audited, and its owner is told in the chat they asked from.
A link that is asked for while practising opens a page on which nothing counts.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import bindparam, insert, select, update

from handlers._effects import phrase
from handlers._requests.person import WARD_ROLES
from handlers._requests.sign_in import (
    NotStaff,
    OpenStaffPage,
    PageLink,
    SignedOut,
    SignOutEverywhere,
)
from storage import audit
from storage._chat_notes import tell
from storage._people import real_person
from storage._performers import performer
from storage._secrets import new_token, sealed
from storage._sessions import end_sessions
from storage._tx import Tx
from storage.house import Actor
from storage.roles import actor_of_person
from storage.tables_staff import Logins, Sessions

PATH = "/can-bo/vao?m="
LINK, COOKIE = "login", "session"
"""The kinds of what is sealed here."""
LONGEST_DEVICE = 60
SEEN_EVERY = timedelta(minutes=1)
"""A session notes that it is in use at most once in so long."""


class LinkState(StrEnum):
    """What a link would do."""

    OPEN = "open"
    SPENT = "spent"
    OVER = "over"
    REPLACED = "replaced"  # over, and a newer one was asked for since
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class NewSession:
    """A browser is signed in; `cookie` is known here alone."""

    cookie: str
    person: int
    expires_at: datetime

    def __repr__(self) -> str:
        return f"NewSession(person={self.person})"


@dataclass(frozen=True, slots=True)
class Session:
    """A browser that is signed in; `person` is a practice twin when nothing is to count."""

    id: int
    person: int
    device: str
    created_at: datetime
    expires_at: datetime


_SESSION = select(
    Sessions.id,
    Sessions.person_id,
    Sessions.device,
    Sessions.created_at,
    Sessions.expires_at,
    Sessions.seen_at,
).where(
    Sessions.token_hash == bindparam("token"),
    Sessions.ended_at.is_(None),
    Sessions.expires_at > bindparam("now", type_=Sessions.expires_at.type),
)


# ---------------------------------------------------------------- asked for in the chat


@performer
async def open_staff_page(
    tx: Tx,
    by: Actor,
    request: OpenStaffPage,  # noqa: ARG001 - a performer's shape
) -> PageLink | NotStaff:
    """Make a link; earlier ones that nobody opened are over."""
    if by.person is None or not by.roles.intersection(WARD_ROLES):
        return NotStaff()
    await tx.connection.execute(
        update(Logins)
        .where(Logins.person_id == by.person, Logins.spent_at.is_(None), Logins.expires_at > tx.now)
        .values(expires_at=tx.now)
    )
    token, minutes = new_token(), tx.house.staff.login_minutes
    login = await tx.connection.scalar(
        insert(Logins)
        .values(
            token_hash=sealed(tx.house, LINK, token),
            person_id=by.person,
            address_id=by.address,
            created_at=tx.now,
            expires_at=tx.now + timedelta(minutes=minutes),
        )
        .returning(Logins.id)
    )
    await audit.append(tx, by, "link_made", f"login:{login}")
    return PageLink(f"{PATH}{token}", minutes, f"{tx.house.page_url}{PATH}{token}")


@performer
async def sign_out_everywhere(
    tx: Tx,
    by: Actor,
    request: SignOutEverywhere,  # noqa: ARG001 - a performer's shape
) -> SignedOut:
    """End every session of the one who asks, and of their practice twin."""
    if by.person is None:
        return SignedOut(0)
    ended = await end_all(tx, by.person)
    if ended:
        await audit.append(tx, by, "signed_out", f"person:{by.person}", {"sessions": ended})
    return SignedOut(ended)


# ---------------------------------------------------------------- in the browser


async def peek(tx: Tx, token: str) -> LinkState:
    """Tell what a link would do; writes nothing, because messengers fetch links ahead."""
    login = await _login(tx, token)
    return LinkState.UNKNOWN if login is None else await _state(tx, login)


async def spend(tx: Tx, token: str, device: str) -> NewSession | LinkState:
    """Open a session by a link, once; anything else is refused, audited, and told where it was asked for.

    `device` is what the owner would recognise: “Chrome, Windows”.
    """
    login = await _login(tx, token)
    if login is None:
        await audit.append(tx, _NOBODY, "link_refused", "login:unknown")
        return LinkState.UNKNOWN
    spent = await tx.connection.execute(
        update(Logins)
        .where(Logins.id == login.id, Logins.spent_at.is_(None), Logins.expires_at > tx.now)
        .values(spent_at=tx.now)
    )
    state = await _state(tx, login)
    if spent.rowcount == 0 or state is not LinkState.OPEN:
        state = LinkState.SPENT if state is LinkState.OPEN else state
        return await _refuse(tx, login, state)
    return await _sign_in(tx, login, device[:LONGEST_DEVICE])


async def has_opened(tx: Tx, token: str, session: int) -> bool:
    """Whether a session is the one that a link opened: its owner has pressed the button twice."""
    login = await _login(tx, token)
    opened_by = await tx.connection.scalar(select(Sessions.login_id).where(Sessions.id == session))
    return login is not None and login.id == opened_by


async def session_of(tx: Tx, cookie: str) -> Session | None:
    """Return the session of a cookie while it is valid and its person still works for the ward.

    In a transaction that may write it notes that it is in use.
    """
    asked = {"token": sealed(tx.house, COOKIE, cookie), "now": tx.now}
    row = (await tx.connection.execute(_SESSION, asked)).one_or_none()
    if row is None or not await _works_for_ward(tx, row.person_id):
        return None
    if tx.can_write and tx.now - row.seen_at >= SEEN_EVERY:
        await tx.connection.execute(
            update(Sessions).where(Sessions.id == row.id).values(seen_at=tx.now)
        )
    return Session(row.id, row.person_id, row.device, row.created_at, row.expires_at)


async def end(tx: Tx, session: int) -> None:
    """End one session."""
    ended = await tx.connection.scalar(
        update(Sessions)
        .where(Sessions.id == session, Sessions.ended_at.is_(None))
        .values(ended_at=tx.now)
        .returning(Sessions.person_id)
    )
    if ended is not None:
        await audit.append(tx, _named(ended), "signed_out", f"session:{session}")


async def end_all(tx: Tx, person: int) -> int:
    """End every session of a person and of their practice twin; returns how many."""
    return await end_sessions(tx, await real_person(tx, person))


_NOBODY = Actor("web", frozenset(), "web")


def _named(person: int) -> Actor:
    return Actor(f"person:{person}", frozenset(), "web", person=person)


@dataclass(frozen=True, slots=True)
class _Login:
    """A link, as it was when it was read."""

    id: int
    person: int
    address: int | None
    spent_at: datetime | None
    expires_at: datetime


async def _login(tx: Tx, token: str) -> _Login | None:
    found = await tx.connection.execute(
        select(
            Logins.id, Logins.person_id, Logins.address_id, Logins.spent_at, Logins.expires_at
        ).where(Logins.token_hash == sealed(tx.house, LINK, token))
    )
    row = found.one_or_none()
    return None if row is None else _Login(*row)


async def _state(tx: Tx, login: _Login) -> LinkState:
    """What a link was when it was read."""
    if login.spent_at is not None:
        return LinkState.SPENT
    if not await _works_for_ward(tx, login.person):
        return LinkState.OVER
    if login.expires_at > tx.now:
        return LinkState.OPEN
    newer = select(Logins.id).where(Logins.person_id == login.person, Logins.id > login.id).limit(1)
    has_newer = await tx.connection.scalar(newer) is not None
    return LinkState.REPLACED if has_newer else LinkState.OVER


async def _works_for_ward(tx: Tx, person: int) -> bool:
    by = await actor_of_person(tx, person, "web")
    return bool(by.roles.intersection(WARD_ROLES))


async def _refuse(tx: Tx, login: _Login, state: LinkState) -> LinkState:
    by, why = _named(login.person), {"why": state.value}
    await audit.append(tx, by, "link_refused", f"login:{login.id}", why)
    if state is LinkState.SPENT and login.address is not None:
        await tell(tx, login.address, phrase("staff_page.tried_again"))
    return state


async def _sign_in(tx: Tx, login: _Login, device: str) -> NewSession:
    cookie, expires_at = new_token(), tx.now + timedelta(hours=tx.house.staff.session_hours)
    session = await tx.connection.scalar(
        insert(Sessions)
        .values(
            token_hash=sealed(tx.house, COOKIE, cookie),
            person_id=login.person,
            login_id=login.id,
            device=device,
            created_at=tx.now,
            seen_at=tx.now,
            expires_at=expires_at,
        )
        .returning(Sessions.id)
    )
    by, details = _named(login.person), {"login": login.id}
    await audit.append(tx, by, "signed_in", f"session:{session}", details)
    if login.address is not None:
        await tell(tx, login.address, phrase("staff_page.opened", device=device))
    return NewSession(cookie, login.person, expires_at)
