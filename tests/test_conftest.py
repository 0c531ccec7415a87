"""Without a Chromium browser tests are left out and the end of the run says so; in CI they fail."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
BROWSER_TESTS = "tests/bot/web/test_browser.py"


def run_without_chromium(*arguments: str, ci: str) -> subprocess.CompletedProcess[str]:
    """Run the browser tests where no program is found."""
    env = {**os.environ, "PATH": "", "CI": ci}
    command = [sys.executable, "-m", "pytest", BROWSER_TESTS, *arguments]
    return subprocess.run(
        command, capture_output=True, check=False, cwd=ROOT, encoding="utf-8", env=env, timeout=120
    )


def test_without_a_chromium_one_line_says_how_to_get_the_browser_tests() -> None:
    ran = run_without_chromium(ci="")

    (line,) = [line for line in ran.stdout.splitlines() if "browser tests did not run" in line]
    assert "apt-get install chromium" in line
    assert "skipped" not in ran.stdout
    assert "failed" not in ran.stdout


def test_in_ci_a_missing_chromium_is_a_failure() -> None:
    ran = run_without_chromium("-k", "declines", ci="true")

    assert ran.returncode == 1
    assert "no Chromium is installed" in ran.stdout
    assert "browser tests did not run" not in ran.stdout
