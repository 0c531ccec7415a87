"""A poster's link says which TDP it hangs in: asked about after consent, kept only after a yes."""

import pytest
from sqlalchemy import select

from storage.tables import Events, Residences, Tdps
from storage.tdp import link_payload
from tests.journeys.conftest import CHANNELS
from tests.journeys.test_erasure import TO_CONSENT

POSTER = link_payload("mau-03")


async def told(person, *texts: str) -> str:
    """Send one after the other; the last answer."""
    answer = ""
    for text in texts:
        answer = await person.send(text)
    return answer


async def lives_in(ward, clock) -> list[str | None]:
    """The codes of all TDPs anybody is kept as living in."""
    async with ward.database.reading(clock()) as tx:
        query = select(Tdps.code).select_from(Residences).outerjoin(Tdps)
        return list(await tx.connection.scalars(query))


async def tdps_of_events(ward, clock) -> set[int | None]:
    """The TDPs that any event carries."""
    async with ward.database.reading(clock()) as tx:
        return set(await tx.connection.scalars(select(Events.tdp_id)))


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("yes", ["[1]", "1", "dạ đúng rồi ạ", "dung roi"])
async def test_the_tdp_of_the_poster_is_kept_only_after_a_yes(ward, phone, clock, channel, yes):
    person = await phone(channel)
    await person.follow(POSTER)

    asked = await told(person, *TO_CONSENT, "đồng ý")
    before = await lives_in(ward, clock), await tdps_of_events(ward, clock)
    answer = await person.send(yes)

    assert "Bà con ở mẫu Phù Lôi phải không? [1 Đúng rồi] [2 Không, để tôi chọn]" in asked
    assert before == ([], {None})
    assert answer.startswith("Đã ghi: mẫu Phù Lôi. Nên gọi thế nào cho phải?")
    assert await lives_in(ward, clock) == ["mau-03"]


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("no", ["[2]", "2", "không phải ạ"])
async def test_after_a_no_the_tdp_is_chosen_as_ever(ward, phone, clock, channel, no):
    person = await phone(channel)
    await person.follow(POSTER)

    asked = await told(person, *TO_CONSENT, "đồng ý", no)
    kept = await lives_in(ward, clock)
    answer = await told(person, "cau dong", "1")

    assert asked.startswith("Bà con ở tổ dân phố nào?")
    assert kept == []
    assert answer.startswith("Đã ghi: mẫu Cầu Đồng.")
    assert await lives_in(ward, clock) == ["mau-04"]


@pytest.mark.parametrize("channel", CHANNELS)
async def test_a_decliner_is_not_asked_where_they_live(ward, phone, clock, channel):
    person = await phone(channel)
    await person.follow(POSTER)

    answer = await told(person, *TO_CONSENT, "không lưu")

    assert "phải không?" not in answer
    assert "Bài tiếp theo" in answer
    assert await lives_in(ward, clock) == []


async def test_a_link_nobody_made_changes_nothing(ward, phone, clock):
    person = await phone("web")
    await person.follow("tdp-'; drop table tdps; --")

    assert "Bà con ở tổ dân phố nào?" in await told(person, *TO_CONSENT, "đồng ý")
