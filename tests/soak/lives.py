"""`hocso run` as a process that dies and lives again on the same data.

A start takes seconds, most of them imports. So the next process has imported everything and waits for its
start while the one before is at work; from there on it is what `hocso run` is.
"""

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import yaml

ROOT = Path(__file__).parents[2]
HOCSO = "import sys, bot.server; sys.stdin.readline(); sys.exit(bot.server.main(sys.argv[1:]))"
PATIENCE_SECONDS = 120.0


class Lives:
    """One ward's server, as often as it is started; only ever one at a time.

    Args:
        folder: for its config, its data and its log.
        config: what config.yaml says; the page is served on `web.port`, and told as `web.public_url`.
    """

    def __init__(self, folder: Path, config: dict[str, Any]) -> None:
        self._folder = folder
        self._config = config
        self._living: Process | None = None
        self._next: Process | None = None

    async def __aenter__(self) -> Self:
        text = yaml.safe_dump(self._config, allow_unicode=True)
        (self._folder / "config.yaml").write_text(text, encoding="utf-8")
        self._next = await self._prepare()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        for process in (self._living, self._next):
            if process is not None:
                process.kill()
                await _ended(process)

    @property
    def log(self) -> str:
        """What all lives have logged."""
        return (self._folder / "log").read_text(encoding="utf-8")

    async def start(self) -> None:
        """Start it, and wait until it says where it is."""
        assert self._living is None
        assert self._next is not None
        self._living, self._next = self._next, None
        assert self._living.stdin is not None
        assert self._living.stdout is not None
        self._living.stdin.write(b"\n")
        async with asyncio.timeout(PATIENCE_SECONDS):
            line = await self._living.stdout.readline()
        where = self._config["web"].get("public_url") or str(self._config["web"]["port"])
        assert where in line.decode(), self.log[-2000:]
        self._next = await self._prepare()

    def kill(self) -> None:
        """kill -9, at this very moment; `ended` waits for it."""
        assert self._living is not None
        self._living.kill()

    async def stop(self) -> int:
        """Ask it to stop; returns its exit code."""
        assert self._living is not None
        self._living.terminate()
        return await self.ended()

    async def ended(self) -> int:
        """Wait for its end; returns its exit code, -9 when it was killed."""
        assert self._living is not None
        living, self._living = self._living, None
        return await _ended(living)

    async def _prepare(self) -> Process:
        where = ("--config", self._folder / "config.yaml", "--data", self._folder / "data")
        with (self._folder / "log").open("a") as log:
            return await asyncio.create_subprocess_exec(
                sys.executable, "-c", HOCSO, *where, stdin=PIPE, stdout=PIPE, stderr=log, cwd=ROOT
            )


async def _ended(process: Process) -> int:
    async with asyncio.timeout(PATIENCE_SECONDS):
        await process.communicate()
        return await process.wait()
