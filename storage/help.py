"""The ward's own numbers, and asking for a person."""

from sqlalchemy import select

from handlers._requests.help import AskForHelp, HelpNoted, WardNumber, WardNumbers
from handlers._requests.items import ItemKind
from storage import audit
from storage._performers import performer
from storage._tx import Tx
from storage._who import who_is
from storage.events import Code, count, record
from storage.house import Actor
from storage.items import open_item
from storage.tables import Residences


@performer
async def ward_numbers(
    tx: Tx,
    by: Actor,  # noqa: ARG001 - a performer's shape
    request: WardNumbers,  # noqa: ARG001 - same
) -> tuple[WardNumber, ...]:
    """List the contacts the ward entered."""
    return tx.house.numbers


@performer
async def ask_for_help(tx: Tx, by: Actor, request: AskForHelp) -> HelpNoted:
    """Note that somebody wants help: under their number, or as a nameless count.

    The Tổ of their TDP finds them among what needs somebody; who only practises is not put there.
    """
    who = await who_is(tx, by)
    if who.person is None:
        await count(tx, Code.HELP_ASKED)
        return HelpNoted()
    await record(tx, who.person, Code.HELP_ASKED)
    await audit.append(tx, by, "help_asked", f"person:{who.person}", {"about": request.about})
    if who.is_counted or tx.house.is_sample:
        await open_item(
            tx, ItemKind.HELP_ASKED, f"person:{who.person}", tdp=await _home(tx, who.person)
        )
    return HelpNoted()


async def _home(tx: Tx, person: int) -> int | None:
    return await tx.connection.scalar(
        select(Residences.tdp_id).where(
            Residences.person_id == person, Residences.valid_to.is_(None)
        )
    )
