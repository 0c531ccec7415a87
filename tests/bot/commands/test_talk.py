"""The brain in a terminal: a script through a pipe, and somebody at a real terminal."""

import asyncio
import subprocess
import sys

from bot.bell import Bell
from bot.channels import console
from bot.config import load_config
from bot.house import now, open_ward
from bot.turns import Turns


def test_a_script_through_a_pipe_prints_every_line_with_its_answer(box) -> None:
    done = box.run("talk", typed="học\n1\n")

    assert (done.code, done.err) == (0, "")
    first, second = done.out.split("> ")[1:]
    assert first.startswith("học\nChào bà con!")
    assert "1. Bắt đầu\n2. Bài khác\n" in first
    assert second.startswith("1\nBản dùng thử, phường chưa duyệt.")
    assert second.endswith("1. Tiếp\n\n")


def test_another_process_goes_on_at_the_question_where_the_first_one_stopped(box) -> None:
    box.talk("học", "1")

    done = box.talk("1")

    assert "Phần 2/5" in done.out


def test_two_names_are_two_people_who_do_not_meet(box) -> None:
    box.talk("học", "1", name="lan")

    done = box.talk("học", name="hùng")

    assert "Bài hôm nay" in done.out


def test_a_journey_ends_with_the_result_under_its_own_name(box, journey) -> None:
    done = box.talk(*journey)

    assert "Đã ghi: mẫu Phù Lôi." in done.out
    assert "Đã ghi: bà Lan." in done.out
    assert "đạt ngay lần đầu" in done.out.rpartition("> kết quả")[2]


def test_blank_lines_are_no_messages(box) -> None:
    done = box.run("talk", typed="\n   \nhọc\n\n")

    assert done.out.count("> ") == 1


def test_bytes_that_are_no_text_are_answered_like_any_nonsense(box) -> None:
    done = box.run("talk", typed=b"h\xff\xfe\x00c\n")

    assert done.code == 0
    assert "Chào bà con!" in done.out


def test_an_empty_name_is_refused_in_one_sentence(box) -> None:
    done = box.run("talk", "--as", "  ")

    assert (done.code, done.out) == (2, "")
    assert done.err == "--as đang để trống. Ghi rõ tên.\n"


def test_what_a_killed_process_left_waiting_is_handled_first(box) -> None:
    config = load_config(box.folder / "config.yaml", box.folder / "data")

    async def take_in_and_die() -> None:
        async with open_ward(config) as ward:
            turns = Turns(ward, {console.NAME: console.parse}, Bell(), now)
            await turns.receive(console.NAME, "lan", "1", {"text": "học", "alone": True})

    asyncio.run(take_in_and_die())

    done = box.talk("1")

    assert "Phần 1/5" in done.out


def test_a_running_server_and_a_talk_share_one_database(process) -> None:
    places = [
        "--config",
        str(process.folder / "config.yaml"),
        "--data",
        str(process.folder / "data"),
    ]

    talked = subprocess.run(
        [sys.executable, "-m", "bot", "talk", "--as", "lan", *places],
        input="học\n1\n1\n".encode(),
        capture_output=True,
        check=True,
        timeout=60,
    )
    counted = subprocess.run(
        [sys.executable, "-m", "bot", "report", *places],
        capture_output=True,
        check=True,
        timeout=60,
    )

    assert "Phần 2/5" in talked.stdout.decode()
    assert "Phù Lôi" in counted.stdout.decode()
    assert process.terminate() == 0


# ---------------------------------------------------------------- at a terminal


def test_somebody_new_at_a_terminal_is_greeted_before_they_type(box, at_terminal) -> None:
    screen = at_terminal("talk", "--as", "lan", *box.places)
    assert "là máy trả lời" in screen.until("3. Nhờ cán bộ giúp")
    screen.until("> ")

    screen.type("1\n")

    screen.until("Phần 1/5")
    screen.type("\x04")
    assert screen.end() == 0


def test_somebody_known_sees_what_was_said_last(box, at_terminal) -> None:
    box.talk("học", "1")

    screen = at_terminal("talk", "--as", "lan", *box.places)

    assert "Chào bà con" not in screen.until("Phần 1/5")
    screen.until("> ")
    screen.type("\x04")
    assert screen.end() == 0


def test_an_interrupt_at_the_prompt_ends_the_talk_at_once(box, at_terminal) -> None:
    screen = at_terminal("talk", "--as", "lan", *box.places)
    screen.until("> ")

    screen.interrupt()

    assert screen.end() == 130
