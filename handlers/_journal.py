"""The journal of a talk: what was answered so far, as text that survives a restart.

An entry is `(kind, key, type name, JSON)`. The type comes from the request's own annotation; in a union
the arm's name is stored and decides, because two arms with equal fields decode alike. The talk always
sees values after encode and decode, so that a live run and a replay cannot differ.
"""

import json
import types
from functools import lru_cache
from typing import Any, NamedTuple, Union, get_args, get_origin

from pydantic import TypeAdapter

from handlers._effects import Errand, Picked, Question, Request, Typed

MAX_ENTRIES = 200
MAX_BYTES = 64_000

ASK = "ask"
DO = "do"
DEED = "deed"


class Entry(NamedTuple):
    """One answered effect. `kind` is ask, do or deed; `key` says of what; `type` names the value's arm."""

    kind: str
    key: str
    type: str
    value: str


Journal = tuple[Entry, ...]


class JournalTooLong(Exception):
    """A talk grew past its bounds: a conversation loops where it should `become` itself."""


class UnknownResult(Exception):
    """A performer answered with something its request does not name."""


# ---------------------------------------------------------------- results of requests


class Arms:
    """The result types one request may be answered with, by the name that is stored."""

    def __init__(self, request: type[Any]) -> None:
        self.adapters = {arm_name(arm): TypeAdapter(arm) for arm in _result_types(request)}
        self.decode = lru_cache(maxsize=512)(self._decode)

    def _decode(self, name: str, value: str) -> Any:
        return self.adapters[name].validate_json(value)


_ARMS: dict[type[Any], Arms] = {}


def result_arms(request: type[Any]) -> Arms:
    """The arms of a request's annotation `Fact[A | B]`; looked at once per request."""
    if request not in _ARMS:
        _ARMS[request] = Arms(request)
    return _ARMS[request]


def _result_types(request: type[Any]) -> tuple[Any, ...]:
    result = next(get_args(base)[0] for base in request.__orig_bases__ if get_args(base))
    is_union = isinstance(result, types.UnionType) or get_origin(result) is Union
    return get_args(result) if is_union else (result,)


def arm_name(arm: Any) -> str:
    """The stored name of a type: its class, or "tuple" for any tuple."""
    origin = get_origin(arm) or arm
    return "None" if origin in (None, types.NoneType) else str(origin.__name__)


def encode_result(request: Request[Any], result: object, kind: str) -> Entry:
    """Write down what a request was answered with.

    Raises:
        UnknownResult: the result is no arm of the request's annotation.
    """
    name = arm_name(type(result)) if result is not None else "None"
    adapter = result_arms(type(request)).adapters.get(name)
    if adapter is None:
        raise UnknownResult(f"{type(request).__name__} was answered with {name}")
    text = adapter.dump_json(result).decode()
    return Entry(kind, type(request).__name__, name, text)


def decode_result(request: Request[Any], entry: Entry) -> Any:
    """Read an entry back as the request's result; frozen values, shared between turns."""
    return result_arms(type(request)).decode(entry.type, entry.value)


def decode_returned(request: Errand[Any], type_name: str, value: str) -> Entry:
    """The entry for an errand's outcome that came back through the inbox."""
    result_arms(type(request)).decode(type_name, value)
    return Entry(DEED, type(request).__name__, type_name, value)


# ---------------------------------------------------------------- answers to questions

Answer = str | tuple[str, ...] | Picked | Typed


def question_key(question: Question) -> str:
    """A question by its phrase and its options' keys, never by its position."""
    return f"{question.phrase.key}|{','.join([option.key for option in question.options])}"


def encode_answer(question: Question, answer: Answer) -> Entry:
    """Write down a person's answer: the options' keys, or the text."""
    match answer:
        case Picked(key):
            name, text = "picked", json.dumps(key)
        case Typed(typed):
            name, text = "typed", json.dumps(typed, ensure_ascii=False)
        case str():
            name, text = "str", json.dumps(answer, ensure_ascii=False)
        case _:
            name, text = "tuple", json.dumps(answer)
    return Entry(ASK, question_key(question), name, text)


@lru_cache(maxsize=4096)
def decode_answer(entry: Entry) -> Answer:
    """Read a person's answer back."""
    value = json.loads(entry.value)
    match entry.type:
        case "picked":
            return Picked(value)
        case "typed":
            return Typed(value)
        case "tuple":
            return tuple(value)
        case _:
            return str(value)


# ---------------------------------------------------------------- a whole journal

_JOURNAL = TypeAdapter(Journal)


def within_bounds(journal: Journal) -> Journal:
    """The same journal.

    Raises:
        JournalTooLong: more than 200 entries or 64 kB.
    """
    size = sum(map(len, [entry.value for entry in journal]))
    if len(journal) > MAX_ENTRIES or size > MAX_BYTES:
        raise JournalTooLong(f"{len(journal)} entries, {size} characters")
    return journal
