"""The door: which side is called, and what a server does not import."""

import subprocess
import sys

import pytest

from bot.__main__ import command_position
from bot.commands import COMMANDS

LINES = [
    ("nothing", [], None),
    ("only a command", ["check"], 0),
    ("config before it", ["--config", "a.yaml", "run"], 2),
    ("both before it", ["--data", "run", "--config", "a.yaml", "talk", "--as", "x"], 4),
    ("with equals signs", ["--config=a.yaml", "run"], 1),
    ("options alone", ["--help"], None),
    ("a value is missing", ["--config"], None),
]


@pytest.mark.parametrize(("line", "position"), [c[1:] for c in LINES], ids=[c[0] for c in LINES])
def test_the_command_is_found_behind_the_options_before_it(
    line: list[str], position: int | None
) -> None:
    assert command_position(line) == position


def test_a_server_starts_without_the_libraries_of_the_command_line() -> None:
    program = (
        "import sys\n"
        "from bot.__main__ import main\n"
        "code = main(['--data', 'x', 'run', '--config', 'nowhere.yaml'])\n"
        "names = ('bot.server', 'bot.commands', 'typer', 'rich.progress')\n"
        "print(code, [name for name in names if name in sys.modules])\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, timeout=60
    )

    assert done.stdout.decode().strip() == "2 ['bot.server']"
    assert "nowhere.yaml" in done.stderr.decode()


def test_help_lists_every_command_in_vietnamese() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bot", "--help"], capture_output=True, check=True, timeout=60
    )

    page = done.stdout.decode()
    names = [line.split()[0] for line in page.partition("Lệnh:")[2].splitlines() if line.strip()]
    assert sorted(names) == sorted(COMMANDS)
    assert not [word for word in ("Usage", "Options", "Commands", "Show this") if word in page]
