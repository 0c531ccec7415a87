"""The people behind a number of the ward's figures."""

from dataclasses import dataclass
from datetime import date

from handlers._effects import Deed
from handlers._requests.figures import Count, Dimension

PEOPLE_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class PersonBehind:
    """Somebody who is counted in a number, as the one who asks may see them.

    `name` is in full or masked (“N… T… L…”), None where there is none; `tdp` is where they live today, ""
    where nobody knows; `last_on` the last local day of it within the period; `times` how often.
    """

    person: int
    name: str | None
    tdp: str
    last_on: date
    times: int
    is_confirmed: bool
    is_erased: bool


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the people behind a number, by person number.

    `after` is what to ask for to go on, None at the end. A page may hold fewer than `PEOPLE_A_PAGE` and go
    on all the same: where few among many are counted, only so many are looked at in one go.
    """

    people: tuple[PersonBehind, ...]
    after: int | None


@dataclass(frozen=True, slots=True)
class PeopleBehind(Deed[Page]):
    """Show who stands behind a number of a line (`dimension` None: of the total), a page at a time.

    A deed, because every look at names goes into the audit. `is_visits`: also those who count as lượt
    alone, not being confirmed. `after`: the person number to go on behind. Who works for some TDPs alone
    sees who counts for these.
    """

    dimension: Dimension | None
    key: str
    count: Count
    since: date | None = None
    until: date | None = None
    is_visits: bool = False
    after: int = 0
