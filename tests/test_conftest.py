"""Without a program that tests need they are left out and the end of the run says so; in CI they fail."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Kind:
    """Tests that need another program: a file of them, one of them, and how to get the program."""

    tests: str
    one: str
    missing: str
    get_it: str


KINDS = {
    "browser": Kind(
        "tests/bot/web/test_browser.py",
        "declines",
        "no Chromium is installed",
        "apt-get install chromium",
    ),
    "node": Kind(
        "tests/journeys/test_other_server.py",
        "declined",
        "Node.js or its modules are missing",
        "apt-get install nodejs npm && make dev",
    ),
    "office": Kind(
        "tests/bot/reports/test_friday_office.py",
        "annex",
        "no LibreOffice is installed",
        "libreoffice-writer-nogui libreoffice-calc-nogui poppler-utils",
    ),
}


def run_without_programs(*arguments: str, ci: str) -> subprocess.CompletedProcess[str]:
    """Run tests where no program is found."""
    env = {**os.environ, "PATH": "", "CI": ci}
    command = [sys.executable, "-m", "pytest", *arguments]
    return subprocess.run(
        command, capture_output=True, check=False, cwd=ROOT, encoding="utf-8", env=env, timeout=120
    )


@pytest.mark.parametrize(
    ("names", "workers"),
    [(tuple(KINDS), ()), (("node",), ("-n", "1"))],
    ids=["alone", "by a worker"],
)
def test_without_their_programs_one_line_each_says_how_to_get_the_tests(
    names: tuple[str, ...], workers: tuple[str, ...]
) -> None:
    ran = run_without_programs(*(KINDS[name].tests for name in names), *workers, ci="")

    for name in names:
        (line,) = [one for one in ran.stdout.splitlines() if f"{name} tests did not run" in one]
        assert line.endswith(KINDS[name].get_it)
    assert "skipped" not in ran.stdout
    assert "failed" not in ran.stdout


def test_in_ci_a_missing_program_is_a_failure() -> None:
    files = [kind.tests for kind in KINDS.values()]
    one_of_each = " or ".join(kind.one for kind in KINDS.values())

    ran = run_without_programs(*files, "-k", one_of_each, ci="true")

    assert ran.returncode == 1
    for name, kind in KINDS.items():
        assert kind.missing in ran.stdout
        assert f"{name} tests did not run" not in ran.stdout
    assert f"{len(KINDS)} errors" in ran.stdout.splitlines()[-1]
