"""Lists that staff keep in a spreadsheet and give to the system: tried first, then taken over whole.

    TryList(rows)                what would change, or every problem at once
    ImportList(rows, seal)       writes just that; refuses when something changed since it was shown

A list that holds one wrong row writes nothing. Taken over twice it changes nothing the second time.
"""

from dataclasses import dataclass
from datetime import date
from enum import Enum

from handlers._effects import Deed, Fact
from handlers._requests.invites import Invited
from handlers._requests.person import Role
from handlers._requests.stated import UnitKind


class ListKind(Enum):
    """What a list is of; the value is what the command line and the page's addresses say."""

    TDPS = "tdps"
    MEMBERS = "members"
    DENOMINATORS = "denominators"
    SCHOOLS = "schools"
    ENTERPRISES = "enterprises"
    UNITS = "units"
    TASKS = "tasks"


# ---------------------------------------------------------------- what stands in a row


@dataclass(frozen=True, slots=True)
class TdpLine:
    """A TDP as the ward's list has it. `row` is the spreadsheet's own row number, here and below.

    TdpLine(2, "TT-01", "Tân Trung", "1", "Đông Cao", None, None, ""). `into`: the code of its heir, or "".
    """

    row: int
    code: str
    name: str
    number: str
    former_ward: str
    valid_from: date | None
    valid_to: date | None
    into: str


@dataclass(frozen=True, slots=True)
class MemberLine:
    """Somebody to be invited. `tdp` is a code, `unit` a name; "" where none."""

    row: int
    role: Role
    name: str
    office: str
    tdp: str
    unit: str
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class FigureLine:
    """A stated number. `place` is the code of a TDP, the name of a unit, or "" for the whole ward."""

    row: int
    key: str
    place: str
    value: int
    as_of: date
    source: str
    document: str


@dataclass(frozen=True, slots=True)
class CountLine:
    """How many belong to a unit, and how many of them were taught (None: not said)."""

    row: int
    kind: UnitKind
    name: str
    total: int
    taught: int | None
    as_of: date
    source: str
    document: str


@dataclass(frozen=True, slots=True)
class UnitLine:
    """A unit people may belong to: a cơ quan, a trường, a doanh nghiệp."""

    row: int
    kind: UnitKind
    name: str
    valid_from: date | None
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class TaskLine:
    """A task of the ward's plan; `due_on` None: all along."""

    row: int
    code: str
    content: str
    lead: str
    together: str
    due_on: date | None
    result: str


ListLine = TdpLine | MemberLine | FigureLine | CountLine | UnitLine | TaskLine


# ---------------------------------------------------------------- what is wrong with it


class Fault(Enum):
    """What may be wrong with a list: with its columns, with a cell, with a row among the others."""

    NO_COLUMN = "no_column"
    NEARLY_A_COLUMN = "nearly_a_column"
    COLUMN_TWICE = "column_twice"
    NO_ROWS = "no_rows"
    TOO_MANY_ROWS = "too_many_rows"
    MERGED = "merged"

    EMPTY = "empty"
    TOO_LONG = "too_long"
    NOT_A_NUMBER = "not_a_number"
    NOT_WHOLE = "not_whole"
    NEGATIVE = "negative"
    TOO_HIGH = "too_high"
    NOT_A_DAY = "not_a_day"
    NOT_A_DEADLINE = "not_a_deadline"
    NO_SUCH_DAY = "no_such_day"
    NOT_A_CHOICE = "not_a_choice"
    TURNED_INTO_A_DAY = "turned_into_a_day"
    FORMULA = "formula"
    BROKEN_CELL = "broken_cell"
    NOT_A_CODE = "not_a_code"

    TWICE = "twice"
    IN_FUTURE = "in_future"
    ENDS_BEFORE_IT_BEGINS = "ends_before_it_begins"
    ENDED = "ended"
    UNKNOWN_TDP = "unknown_tdp"
    UNKNOWN_UNIT = "unknown_unit"
    WRONG_PLACE = "wrong_place"
    NEEDS_UNIT = "needs_unit"
    NO_DOCUMENT = "no_document"
    INTO_ITSELF = "into_itself"
    HEIR_ENDS = "heir_ends"
    HEIR_BEGINS_LATER = "heir_begins_later"
    SAMPLE_NAME = "sample_name"
    NEEDS_TDP = "needs_tdp"
    WARD_WIDE = "ward_wide"
    MAY_NOT_INVITE = "may_not_invite"
    LONGER = "longer"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend: where, what, what stands there, and what may have been meant.

    `row` 0: the list as a whole. `column` is the column's key (“into”), or "" for the whole row.
    """

    row: int
    column: str
    fault: Fault
    given: str = ""
    meant: str = ""


class Remark(Enum):
    """What is worth knowing of a list that can be taken over."""

    NOT_IN_LIST = "not_in_list"
    SAMPLE_ENDS = "sample_ends"
    PEOPLE_MOVE = "people_move"
    PEOPLE_ASKED = "people_asked"
    MOVES_LATER = "moves_later"
    ROLES_MOVE = "roles_move"
    ROLES_LEFT = "roles_left"
    MORE_THAN_ALL = "more_than_all"
    OLDER_THAN_KNOWN = "older_than_known"
    LOOKS_LIKE = "looks_like"
    NEW_ORDER = "new_order"
    IS_OPEN_AGAIN = "is_open_again"
    OTHER_END = "other_end"


@dataclass(frozen=True, slots=True)
class Notice:
    """One such thing: of which row (0: the list), of what, how many, and beside what."""

    row: int
    remark: Remark
    given: str = ""
    number: int = 0
    beside: str = ""


# ---------------------------------------------------------------- what it would change


class Outcome(Enum):
    """What becomes of one row."""

    NEW = "new"
    CHANGED = "changed"
    ENDED = "ended"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Cell:
    """One value that changes, as it is printed: days as “22/11/2026”, nothing as ""."""

    column: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of a row (`row` 0: of something the list does not name), and its values that change."""

    row: int
    outcome: Outcome
    name: str
    cells: tuple[Cell, ...] = ()


@dataclass(frozen=True, slots=True)
class ListTried:
    """What would change. `seal` stands for the list and all of this: hand it over to get just this."""

    kind: ListKind
    changes: tuple[Change, ...]
    notices: tuple[Notice, ...]
    seal: str


@dataclass(frozen=True, slots=True)
class ListRefused:
    """Nothing can be written: every problem, by row."""

    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class ListImported:
    """It is written. `invited`: of a list of members, whom to hand which code, never to be seen again."""

    kind: ListKind
    changes: tuple[Change, ...]
    notices: tuple[Notice, ...]
    invited: tuple[Invited, ...] = ()


@dataclass(frozen=True, slots=True)
class ListOutdated:
    """Something changed since the list was tried: it would do something else now, and did nothing."""


@dataclass(frozen=True, slots=True)
class TryList(Fact[ListTried | ListRefused]):
    """What taking a list over would change; nothing is written."""

    kind: ListKind
    rows: tuple[ListLine, ...]


@dataclass(frozen=True, slots=True)
class ImportList(Deed[ListImported | ListRefused | ListOutdated]):
    """Take a list over; with a `seal` only if it still does just what was shown."""

    kind: ListKind
    rows: tuple[ListLine, ...]
    seal: str | None = None
