"""Long proofs: the server is killed hundreds of times, and nothing is lost or doubled in silence. `make soak`.

Cases by name, each below nine minutes at full size (200 kills): a round is ten kills of a server on a database
of its own, with 2,000 messages on their way out or 200 updates on their way in; two rounds run side by side.
What is run and judged is what tests/bot/test_killed.py runs. The cases “figures-…” are of bench/figures.py: so
many people with ten times as many events, all figures equal to a plain count. Prints a line of
docs/benchmarks.md for each case.

    python bench/soak.py                              all of them
    python bench/soak.py kill-sqlite --scale 0.2      one, 40 kills
    python bench/soak.py kill-sqlite --seed 17        as before
"""

import argparse
import asyncio
import os
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import nullcontext
from multiprocessing import get_context
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

import figures  # noqa: E402 - bench is no package: the tree comes onto the path first

from bot.config import Config  # noqa: E402
from bot.house import make_house, read_content  # noqa: E402
from tests.postgres_server import postgres_server  # noqa: E402
from tests.soak.inbound import kill_inbound  # noqa: E402
from tests.soak.outbound import Found, kill_outbound  # noqa: E402
from tests.soak.stores import Sqlite, Store, new_postgres  # noqa: E402

ROUNDS = 20
KILLS = 10
SIDE_BY_SIDE = 2
LAST_BEGIN_SECONDS = 450.0
"""No round begins later: on a slow machine a case ends below nine minutes with fewer of them, and says so."""
FIGURES = {f"figures-{size // 1000}k": size for size in figures.SIZES}
CASES = ("kill-sqlite", "kill-postgres", "kill-inbound-sqlite", "kill-inbound-postgres", *FIGURES)


def one_round(case: str, server: str | None, seed: int) -> Found:
    """Ten kills on a new database, in a process of its own; `server` is where PostgreSQL's socket is."""
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_one_round(case, server, Path(folder), seed))


async def _one_round(case: str, server: str | None, folder: Path, seed: int) -> Found:
    store: Store = Sqlite(folder / "ward.db")
    if server is not None:
        store = await new_postgres(server, f"soak_{case.replace('-', '_')}_{seed}")
    if "inbound" in case:
        return await kill_inbound(store, folder, seed, KILLS)
    config = Config()
    return await kill_outbound(store, folder, make_house(config, read_content(config)), seed, KILLS)


def run(case: str, count: int, seed: int) -> list[Found]:
    """So many rounds of one case, with seeds that follow each other, some side by side."""
    seeds = list(range(seed, seed + count))
    last_begin = time.monotonic() + LAST_BEGIN_SECONDS
    running: set[Future[Found]] = set()
    found: list[Found] = []
    with (
        postgres_server(is_careless=False) if "postgres" in case else nullcontext() as server,
        ProcessPoolExecutor(SIDE_BY_SIDE, get_context("spawn")) as pool,
    ):
        while running or (seeds and time.monotonic() < last_begin):
            while seeds and len(running) < SIDE_BY_SIDE and time.monotonic() < last_begin:
                running.add(pool.submit(one_round, case, server, seeds.pop(0)))
            done, running = wait(running, return_when=FIRST_COMPLETED)
            found += [one.result() for one in done]
    return found


def show(name: str, found: Sequence[Found], seed: int, seconds: float) -> None:
    """One line for docs/benchmarks.md, and each fault."""
    orphans = [held for one in found for held in one.orphans]
    listed = sum(one.unknown + one.dropped for one in found)
    window = max(one.window for one in found)
    unread = [count for one in found for count in one.unread]
    held = f"{max(orphans)} (mean {sum(orphans) / len(orphans):.0f}"
    taken = f"; taken in, not yet handled at most {max(unread)}" if unread else ""
    print(
        f"| {name} | {sum(one.kills for one in found)} kills, {sum(one.messages for one in found):,} messages"
        f" | unknown per kill at most {held}, window {window}){taken}"
        f" | {sum(one.resent for one in found):,} sent again, {sum(one.doubled for one in found):,} doubled,"
        f" {listed:,} left unknown or dropped"
        f" | {sum(len(one.faults) for one in found)} faults | seed {seed}, {seconds:.0f} s |",
        flush=True,
    )
    for one in found:
        for fault in one.faults:
            print(f"    seed {one.seed}: {fault}")


def main() -> int:
    """Run the cases that are asked for; returns 1 when anything was not as it should be."""
    given = argparse.ArgumentParser()
    given.add_argument("cases", nargs="*", metavar="case", help=", ".join(CASES))
    given.add_argument("--scale", type=float, default=1.0)
    given.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    wanted = given.parse_args()
    unknown = set(wanted.cases) - set(CASES)
    if unknown:
        given.error(f"no case {', '.join(unknown)}; there are {', '.join(CASES)}")
    is_sound = True
    print(f"seed {wanted.seed}, {os.cpu_count()} cores", flush=True)
    for name in wanted.cases or CASES:
        if name in FIGURES:
            people = max(1000, round(FIGURES[name] * wanted.scale))
            is_sound = figures.run_alone(people, wanted.seed).is_sound and is_sound
            continue
        begun = time.monotonic()
        found = run(name, max(1, round(ROUNDS * wanted.scale)), wanted.seed)
        show(name, found, wanted.seed, time.monotonic() - begun)
        is_sound = is_sound and not any(one.faults for one in found)
    return 0 if is_sound else 1


if __name__ == "__main__":
    sys.exit(main())
