"""`hocso` and `python -m bot`: the door to the server and to every other command."""

import sys
from collections.abc import Sequence
from importlib import import_module

BEFORE_COMMAND = ("--config", "--data")
"""Options that may stand before the command; each takes one value."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; returns the exit code.

    0 done, 1 a check failed, 2 wrong input, 130 interrupted.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    position = command_position(given)
    if position is None or given[position] != "run":
        return _call("bot.commands", given)
    return _call("bot.server", [*given[:position], *given[position + 1 :]])


def command_position(arguments: Sequence[str]) -> int | None:
    """Where the command stands behind the options before it, or None where there is none."""
    position = 0
    while position < len(arguments) and arguments[position].startswith("-"):
        position += 2 if arguments[position] in BEFORE_COMMAND else 1
    return position if position < len(arguments) else None


def _call(module: str, arguments: Sequence[str]) -> int:
    """Import the one side that is wanted: a server runs for months and needs neither typer nor tables."""
    return int(import_module(module).main(arguments) or 0)


if __name__ == "__main__":
    sys.exit(main())
