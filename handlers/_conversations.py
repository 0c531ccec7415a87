"""Conversations, found by file name: every module of this package without "_" is exactly one."""

import importlib
import pkgutil
import sys
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from inspect import signature
from typing import Any, get_type_hints

from pydantic import TypeAdapter

from handlers._requests.person import Person, Role

Start = Callable[..., Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True)
class Conversation:
    """One conversation: its coroutine, who may hold it, and whether it is worth coming back to.

    `is_kept`: put aside when something interrupts it and asked again afterwards; a short one is dropped.
    `rests`: what it interrupts waits until the person comes back by themselves (“nghỉ”).
    """

    name: str
    start: Start
    roles: frozenset[Role]
    is_kept: bool
    rests: bool
    parameters: Mapping[str, TypeAdapter[Any]]


class UnknownConversation(LookupError):
    """No module of this package has this name."""


def conversation(
    *, roles: frozenset[Role] | set[Role] | None = None, is_kept: bool = False, rests: bool = False
) -> Callable[[Callable[..., Awaitable[None]]], Conversation]:
    """Declare the one conversation of a module; its words stand in lessons/intents.yaml under its name."""

    def declare(start: Any) -> Conversation:
        hints = get_type_hints(start)
        names = list(signature(start).parameters)[1:]
        return Conversation(
            name=start.__module__.rpartition(".")[2],
            start=start,
            roles=frozenset(roles) if roles else frozenset(Role),
            is_kept=is_kept,
            rests=rests,
            parameters={name: TypeAdapter(hints[name]) for name in names},
        )

    return declare


@cache
def conversations() -> Mapping[str, Conversation]:
    """Every conversation of this package by name."""
    folder = sys.modules[__package__].__path__
    names = [found.name for found in pkgutil.iter_modules(folder) if not found.name.startswith("_")]
    return {name: getattr(importlib.import_module(f"handlers.{name}"), name) for name in names}


def conversation_named(name: str) -> Conversation:
    """One conversation.

    Raises:
        UnknownConversation: it does not exist (any more).
    """
    try:
        return conversations()[name]
    except KeyError:
        raise UnknownConversation(name) from None


def encode_args(
    conversation: Conversation, args: Mapping[str, object]
) -> tuple[tuple[str, str], ...]:
    """Arguments as JSON text by name, in the parameters' own types."""
    return tuple(
        (name, conversation.parameters[name].dump_json(value).decode())
        for name, value in sorted(args.items())
    )


def begin(
    conversation: Conversation, me: Person, args: tuple[tuple[str, str], ...]
) -> Coroutine[Any, Any, None]:
    """A fresh coroutine of a conversation; its arguments are decoded from their JSON."""
    values = {name: _argument(conversation.name, name, text) for name, text in args}
    return conversation.start(me, **values)


@cache
def _parameter(conversation: str, name: str) -> TypeAdapter[Any]:
    return conversation_named(conversation).parameters[name]


@lru_cache(maxsize=1024)
def _argument(conversation: str, name: str, text: str) -> Any:
    return _parameter(conversation, name).validate_json(text)
