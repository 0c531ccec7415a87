"""The fake as a process of its own: told over /control, and as a bare receiver for benchmarks."""

import asyncio
import json
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import aiohttp
import pytest

from tests.fakes.telegram import TOKEN, Log, control, running


def get(port: int, path: str) -> bytes:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as response:
        return response.read()


def sent(port: int, **parameters) -> tuple[int, dict]:
    url = f"http://127.0.0.1:{port}/bot{TOKEN}/sendMessage"
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(url, json.dumps(parameters).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, json.load(refused)


def test_a_process_is_told_what_to_do_and_tells_what_it_accepted(tmp_path) -> None:
    path = tmp_path / "log.jsonl"
    with running("--no-limits", "--log", str(path)) as port:
        control(port, "send", chat=7, text="học")
        control(port, "fault", kind="STORM", times=1)
        control(port, "refuse", chats=[9])
        answers = [sent(port, chat_id=chat, text="Chào")[0] for chat in (7, 7, 9)]
        answered = control(port, "answered", chat=7, seconds=5)
        counts = json.loads(get(port, "/control/counts"))["result"]
        lines = get(port, "/control/log").decode()

        assert answers == [429, 200, 403]
        assert answered["screen"] == "Chào"
        assert (counts["messages"], counts["throttled"], counts["pending"]) == (1, 1, 1)
        assert path.read_text(encoding="utf-8") == lines
        assert Log.read(path).texts(7) == ["Chào"]


def test_a_process_keeps_its_limits_and_ends_when_told() -> None:
    with running("--per-chat", "60", "--retry-after", "2") as port:
        statuses = [sent(port, chat_id=7, text="a")[0] for _ in range(2)]
        control(port, "stop")

    assert statuses == [200, 429]


def test_an_unknown_order_is_an_error_here() -> None:
    with running() as port, pytest.raises(ValueError, match="unknown order 'dance'"):
        control(port, "dance")


def test_the_script_needs_no_folder_to_stand_in(tmp_path) -> None:
    with running() as port:
        assert control(port, "counts")["accepted"] == 0
    code = "import pathlib, sys; sys.path.insert(0, sys.argv[1]); import tests.fakes.telegram"
    root = str(Path(__file__).parents[2])
    subprocess.run([sys.executable, "-c", code, root], cwd=tmp_path, check=True, timeout=20)


async def test_a_bare_receiver_answers_every_post_and_counts() -> None:
    with running("--bare") as port:
        url = f"http://127.0.0.1:{port}/bot{TOKEN}"
        body = {"chat_id": 7, "text": "Chào" * 1000}
        async with aiohttp.ClientSession() as http:

            async def call(method: str) -> dict:
                async with http.post(f"{url}/{method}", json=body) as response:
                    return await response.json()

            answers = await asyncio.gather(*[call("sendMessage") for _ in range(50)])
            me = await call("getMe")
            async with http.get(f"http://127.0.0.1:{port}/control") as response:
                counts = await response.json()

    assert all(answer["ok"] and answer["result"]["message_id"] for answer in answers)
    assert me["result"]["is_bot"] is True
    assert counts["calls"] == 51
    assert counts["bytes"] > 50 * 4000


async def test_a_bare_receiver_takes_requests_in_pieces_and_in_rows() -> None:
    one = b"POST /botX/sendMessage HTTP/1.1\r\nHost: x\r\ncontent-length: 2\r\n\r\n{}"
    with running("--bare", "--latency", "0.01") as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        wire = one * 3
        for start in range(0, len(wire), 50):
            writer.write(wire[start : start + 50])
            await writer.drain()
        async with asyncio.timeout(10):
            heads = [await reader.readuntil(b'"text": "ok"}}') for _ in range(3)]
        writer.close()

    assert all(head.startswith(b"HTTP/1.1 200 OK\r\n") for head in heads)
