"""Something done again and again: when it is woken, and otherwise after so many seconds."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

log = structlog.get_logger()


class Round:
    """Repeats `step`, never two at once; a step that fails is logged and the next one comes as usual.

    `seconds` None: only when woken.
    """

    def __init__(
        self, name: str, step: Callable[[], Awaitable[object]], seconds: float | None
    ) -> None:
        self._name = name
        self._step = step
        self._seconds = seconds
        self._woken = asyncio.Event()
        self._is_ending = False
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Take the first step now."""
        self._task = asyncio.get_running_loop().create_task(self._run(), name=self._name)

    def wake(self) -> None:
        """Take a step now, or once more after the one under way."""
        self._woken.set()

    async def stop(self, seconds: float) -> None:
        """Let the step under way come to its end, at most so long; take no other."""
        self._is_ending = True
        self._woken.set()
        if self._task is None:
            return
        await asyncio.wait([self._task], timeout=seconds)
        self._task.cancel()
        await asyncio.wait([self._task])

    async def _run(self) -> None:
        while not self._is_ending:
            self._woken.clear()
            try:
                await self._step()
            except Exception:
                log.exception("round failed", round=self._name)
            await self._rest()

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(self._seconds):
                await self._woken.wait()
        except TimeoutError:
            return
