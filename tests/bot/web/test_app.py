"""The page, its files and its headers, over a running server."""

import asyncio
import gzip
import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot.logs import configure_logs

STATIC = Path(__file__).parents[3] / "bot" / "web" / "static"
POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "media-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'self'",
}


async def test_every_answer_carries_the_strict_policy(running: Any) -> None:
    for path in ("/", "/static/chat.css", "/healthz", "/nowhere", "/api/messages", "/media/a.png"):
        async with running.session.get(running.url + path) as answer:
            assert set(answer.headers["Content-Security-Policy"].split("; ")) == POLICY
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Referrer-Policy"] == "no-referrer"
            assert "microphone=()" in answer.headers["Permissions-Policy"]
            assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
            assert "Server" not in answer.headers
            assert "Set-Cookie" not in answer.headers


async def test_the_portal_of_the_ward_may_embed_the_page(start: Any) -> None:
    running = await start(embed_on=["https://trungthanh.gov.vn"])

    async with running.session.get(running.url) as answer:
        policy = answer.headers["Content-Security-Policy"]
        assert policy.endswith("frame-ancestors 'self' https://trungthanh.gov.vn")
        assert "X-Frame-Options" not in answer.headers


async def test_the_page_shows_the_name_the_ward_gave_it(running: Any) -> None:
    async with running.session.get(running.url) as answer:
        page = await answer.text()

        assert answer.headers["Cache-Control"] == "no-cache"
        assert "<h1>Bình dân học vụ số – phường Trung Thành</h1>" in page
        assert "Học Số" not in page


async def test_linked_files_are_kept_for_a_year_and_named_by_their_content(running: Any) -> None:
    async with running.session.get(running.url) as answer:
        links = re.findall(r'"(static/[\w.-]+\?v=[0-9a-f]{16})"', await answer.text())

    assert len(links) >= 3
    for link in links:
        async with running.session.get(f"{running.url}/{link}") as answer:
            name = link.partition("?")[0].removeprefix("static/")
            assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
            assert await answer.read() == (STATIC / name).read_bytes()


async def test_a_file_without_its_hash_is_asked_for_again_every_time(running: Any) -> None:
    where = f"{running.url}/static/wire.js"
    async with running.session.get(where) as answer:
        assert answer.headers["Cache-Control"] == "no-cache"
        assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
        tag = answer.headers["ETag"]

    async with running.session.get(where, headers={"If-None-Match": tag}) as answer:
        assert answer.status == 304
        assert await answer.read() == b""


async def test_a_browser_that_can_unpack_gets_less_to_load(running: Any) -> None:
    where, accepts = f"{running.url}/static/chat.css", {"Accept-Encoding": "gzip"}
    async with running.session.get(where, headers=accepts, auto_decompress=False) as answer:
        packed = await answer.read()

    plain = (STATIC / "chat.css").read_bytes()
    assert gzip.decompress(packed) == plain
    assert len(packed) < len(plain) / 2
    async with running.session.get(where, headers={"Accept-Encoding": "identity"}) as answer:
        assert "Content-Encoding" not in answer.headers
        assert await answer.read() == plain


NOWHERE = (
    "/nowhere",
    "/static/../app.py",
    "/static/%2e%2e%2fapp.py",
    "/static/nothing.js",
    "/media/..%2f..%2fconfig.yaml",
    "/media/secret.txt",
    "/media/x.png",
    "/api",
    "/%00",
)


@pytest.mark.parametrize("path", NOWHERE)
async def test_what_is_not_there_is_answered_in_a_sentence(running: Any, path: str) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", int(running.url.rpartition(":")[2]))
    writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    answer = (await reader.read()).decode()
    writer.close()
    await writer.wait_closed()

    assert answer.startswith("HTTP/1.1 404")
    assert "Không có trang này." in answer


async def test_a_method_that_is_not_known_is_refused(running: Any) -> None:
    async with running.session.delete(f"{running.url}/api/messages") as answer:
        assert answer.status == 405
        assert answer.headers["Allow"] == "GET,HEAD,POST"


async def test_pictures_and_sounds_of_lessons_are_served_in_parts(
    start: Any, tmp_path: Path
) -> None:
    (tmp_path / "media").mkdir()
    (tmp_path / "media" / "tb-01-1.mp3").write_bytes(b"0123456789")
    running = await start(folder=str(tmp_path))
    where = f"{running.url}/media/tb-01-1.mp3"

    async with running.session.get(where, headers={"Range": "bytes=2-4"}) as answer:
        assert answer.status == 206
        assert answer.headers["Content-Type"] == "audio/mpeg"
        assert await answer.read() == b"234"


async def test_the_server_says_that_it_is_well(running: Any) -> None:
    async with running.session.get(f"{running.url}/healthz") as answer:
        assert (answer.status, await answer.json()) == (200, {"ok": True})


async def test_a_failure_is_told_in_a_sentence_and_the_log_does_not_quote_the_message(
    running: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    visitor = running.visitor()
    file = running.ward.config.database_file
    await asyncio.to_thread(damage, file, "ALTER TABLE inbox RENAME TO lost")
    configure_logs()

    status, found = await visitor.post(text="số nhà của tôi là 12")

    log = capsys.readouterr().err
    assert status == 500
    assert "trục trặc" in found["error"]
    assert found["retry_after"] == "5"
    assert "request failed" in [json.loads(line)["event"] for line in log.splitlines()]
    assert "sqlalchemy.exc.OperationalError" in log
    assert "số nhà" not in log


def damage(file: Path, statement: str) -> None:
    with closing(sqlite3.connect(file)) as database:
        database.execute(statement)
