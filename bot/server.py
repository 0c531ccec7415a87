"""`hocso run`: one ward's server, from its config to the last answered poll.

    lock -> database -> web -> accounts of platforms -> inbox rows left waiting -> ready
    stop: no new requests, polls end -> clock, watcher -> turns under way -> delivery -> database

It imports nothing that only commands need, and makes no call that only POSIX has.
"""

import argparse
import asyncio
import errno
import gc
import io
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, nullcontext
from functools import partial
from pathlib import Path
from types import FrameType
from typing import NoReturn

from aiohttp import web

from bot import clock
from bot.bell import Bell
from bot.channels import console, telegram
from bot.channels import web as web_channel
from bot.config import Config, ConfigError, load_config
from bot.delivery import POLL_SECONDS, deliver
from bot.doors import Doors
from bot.house import Ward, now, open_ward
from bot.lock import only_server
from bot.logs import configure_logs
from bot.network import Network
from bot.rounds import Round
from bot.samples import BANNER, is_sample, refuse_real_channels
from bot.turns import Parser, Runner, Turns
from bot.web import messages as web_messages
from bot.web.app import web_app
from lessons import ContentError
from storage import messages

SPLITTERS = {telegram.NAME: telegram.rows}
WATCH_SECONDS = 0.5
LATEST = 500
"""So many of the newest messages are looked at when somebody has committed."""
STOP_SECONDS = 2.0
"""How long each part may take to stop; all of them together stay below 10 s."""
SEND_SECONDS = 3.0
"""How long calls that are under way may take to be answered when the server stops."""
USAGE = "Cách dùng: hocso run [--config TỆP] [--data THƯ_MỤC]"


def parsers(ward: Ward) -> Mapping[str, Parser]:
    """What reads the bodies of each channel."""
    commands = ward.house.content.intents.commands
    return {
        web_channel.NAME: web_channel.parse,
        console.NAME: console.parse,
        telegram.NAME: partial(telegram.parse, commands=commands),
    }


class Server:
    """The parts of a running ward, from the bell to the clock."""

    def __init__(
        self,
        ward: Ward,
        *,
        poll_seconds: float = web_messages.POLL_SECONDS,
        doors: Doors | None = None,
    ) -> None:
        self.ward = ward
        self._poll_seconds = poll_seconds
        self.bell = Bell()
        self.doors = doors or Doors()
        self.turns = Turns(ward, parsers(ward), self.bell, now, SPLITTERS, self.doors)
        self.delivery = Round("delivery", self._deliver, POLL_SECONDS)
        self.runner = Runner(self.turns, self._wake_delivery)
        self.network = Network(ward, self.turns, self.runner.wake)
        self._watcher = Round("watcher", self._watch, WATCH_SECONDS)
        self._clock = Round("clock", self._tick, None)
        self._keeper = Round("keeper", self._keep, None)
        self._has_ticked = False
        self._version: int | None = None
        self._latest: Mapping[int, int] = {}

    @asynccontextmanager
    async def started(self, host: str, port: int) -> AsyncIterator[str]:
        """Serve for the length of the block; yields where (port 0: any that is free)."""
        app = web_app(
            self.ward,
            self.turns,
            self.runner.wake,
            poll_seconds=self._poll_seconds,
            intake=self.network.intake,
        )
        runner = web.AppRunner(
            app, handle_signals=False, access_log=None, shutdown_timeout=STOP_SECONDS
        )
        await runner.setup()
        scheduler = None
        try:
            await self.doors.look(self.ward, now())
            await _listen(runner, host, port)
            for part in (self.delivery, self._watcher, self._clock, self._keeper):
                part.start()
            await self.network.start()
            scheduler = clock.every_minute(self._wake_clock)
            gc.collect()
            gc.freeze()  # lessons, words and code live as long as the process: nobody looks at them again
            yield _url(host, runner.addresses[0][1])
        finally:
            await runner.cleanup()
            await self.network.stop_receiving(STOP_SECONDS)
            if scheduler is not None:
                scheduler.shutdown(wait=False)
            await self._stop()

    async def _stop(self) -> None:
        for part in (self._keeper, self._clock, self._watcher):
            await part.stop(STOP_SECONDS)
        await self.runner.finish(STOP_SECONDS)
        await self.delivery.stop(STOP_SECONDS)
        await self.network.stop(SEND_SECONDS)

    def _wake_clock(self) -> None:
        self._clock.wake()
        self._keeper.wake()

    def _wake_delivery(self) -> None:
        self.delivery.wake()
        self.network.wake()

    async def _deliver(self) -> None:
        await deliver(self.ward.database, self.bell, web_channel.NAME, now())

    async def _watch(self) -> None:
        """When anybody, another process too, has committed: deliver, and wake who has something to read.

        Ringing for everybody would let every open page read at every commit of this process.
        """
        version = await self.ward.database.version()
        if version == self._version:
            return
        self._version = version
        self._wake_delivery()
        await self.doors.look_again(self.ward, now())
        async with self.ward.database.reading(now()) as tx:
            latest = await messages.latest(tx, LATEST)
        news = [address for n, address in latest.items() if n not in self._latest]
        self._latest = latest
        if len(news) < LATEST:
            self.bell.ring(news)
        else:  # there may be more than were looked at
            self.bell.ring_all()

    async def _tick(self) -> None:
        """Take up what waits (after a crash, or a turn that could not even be parked) and run what is due."""
        for address in await self.turns.waiting():
            self.runner.wake(address)
        await self.doors.look(self.ward, now())
        if not self._has_ticked:  # lessons are read at the start: they may have been rewritten
            await clock.look_for_duties(self.ward, now())
            self._has_ticked = True
        await clock.tick(self.ward, now())

    async def _keep(self) -> None:
        """Run what is due and takes minutes, such as a copy of the database; nothing else waits for it."""
        await clock.tick(self.ward, now(), clock.LONG_JOBS)


async def _listen(runner: web.AppRunner, host: str, port: int) -> None:
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        reason = _REASONS.get(error.errno or 0, error.strerror or str(error))
        raise ConfigError(
            f"Không mở được cổng {port} trên {host}: {reason}. Tắt chương trình đang dùng cổng đó, "
            "hoặc đổi web.host, web.port trong config.yaml."
        ) from None


_REASONS = {
    errno.EADDRINUSE: "đang có chương trình khác dùng",
    errno.EACCES: "máy không cho phép dùng cổng này",
    errno.EADDRNOTAVAIL: "máy này không có địa chỉ ấy",
}


def _url(host: str, port: int) -> str:
    """Where a browser on this machine finds the page."""
    shown = "127.0.0.1" if host in {"0.0.0.0", "::", ""} else host  # noqa: S104 - compared, not bound
    return f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"


@asynccontextmanager
async def running(config: Config, *, port: int | None = None) -> AsyncIterator[str]:
    """Run a ward's server for the length of the block; yields the address of its page.

    Raises:
        ConfigError: another server runs already, or the port or the database cannot be used.
        ContentError: a lesson or phrase is broken.
    """
    file = config.database_file  # several servers may stand by on one PostgreSQL
    async with open_ward(config, only_server(file) if file else nullcontext()) as ward:
        if ward.house.is_sample:
            refuse_real_channels(config)
        wanted = config.web.port if port is None else port
        async with Server(ward).started(config.web.host, wanted) as url:
            yield url


async def serve(config: Config) -> None:
    """Run until SIGTERM or Ctrl-C.

    Raises:
        ConfigError, ContentError: as `running`.
    """
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, partial(_ask_to_stop, asyncio.get_running_loop(), stop))
    async with running(config) as url:
        if is_sample(config):
            _print(BANNER)
        shown = config.web.public_url or url
        _print(f"Mở trang {shown} để bắt đầu. Bấm Ctrl+C để dừng.")
        await stop.wait()
        _print("Đang dừng…")


def _ask_to_stop(
    loop: asyncio.AbstractEventLoop, stop: asyncio.Event, _number: int, _frame: FrameType | None
) -> None:
    loop.call_soon_threadsafe(stop.set)


class _Arguments(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:  # noqa: ARG002 - argparse's sentence is English
        self.exit(2, f"Không hiểu dòng lệnh này. {USAGE}\n")


def _read(argv: Sequence[str]) -> argparse.Namespace:
    parser = _Arguments(prog="hocso run", add_help=False, allow_abbrev=False)
    parser.add_argument("--config", type=Path)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--help", "-h", action="store_true")
    return parser.parse_args(argv)


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(argv: Sequence[str]) -> int:
    """`hocso run [--config FILE] [--data DIR]`; returns the exit code, 2 for what the user can mend."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a Windows pipe would choke on Vietnamese
            stream.reconfigure(encoding="utf-8", errors="replace")
    given = _read(argv)
    if given.help:
        _print(USAGE)
        return 0
    configure_logs()
    try:
        asyncio.run(serve(load_config(given.config, given.data)))
    except (ConfigError, ContentError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
