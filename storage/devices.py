"""Answers handlers/_requests/devices.py: about the one who asks alone; who practises is the one they are."""

from sqlalchemy import ColumnElement, and_, or_, select, update

from handlers._requests.devices import (
    Device,
    DeviceSignedOut,
    MyCard,
    MyDevices,
    NoSuchDevice,
    ReadMyCard,
    SignOutDevice,
)
from storage import audit
from storage._people import real_person
from storage._performers import performer
from storage._tx import Tx
from storage.house import Actor
from storage.tables import People
from storage.tables_staff import Members, Sessions


@performer
async def read_my_card(
    tx: Tx,
    by: Actor,
    request: ReadMyCard,  # noqa: ARG001 - a performer's shape
) -> MyCard:
    """How the one who asks is called."""
    if by.person is None:
        return MyCard("", "")
    card = select(Members.name, Members.office)
    is_theirs = Members.person_id == await real_person(tx, by.person)
    row = (await tx.connection.execute(card.where(is_theirs))).one_or_none()
    return MyCard(*row) if row else MyCard("", "")


@performer
async def my_devices(
    tx: Tx,
    by: Actor,
    request: MyDevices,  # noqa: ARG001 - a performer's shape
) -> tuple[Device, ...]:
    """The browsers of the one who asks."""
    if by.person is None:
        return ()
    rows = await tx.connection.execute(
        select(
            Sessions.id, Sessions.device, Sessions.created_at, Sessions.seen_at, Sessions.expires_at
        )
        .where(await _signed_in(tx, by.person))
        .order_by(Sessions.seen_at.desc(), Sessions.id.desc())
    )
    return tuple(Device(*row) for row in rows)


@performer
async def sign_out_device(
    tx: Tx, by: Actor, request: SignOutDevice
) -> DeviceSignedOut | NoSuchDevice:
    """End one session of the one who asks."""
    if by.person is None:
        return NoSuchDevice()
    ended = await tx.connection.execute(
        update(Sessions)
        .where(Sessions.id == request.session, await _signed_in(tx, by.person))
        .values(ended_at=tx.now)
    )
    if ended.rowcount == 0:
        return NoSuchDevice()
    await audit.append(tx, by, "signed_out", f"session:{request.session}")
    return DeviceSignedOut()


async def _signed_in(tx: Tx, person: int) -> ColumnElement[bool]:
    """The condition for the sessions of a person and their practice twin that are not over."""
    real = await real_person(tx, person)
    twins = select(People.id).where(People.practice_of == real)
    is_theirs = or_(Sessions.person_id == real, Sessions.person_id.in_(twins))
    return and_(is_theirs, Sessions.ended_at.is_(None), Sessions.expires_at > tx.now)
