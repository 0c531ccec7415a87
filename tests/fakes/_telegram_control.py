"""The fake as a process of its own: what it is told over /control, and who starts and tells it."""

import argparse
import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.fakes._telegram_plan import Fault, Kind, Rates

FILE = Path(__file__).with_name("telegram.py")
DEEDS = (
    "send",
    "start",
    "tap",
    "photo",
    "sticker",
    "voice",
    "document",
    "edit",
    "block",
    "come_back",
)
SETS = {"unknown": "unknown", "deactivate": "deactivated", "refuse": "blocked"}


async def obey(fake: Any, order: dict[str, Any]) -> dict[str, Any]:
    """Carry out one order: {"do": name, ...}."""
    given = {name: value for name, value in order.items() if name != "do"}
    try:
        return {"ok": True, "result": await _obey(fake, order["do"], given)}
    except (KeyError, TypeError, ValueError, LookupError, StopIteration, TimeoutError) as failure:
        return {"ok": False, "description": f"{type(failure).__name__}: {failure}"}


async def _obey(fake: Any, do: str, given: dict[str, Any]) -> Any:
    if do in DEEDS:
        return getattr(fake.person(given.pop("chat")), do)(**given)
    match do:
        case "answered":
            seen = await fake.person(given.pop("chat")).answered(**given)
            return {"text": seen.text, "labels": seen.labels, "screen": seen.screen}
        case "counts":
            return counts(fake)
        case "stop":
            fake.stopping.set()
        case _:
            _change(fake, do, given)
    return True


def _change(fake: Any, do: str, given: dict[str, Any]) -> None:
    match do:
        case "fault":
            fake.faults.add(Fault(Kind[given.pop("kind")], **given))
        case "clear":
            fake.faults.clear()
        case "rates":
            fake.rates = Rates(**given)
        case "latency" | "revoked":
            setattr(fake, do, given["value"])
        case "unknown" | "deactivate" | "refuse":
            getattr(fake, SETS[do]).update(given["chats"])
        case _:
            raise ValueError(f"unknown order {do!r}")


def counts(fake: Any) -> dict[str, Any]:
    """The figures of a fake."""
    return {
        "calls": dict(fake.calls),
        "accepted": len(fake.log.accepted),
        "messages": len(fake.log.messages),
        "doubled": len(fake.log.doubled()),
        "worst_window": fake.log.worst_window(),
        "throttled": fake.throttled,
        "early": fake.early,
        "refused": len(fake.refused),
        "connections": fake.connections,
        "pending": len(fake.updates.pending),
    }


def control(port: int, do: str, **given: Any) -> Any:
    """Tell a fake that runs as a process: control(port, "fault", kind="STORM", times=3)."""
    url = f"http://127.0.0.1:{port}/control"
    body = json.dumps({"do": do, **given}).encode()
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(url, body, headers)
    with urllib.request.urlopen(request, timeout=30) as response:
        answer = json.load(response)
    if not answer["ok"]:
        raise ValueError(answer["description"])
    return answer["result"]


@contextmanager
def running(*options: str) -> Iterator[int]:
    """A fake as a process of its own, e.g. running("--bare"); gives its port, ends it afterwards."""
    command = [sys.executable, str(FILE), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line.strip(), f"the fake did not start: {process.poll()}"
            yield int(line)
        finally:
            process.terminate()


def options(token: str, description: str) -> argparse.Namespace:
    """The command line of the process form."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--token", default=token)
    parser.add_argument("--latency", type=float, default=0.0)
    parser.add_argument("--per-second", type=int, default=30)
    parser.add_argument("--per-chat", type=float, default=1.0)
    parser.add_argument("--retry-after", type=int, default=3)
    parser.add_argument("--no-limits", action="store_true")
    parser.add_argument("--log", default=None)
    parser.add_argument("--bare", action="store_true")
    return parser.parse_args()
