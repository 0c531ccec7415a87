"""Folders that may not answer: a network folder that is away keeps a call waiting for minutes, or for good.

Each is asked one thing at a time, in a thread that keeps nobody waiting, not even the end of the program.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any, NoReturn, TypeVar

T = TypeVar("T")

SECONDS = 5.0


class FarDisk:
    """Asks folders, and gives up on one after some seconds.

    Args:
        seconds: how long to wait for an answer.
    """

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._asked: dict[Path, asyncio.Future[Any]] = {}

    async def ask(self, folder: Path, work: Callable[[], T], otherwise: T) -> T:
        """Return what `work` says about a folder; `otherwise` where it does not answer in time.

        Raises:
            OSError: what `work` raises.
        """
        loop = asyncio.get_running_loop()
        end = loop.time() + self._seconds
        while (before := self._asked.get(folder)) is not None and not before.done():
            if loop.time() >= end:
                return otherwise
            await asyncio.wait([before], timeout=end - loop.time())
        answer: asyncio.Future[Callable[[], T]] = loop.create_future()
        self._asked[folder] = answer
        Thread(target=_work, args=(work, loop, answer), daemon=True).start()
        await asyncio.wait([answer], timeout=max(0.0, end - loop.time()))
        return answer.result()() if answer.done() else otherwise


def _work(
    work: Callable[[], T],
    loop: asyncio.AbstractEventLoop,
    answer: asyncio.Future[Callable[[], T]],
) -> None:
    said: Callable[[], T]
    try:
        said = partial(_same, work())
    except OSError as error:
        said = partial(_fail, error)
    with suppress(RuntimeError):  # nobody waits any more: the program has ended
        loop.call_soon_threadsafe(answer.set_result, said)


def _same(value: T) -> T:
    return value


def _fail(error: OSError) -> NoReturn:
    raise error
