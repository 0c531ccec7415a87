"""The command line for staff: one file per command. Beside a running server they see what it sees.

exit code 0    done
          1    a check failed, or the database is locked, full or damaged
          2    wrong input: command line, config, content; one sentence on stderr
        130    interrupted
"""

import sys
from collections.abc import Sequence
from difflib import get_close_matches

import typer
from sqlalchemy.exc import OperationalError

from bot.__main__ import command_position
from bot.commands import (
    approve,
    backup,
    check,
    combine,
    demo,
    export,
    import_,
    install,
    invite,
    outbox,
    report,
    restore,
    run,
    talk,
    vouch,
)
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

app = typer.Typer(
    cls=Commands,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.command(cls=Command)(run.run)
app.command(cls=Command)(talk.talk)
app.command(cls=Command)(check.check)
app.command(cls=Command)(approve.approve)
app.command(cls=Command)(vouch.vouch)
app.command(cls=Command)(report.report)
app.command(cls=Command)(export.export)
app.command(cls=Command)(outbox.outbox)
app.command("import", cls=Command)(import_.import_)
app.command(cls=Command)(invite.invite)
app.command(cls=Command)(backup.backup)
app.command(cls=Command)(install.install)
app.command("restore", cls=Command)(restore.restore_)
app.command("combine", cls=Command)(combine.combine_)
app.add_typer(demo.app, name="demo")
COMMANDS = (
    "run",
    "talk",
    "check",
    "approve",
    "vouch",
    "report",
    "export",
    "outbox",
    "import",
    "invite",
    "backup",
    "restore",
    "install",
    "combine",
    "demo",
)


@app.callback()
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
    door = typer.main.get_command(app)
    return int(door.main(arguments, prog_name="hocso", standalone_mode=False) or 0)


def _first_problem(error: ContentError) -> str:
    first, *more = map(str, error.problems)
    return f"{first} Còn {len(more)} lỗi nữa, xem: hocso check" if more else first


def _refuse(sentence: str, code: int) -> int:
    sys.stderr.write(f"{sentence}\n")
    return code
