"""What all tests share: some need a program that is not Python; where it is missing they say so."""

import gc
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
NODE = shutil.which("node")
NODE_MODULES = Path(__file__).parents[1] / ".venv" / "node" / "node_modules"
HAS_NODE = bool(NODE) and (NODE_MODULES / "telegram-test-api").is_dir()
SOFFICE = shutil.which("soffice")
HAS_OFFICE = bool(SOFFICE) and bool(shutil.which("pdftotext"))
IN_CI = os.environ.get("CI") == "true"

PRESENT = {"browser": bool(CHROMIUM), "node": HAS_NODE, "office": HAS_OFFICE}
"""The markers of tests that need another program, and whether it is there."""
NOT_RUN = {
    "browser": (
        "Chưa chạy {n} bài kiểm tra trên trình duyệt vì máy này không có Chromium "
        "(browser tests did not run): apt-get install chromium"
    ),
    "node": (
        "Chưa chạy {n} bài kiểm tra với máy chủ Bot API của người khác vì máy này chưa có Node.js "
        "(node tests did not run): apt-get install nodejs npm && make dev"
    ),
    "office": (
        "Chưa mở thử {n} tệp báo cáo vì máy này không có LibreOffice (office tests did not run): "
        "apt-get install --no-install-recommends libreoffice-writer-nogui libreoffice-calc-nogui poppler-utils"
    ),
}
LEFT_OUT = pytest.StashKey[dict[str, int]]()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave tests out whose program is missing; in CI they stay, and fail."""
    if IN_CI:
        return
    left_out: dict[str, int] = {}
    for marker, is_present in PRESENT.items():
        marked = [item for item in items if item.get_closest_marker(marker)]
        if is_present or not marked:
            continue
        items[:] = [item for item in items if item not in marked]
        config.hook.pytest_deselected(items=marked)
        left_out[marker] = len(marked)
    config.stash[LEFT_OUT] = left_out
    if hasattr(config, "workeroutput"):
        config.workeroutput["left_out"] = left_out


def pytest_collection_finish() -> None:
    """Leave what the modules made out of garbage collection: walking through it was a fifth of the time."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """A worker of xdist tells how many it left out; every worker collects the same tests."""
    output = getattr(node, "workeroutput", {})
    node.config.stash[LEFT_OUT] = output.get("left_out", {})


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say at the end which tests did not run, and how to get them."""
    for marker, count in config.stash.get(LEFT_OUT, {}).items():
        terminalreporter.write_line(NOT_RUN[marker].format(n=count), yellow=True)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of an installed Chromium."""
    if CHROMIUM is None:
        pytest.fail("no Chromium is installed: apt-get install chromium")
    return CHROMIUM


@dataclass(frozen=True, slots=True)
class Node:
    """An installed Node.js, and where the modules are that tests run on it."""

    program: str
    modules: Path


@pytest.fixture(scope="session")
def node() -> Node:
    """Node.js with its modules."""
    if NODE is None or not HAS_NODE:
        pytest.fail("Node.js or its modules are missing: apt-get install nodejs npm && make dev")
    return Node(NODE, NODE_MODULES)


@pytest.fixture(scope="session")
def soffice() -> str:
    """The path of an installed LibreOffice, beside which the tools that read PDF are."""
    if SOFFICE is None or not HAS_OFFICE:
        pytest.fail(
            "no LibreOffice is installed: apt-get install --no-install-recommends "
            "libreoffice-writer-nogui libreoffice-calc-nogui poppler-utils"
        )
    return SOFFICE
