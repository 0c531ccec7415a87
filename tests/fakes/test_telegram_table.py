"""The fake's own table says what the Bot API says: parameters, types, what is required, limits.

aiogram's typed methods and their docstrings are always asked. HOCSO_TELEGRAM_SPEC may name a machine-readable
Bot API (methods[name].fields[{name, types, required, description}], types alike): then it is asked too.
"""

import ast
import importlib
import inspect
import json
import os
import re
import textwrap
import types
import typing
from enum import Enum
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from aiogram.client.default import Default
from aiogram.types import InputFile, Update

from tests.fakes._telegram_table import ACTIONS, METHODS, NOT_BY_DEFAULT, OBJECTS, UPDATES, Method

SPEC_PATH = os.environ.get("HOCSO_TELEGRAM_SPEC", "")
SPEC = json.loads(Path(SPEC_PATH).read_text(encoding="utf-8")) if SPEC_PATH else None
NOT_OURS = {  # what aiogram knows and the table leaves out: given up before 10.1, or newer than it
    "reply_to_message_id",
    "allow_sending_without_reply",
    "disable_web_page_preview",
    "ephemeral_message_parameters",
    "receiver_user_id",
    "callback_query_id",
    "force_reply",
    "disabled",
    "is_ephemeral",
}
NAMES_OF = {int: "Integer", str: "String", bool: "Boolean"}
_RANGE = re.compile(r"(?<!ISO )\b(\d+)-(\d+)( characters| bytes)?")
_LINK = re.compile(r"https?://\S+")


class Field(typing.NamedTuple):
    types: frozenset[str]
    is_required: bool
    description: str


def of_spec(one: Method) -> dict[str, Field]:
    kind = "methods" if one.name in METHODS else "types"
    return {
        field["name"]: Field(frozenset(field["types"]), field["required"], field["description"])
        for field in SPEC[kind][one.name].get("fields", ())
    }


def of_aiogram(one: Method) -> dict[str, Field]:
    where = "aiogram.methods" if one.name in METHODS else "aiogram.types"
    model = getattr(importlib.import_module(where), one.name[0].upper() + one.name[1:])
    said = documented(model)
    ours = {name: field for name, field in model.model_fields.items() if name in one.parameters}
    assert model.model_fields.keys() - ours.keys() <= NOT_OURS
    return {
        name: Field(kinds(field.annotation), field.is_required(), said[name])
        for name, field in ours.items()
    }


@cache
def documented(model: type) -> dict[str, str]:
    """The docstring under each field of a class."""
    (tree,) = ast.parse(textwrap.dedent(inspect.getsource(model))).body
    return {
        field.target.id: text.value.value
        for field, text in pairwise(tree.body)
        if isinstance(field, ast.AnnAssign) and isinstance(text, ast.Expr)
    }


def kinds(annotation: typing.Any) -> frozenset[str]:
    """The Bot API's names of the types in an annotation."""
    origin, given = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return frozenset({"BotCommandScope"})
    if origin in (typing.Union, types.UnionType):
        return frozenset().union(*map(kinds, given))
    if origin is list:
        return frozenset(f"Array of {name}" for name in kinds(given[0]))
    if annotation in (type(None), Default):
        return frozenset()
    if issubclass(annotation, InputFile):
        return frozenset({"InputFile"})
    if issubclass(annotation, Enum):
        return frozenset({"String"})
    return frozenset({NAMES_OF.get(annotation, annotation.__name__)})


def stated(one: Method, name: str, description: str) -> tuple[int, int, str] | None:
    """The limit in a description's own words."""
    if one.name == "setMyCommands" and name == "commands":
        most = re.search(r"At most (\d+) commands", description)
        return (0, int(most[1]), "items")
    found = _RANGE.search(_LINK.sub("", description))
    return found and (int(found[1]), int(found[2]), (found[3] or "value").strip())


SOURCES = [of_aiogram, of_spec] if SPEC else [of_aiogram]
everything = pytest.mark.parametrize(
    "one", [*METHODS.values(), *OBJECTS.values()], ids=lambda one: one.name
)
by_every_source = pytest.mark.parametrize("source", SOURCES)


@by_every_source
@everything
def test_the_table_has_every_parameter_of_the_bot_api(one: Method, source) -> None:
    table = {name: set(parameter.types) for name, parameter in one.parameters.items()}
    if source is of_aiogram and "thumbnail" in table:  # it takes new files alone there
        table["thumbnail"] = {"InputFile"}

    assert {name: set(field.types) for name, field in source(one).items()} == table


@by_every_source
@everything
def test_the_table_requires_what_the_bot_api_requires(one: Method, source) -> None:
    required = {name for name, field in source(one).items() if field.is_required}

    assert {name for name, own in one.parameters.items() if own.is_required} == required


@by_every_source
@everything
def test_the_table_has_every_limit_of_the_bot_api(one: Method, source) -> None:
    said = {name: stated(one, name, field.description) for name, field in source(one).items()}
    ours = {
        name: own.limit and (own.limit.low, own.limit.high, own.limit.unit)
        for name, own in one.parameters.items()
    }

    assert ours == said


def test_the_kinds_of_updates_are_kinds_that_exist() -> None:
    assert Update.model_fields.keys() >= UPDATES
    assert UPDATES > NOT_BY_DEFAULT


def test_every_chat_action_is_in_the_description() -> None:
    descriptions = [source(METHODS["sendChatAction"])["action"].description for source in SOURCES]

    assert all(action in one for one in descriptions for action in ACTIONS)


@pytest.mark.parametrize("name", METHODS)
def test_every_method_returns_what_the_bot_api_says(name: str) -> None:
    model = getattr(importlib.import_module("aiogram.methods"), name[0].upper() + name[1:])

    assert kinds(model.__returning__) == {METHODS[name].returns}
    assert SPEC is None or SPEC["methods"][name]["returns"] == [METHODS[name].returns]
