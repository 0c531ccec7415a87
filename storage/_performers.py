"""Which function answers which request: found by the request's own annotation, checked by role.

    @performer                              anybody who may talk to the ward
    @performer(roles={Role.ADMIN})          only who has one of these roles; where it holds (`by.reach`)
                                            is the performer's to check

    async def take_lesson(tx: Tx, by: Actor, request: TakeLesson) -> OpenLesson | NotOpen

Exceptions a caller can meet:

    Forbidden       who asks has none of the roles; nothing was read or written
    NoPerformer     a request that storage does not answer (an errand, or a bug)
"""

from collections.abc import Awaitable, Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, TypeVar, get_type_hints, overload

from sqlalchemy import text

from handlers._effects import Deed, Request
from handlers._requests.person import Role
from storage._tx import Tx
from storage.house import Actor

Q = TypeVar("Q", bound=Request[Any])
R = TypeVar("R")

Answer = Callable[[Tx, Actor, Q], Awaitable[R]]


class Forbidden(Exception):
    """Somebody asked for what their roles do not allow."""

    def __init__(self, by: Actor, request: Request[Any]) -> None:
        super().__init__(f"{by.name} may not {type(request).__name__}")
        self.by = by
        self.request = request


class NoPerformer(LookupError):
    """Nothing in storage answers this request."""

    def __init__(self, request: Request[Any]) -> None:
        super().__init__(f"storage does not answer {type(request).__name__}")
        self.request = request


@dataclass(frozen=True, slots=True)
class Performer:
    """A function that answers one class of requests; `roles` empty: open to all.

    `is_undone_in_practice`: what it wrote for the ward is taken back when somebody only practises.
    """

    answer: Answer[Any, Any]
    roles: frozenset[Role]
    is_undone_in_practice: bool


_BY_REQUEST: dict[type[Request[Any]], Performer] = {}


@overload
def performer(answer: Answer[Q, R], /) -> Answer[Q, R]: ...


@overload
def performer(
    *, roles: AbstractSet[Role], counts_in_practice: bool = False
) -> Callable[[Answer[Q, R]], Answer[Q, R]]: ...


def performer(
    answer: Answer[Q, R] | None = None,
    /,
    *,
    roles: AbstractSet[Role] = frozenset(),
    counts_in_practice: bool = False,
) -> Any:
    """Register the function below as the one that answers its request.

    A deed that only some roles may do is undone for who practises, unless it `counts_in_practice`:
    it is about themselves, such as signing in.
    """

    def register(function: Answer[Q, R]) -> Answer[Q, R]:
        request = get_type_hints(function)["request"]
        if request in _BY_REQUEST:
            raise TypeError(f"two performers answer {request.__name__}")
        is_undone = bool(roles) and issubclass(request, Deed) and not counts_in_practice
        _BY_REQUEST[request] = Performer(function, frozenset(roles), is_undone)
        return function

    return register if answer is None else register(answer)


def performer_of(request: type[Request[Any]]) -> Performer | None:
    """Return what answers a class of requests, or None."""
    return _BY_REQUEST.get(request)


async def perform(tx: Tx, by: Actor, request: Request[R]) -> R:
    """Answer a request within an open transaction; the only way anybody reads or changes anything.

    Raises Forbidden and NoPerformer.
    """
    found = performer_of(type(request))
    if found is None:
        raise NoPerformer(request)
    if found.roles and not found.roles & by.roles:
        raise Forbidden(by, request)
    if by.is_practice and found.is_undone_in_practice:
        return await _undone(tx, by, request, found)
    answered: R = await found.answer(tx, by, request)
    return answered


async def _undone(tx: Tx, by: Actor, request: Request[R], found: Performer) -> R:
    """Answer as if it counted, and leave everything as it was."""
    await tx.connection.execute(text("SAVEPOINT practice"))
    try:
        answered: R = await found.answer(tx, by, request)
    finally:
        await tx.connection.execute(text("ROLLBACK TO SAVEPOINT practice"))
        await tx.connection.execute(text("RELEASE SAVEPOINT practice"))
    return answered
