"""The memory of a ward: everything that is read or written goes through `perform`.

async with database.transaction(now) as tx:
    await storage.perform(tx, by, TdpsNamed("tan trung"))
"""

from storage import (
    approval,
    behind,
    consent,
    devices,
    figures,
    help,  # noqa: A004 - a noun
    invites,
    items,
    lesson,
    lists,
    person,
    practice,
    praise,
    questions,
    relatives,
    report,
    roles,
    sign_in,
    stated,
    tasks,
    tdp,
    time,
)
from storage._performers import Forbidden, NoPerformer, perform

PERFORMERS = (
    approval,
    behind,
    consent,
    devices,
    figures,
    help,
    invites,
    items,
    lesson,
    lists,
    person,
    praise,
    questions,
    report,
    practice,
    relatives,
    roles,
    sign_in,
    stated,
    tasks,
    tdp,
    time,
)
"""The modules whose performers are known once this package is imported."""

__all__ = ["PERFORMERS", "Forbidden", "NoPerformer", "perform"]
