"""Who waits for something new at an address, and the bell that wakes them.

Who waits at a place that has no address yet (a visitor who has not written) waits under its name.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable

Spot = int | str


class Bell:
    """Wakes the waiters of an address; ringing without waiters costs nothing and is not remembered."""

    def __init__(self) -> None:
        self._waiting: defaultdict[Spot, set[asyncio.Future[None]]] = defaultdict(set)

    def ring(self, spots: Iterable[Spot]) -> None:
        """Wake everybody who waits at these places."""
        for spot in spots:
            for waiter in self._waiting.pop(spot, ()):
                if not waiter.done():
                    waiter.set_result(None)

    def ring_all(self) -> None:
        """Wake everybody: another process has written something."""
        self.ring(list(self._waiting))

    def listen(self, spot: Spot) -> asyncio.Future[None]:
        """A future for the next ring; take it before looking, so that no ring is missed."""
        waiter = asyncio.get_running_loop().create_future()
        self._waiting[spot].add(waiter)
        return waiter

    def leave(self, spot: Spot, waiter: asyncio.Future[None]) -> None:
        """Stop waiting."""
        waiter.cancel()
        found = self._waiting.get(spot)
        if found is not None:
            found.discard(waiter)
            if not found:
                del self._waiting[spot]
