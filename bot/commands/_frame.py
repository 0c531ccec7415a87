"""What every command shares: where config and data are, who acts, and errors as one sentence.

WrongInput      the command was asked for something that cannot be; the message is for who typed it
"""

import getpass
import io
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, TypeVar

import structlog
import typer
from typer.core import TyperCommand, TyperGroup

from bot.config import Config, load_config
from bot.logs import bare_exceptions
from bot.samples import BANNER, is_sample, kept_apart
from handlers._requests.person import Role
from storage.house import Actor

E = TypeVar("E", bound=Enum)

ConfigFile = Annotated[
    Path | None,
    typer.Option("--config", metavar="TỆP", help="Tệp cấu hình (thường là config.yaml)."),
]
DataFolder = Annotated[
    Path | None,
    typer.Option("--data", metavar="THƯ_MỤC", help="Thư mục dữ liệu (thường là var)."),
]
LONGEST_NAME = 80
"""Characters of a name that the audit, an approval or an address can hold."""
LONGEST_ACTOR = 80


class WrongInput(Exception):
    """What was typed cannot be done; the message says what, and what to type instead."""


@dataclass(frozen=True, slots=True)
class Places:
    """--config and --data as given before the command."""

    config: Path | None = None
    data: Path | None = None


def configured(context: typer.Context, config: Path | None, data: Path | None) -> Config:
    """The ward's configuration; what stands after the command decides over what stands before it.

    Whatever a command prints of made-up people, stderr says first that they are.
    """
    before = context.find_root().obj
    before = before if isinstance(before, Places) else Places()
    chosen = load_config(config or before.config, data or before.data)
    if is_sample(chosen):
        sys.stderr.write(f"{BANNER}\n")
        return kept_apart(chosen)
    return chosen


# ---------------------------------------------------------------- who acts


def os_user() -> str:
    """The name of who is at this computer, or “os” where it has none (some containers)."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return "os"


def administrator() -> Actor:
    """Whoever may start a command on this computer acts as admin; the audit names them."""
    return Actor(f"os:{os_user()}"[:LONGEST_ACTOR], frozenset({Role.ADMIN}))


# ---------------------------------------------------------------- what was typed


def given_name(option: str, typed: str) -> str:
    """A name as typed, without blanks around it.

    Raises:
        WrongInput: it is empty or too long.
    """
    name = " ".join(typed.split())
    if not name:
        raise WrongInput(f"{option} đang để trống. Ghi rõ tên.")
    if len(name) > LONGEST_NAME:
        raise WrongInput(f"{option} dài {len(name)} ký tự, tối đa {LONGEST_NAME}. Viết ngắn lại.")
    return name


def one_of(option: str, typed: str, known: type[E]) -> E:
    """The value of an enumeration that was typed.

    Raises:
        WrongInput: it is none of them.
    """
    for one in known:
        if one.value == typed:
            return one
    names = ", ".join(str(one.value) for one in known)
    raise WrongInput(f"{option} không nhận “{typed}”. Chọn một trong: {names}.")


def person_number(typed: str) -> int:
    """A person's number as reports print it.

    Raises:
        WrongInput: it is no number.
    """
    if typed.isdecimal() and typed.isascii() and len(typed) < 19:  # noqa: PLR2004 - what a row can hold
        return int(typed)
    raise WrongInput(f"“{typed}” không phải số của một người. Xem số ở: hocso report --by person")


def local_day(option: str, typed: str | None) -> date | None:
    """A local day typed as 2026-11-22 or 22/11/2026; None stays None.

    Raises:
        WrongInput: it is no day.
    """
    if typed is None:
        return None
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(typed.strip(), form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    raise WrongInput(
        f"{option} “{typed}” không phải một ngày. Viết như 22/11/2026 hoặc 2026-11-22."
    )


# ---------------------------------------------------------------- streams


def prepare_streams() -> None:
    """Speak UTF-8 whatever the computer's own code page is, and log to stderr: stdout is the answer."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    structlog.configure(
        processors=[
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            bare_exceptions,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=lambda *_: structlog.WriteLogger(sys.stderr),
    )


# ---------------------------------------------------------------- help and errors in Vietnamese

_WORDS = {
    "Usage: ": "Cách viết: ",
    "Options:": "Tùy chọn:",
    "Commands:": "Lệnh:",
    "Arguments:": "Cần ghi:",
    "Show this message and exit.": "In trang này rồi thôi.",
    "[OPTIONS]": "[TÙY CHỌN]",
    "COMMAND [ARGS]...": "LỆNH …",
    "[required]": "[phải có]",
    "[default:": "[mặc định:",
}


class Command(TyperCommand):
    """A command whose help page is Vietnamese throughout."""

    def get_help(self, ctx: Any) -> str:
        """The help page."""
        return _in_vietnamese(super().get_help(ctx))


class Commands(TyperGroup):
    """All commands; their help page is Vietnamese throughout."""

    def get_help(self, ctx: Any) -> str:
        """The help page."""
        return _in_vietnamese(super().get_help(ctx))


def _in_vietnamese(page: str) -> str:
    for english, vietnamese in _WORDS.items():
        page = page.replace(english, vietnamese)
    return page


def explain(error: typer.TyperException) -> str:
    """One sentence for a command line that cannot be read: what is wrong and where to look."""
    page = f"{_path(error)} --help"
    kind = type(error).__name__  # the classes themselves are private to typer
    if (sentence := _SENTENCES.get(kind)) is not None:
        return f"{sentence(error)} Xem cách viết: {page}"
    return f"Lệnh viết thừa hoặc thiếu chữ. Xem cách viết: {page}"


def _path(error: typer.TyperException) -> str:
    found = getattr(error, "ctx", None)
    return str(getattr(found, "command_path", "hocso"))


def _missing(error: Any) -> str:
    param = error.param
    name = param.opts[0] if param.param_type_name == "option" else param.metavar
    return f"Còn thiếu {name}."


_SENTENCES: dict[str, Callable[[Any], str]] = {
    "MissingParameter": _missing,
    "NoSuchOption": lambda error: f"Không có tùy chọn {error.option_name}.",
    "BadOptionUsage": lambda error: f"Tùy chọn {error.option_name} còn thiếu giá trị.",
}
