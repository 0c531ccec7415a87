"""The memory of a ward: everything that is read or written goes through `perform`.

async with database.transaction(now) as tx:
    await storage.perform(tx, by, TdpsNamed("tan trung"))
"""

from storage import consent, figures, help, lesson, person, tdp, time  # noqa: A004 - nouns
from storage._performers import Forbidden, NoPerformer, perform

PERFORMERS = (consent, figures, help, lesson, person, tdp, time)
"""The modules whose performers are known once this package is imported."""

__all__ = ["PERFORMERS", "Forbidden", "NoPerformer", "perform"]
