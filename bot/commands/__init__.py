"""The command line for staff: one file per command. Beside a running server they see what it sees.

exit code 0    done
          1    a check failed, or the database is locked, full or damaged
          2    wrong input: command line, config, content; one sentence on stderr
        130    interrupted
"""

import sys
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from importlib import import_module

import typer
from sqlalchemy.exc import OperationalError

from bot.__main__ import command_position
from bot.commands._frame import (
    Command,
    Commands,
    ConfigFile,
    DataFolder,
    Places,
    WrongInput,
    explain,
    prepare_streams,
)
from bot.config import ConfigError
from lessons import ContentError

FAILED = 1
WRONG_INPUT = 2
INTERRUPTED = 130

COMMANDS = {
    "run": "run:run",
    "talk": "talk:talk",
    "check": "check:check",
    "approve": "approve:approve",
    "vouch": "vouch:vouch",
    "report": "report:report",
    "export": "export:export",
    "outbox": "outbox:outbox",
    "import": "import_:import_",
    "invite": "invite:invite",
    "backup": "backup:backup",
    "restore": "restore:restore_",
    "install": "install:install",
    "combine": "combine:combine_",
    "demo": "demo:app",
}
"""Each command, in the order of the help page, and what answers it: a function or an app of this package."""


def places(context: typer.Context, *, config: ConfigFile = None, data: DataFolder = None) -> None:
    """Trợ lý bình dân học vụ số của phường. Hai tùy chọn dưới đây ghi trước hay sau lệnh đều được."""
    context.obj = Places(config, data)


def main(arguments: Sequence[str]) -> int:
    """Run one command; returns the exit code."""
    prepare_streams()
    try:
        return _run(list(arguments) or ["--help"])
    except (WrongInput, ConfigError) as error:
        return _refuse(str(error), WRONG_INPUT)
    except ContentError as error:
        return _refuse(_first_problem(error), WRONG_INPUT)
    except typer.TyperException as error:
        return _refuse(explain(error), WRONG_INPUT)
    except typer.Abort:
        return _refuse("Đã dừng giữa chừng.", INTERRUPTED)
    except OperationalError as error:
        return _refuse(f"Cơ sở dữ liệu báo lỗi ({error.orig}). Thử lại sau ít phút.", FAILED)


def _run(arguments: list[str]) -> int:
    position = command_position(arguments)
    if position is not None and (wanted := arguments[position]) not in COMMANDS:
        near = get_close_matches(wanted, COMMANDS, n=1)
        advice = f"Có phải “{near[0]}” không?" if near else f"Các lệnh có: {', '.join(COMMANDS)}."
        raise WrongInput(f"Không có lệnh “{wanted}”. {advice}")
    door = typer.main.get_command(_app(tuple(COMMANDS) if position is None else (wanted,)))
    return int(door.main(arguments, prog_name="hocso", standalone_mode=False) or 0)


def _app(names: Iterable[str]) -> typer.Typer:
    """The commands of these names: each brings libraries of its own, so only those asked for are imported."""
    app = typer.Typer(
        cls=Commands,
        callback=places,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    for name in names:
        module, _, attribute = COMMANDS[name].partition(":")
        found = getattr(import_module(f"bot.commands.{module}"), attribute)
        if isinstance(found, typer.Typer):
            app.add_typer(found, name=name)
        else:
            app.command(name, cls=Command)(found)
    return app


def _first_problem(error: ContentError) -> str:
    first, *more = map(str, error.problems)
    return f"{first} Còn {len(more)} lỗi nữa, xem: hocso check" if more else first


def _refuse(sentence: str, code: int) -> int:
    sys.stderr.write(f"{sentence}\n")
    return code
