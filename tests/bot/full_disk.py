"""A sender on a disk that is full for a while, as a process of its own; a test starts it.

    unshare -rm sh -c 'mount -t tmpfs …; full_disk.py FOLDER PORT tmpfs'     a small file system
    full_disk.py FOLDER PORT rlimit                                          no file may grow

It prints “full” once the sender has said so, and the rows' states in the end; its log is on stderr.
"""

import asyncio
import resource
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import func, select

from bot.accounts import Account
from bot.channels import telegram
from bot.config import Config
from bot.delivery import Sender
from bot.house import make_house, now
from bot.logs import configure_logs
from bot.wire import Wire
from lessons import load
from storage import addresses, outbox
from storage._database import Database
from storage.tables import Outbox
from tests.bot.outgoing import FREE, Watched
from tests.fakes.telegram import TOKEN

ROOT = Path(__file__).parents[2]
ROWS = 150
LEFT = 60_000  # bytes


@contextmanager
def no_room_on(folder: Path) -> Iterator[None]:
    """Fill the file system, all but a little."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(bytes(65536)) == 65536:
            pass
    with ballast.open("r+b") as file:
        file.truncate(ballast.stat().st_size - LEFT)
    yield
    ballast.unlink()


@contextmanager
def no_file_may_grow(folder: Path) -> Iterator[None]:
    """What comes nearest to it where nobody may mount: writes beyond a size fail."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    largest = max(file.stat().st_size for file in folder.iterdir())
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest + LEFT, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


async def states(database: Database) -> Counter[str]:
    async with database.reading(now()) as tx:
        counted = select(Outbox.state, func.count()).group_by(Outbox.state)
        found = await tx.connection.execute(counted)
        return Counter(dict(iter(found)))


async def main(folder: Path, port: int, way: str) -> None:
    configure_logs()
    house = make_house(Config(), load(ROOT / "lessons"))
    opened = await Database.open(f"sqlite:///{folder}/hocso.db", house)
    database = Watched(opened)
    async with database.transaction(now()) as tx:
        for chat in range(1000, 1000 + ROWS):
            address = await addresses.address_of(tx, "telegram", str(chat))
            body = {"text": "Thông báo " * 300}
            await outbox.put(tx, "telegram", address.id, outbox.Kind.ANNOUNCEMENT, body)
    url = f"http://127.0.0.1:{port}/bot{TOKEN}"
    wire = Wire()
    account = Account("telegram", telegram, url, None, FREE)
    sender = Sender(database, account, wire, media=folder, clock=now)
    with (no_room_on if way == "tmpfs" else no_file_may_grow)(folder):
        await sender.start()
        while len(database.failures) < 3:
            await database.over().wait()
        sys.stdout.write("full\n")
        sys.stdout.flush()
    while (await states(opened)).keys() & {"waiting", "sending"}:
        await database.over().wait()
    sys.stdout.write(f"{dict(await states(opened))}\n")
    await sender.stop(5)
    await wire.close()
    await opened.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]))
