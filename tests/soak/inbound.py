"""200 updates of 50 people on their way in while the server is killed again and again, and the judge of it.

Every update is answered by exactly one row of the outbox: two mean that it was handled twice, none that it was
lost. What people do changes where they stand (they tap), so a turn that ran twice would also be told “too late”.
In the end everybody asks for their results, and gets them: no talk is stuck.
"""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.config import Config
from bot.house import now, open_ward
from storage.inbox import WAITING
from storage.outbox import State
from tests.fakes.telegram import NO_LIMITS, FakeTelegram, Person
from tests.opened import open_doors, opening
from tests.soak.lives import PATIENCE_SECONDS, Lives
from tests.soak.outbound import (
    LATENCIES,
    OPEN,
    Found,
    config_for,
    log_faults,
    seeded,
    window_of,
)
from tests.soak.stores import INBOX, Row, Store, outbox_rows

PEOPLE = 50
UPDATES = 200
PER_SECOND = 100
LAST = "kết quả"
LAST_ANSWER = "Chưa có kết quả nào"
TELLING = {"voice": "nghe được tiếng nói", "photo": "xem được ảnh"}
"""What the answer to some deeds says, from the second of a person on; it shows that the order is right."""


@dataclass(slots=True)
class Crowd:
    """People who press and send whatever comes to their mind."""

    fake: FakeTelegram
    rng: random.Random
    deeds: dict[int, list[str]] = field(default_factory=dict)
    updates: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.deeds = {self.fake.person(number).id: [] for number in range(1, PEOPLE + 1)}

    def act(self) -> None:
        """Somebody does something: whoever did least so far, so that all get their turn."""
        fewest = min(map(len, self.deeds.values()))
        chat = self.rng.choice([one for one, deeds in self.deeds.items() if len(deeds) == fewest])
        self._do(self.fake.person(chat), self.rng.choice(self._may(self.fake.person(chat))))

    def ask_last(self) -> None:
        """Everybody writes what is answered wherever they stand."""
        for person in self.fake.people.values():
            self.deeds[person.id].append("last")
            self.updates.append(person.send(LAST))

    def _may(self, person: Person) -> Sequence[str]:
        has_buttons = any(seen.buttons for seen in person.seen)
        return ("tap", "tap", "start", "voice", "photo") if has_buttons else ("voice", "photo")

    def _do(self, person: Person, deed: str) -> None:
        deeds = {
            "tap": lambda: person.tap(self._button(person)),
            "start": person.start,
            "voice": person.voice,
            "photo": person.photo,
        }
        self.updates.append(deeds[deed]())
        self.deeds[person.id].append(deed)

    def _button(self, person: Person) -> int:
        shown = next(one for one in reversed(person.seen) if one.buttons)
        return self.rng.randint(1, min(2, len(shown.labels)))


@dataclass(slots=True)
class Run:
    """One crowd, and servers that die."""

    crowd: Crowd
    store: Store
    lives: Lives
    rows: tuple[Row, ...] = ()
    held: list[int] = field(default_factory=list)
    unread: list[int] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    async def life_and_death(self, count: int) -> None:
        """Let some act while a server lives, and kill it after some call of it.

        Each update makes two calls at least: the courtesy when it is kept, the answer later.
        """
        fake, rng = self.crowd.fake, self.crowd.rng
        fake.latency = rng.choice(LATENCIES)
        until = fake.calls.total() + rng.randint(0, 2 * count - count // 4)
        before = rng.randint(0, count)
        for _ in range(before):
            self.crowd.act()
        await self.lives.start()
        for _ in range(count - before):
            self.crowd.act()
        await fake.until(lambda: fake.calls.total() >= until, PATIENCE_SECONDS)
        await self.die()
        self.held.append(sum(row.state is State.SENDING for row in self.rows))
        inbox = await self.store.read(INBOX)
        self.unread.append(sum(state == WAITING for _, state in inbox))

    async def die(self) -> None:
        """Kill the server, and look at what it left behind."""
        self.lives.kill()
        await self.lives.ended()
        await self.store.let_time_pass()
        self.rows = await outbox_rows(self.store)

    async def live_on(self) -> None:
        """Let a server answer everybody once more, and stop it."""
        self.crowd.ask_last()
        await self.lives.start()
        for person in self.crowd.fake.people.values():
            await person.sees(LAST_ANSWER, PATIENCE_SECONDS)
        if (code := await self.lives.stop()) != 0:
            self.faults.append(f"the last server ended with {code}")
        self.rows = await outbox_rows(self.store)

    async def go_through(self, kills: int) -> None:
        """All of it; a server that does not get on, a person who is not answered is a fault."""
        try:
            for _ in range(kills):
                await self.life_and_death(UPDATES // kills)
            await self.live_on()
        except TimeoutError:
            self.faults.append(f"stuck in the life after kill {len(self.held)}")
            await self.die()


async def kill_inbound(store: Store, folder: Path, seed: int, kills: int = 10) -> Found:
    """Let 50 people act 200 times on servers that are killed so often, and judge what came of it."""
    with seeded(seed) as rng:
        async with FakeTelegram(rates=NO_LIMITS) as fake:
            config = opened_config(fake, store, folder)
            await open_to_all(config, folder)
            crowd = Crowd(fake, rng)
            async with Lives(folder, config) as lives:
                run = Run(crowd, store, lives)
                await run.go_through(kills)
                faults = [
                    *run.faults,
                    *inbox_faults(crowd, await store.read(INBOX)),
                    *answer_faults(crowd, run.rows),
                    *told_faults(run.rows, fake),
                    *log_faults(lives.log),
                ]
                return figures(run, window_of(config), faults, seed)


def opened_config(fake: FakeTelegram, store: Store, folder: Path) -> dict[str, Any]:
    """The config of a ward that lacks nothing: its doors open at every start."""
    given, opened = config_for(fake, store, PER_SECOND), opening(folder)
    return {**opened, **given, "web": {**opened["web"], **given["web"]}}


async def open_to_all(config: dict[str, Any], folder: Path) -> None:
    """Put into the database what the doors ask for."""
    given = Config.model_validate({**config, "folder": folder, "data": folder / "data"})
    async with open_ward(given) as ward, ward.database.transaction(now()) as tx:
        await open_doors(tx)


def figures(run: Run, window: int, faults: Sequence[str], seed: int) -> Found:
    """What a run came to."""
    crowd, states = run.crowd, Counter(row.state for row in run.rows)
    got = {chat: len(crowd.fake.log.of(chat)) for chat in crowd.deeds}
    beyond = tuple(f"a kill left {held} of unknown end" for held in run.held if held > window)
    return Found(
        seed,
        kills=len(run.held),
        messages=len(crowd.updates),
        window=window,
        orphans=tuple(run.held),
        unread=tuple(run.unread),
        unknown=states[State.UNKNOWN],
        dropped=states[State.DROPPED],
        resent=sum(row.is_resent for row in run.rows),
        doubled=sum(max(0, got[chat] - len(deeds)) for chat, deeds in crowd.deeds.items()),
        faults=(*faults, *beyond),
    )


# ---------------------------------------------------------------- the judge


def inbox_faults(crowd: Crowd, inbox: Sequence[Sequence[str]]) -> Iterator[str]:
    """Updates that were not taken in once and handled."""
    states = dict(inbox)
    for update in crowd.updates:
        if (state := states.pop(str(update), "lost")) != "done":
            yield f"update {update}: {state}"
    for event in states:
        yield f"update {event}: nobody sent it"


def answer_faults(crowd: Crowd, rows: Sequence[Row]) -> Iterator[str]:
    """People who were not answered once for each deed, in its order."""
    answers: dict[int, list[Row]] = {}
    for row in rows:
        answers.setdefault(row.chat, []).append(row)
        if row.state in OPEN:
            yield f"row {row.id}: left {row.state.value}"
    for chat, deeds in crowd.deeds.items():
        found = answers.get(chat, [])
        if len(found) != len(deeds):
            yield f"chat {chat}: {len(deeds)} updates, {len(found)} answers"
        for deed, row in list(zip(deeds, found, strict=False))[1:]:
            if TELLING.get(deed, "") not in row.text:
                yield f"chat {chat}: {deed!r} was answered with {row.text!r}"


def told_faults(rows: Sequence[Row], fake: FakeTelegram) -> Iterator[str]:
    """Chats that were told more or less than the rows say, or in another order.

    Two answers may read alike: what a chat got must be its rows in their order, each sent one once or, when it
    was sent again, up to twice, each dropped one at most as often.
    """
    by_chat: dict[int, list[Row]] = {}
    for row in rows:
        by_chat.setdefault(row.chat, []).append(row)
    for chat, mine in by_chat.items():
        if not _may_be(mine, [call.text for call in fake.log.of(chat)]):
            yield f"chat {chat}: got {fake.log.texts(chat)} for {mine}"


def _may_be(rows: Sequence[Row], texts: Sequence[str]) -> bool:
    """Whether these rows, in this order, may have become these messages."""
    reached = {0}
    for row in rows:
        least, most = int(row.state is State.SENT), 1 + row.is_resent
        reached = {
            place + times
            for place in reached
            for times in range(least, most + 1)
            if all(one == row.text for one in texts[place : place + times])
            and place + times <= len(texts)
        }
    return len(texts) in reached
