"""What is installed is locked by name, version and hash; where it comes from is each machine's own business."""

import json
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NODE_LOCK = ROOT / "tests" / "fakes" / "telegram_test_api" / "package-lock.json"
LOCKS = [*sorted(ROOT.glob("requirements*.lock")), NODE_LOCK]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_a_lock_names_no_address(lock: Path) -> None:
    assert "://" not in lock.read_text(encoding="utf-8")


def test_every_package_of_the_node_lock_has_a_version_and_a_hash() -> None:
    packages = json.loads(NODE_LOCK.read_text(encoding="utf-8"))["packages"]

    del packages[""]
    assert packages
    assert [
        name for name, one in packages.items() if not one.keys() >= {"version", "integrity"}
    ] == []
