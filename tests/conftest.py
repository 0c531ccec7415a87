"""What all tests share: browser tests need an installed Chromium, and say so when there is none."""

import os
import shutil
from typing import Any

import pytest

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
IN_CI = os.environ.get("CI") == "true"
LEFT_OUT = pytest.StashKey[int]()
NO_BROWSER = (
    "Chưa chạy {n} bài kiểm tra trên trình duyệt vì máy này không có Chromium "
    "(browser tests did not run): apt-get install chromium"
)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave browser tests out where there is no Chromium; in CI they stay, and fail."""
    if CHROMIUM or IN_CI:
        return
    browser = [item for item in items if item.get_closest_marker("browser")]
    items[:] = [item for item in items if item not in browser]
    config.hook.pytest_deselected(items=browser)
    config.stash[LEFT_OUT] = len(browser)
    if hasattr(config, "workeroutput"):
        config.workeroutput["left_out"] = len(browser)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """A worker of xdist tells how many it left out; every worker collects the same tests."""
    output = getattr(node, "workeroutput", {})
    node.config.stash[LEFT_OUT] = output.get("left_out", 0)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say at the end that browser tests did not run, and how to get them."""
    left_out = config.stash.get(LEFT_OUT, 0)
    if left_out:
        terminalreporter.write_line(NO_BROWSER.format(n=left_out), yellow=True)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of an installed Chromium."""
    if CHROMIUM is None:
        pytest.fail("no Chromium is installed: apt-get install chromium")
    return CHROMIUM
