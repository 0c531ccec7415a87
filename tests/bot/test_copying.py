"""Copies under violence: killed at any moment, on a disk that is full. What was good before stays good."""

import asyncio
import random
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from bot.backup import made_by, without_first_line
from bot.sealing import Header, unseal
from tests.bot.copying import KEY
from tests.bot.full_disk import ROOT
from tests.bot.test_full_disk import MOUNT, may_mount

STAGES = {
    "taking": ("data", ".hocso-dang-sao.db"),
    "looking through": ("data", ".hocso-dang-sao.db-wal"),
    "sealing": ("usb", ".*.dang-ghi"),
    "named": ("usb", "hocso-2026-11-01-070200-*.sao"),
}
"""What stands in which folder while a copy is at that stage."""


@pytest.fixture
def folder(tmp_path: Path, made_database: bytes) -> Path:
    """A database of some megabytes that no compression makes small."""
    made = tmp_path / "data"
    made.mkdir()
    (made / "hocso.db").write_bytes(made_database)
    rows = [(f"k{n}", random.Random(n).randbytes(1500).hex()) for n in range(1000)]
    with closing(sqlite3.connect(made / "hocso.db")) as database:
        database.executemany("INSERT INTO settings VALUES (?, ?)", rows)
        database.commit()
    return made


@pytest.fixture
def target(tmp_path: Path) -> Path:
    made = tmp_path / "usb"
    made.mkdir()
    return made


def good_ones(target: Path) -> list[Path]:
    """The copies that can be read from the first byte to the last."""
    found = []
    for file in made_by(KEY, target):
        with file.open("rb") as source:
            content = unseal(source, KEY, Header.read(source))
            size = sum(map(len, without_first_line(content)))
        assert size > 3_000_000
        found.append(file)
    return found


async def start(*words: str | Path) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *words, cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )


def left_overs(folder: Path, target: Path) -> list[str]:
    kept = {"hocso.db", "hocso.db-wal", "hocso.db-shm", *(file.name for file in good_ones(target))}
    return sorted({file.name for place in (folder, target) for file in place.iterdir()} - kept)


def wait_for(folder: Path, pattern: str) -> None:
    while not list(folder.glob(pattern)):
        pass


@pytest.mark.crash
@pytest.mark.parametrize("stage", STAGES)
async def test_killed_at_any_stage_what_is_finished_is_whole_and_the_next_one_cleans_up(
    folder: Path, target: Path, stage: str
) -> None:
    place, pattern = STAGES[stage]
    process = await start(sys.executable, "-m", "tests.bot.copying", folder, target)
    assert process.stdout is not None
    await process.stdout.readline()
    await asyncio.to_thread(wait_for, folder.with_name(place), pattern)
    process.kill()
    await process.communicate()
    assert good_ones(target)

    process = await start(sys.executable, "-m", "tests.bot.copying", folder, target, str(10**9))
    await process.communicate()

    assert left_overs(folder, target) == []
    assert len(good_ones(target)) == 2


@pytest.mark.crash
async def test_a_file_that_may_not_grow_costs_the_new_copy_and_no_old_one(
    folder: Path, target: Path
) -> None:
    words = (sys.executable, "-m", "tests.bot.copying", folder, target)
    for most in ("1000000000", "1000000"):
        process = await start(*words, most)
        said, log = await process.communicate()

    assert "Ổ đĩa đọc hay ghi bị lỗi" in said.decode(), log
    assert len(good_ones(target)) == 1
    assert left_overs(folder, target) == []


@pytest.mark.crash
async def test_a_full_disk_at_the_target_is_told_in_a_sentence_and_the_old_ones_stay(
    folder: Path, target: Path, tmp_path: Path
) -> None:
    if not may_mount(target):
        pytest.skip("nobody may mount a small disk here")
    command = f"{sys.executable} -m tests.bot.copying {folder} {target} 1000000000"
    keep = f"cp -r {target} {tmp_path}/kept"
    process = await start(
        "unshare", "-rm", "sh", "-c", MOUNT.format(target) + f"{command}; " * 3 + keep
    )
    said, log = await process.communicate()

    *good, last = said.decode().splitlines()
    assert "đã đầy" in last, log
    assert "Các bản sao cũ vẫn còn nguyên" in last
    assert [file.name for file in good_ones(tmp_path / "kept")] == good
    assert len(good) == 2
