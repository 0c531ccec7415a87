"""A turn on Telegram: update by webhook -> inbox -> conversation -> commit -> sendMessage, on one core.

The server is a process of its own on one core (`synchronous=FULL`, the platform's limits out of reach); people
and a Bot API that answers at once are on the other. So many people that nobody writes twice within two seconds
(that would be one thought); they greet, open a lesson, and go on in it card by card. Peers on the same core: an
aiogram bot that echoes, without storage, and one that writes a row per update. Each line: turns a second of 40
posting at once, CPU a turn, and p50/p99 at 100 a second, from the post to the answer's arrival at the Bot API.
"""

import argparse
import asyncio
import contextlib
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

SECRET = "bench"  # noqa: S105 - same
PEOPLE = 4000
AT_ONCE = 40
PACE = 100
PACE_SECONDS = 5.0
READY_SECONDS = 60.0
PATIENCE_SECONDS = 30.0
WORDS = ("chào", "1", "1", "1", "1", "1", "1", "2", "1", "3", "2", "1")
BOTS = Path(__file__).parent / "turn_bots.py"


class Judge:
    """A Bot API that answers everything at once and wakes whoever waits for a message in a chat."""

    def __init__(self) -> None:
        self.arrived: dict[int, asyncio.Future[float]] = {}
        self.count = 0

    async def handle(self, request: web.Request) -> web.Response:
        """Take any method; a message ends somebody's waiting."""
        raw = await request.read()
        method = request.match_info["method"]
        if method == "sendMessage":
            self.count += 1
            chat = _chat_of(raw, request.content_type)
            waiter = self.arrived.pop(chat, None)
            if waiter is not None and not waiter.done():
                waiter.set_result(time.perf_counter())
            return web.Response(body=MESSAGE, content_type="application/json")
        return web.Response(body=b'{"ok":true,"result":true}', content_type="application/json")


MESSAGE = json.dumps(
    {
        "ok": True,
        "result": {
            "message_id": 1,
            "date": 1790000000,
            "chat": {"id": 1, "type": "private", "first_name": "T"},
        },
    }
).encode()


def _chat_of(raw: bytes, kind: str) -> int:
    if kind == "application/json":
        return int(json.loads(raw)["chat_id"])
    found = re.search(rb"chat_id=(\d+)", raw)  # aiogram sends forms
    assert found is not None
    return int(found[1])


class People:
    """Posts updates to a webhook and waits for the answers at the judge."""

    def __init__(self, judge: Judge, session: aiohttp.ClientSession, url: str) -> None:
        self._judge = judge
        self._session = session
        self._url = url
        self._update = int(time.time() * 1000) % 1_000_000_000
        self._said: dict[int, int] = {}

    async def turn(self, person: int) -> float:
        """One turn of a person; seconds from the post to the answer's arrival."""
        waiter: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        chat = 10_000 + person
        self._judge.arrived[chat] = waiter
        self._update += 1
        said = self._said.get(person, 0)
        self._said[person] = said + 1
        body = _update(self._update, chat, WORDS[said % len(WORDS)])
        start = time.perf_counter()
        headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
        async with self._session.post(self._url, json=body, headers=headers) as answer:
            assert answer.status == 200, await answer.text()
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await waiter - start


def _update(number: int, chat: int, text: str) -> dict[str, Any]:
    sender = {"id": chat, "is_bot": False, "first_name": "Tư"}
    return {
        "update_id": number,
        "message": {
            "message_id": number,
            "date": int(time.time()),
            "chat": {"id": chat, "type": "private", "first_name": "Tư"},
            "from": sender,
            "text": text,
        },
    }


async def flood(people: People, turns: int) -> float:
    """Turns a second, so many people at once, each on their own turn after turn."""
    numbers = iter(range(turns))

    async def work() -> None:
        for number in numbers:
            await people.turn(number % PEOPLE)

    start = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(AT_ONCE)))
    return turns / (time.perf_counter() - start)


async def pace(people: People) -> list[float]:
    """Seconds a turn takes when 100 begin every second."""
    start = time.perf_counter()
    tasks = []
    for number in range(int(PACE * PACE_SECONDS)):
        await asyncio.sleep(max(0.0, start + number / PACE - time.perf_counter()))
        tasks.append(asyncio.create_task(people.turn(number % PEOPLE)))
    return sorted(await asyncio.gather(*tasks))


@contextlib.asynccontextmanager
async def contestant(name: str, api: str, port: int, core: int) -> AsyncIterator[tuple[str, int]]:
    """Run one server on its core; yields the webhook's URL and the process."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"http://127.0.0.1:{port}/telegram"
        command = [sys.executable, str(BOTS), name, api, str(port), folder]
        server = await asyncio.create_subprocess_exec(
            *command,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            preexec_fn=lambda: os.sched_setaffinity(0, {core}),
        )
        try:
            assert server.stdout is not None
            await asyncio.wait_for(server.stdout.readline(), READY_SECONDS)
            yield url, server.pid
        finally:
            server.terminate()
            await server.wait()


async def measure(name: str, port: int, core: int, turns: int) -> tuple[float, float, list[float]]:
    """Turns a second at full speed, CPU seconds a turn, and latencies at a steady pace."""
    judge = Judge()
    app = web.Application()
    app.router.add_route("*", "/bot{token}/{method}", judge.handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    api = f"http://127.0.0.1:{runner.addresses[0][1]}"
    async with (
        contestant(name, api, port, core) as (url, pid),
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session,
    ):
        people = People(judge, session, url)
        await flood(people, PEOPLE)  # everybody greets: new addresses are not what is measured
        before = cpu_seconds(pid)
        rate = await flood(people, turns)
        cost = (cpu_seconds(pid) - before) / turns
        took = await pace(people)
    await runner.cleanup()
    return rate, cost, took


def cpu_seconds(pid: int) -> float:
    """CPU time a process has used: what a turn costs, whoever else is on the core."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


NAMES = ("ours, durable", "aiogram echo, no storage", "aiogram, a row per update")


def main() -> None:
    """Measure and print one table."""
    given = argparse.ArgumentParser()
    given.add_argument("--repeats", type=int, default=5)
    given.add_argument("--turns", type=int, default=8000)
    given.add_argument("--only", nargs="*", default=list(NAMES))
    wanted = given.parse_args()
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[-1]})
    rates: dict[str, list[float]] = {name: [] for name in wanted.only}
    costs: dict[str, list[float]] = {name: [] for name in wanted.only}
    middles: dict[str, list[float]] = {name: [] for name in wanted.only}
    tails: dict[str, list[float]] = {name: [] for name in wanted.only}
    for repeat in range(wanted.repeats):
        for name in wanted.only if repeat % 2 == 0 else wanted.only[::-1]:
            rate, cost, took = asyncio.run(measure(name, 18_190 + repeat, cores[0], wanted.turns))
            rates[name].append(rate)
            costs[name].append(cost)
            middles[name].append(took[len(took) // 2])
            tails[name].append(took[int(len(took) * 0.99)])
    for name in wanted.only:
        print(
            f"turn: {name:28} {statistics.median(rates[name]):6,.0f}/s"
            f" ({min(rates[name]):,.0f}–{max(rates[name]):,.0f})"
            f"  {statistics.median(costs[name]) * 1000:.2f} ms CPU"
            f"  at {PACE}/s: p50 {statistics.median(middles[name]) * 1000:.1f} ms,"
            f" p99 {statistics.median(tails[name]) * 1000:.1f} ms"
        )


if __name__ == "__main__":
    main()
