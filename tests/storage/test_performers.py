"""Every request has its performer, of the request's own type; roles decide before anything is read."""

import importlib
import pkgutil
from datetime import datetime
from inspect import getmembers, isclass
from typing import Any, get_args, get_type_hints

import pytest

import storage
from handlers import _requests
from handlers._effects import Deed, Errand, Fact, Request
from handlers._requests.figures import Dimension, FiguresBy
from handlers._requests.lesson import ApproveLesson
from handlers._requests.person import Role, Vouch
from handlers._requests.time import Now
from storage._database import Database
from storage._performers import _BY_REQUEST, performer, performer_of
from storage._tx import Tx
from storage.house import Actor

RESIDENT = Actor("address:1", frozenset({Role.RESIDENT}), "web", 1)


def found_requests() -> list[type[Request[Any]]]:
    names = [
        f"handlers._requests.{module.name}" for module in pkgutil.iter_modules(_requests.__path__)
    ]
    modules = [importlib.import_module(name) for name in names]
    return [
        one
        for module in modules
        for _, one in getmembers(module, isclass)
        if issubclass(one, Fact | Deed) and one.__module__ == module.__name__
    ]


def result_of(request: type[Request[Any]]) -> Any:
    base = request.__orig_bases__[0]  # type: ignore[attr-defined]
    return get_args(base)[0]


@pytest.mark.parametrize("request_type", found_requests(), ids=lambda one: one.__name__)
def test_every_request_has_a_performer_that_returns_what_it_promises(
    request_type: type[Request[Any]],
) -> None:
    found = performer_of(request_type)

    assert found is not None
    assert get_type_hints(found.answer)["return"] == result_of(request_type)
    assert found.answer.__module__ == request_type.__module__.replace(
        "handlers._requests", "storage"
    )


def test_no_performer_answers_anything_but_a_request_that_was_found() -> None:
    assert set(_BY_REQUEST) == set(found_requests())


def test_a_second_performer_of_a_request_is_refused() -> None:
    async def again(tx: Tx, by: Actor, request: Now) -> datetime:
        raise NotImplementedError

    with pytest.raises(TypeError, match="two performers answer Now"):
        performer(again)


class RunOutside(Errand[None]):
    """Something that storage cannot do."""


async def test_an_errand_is_not_answered_by_storage(database: Database, now: datetime) -> None:
    async with database.reading(now) as tx:
        with pytest.raises(storage.NoPerformer, match="RunOutside"):
            await storage.perform(tx, RESIDENT, RunOutside())


@pytest.mark.parametrize(
    "request_",
    [
        Vouch(1, "Lan"),
        ApproveLesson("TB-01", "Nguyễn Văn A", "Phòng VH-XH"),
        FiguresBy(Dimension.PERSON),
    ],
    ids=lambda one: type(one).__name__,
)
async def test_a_resident_may_not_do_what_only_staff_may(
    database: Database, now: datetime, request_: Request[Any]
) -> None:
    async with database.reading(now) as tx:
        with pytest.raises(storage.Forbidden, match="address:1 may not"):
            await storage.perform(tx, RESIDENT, request_)
