"""From a file to what it would change: what the command line and the page do alike."""

from dataclasses import dataclass

from bot.lists.kinds import KINDS, Kind
from bot.lists.reading import Parsed, read_list
from handlers._requests.lists import Fault, ListKind, ListRefused, ListTried, Problem, TryList
from storage import perform
from storage._tx import Tx
from storage.house import Actor


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was read: its kind and its rows."""

    kind: Kind
    parsed: Parsed


@dataclass(frozen=True, slots=True)
class Wrong:
    """Nothing can be taken over: every problem, by row."""

    problems: tuple[Problem, ...]


def read_upload(kind: ListKind, body: bytes) -> Upload:
    """Read a file; takes up to a second for 5.000 rows, so a server does it in a thread.

    Raises:
        Unreadable: the file itself cannot be used.
    """
    return Upload(KINDS[kind], read_list(KINDS[kind], body))


async def try_upload(tx: Tx, by: Actor, upload: Upload) -> ListTried | Wrong:
    """Find out what a file would change, or everything that is wrong with it.

    Rows with a wrong cell are left out of the comparison, so a TDP such a row makes is missed by nobody.
    """
    found = list(upload.parsed.problems)
    if found and not upload.parsed.lines:
        return Wrong(tuple(found))
    answer = await perform(tx, by, TryList(upload.kind.kind, upload.parsed.lines))
    match answer:
        case ListTried() if not found:
            return answer
        case ListRefused(problems):
            is_sure = not found or upload.kind.kind is not ListKind.TDPS
            found += [one for one in problems if is_sure or one.fault is not Fault.UNKNOWN_TDP]
    return Wrong(tuple(sorted(found, key=lambda one: one.row)))
