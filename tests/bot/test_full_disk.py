"""A disk that is full for a while: a small file system where mounting is allowed, and a limit where not."""

import asyncio
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bot.full_disk import ROOT, ROWS
from tests.fakes.telegram import NO_LIMITS, FakeTelegram

MOUNT = "mount -t tmpfs -o size=4m tmpfs {} && "


def may_mount(folder: Path) -> bool:
    if shutil.which("unshare") is None:
        return False
    tried = ["unshare", "-rm", "sh", "-c", MOUNT.format(folder) + "true"]
    return subprocess.run(tried, check=False, capture_output=True, timeout=20).returncode == 0


@pytest.mark.crash
@pytest.mark.parametrize("way", ["tmpfs", "rlimit"])
async def test_a_full_disk_costs_only_time_and_is_told_in_one_sentence(
    tmp_path: Path, way: str
) -> None:
    if way == "tmpfs" and not may_mount(tmp_path):
        way = "rlimit"
    async with FakeTelegram(rates=NO_LIMITS) as fake:
        command = f"exec {sys.executable} -m tests.bot.full_disk {tmp_path} {fake.port} {way}"
        words = ("unshare", "-rm", "sh", "-c", MOUNT.format(tmp_path) + command)
        process = await asyncio.create_subprocess_exec(
            *(words if way == "tmpfs" else words[2:4]),
            *(() if way == "tmpfs" else (command,)),
            cwd=ROOT,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        async with asyncio.timeout(60):
            out, log = await process.communicate()

    told = [json.loads(line) for line in log.splitlines()]
    assert out.decode().splitlines() == ["full", str({"sent": ROWS})], log
    assert len(fake.log.messages) == ROWS
    assert fake.log.doubled() == []
    assert [(one["level"], one["event"]) for one in told] == [
        ("error", "outbox waits for the database"),
        ("info", "outbox goes on"),
    ]
    assert told[0]["reason"].startswith(("SQLITE_FULL", "SQLITE_IOERR"))
    assert "đĩa" in told[0]["todo"]
