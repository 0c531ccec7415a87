"""Lists that staff upload: tried by reading alone, taken over in one transaction or not at all.

Both ways run the same plan (storage/_list_*.py), so a try says exactly what the import then does. The seal
of a try binds the import to the list and to everything that was shown.
"""

from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import text

from handlers._requests.lists import (
    Change,
    ImportList,
    ListImported,
    ListKind,
    ListLine,
    ListOutdated,
    ListRefused,
    ListTried,
    Notice,
    Outcome,
    TryList,
)
from handlers._requests.person import Role
from storage import audit
from storage._list_figures import plan_counts, plan_figures
from storage._list_members import plan_members
from storage._list_plan import Plan
from storage._list_tasks import plan_tasks
from storage._list_tdps import plan_tdps
from storage._list_units import plan_units
from storage._performers import performer
from storage._tx import Tx
from storage.house import Actor

_PLANS: dict[ListKind, Callable[[Tx, Actor, Any], Awaitable[Plan]]] = {
    ListKind.TDPS: plan_tdps,
    ListKind.MEMBERS: plan_members,
    ListKind.DENOMINATORS: plan_figures,
    ListKind.SCHOOLS: plan_counts,
    ListKind.ENTERPRISES: plan_counts,
    ListKind.UNITS: plan_units,
    ListKind.TASKS: plan_tasks,
}
_SHOWN = TypeAdapter(tuple[ListKind, tuple[ListLine, ...], tuple[Change, ...], tuple[Notice, ...]])


@performer(roles={Role.STAFF, Role.ADMIN})
async def try_list(tx: Tx, by: Actor, request: TryList) -> ListTried | ListRefused:
    """Find out what a list would change."""
    plan = await _PLANS[request.kind](tx, by, request.rows)
    if plan.problems:
        return _refused(plan)
    changes, notices = tuple(plan.changes), tuple(plan.notices)
    return ListTried(request.kind, changes, notices, _seal(request, plan))


@performer(roles={Role.STAFF, Role.ADMIN})
async def import_list(
    tx: Tx, by: Actor, request: ImportList
) -> ListImported | ListRefused | ListOutdated:
    """Take a list over, or nothing of it; one at a time, so that two lists make no unit twice."""
    if tx.connection.dialect.name == "postgresql":  # SQLite has one writer anyway
        await tx.connection.execute(text("SELECT pg_advisory_xact_lock(7105118)"))
    plan = await _PLANS[request.kind](tx, by, request.rows)
    if plan.problems:
        return _refused(plan)
    if request.seal is not None and request.seal != _seal(request, plan):
        return ListOutdated()
    invited = await plan.write(tx, by)
    numbers = {
        outcome.value: sum(one.outcome is outcome for one in plan.changes) for outcome in Outcome
    }
    await audit.append(tx, by, "list_imported", f"list:{request.kind.value}", numbers)
    return ListImported(request.kind, tuple(plan.changes), tuple(plan.notices), invited)


def _refused(plan: Plan) -> ListRefused:
    return ListRefused(tuple(sorted(plan.problems, key=lambda one: one.row)))


def _seal(request: TryList | ImportList, plan: Plan) -> str:
    """The hash of the list and of all that was shown of it."""
    shown = (request.kind, request.rows, tuple(plan.changes), tuple(plan.notices))
    return sha256(_SHOWN.dump_json(shown)).hexdigest()
