"""Who may be named when the ward praises people: those who passed every core lesson, and agreed to it."""

from sqlalchemy import BigInteger, Select, bindparam, exists, func, select

from handlers._requests.consent import Purpose
from handlers._requests.praise import PraiseDue
from handlers._requests.report import Period
from storage._histories import Rules
from storage._performers import performer
from storage._recount import Days, is_real
from storage._tx import Tx
from storage._who import Keeping, who_is
from storage.house import Actor
from storage.tables import Completions, Consents, People

_ANSWERED = exists().where(
    Consents.person_id == bindparam("person", type_=BigInteger),
    Consents.purpose == Purpose.PRAISE.value,
)
_PASSED = select(func.count()).where(
    Completions.person_id == bindparam("person", type_=BigInteger),
    Completions.lesson_id.in_(bindparam("lessons", expanding=True)),
    Completions.passed_at.is_not(None),
)
_DUE: Select[int, bool] = select(_PASSED.scalar_subquery(), _ANSWERED)


@performer
async def praise_due(tx: Tx, by: Actor, request: PraiseDue) -> bool:  # noqa: ARG001 - a performer's shape
    """Tell whether somebody is to be asked; who practises never is, nor who has nothing kept."""
    who = await who_is(tx, by)
    core = sorted(set(tx.house.core.core))
    if who.person is None or who.keeping is not Keeping.KEPT or not who.is_counted or not core:
        return False
    row = await tx.connection.execute(_DUE, {"person": who.person, "lessons": core})
    passed, is_answered = row.one()
    return passed == len(core) and not is_answered


async def commended(tx: Tx, period: Period) -> tuple[int, ...]:
    """Who agreed to be named, and passed the last of the core lessons within the period."""
    core = sorted(set(tx.house.core.core))
    if not core:
        return ()
    days = Days.of(tx, period.since, period.until)
    found = await tx.connection.execute(
        select(Completions.person_id, func.max(Completions.passed_at))
        .join_from(Completions, People, Completions.person_id == People.id)
        .where(
            Completions.lesson_id.in_(core),
            Completions.passed_at.is_not(None),
            Completions.person_id.in_(may_be_named()),
            People.confirmed_at.is_not(None),
            People.erased_at.is_(None),
            is_real(Rules.of(tx.house)),
        )
        .group_by(Completions.person_id)
        .having(func.count() == len(core))
        .order_by(Completions.person_id)
    )
    return tuple(person for person, done_at in found.all() if done_at and days.hold(done_at))


def may_be_named() -> Select[int]:
    """Everybody whose latest answer to being named is yes."""
    latest = (
        select(func.max(Consents.id))
        .where(Consents.purpose == Purpose.PRAISE.value)
        .group_by(Consents.person_id)
    )
    return select(Consents.person_id).where(Consents.id.in_(latest), Consents.answer == "yes")
