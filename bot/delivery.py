"""The one road out: everything that is said leaves through here.

A local account (web, console) is no platform: its people read their history where they are, so a row of the
outbox is sent as soon as it stands there. It is delivered when a commit says so, and looked for every few
seconds in case nobody said so.

A network account has a `Sender`. What it does with a row, and what that makes of it (storage/outbox.py):

    lease     commit, before the first byte: at most `window` rows, replies first, as many as may soon leave
    send      at the governor's pace, at most `connections` at once
    settle    what was answered, together with the next lease: one commit for many rows

    database locked, full, gone     what was answered is kept and settled later; nothing new is leased
                                    (one error says so, with what to do)
    platform throttles              silence for exactly as long as it says; rows not yet sent are handed back
    nobody reached, no answer       a pause that grows; one row tries again, the others are handed back
    account at fault (token)        the same, with one error that says what to do, until it works again
    stopped                         what is under way comes to its end, or is unknown; the rest is handed back
    killed                          unknown, decided as storage/outbox.py says: on SQLite at the next start, as
                                    there is one server to a file; on PostgreSQL, where another may be alive,
                                    when the lease is over
"""

import asyncio
import heapq
import math
import secrets
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from bot.accounts import Account
from bot.bell import Bell
from bot.channels._calls import (
    Again,
    Answer,
    Blocked,
    Outcome,
    Rejected,
    Sent,
    Throttled,
    Undecided,
    Unreachable,
    Unusable,
)
from bot.governor import Governor
from bot.settling import Done
from bot.wire import Wire
from storage import accounts, leases, outbox
from storage._database import Database
from storage._tx import Tx
from storage.leases import Leased
from storage.unavailable import is_unavailable

log = structlog.get_logger()

POLL_SECONDS = 5.0
GROUP_SECONDS = 0.02
"""So long answers are gathered before they are settled together."""
AHEAD_SECONDS = 0.2
"""Rows are leased so long before they may leave: a reply that comes later waits for no more than these."""
RETRY_SECONDS = 1.0
"""How long to wait for a database that cannot be used just now."""
LAST_SECONDS = 1.0
"""How long the last settlement may take when the server stops."""
LONGEST_SILENCE = timedelta(days=1)
PAUSE_SECONDS = 60.0
"""How long to wait before one row tries whether an account at fault works again."""
SLACK_SECONDS = 0.01
"""So much later than a row is due it is looked for: the two clocks do not tick alike."""
MEND = (
    "Không ghi được cơ sở dữ liệu. Xem đĩa còn chỗ không, có chương trình nào đang giữ tệp không; "
    "ghi được thì tin tự gửi tiếp."
)


async def deliver(database: Database, bell: Bell, account: str, now: datetime) -> tuple[int, ...]:
    """Deliver what waits for a local account; returns the addresses that have something new to read.

    May be called at any time, by several at once: what is delivered is no longer waiting.
    """
    async with database.transaction(now) as tx:
        woken = await outbox.deliver_local(tx, account)
    bell.ring(woken)
    return woken


class Sender:
    """Everything that leaves for one account; nothing else calls a platform with a message.

    `is_alone`: no other server can be at work on this database, so a lease of another owner is a dead one's.
    `leaving` is told the chat of every message that leaves, `told` the account and every outcome.
    """

    def __init__(
        self,
        database: Database,
        account: Account,
        wire: Wire,
        *,
        media: Path,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float] = time.monotonic,
        is_alone: bool = False,
        leaving: Callable[[str], None] = lambda _: None,
        told: Callable[[str, Outcome], None] = lambda _account, _outcome: None,
    ) -> None:
        self._database = database
        self._account = account
        self._wire = wire
        self._media = media
        self._clock = clock
        self._monotonic = monotonic
        self._is_alone = is_alone
        self._leaving = leaving
        self._told = told
        self._owner = secrets.token_hex(8)
        self._governor = Governor(account.limits, monotonic())
        self._known: Mapping[str, str] = {}
        self._queue: list[tuple[int, int, Leased]] = []
        self._filled = asyncio.Event()
        self._turnstile = asyncio.Lock()
        self._flying: dict[int, Leased] = {}
        self._done: list[Done] = []
        self._first_done = 0.0
        self._is_woken = True
        self._news = asyncio.Event()
        self._has_more = True
        self._does_rest = False
        self._due_at = math.inf
        self._booked_at = -math.inf
        self._is_stuck = False
        self._is_unsure = False
        self._is_paused = False
        self._has_complained = False
        self._is_ending = False
        self._idle = asyncio.Event()
        self._booker: asyncio.Task[None] | None = None
        self._workers: list[asyncio.Task[None]] = []

    # ------------------------------------------------------------ life

    async def start(self) -> None:
        """Take up what is known of the account, and send from now on."""
        now = self._clock()
        async with self._database.reading(now) as tx:
            state = await accounts.state(tx, self._account.name)
        self._known = state.known
        self._is_paused = state.paused_at is not None
        if state.held_until is not None:
            silence = min(state.held_until - now, LONGEST_SILENCE)  # the clock may have been ahead
            self._governor.hold(silence.total_seconds(), self._monotonic())
        make = asyncio.get_running_loop().create_task
        self._booker = make(self._book_on(), name=f"{self._account.name}-booker")
        self._workers = [
            make(self._work(), name=f"{self._account.name}-{n}")
            for n in range(self._account.connections)
        ]

    def wake(self) -> None:
        """Something new may wait in the outbox."""
        self._is_woken = True
        self._idle.clear()
        self._news.set()

    async def drained(self) -> None:
        """Wait until nothing is under way, and nothing waits that may leave now."""
        await self._idle.wait()

    async def stop(self, seconds: float) -> None:
        """Let what is under way come to its end, at most so long; hand back what has not left."""
        self._is_ending = True
        self._hand_back()
        self._news.set()
        if self._booker is None:
            return
        await asyncio.wait([self._booker], timeout=seconds)
        hanging = list(self._flying.values())
        await _end(self._workers)
        self._done += [Done(row, Undecided("stopped"), self._monotonic()) for row in hanging]
        self._news.set()
        await asyncio.wait([self._booker], timeout=LAST_SECONDS)
        await _end([self._booker])

    # ------------------------------------------------------------ booking: settle and lease

    async def _book_on(self) -> None:
        next_upkeep = self._monotonic()
        while not self._is_over():
            is_upkeep = self._monotonic() >= next_upkeep
            if is_upkeep:
                next_upkeep = self._monotonic() + POLL_SECONDS
            try:
                await self._book(is_upkeep=is_upkeep)
            except Exception as failure:  # noqa: BLE001 - logged; nothing that waits may end the road out
                self._note(failure)
                await asyncio.sleep(RETRY_SECONDS)
            else:
                if self._is_stuck:
                    self._is_stuck = False
                    log.info("outbox goes on", account=self._account.name)
                self._booked_at = self._monotonic()
                await self._gather(next_upkeep)

    def _note(self, failure: Exception) -> None:
        """Say once what a person should look at, however often it is tried again."""
        was_stuck, self._is_stuck = self._is_stuck, True
        if was_stuck:
            return
        name = self._account.name
        if is_unavailable(failure):
            cause = getattr(failure, "orig", failure)
            reason = getattr(cause, "sqlite_errorname", type(cause).__name__)
            log.error("outbox waits for the database", account=name, reason=reason, todo=MEND)
        else:
            log.error("outbox round failed", account=name, exc_info=failure)

    def _is_over(self) -> bool:
        return self._is_ending and not (self._done or self._flying or self._queue)

    async def _book(self, *, is_upkeep: bool) -> None:
        """Settle what was answered and lease what may soon leave, in one transaction."""
        done, self._done = self._done, []
        is_wanted = self._is_woken or self._has_more or is_upkeep or bool(done)
        room = self._room() if is_wanted else 0
        self._is_woken = is_wanted and room <= 0  # as soon as there is room
        if not (done or room > 0 or is_upkeep):
            return
        leased: tuple[Leased, ...] = ()
        try:
            moment = self._monotonic()  # as `tx.now` before any wait for the lock
            async with self._database.transaction(self._clock()) as tx:
                await self._settle(tx, done, moment)
                if self._is_unsure:
                    await leases.release(tx, self._account.name, self._owner, self._at_hand(done))
                if is_upkeep:
                    await self._upkeep(tx)
                if room > 0:
                    leased = await self._lease(tx, room)
        except BaseException:  # nothing of it happened, or the commit's answer was lost
            self._done = done + self._done
            self._is_woken = self._is_unsure = True
            raise
        self._is_unsure = False
        if self._works_again(done):
            self._is_paused = self._has_complained = False
            log.info("account works again", account=self._account.name)
        if room > 0:
            self._has_more = len(leased) == room
        self._fill(leased)

    def _at_hand(self, done: list[Done]) -> set[int]:
        """The rows this sender knows it has leased."""
        queued = (row.id for _, _, row in self._queue)
        return {*self._flying, *queued, *(one.row.id for one in (*done, *self._done))}

    async def _settle(self, tx: Tx, done: list[Done], moment: float) -> None:
        name = self._account.name
        settlements = [one.settlement(tx.now, moment) for one in done]
        if settlements:
            await leases.settle(tx, self._owner, settlements)
            again_at = (one.again_at for one in done if one.again_at is not None)
            self._due_at = min([self._due_at, *(at + SLACK_SECONDS for at in again_at)])
        for one in done:
            match one.outcome:
                case Sent(learnt=learnt) | Again(learnt=learnt) if learnt:
                    self._known = await accounts.learn(tx, name, learnt)
                case Throttled():
                    silence = self._governor.held_for(moment)
                    await accounts.hold(tx, name, tx.now + timedelta(seconds=silence))
                case Unusable(reason):
                    await accounts.pause(tx, name, reason)
        if self._works_again(done):
            await accounts.resume(tx, name)

    def _works_again(self, done: list[Done]) -> bool:
        """Whether answers show that an account that was at fault is not any more."""
        found = [one.outcome for one in done]
        is_at_fault = any(isinstance(one, Unusable) for one in found)
        has_worked = any(isinstance(one, Sent | Blocked) for one in found)
        return self._is_paused and has_worked and not is_at_fault

    async def _upkeep(self, tx: Tx) -> None:
        """What nobody else does: end leases and validities, decide unknown ends."""
        name = self._account.name
        await leases.lapse(tx, name, self._owner, is_alone=self._is_alone)
        await outbox.decide(tx, name)
        await outbox.expire(tx, name)

    def _room(self) -> int:
        """How many rows to lease now."""
        now = self._monotonic()
        if self._is_ending or self._governor.is_held(now):
            return 0
        free = self._account.window - len(self._flying) - len(self._queue) - len(self._done)
        if self._is_paused or self._governor.is_failing:
            return min(1, free) if not (self._queue or self._flying) else 0
        return self._governor.room(now, AHEAD_SECONDS, free + len(self._queue)) - len(self._queue)

    async def _lease(self, tx: Tx, room: int) -> tuple[Leased, ...]:
        resting = self._governor.resting(self._monotonic())
        account = self._account
        self._does_rest = bool(resting) and await leases.have_waiting(tx, resting)
        return await leases.lease(
            tx, account.name, self._owner, account.window, room=room, resting=resting
        )

    def _fill(self, leased: tuple[Leased, ...]) -> None:
        for row in leased:
            heapq.heappush(self._queue, (row.kind, row.id, row))
        if self._queue:
            self._filled.set()
        if self._is_ending or self._governor.is_held(self._monotonic()):
            self._hand_back()

    def _hand_back(self) -> None:
        """Give up the leases of what has not left."""
        now = self._monotonic()
        self._done += [Done(row, None, now) for _, _, row in self._queue]
        self._queue.clear()
        self._filled.clear()

    async def _gather(self, upkeep_at: float) -> None:
        """Wait until there is something to book: enough answers, something new, or room for what waits."""
        while not self._is_over():
            self._news.clear()
            if self._is_idle():
                self._idle.set()
            seconds = self._rest(upkeep_at)
            if seconds <= 0:
                return
            try:
                async with asyncio.timeout(seconds):
                    await self._news.wait()
            except TimeoutError:
                continue

    def _is_idle(self) -> bool:
        is_waited_for = self._is_woken or self._has_more or self._does_rest
        return not (is_waited_for or self._done or self._flying or self._queue)

    def _rest(self, upkeep_at: float) -> float:
        """How long the booker may still rest, in seconds."""
        now = self._monotonic()
        waits = [upkeep_at - now]
        if self._done:
            is_due = self._is_worth_booking()
            waits.append(0.0 if is_due else self._first_done + GROUP_SECONDS - now)
        if not self._is_ending and (self._is_woken or self._has_more):
            waits.append(self._room_in(now))
        if self._does_rest:
            waits.append(self._rest_over(now))
        if not self._is_ending:
            waits.append(self._due_in(now))
        return min(waits)

    def _is_worth_booking(self) -> bool:
        """Whether enough was answered, or nothing else is under way."""
        is_enough = len(self._done) >= self._account.window // 2
        return is_enough or not (self._flying or self._queue)

    def _room_in(self, now: float) -> float:
        """In how many seconds there may be room for what waits."""
        if self._room() > 0:
            return 0.0 if self._is_woken else self._booked_at + GROUP_SECONDS - now
        return max(self._governor.wait(now) - AHEAD_SECONDS / 2, GROUP_SECONDS)

    def _rest_over(self, now: float) -> float:
        """In how many seconds a chat that rests may be written to again."""
        seconds = self._governor.rest_over(now)
        if seconds <= 0:
            self._does_rest = False
            self._is_woken = True
        return seconds

    def _due_in(self, now: float) -> float:
        """In how many seconds a row's delay is over."""
        seconds = self._due_at - now
        if seconds <= 0:
            self._due_at = math.inf
            self._is_woken = True
        return seconds

    # ------------------------------------------------------------ sending

    async def _work(self) -> None:
        while True:
            row = await self._next()
            try:
                outcome = await self._send(row)
            finally:
                self._flying.pop(row.id, None)
            self._take(row, outcome)

    async def _next(self) -> Leased:
        """The best row, when it may leave."""
        async with self._turnstile:
            while True:
                while not self._queue:
                    await self._filled.wait()
                seconds = self._governor.wait(self._monotonic())
                if seconds <= 0:
                    break
                await asyncio.sleep(seconds)
            _, _, row = heapq.heappop(self._queue)
            if not self._queue:
                self._filled.clear()
            self._flying[row.id] = row
            self._governor.left(self._monotonic())
            self._leaving(row.key)
            return row

    async def _send(self, row: Leased) -> Outcome:
        """Make the call and read its answer; a bug of ours is the row's end, never the sender's."""
        try:
            call = self._account.channel.build(row.key, row.body, self._known, self._media)
        except Exception:
            error_id = secrets.token_hex(6)
            log.exception("row could not be built", row=row.id, error_id=error_id)
            return Rejected(0, f"error {error_id}")
        try:
            answer = await self._wire.call(self._account, call)
            if isinstance(answer, Answer):
                return self._account.channel.read(call, answer)
        except Exception:
            error_id = secrets.token_hex(6)
            log.exception("answer could not be read", row=row.id, error_id=error_id)
            return Undecided(f"error {error_id}")
        return answer

    def _take(self, row: Leased, outcome: Outcome) -> None:
        """Note an outcome, and let the governor know."""
        now = self._monotonic()
        self._told(self._account.name, outcome)
        match outcome:
            case Throttled(after):
                self._governor.throttled(after, now)
            case Unreachable():
                self._governor.failed(now, is_sure=True)
            case Undecided():
                self._governor.failed(now, is_sure=False)
                self._governor.rest(row.address_id, now)  # they may have got it
            case Rejected(code=0):  # it never left
                pass
            case Unusable(reason):
                self._governor.hold(PAUSE_SECONDS, now)
                self._complain(reason)
            case _:
                self._governor.answered(row.address_id, now)
        if self._governor.is_held(now):
            self._hand_back()
        if not self._done:
            self._first_done = now
        self._done.append(Done(row, outcome, now))
        if len(self._done) == 1 or self._is_worth_booking():
            self._news.set()

    def _complain(self, reason: str) -> None:
        self._is_paused = True
        if not self._has_complained:
            self._has_complained = True
            log.error(
                "account paused",
                account=self._account.name,
                reason=reason,
                todo=f"Kiểm tra mã bot của {self._account.name} trong cấu hình rồi chạy lại.",
            )


async def _end(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
