"""A folder that does not answer keeps nobody waiting, and is not asked twice at a time."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest

from bot.erasures import NAME
from bot.far_disk import FarDisk
from bot.house import Ward

USB, OTHER = Path("/media/usb"), Path("/media/other")


@contextmanager
def silence() -> Iterator[Event]:
    """What a call waits for that a dead network folder keeps; over at the end of the test."""
    over = Event()
    yield over
    over.set()


async def test_what_a_folder_says_is_handed_on_and_so_is_its_failure() -> None:
    far = FarDisk()

    assert await far.ask(USB, lambda: 7, 0) == 7
    with pytest.raises(FileNotFoundError):
        await far.ask(USB, lambda: Path("/there/is/nothing").stat().st_size, 0)
    assert await far.ask(USB, lambda: 8, 0) == 8


async def test_a_folder_that_does_not_answer_is_given_up_and_not_asked_again_meanwhile() -> None:
    far, asked = FarDisk(seconds=0.05), []
    with silence() as over:

        def wait() -> int:
            asked.append(1)
            over.wait()
            return 7

        answers = [await far.ask(USB, wait, 0) for _ in range(3)]
        other = await far.ask(OTHER, lambda: 9, 0)

    assert (answers, len(asked), other) == ([0, 0, 0], 1, 9)


async def test_a_folder_that_answers_again_is_asked_again() -> None:
    far = FarDisk(seconds=0.05)
    with silence() as over:
        assert not await far.ask(USB, over.wait, otherwise=False)

    async with asyncio.timeout(10):
        while await far.ask(USB, lambda: 7, 0) != 7:
            pass


async def test_an_erasure_is_noted_here_while_the_folder_of_copies_does_not_answer(
    ward: Ward, tmp_path: Path
) -> None:
    """Nobody writes into the pipe: who opens it to read waits for good."""
    target = tmp_path / "net"
    target.mkdir()
    os.mkfifo(target / NAME)
    config = ward.config.model_copy(
        update={"backup": ward.config.backup.model_copy(update={"target": str(target)})}
    )

    await replace(ward, config=config, far=FarDisk(seconds=0.05)).note_erased()

    os.close(os.open(target / NAME, os.O_WRONLY | os.O_NONBLOCK))  # lets the thread go
