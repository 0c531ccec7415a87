"""Erasing a person: nothing they ever gave is in any file of the data folder afterwards."""

from pathlib import Path

import pytest

from handlers._requests.figures import Dimension, FiguresBy
from storage import perform
from tests.journeys.conftest import ADMIN

CANARY = "Chimsaovang"
CHANNELS = ("web", "telegram by webhook")
TO_CONSENT = ("xin chào", "1", "1", "1", "1", "1", "1", "2", "1", "3")


async def told_everywhere(person) -> None:
    """Give the canary wherever a person may type: searches, name, place, stray words, a paused talk."""
    for text in (*TO_CONSENT, "đồng ý", CANARY, "phu loi", "1", f"bà {CANARY}", "3"):
        await person.send(text)
    for text in (CANARY, "tìm bài", CANARY, "nhận tin", "1 2", "gặp cán bộ", "đồng ý"):
        await person.send(text)
    for text in ("học", "1", "tiếp", CANARY, "đổi xưng hô", "2", f"cụ {CANARY} Hai", "học", "1"):
        await person.send(text)


def files_with(folder: Path, words: str) -> list[str]:
    """The files that hold the words in UTF-8 or UTF-16."""
    spellings = (words.encode(), words.encode("utf-16-le"))
    found = [path for path in folder.rglob("*") if path.is_file()]
    return [str(path) for path in found if any(one in path.read_bytes() for one in spellings)]


async def totals(ward, clock) -> object:
    """The figures' total as the ward sees it."""
    async with ward.database.reading(clock()) as tx:
        return (await perform(tx, ADMIN, FiguresBy(Dimension.TDP))).total


@pytest.mark.parametrize("channel", CHANNELS)
async def test_after_erasing_no_file_holds_a_word_and_totals_stand(ward, phone, clock, channel):
    person = await phone(channel, CANARY)
    await told_everywhere(person)
    held = files_with(ward.config.data, CANARY)
    before = await totals(ward, clock)

    for text in ("thông tin của tôi", "4"):
        await person.send(text)
    answer = await person.send("xóa hết")

    assert held
    assert "Đã xóa" in answer
    assert files_with(ward.config.data, CANARY) == []
    assert await totals(ward, clock) == before


@pytest.mark.parametrize("channel", CHANNELS)
async def test_after_erasing_the_same_visitor_is_new_again(ward, phone, channel):
    person = await phone(channel, CANARY)
    await told_everywhere(person)
    for text in ("thông tin của tôi", "4", "xóa hết"):
        await person.send(text)

    answer = await person.send("thông tin của tôi")

    assert "chưa lưu" in answer


@pytest.mark.parametrize("channel", CHANNELS)
async def test_card_and_code_numbers_are_masked_before_they_are_kept(ward, phone, channel):
    person = await phone(channel, CANARY)
    await person.send("xin chào")

    answer = await person.send("mã OTP là 482913, căn cước 019085001234")

    assert "che" in answer
    assert files_with(ward.config.data, "482913") == []
    assert files_with(ward.config.data, "019085001234") == []
