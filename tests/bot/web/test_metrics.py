"""GET /metrics: for this machine itself, or with the token; for the rest of the world it is not there."""

import asyncio

import pytest

TOKEN = "0123456789abcdef"


async def status(running, **headers: str) -> tuple[int, str]:
    async with running.session.get(f"{running.url}/metrics", headers=headers) as answer:
        return answer.status, await answer.text()


async def test_this_machine_reads_what_was_counted(running) -> None:
    await running.visitor().open()

    found, text = await status(running)

    assert found == 200
    assert 'hocso_messages_in_total{channel="web"} 1.0' in text
    assert 'hocso_messages_said_total{channel="web"} 1.0' in text


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "203.0.113.7"},
        {"Forwarded": "for=203.0.113.7"},
        {"X-Real-IP": "203.0.113.7"},
        {"Via": "1.1 proxy"},
        {"Host": "hoc.trungthanh.gov.vn"},
        {"Host": "localhost.attacker.vn"},
        {"X-Forwarded-For": "203.0.113.7", "Authorization": "Bearer "},
    ],
    ids=str,
)
async def test_what_a_proxy_hands_on_is_answered_as_if_there_were_no_such_page(
    running, headers: dict[str, str]
) -> None:
    found, text = await status(running, **headers)

    assert found == 404
    assert "hocso" not in text


async def test_a_monitor_elsewhere_reads_with_its_token_alone(start) -> None:
    running = await start(metrics_token=TOKEN)
    away = {"X-Forwarded-For": "203.0.113.7"}

    right = await status(running, **away, Authorization=f"Bearer {TOKEN}")
    wrong = await status(running, **away, Authorization=f"Bearer {TOKEN}x")

    assert (right[0], wrong[0]) == (200, 404)


async def test_a_token_of_bytes_that_are_no_letters_is_a_wrong_one(start) -> None:
    running = await start(metrics_token=TOKEN)
    host, _, port = running.url.removeprefix("http://").rpartition(":")

    reader, writer = await asyncio.open_connection(host, int(port))
    asked = b"GET /metrics HTTP/1.1\r\nHost: a.vn\r\nAuthorization: Bearer \xff\xfe\r\n"
    writer.write(asked + b"Connection: close\r\n\r\n")
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()

    assert answer.startswith(b"HTTP/1.1 404 ")


async def test_no_label_holds_what_somebody_wrote(running) -> None:
    visitor = running.visitor()
    await visitor.open()
    await visitor.say("tên tôi là Nguyễn Thị Canary")

    _, text = await status(running)

    assert "Canary" not in text
    assert visitor.key not in text
