"""What the server writes about itself, and what it never writes."""

import json
import logging

import pytest
import structlog

from bot.logs import configure_logs


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    captured = capsys.readouterr()
    assert captured.out == ""
    return [json.loads(line) for line in captured.err.splitlines()]


def test_an_event_is_one_json_object_on_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs()

    structlog.get_logger().info("turn failed", error_id="a1")

    (line,) = lines(capsys)
    assert (line["event"], line["level"], line["error_id"]) == ("turn failed", "info", "a1")
    assert str(line["timestamp"]).endswith("Z")


def test_an_exception_tells_where_it_passed_and_not_what_it_quotes(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_logs()

    try:
        fail("bà Lan, số nhà 12")
    except ValueError:
        structlog.get_logger().exception("turn failed")

    (line,) = lines(capsys)
    assert line["error"] == ["builtins.ValueError", "builtins.KeyError"]
    assert "fail" in str(line["at"])
    assert "Lan" not in json.dumps(line, ensure_ascii=False)


def test_libraries_are_heard_from_warnings_on_in_the_same_form(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_logs()

    logging.getLogger("aiohttp.server").info("not heard")
    logging.getLogger("aiohttp.server").error("broken", exc_info=ValueError("bà Lan"))

    (line,) = lines(capsys)
    assert (line["event"], line["level"]) == ("broken", "error")
    assert "Lan" not in json.dumps(line, ensure_ascii=False)


def fail(name: str) -> None:
    try:
        {}[name]
    except KeyError as error:
        raise ValueError(name) from error
