"""The real server on a new data folder: time until it is ready, memory when idle, and one message's way.

The same once more with a bot on Telegram, against a Bot API on the loopback address.

Linux only: memory is read from /proc. Traffic stays on the loopback address and stops by itself.
"""

import asyncio
import os
import re
import secrets
import statistics
import sys
import tempfile
import time
from pathlib import Path

import aiohttp

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.fakes.telegram import TOKEN, running  # noqa: E402 - bench is no package

READY_SECONDS = 30
IDLE_SECONDS = 3
VISITORS = 50
WORDS = ("1", "1", "1", "1", "1", "1", "2", "1", "3")


def resident_mb(pid: int) -> float:
    """The resident memory of a process, in MB."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1]) / 1024


async def answered(
    http: aiohttp.ClientSession, visitor: str, body: dict[str, object], after: int
) -> int:
    """Send one message and wait for the bot's answer; returns the newest message's number."""
    headers = {"X-Hocso-Visitor": visitor}
    async with http.post("/api/messages", json=body, headers=headers) as response:
        response.raise_for_status()
    while True:
        async with http.get(f"/api/messages?after={after}", headers=headers) as response:
            found = await response.json()
        after = max(after, found["last"])
        if any(one["from"] == "bot" for one in found["messages"]):
            return after


async def visit(http: aiohttp.ClientSession, number: int) -> list[float]:
    """One visitor takes the first lesson; seconds from sending to the answer, per message."""
    visitor, after, took = secrets.token_urlsafe(32), 0, []
    bodies: list[dict[str, object]] = [{"id": f"{number}-start", "start": True}]
    bodies += [{"id": f"{number}-{i}", "text": word} for i, word in enumerate(WORDS)]
    for body in bodies:
        start = time.perf_counter()
        after = await answered(http, visitor, {**body, "seen": None}, after)
        took.append(time.perf_counter() - start)
        await asyncio.sleep(2.1)  # faster than two seconds would be one thought
    return took


async def measure(name: str, telegram: str = "", environment: dict[str, str] | None = None) -> None:
    """Start a server, let it rest, let visitors take a lesson; print what was seen."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "config.yaml"
        web = "web: {port: 18089, messages_per_minute: 6000, new_visitors_per_minute: 60000}\n"
        config.write_text(web + telegram, encoding="utf-8")
        (Path(folder) / "tdps.csv").write_bytes((ROOT / "tdps.csv").read_bytes())
        command = (sys.executable, "-m", "bot", "run", "--config", str(config))
        start = time.perf_counter()
        server = await asyncio.create_subprocess_exec(
            *command,
            "--data",
            f"{folder}/var",
            env={**os.environ, **(environment or {})},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        assert server.stdout is not None
        await asyncio.wait_for(server.stdout.readline(), READY_SECONDS)
        print(f"{name}: ready after {time.perf_counter() - start:.1f} s")
        await asyncio.sleep(IDLE_SECONDS)
        print(f"{name}: {resident_mb(server.pid):.0f} MB resident when idle")
        async with aiohttp.ClientSession("http://127.0.0.1:18089") as http:
            visits = await asyncio.gather(*(visit(http, n) for n in range(VISITORS)))
        took = sorted(seconds for one in visits for seconds in one)
        p99 = took[int(len(took) * 0.99)]
        print(f"{name}: {resident_mb(server.pid):.0f} MB after {VISITORS} visitors at once")
        print(
            f"{name}: message {statistics.median(took) * 1000:.0f} ms median, {p99 * 1000:.0f} ms p99,"
            " to its answer"
        )
        server.terminate()
        await server.wait()


def main() -> None:
    """Measure once without Telegram and once with it."""
    asyncio.run(measure("server"))
    with running("--no-limits") as port:
        base = f"telegram: {{api_base: 'http://127.0.0.1:{port}'}}\n"
        asyncio.run(measure("server with Telegram", base, {"HOCSO_TELEGRAM_TOKEN": TOKEN}))


if __name__ == "__main__":
    main()
