"""A server's life as a process: it starts, refuses, stops, dies, and goes on where it was."""

import asyncio
import json
import os
import signal
import socket
import time
from pathlib import Path
from typing import Any

import pytest

from bot.channels.web import visitor_key
from bot.house import now
from bot.server import main
from storage import addresses, messages

MEMORY = Path("/proc/self/statm")


@pytest.fixture
def visit(session: Any, visitor_class: Any) -> Any:
    """Make a visitor of a process."""
    return lambda process: visitor_class(session, process.url)


async def test_a_started_server_says_where_to_click_and_serves(process: Any, visit: Any) -> None:
    visitor = visit(process)

    await visitor.open()

    assert "Phần 1/5" in (await visitor.tap("learn"))["text"]


def test_a_second_server_on_the_same_data_refuses_in_one_sentence(process: Any) -> None:
    refused = process.run()

    assert refused.returncode == 2
    assert refused.stdout == ""
    assert refused.stderr.count("\n") == 1
    assert "Chương trình đang chạy sẵn" in refused.stderr


def test_a_port_that_is_taken_is_told_in_one_sentence(make_process: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        refused = make_process(port=port).run()

    assert refused.returncode == 2
    assert refused.stderr.count("\n") == 1
    assert f"Không mở được cổng {port} trên 127.0.0.1: đang có chương trình khác" in refused.stderr


def test_a_data_folder_that_cannot_be_written_is_told_in_one_sentence(make_process: Any) -> None:
    process = make_process()
    (process.folder / "data" / "hocso.db.server").mkdir(parents=True)

    refused = process.run()

    assert refused.returncode == 2
    assert refused.stderr.count("\n") == 1
    assert "Không ghi được vào thư mục dữ liệu" in refused.stderr


def test_a_data_file_that_is_no_database_is_told_in_one_sentence(make_process: Any) -> None:
    process = make_process()
    (process.folder / "data").mkdir()
    (process.folder / "data" / "hocso.db").write_text("no database, whatever its name says " * 99)

    refused = process.run()

    assert refused.returncode == 2
    assert refused.stderr.count("\n") == 1
    assert "Không mở được cơ sở dữ liệu" in refused.stderr


WRONG_LINES = (["--datta", "x"], ["--config"], ["--data", "x", "y"], ["--port", "80"])


@pytest.mark.parametrize("argv", WRONG_LINES)
def test_a_command_line_that_is_not_understood_is_told_in_one_sentence(
    argv: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        main(argv)

    assert left.value.code == 2
    assert capsys.readouterr().err.startswith("Không hiểu dòng lệnh này. Cách dùng: hocso run")


def test_a_config_file_that_is_not_there_starts_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"

    code = main(["--config", str(tmp_path / "none.yaml"), "--data", str(data)])

    assert code == 2
    assert "Không thấy tệp cấu hình" in capsys.readouterr().err
    assert not data.exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_asked_to_stop_it_ends_waiting_polls_at_once_and_leaves_in_order(
    process: Any, visit: Any, number: signal.Signals
) -> None:
    visitor = visit(process)
    await visitor.open()
    reader, writer = await waiting_poll(visitor, process.port)
    asked_at = time.monotonic()

    process.popen.send_signal(number)
    answer = await reader.read()
    code = await asyncio.to_thread(process._ended)

    writer.close()
    await writer.wait_closed()
    assert answer.startswith(b"HTTP/1.1 200")
    assert b'"messages":[]' in answer
    assert code == 0
    assert time.monotonic() - asked_at < 10
    assert process.log == ""


async def waiting_poll(
    visitor: Any, port: int
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A poll that has reached the server: another request, sent after it, has been answered."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    line = f"GET /api/messages?after={visitor.last} HTTP/1.1\r\nHost: x\r\n"
    writer.write(f"{line}X-Hocso-Visitor: {visitor.key}\r\n\r\n".encode())
    await writer.drain()
    assert (await visitor.get(after=0))[0] == 200
    return reader, writer


@pytest.mark.crash
async def test_killed_in_the_middle_of_a_lesson_it_goes_on_at_the_same_card(
    process: Any, visit: Any
) -> None:
    visitor = visit(process)
    await visitor.open()
    await visitor.tap("learn")
    await visitor.tap("next")

    process.kill()
    process.start()
    reloaded = visitor.restarted(process.url)
    await reloaded.news()

    assert reloaded.history == visitor.history
    assert "Phần 2/5" in reloaded.screen["text"]
    assert "Phần 3/5" in (await reloaded.tap("next"))["text"]


@pytest.mark.crash
async def test_what_was_accepted_before_the_server_was_killed_is_answered_after_it(
    process: Any, visit: Any
) -> None:
    visitors = [visit(process) for _ in range(20)]
    for visitor in visitors:
        await visitor.open()

    accepted = await asyncio.gather(*(tap_first(visitor) for visitor in visitors))
    process.kill()
    process.start()

    assert accepted == [202] * 20
    for visitor in visitors:
        while "Phần 1/5" not in visitor.screen["text"]:
            await visitor.answered()
        reloaded = visitor.restarted(process.url)
        await reloaded.news()
        assert [one["from"] for one in reloaded.history] == ["bot", "me", "bot"]


async def tap_first(visitor: Any) -> int:
    choice = visitor.screen["choices"][0]
    status, _ = await visitor.post(text=choice["label"], tap=choice["tap"])
    return int(status)


@pytest.mark.crash
async def test_killed_after_every_answer_of_the_quiz_a_lesson_is_counted_once(
    process: Any, visit: Any
) -> None:
    visitor = visit(process)
    await visitor.open()
    await visitor.tap("learn")
    for _ in range(5):
        await visitor.say("1")
    for answer in ("2", "1", "3"):
        seen = visitor.screen["question"]
        body = {"id": f"after {seen}", "text": answer, "seen": seen}
        assert (await visitor.post(**body))[0] == 202
        process.kill()
        process.start()
        assert (await visitor.post(**body))[0] == 202
        while visitor.screen.get("question") == seen:
            await visitor.answered()

    await visitor.agree()
    await visitor.say("kết quả")

    assert "đạt ngay lần đầu" in visitor.screen["text"]
    assert "Đã học xong 1 bài, đạt 1 bài" in visitor.screen["text"]


@pytest.mark.skipif(not MEMORY.exists(), reason="only Linux tells a process' memory this way")
def test_an_idle_server_stays_below_120_megabytes(process: Any) -> None:
    pages = int(Path(f"/proc/{process.popen.pid}/statm").read_text().split()[1])

    assert pages * os.sysconf("SC_PAGE_SIZE") < 120 * 2**20


def test_the_log_of_a_quiet_life_is_empty(process: Any) -> None:
    assert process.terminate() == 0
    assert [json.loads(line) for line in process.log.splitlines()] == []


async def test_more_news_than_is_looked_at_wakes_everybody(running: Any) -> None:
    quiet, busy = running.visitor(), running.visitor()
    await quiet.open()
    await busy.open()
    waiting = asyncio.ensure_future(quiet.answered())
    await running.server.delivery.stop(5)

    async with running.ward.database.transaction(now()) as tx:
        for visitor, count in ((quiet, 1), (busy, 600)):
            address = await addresses.address_of(tx, "web", str(visitor_key(visitor.key)))
            for number in range(count):
                body = {"text": f"tin {number}"}
                await messages.add(tx, address.id, is_from_bot=True, body=body)

    assert (await waiting)["text"] == "tin 0"
