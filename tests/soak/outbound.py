"""2,000 messages on their way while the server is killed again and again, and the judge of it.

Every message has its own text, so that the platform's log can be held against the rows of the outbox:

    sent                accepted once; twice only if it is marked as sent again after an unknown end
    unknown, dropped    accepted once or not at all (sent again: at most twice)
    any other state     a fault: nothing else may be left in the end
"""

import random
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from bot.accounts import telegram_account
from bot.config import Config
from storage._database import Database
from storage.house import House
from storage.outbox import Kind, State
from storage.tables import Addresses, Outbox
from tests.bot.conftest import free_port
from tests.fakes.telegram import NO_LIMITS, FakeTelegram
from tests.soak.lives import PATIENCE_SECONDS, Lives
from tests.soak.stores import Row, Store, history, outbox_rows

PEOPLE = 1_900
MORE = 100
"""So many messages go to people who have one already: several to one address."""
PER_SECOND = 400
LATENCIES = (0.0, 0.005, 0.03, 0.12)
OPEN = (State.WAITING, State.SENDING)
GOES_AGAIN = (Kind.REPLY, Kind.ALERT)
LAST_LIVES = 3


@dataclass(frozen=True, slots=True)
class Found:
    """What became of a run; `faults` say what should not be, each in one sentence.

    `orphans`: per kill, how many rows a dead server held: they are of unknown end.
    `unread`: per kill, how many updates it had taken in and not handled.
    `doubled`: how many messages were accepted twice.
    """

    seed: int
    kills: int = 0
    messages: int = 0
    window: int = 0
    orphans: tuple[int, ...] = ()
    unread: tuple[int, ...] = ()
    unknown: int = 0
    dropped: int = 0
    resent: int = 0
    doubled: int = 0
    faults: tuple[str, ...] = ()


def config_for(fake: FakeTelegram, store: Store, per_second: int = PER_SECOND) -> dict[str, Any]:
    """The config.yaml of a ward whose bot is the fake's."""
    telegram = {"token": fake.token, "api_base": fake.base, "per_second": per_second}
    return {"web": {"port": free_port()}, "telegram": telegram, "database": store.url}


def window_of(config: dict[str, Any]) -> int:
    """How many rows of that ward's bot may be in flight."""
    return telegram_account(Config.model_validate(config).telegram).window


@contextmanager
def seeded(seed: int) -> Iterator[random.Random]:
    """What decides all that is random; whatever fails in the block says its seed."""
    try:
        yield random.Random(seed)
    except Exception as failure:
        failure.add_note(f"seed {seed}")
        raise


async def fill(store: Store, house: House, rng: random.Random) -> int:
    """Put messages of every kind into the outbox, several for some people; returns how many."""
    people = [*range(1, PEOPLE + 1), *rng.choices(range(1, PEOPLE // 20), k=MORE)]
    rng.shuffle(people)
    now = datetime.now(UTC)
    database = await Database.open(store.url, house)
    async with database.transaction(now) as tx:
        told = {"channel": "telegram", "created_at": now, "heard_at": now}
        chats = [{**told, "key": str(person)} for person in range(1, PEOPLE + 1)]
        await tx.connection.execute(insert(Addresses), chats)
        found = await tx.connection.execute(select(Addresses.key, Addresses.id))
        address_of: dict[str, int] = dict(found.all())
        fixed = {"account": "telegram", "state": State.WAITING.value, "created_at": now}
        rows = [
            {
                **fixed,
                "address_id": address_of[str(person)],
                "kind": rng.choice(list(Kind)),
                "body": {"text": f"Tin số {number} của phường"},
            }
            for number, person in enumerate(people, start=1)
        ]
        await tx.connection.execute(insert(Outbox), rows)
    await database.close()
    return len(rows)


# ---------------------------------------------------------------- the run


@dataclass(slots=True)
class Run:
    """One outbox, one platform, and servers that die."""

    fake: FakeTelegram
    store: Store
    lives: Lives
    rng: random.Random
    rows: tuple[Row, ...] = ()
    orphans: list[frozenset[int]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def arrived(self) -> int:
        """How many calls that send a message have reached the platform."""
        return self.fake.calls["sendMessage"]

    def accepted(self) -> int:
        """How many messages the platform has accepted."""
        return self.fake.messages

    def count(self, *states: State) -> int:
        """How many rows stand there."""
        return sum(row.state in states for row in self.rows)

    async def life_and_death(self, lives_left: int) -> None:
        """Start the server and kill it after some of what waits was called or accepted."""
        self.fake.latency = self.rng.choice(LATENCIES)
        counted: Callable[[], int] = self.rng.choice((self.arrived, self.accepted))
        waiting = self.count(State.WAITING)
        share = min(2 * waiting // (lives_left + 1), 3 * waiting // 4)
        until = counted() + self.rng.randint(0, share)
        await self.lives.start()
        await self.fake.until(lambda: counted() >= until, PATIENCE_SECONDS)
        await self.die()
        self.orphans.append(frozenset(r.id for r in self.rows if r.state is State.SENDING))

    async def die(self) -> None:
        """Kill the server, and look at what it left behind."""
        self.lives.kill()
        await self.lives.ended()
        await self.store.let_time_pass()
        self.rows = await outbox_rows(self.store)

    async def live_on(self) -> None:
        """Let a server bring everything to its end, and stop it."""
        for _ in range(LAST_LIVES):
            again = [
                row
                for row in self.rows
                if row.state is State.SENDING and row.kind in GOES_AGAIN and not row.is_resent
            ]
            until = self.accepted() + self.count(State.WAITING) + len(again)
            await self.lives.start()
            await self.fake.until(lambda until=until: self.accepted() >= until, PATIENCE_SECONDS)
            if (code := await self.lives.stop()) != 0:
                self.faults.append(f"the last server ended with {code}")
            self.rows = await outbox_rows(self.store)
            if not self.count(*OPEN):
                return

    async def go_through(self, kills: int) -> None:
        """All of it; a server that does not get on is a fault."""
        try:
            for left in range(kills, 0, -1):
                await self.life_and_death(left)
            await self.live_on()
        except TimeoutError:
            self.faults.append(f"stuck in the life after kill {len(self.orphans)}")
            await self.die()


async def kill_outbound(
    store: Store, folder: Path, house: House, seed: int, kills: int = 10
) -> Found:
    """Send a full outbox through servers that are killed so often, and judge what came of it."""
    with seeded(seed) as rng:
        count = await fill(store, house, rng)
        async with FakeTelegram(rates=NO_LIMITS) as fake:
            config = config_for(fake, store)
            async with Lives(folder, config) as lives:
                run = Run(fake, store, lives, rng, await outbox_rows(store))
                await run.go_through(kills)
                found = judge(run.rows, fake, run.orphans, window_of(config), seed)
                told = history_faults(run.rows, await history(store))
                faults = (*run.faults, *found.faults, *told, *log_faults(lives.log))
                return replace(found, kills=len(run.orphans), messages=count, faults=faults)


# ---------------------------------------------------------------- the judge


def judge(
    rows: Sequence[Row],
    fake: FakeTelegram,
    orphans: Sequence[Collection[int]],
    window: int,
    seed: int = 0,
) -> Found:
    """Hold the rows of the outbox against what the platform accepted."""
    taken = Counter(call.text for call in fake.log.messages)
    faults = [*row_faults(rows, taken, fake), *order_faults(rows, fake)]
    faults += [
        f"kill {n}: {len(held)} of unknown end"
        for n, held in enumerate(orphans, 1)
        if len(held) > window
    ]
    held = frozenset[int]().union(*orphans)
    listed = {row.id for row in rows if is_listed(row)}
    faults += [f"row {row}: held by a killed server, not listed" for row in held - listed]
    faults += [f"row {row}: listed, held by no killed server" for row in listed - held]
    faults += [
        f"refused: {one}" for one in fake.refused if one[0] != "getUpdates"
    ]  # a dead one's poll
    states = Counter(row.state for row in rows)
    return Found(
        seed,
        window=window,
        orphans=tuple(map(len, orphans)),
        unknown=states[State.UNKNOWN],
        dropped=states[State.DROPPED],
        resent=sum(row.is_resent for row in rows),
        doubled=sum(times > 1 for times in taken.values()),
        faults=tuple(faults),
    )


def is_listed(row: Row) -> bool:
    """Whether it is, or was, of unknown end."""
    return row.is_resent or row.state in {State.UNKNOWN, State.DROPPED}


def row_faults(rows: Sequence[Row], taken: Counter[str], fake: FakeTelegram) -> Iterator[str]:
    """What is wrong with single rows."""
    numbers = {call.text: call.message_id for call in fake.log.messages}
    for row in rows:
        times, name = taken[row.text], f"row {row.id} ({row.kind.name}, {row.state.value})"
        if times > 1 + row.is_resent:
            yield f"{name}: accepted {times} times"
        match row.state:
            case State.SENT if times == 0:
                yield f"{name}: never accepted"
            case State.SENT if row.message != numbers[row.text]:
                yield f"{name}: {row.message} is not the number the platform gave it"
            case State.UNKNOWN if row.kind is not Kind.ANNOUNCEMENT:
                yield f"{name}: nobody decided"
            case State.SENT | State.UNKNOWN | State.DROPPED:
                pass
            case _:
                yield f"{name}: left behind"
    for text in taken.keys() - {row.text for row in rows}:
        yield f"{text!r} was accepted, and no row holds it"


def order_faults(rows: Sequence[Row], fake: FakeTelegram) -> Iterator[str]:
    """Chats that got their messages in another order than the rows'; a repeat follows its first."""
    places = {row.text: place for place, row in enumerate(rows)}
    last: dict[object, int] = {}
    for call in fake.log.messages:
        place = places.get(call.text, -1)
        if place < last.get(call.chat_id, -1):
            yield f"chat {call.chat_id}: {call.text!r} came too late"
        last[call.chat_id] = place


def history_faults(rows: Sequence[Row], told: dict[int, list[str]]) -> Iterator[str]:
    """People whose history is not exactly what was sent to them."""
    sent: dict[int, list[str]] = {}
    for row in rows:
        if row.state is State.SENT:
            sent.setdefault(row.chat, []).append(row.text)
    for chat in sent.keys() | told.keys():
        if sent.get(chat, []) != told.get(chat, []):
            yield f"chat {chat}: sent {sent.get(chat)}, the history says {told.get(chat)}"


def log_faults(log: str) -> Iterator[str]:
    """What the servers logged as errors."""
    for line in log.splitlines():
        if '"level": "error"' in line or not line.startswith("{"):
            yield f"log: {line[:300]}"
