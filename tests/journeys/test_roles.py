"""Invited, joined, signed in, practising, teaching at home: over real storage, on every channel."""

import re

import pytest
from sqlalchemy import func, select

from handlers._requests.figures import Dimension, FiguresBy
from handlers._requests.invites import Invited, InvitePerson
from handlers._requests.person import Role
from handlers._requests.roles import RevokeRole
from storage import perform, sign_in
from storage.tables import Messages
from storage.tables_staff import Grants, Invites
from tests.journeys.conftest import ADMIN, CHANNELS, LOCAL, AnyPhone, Phone
from tests.journeys.test_erasure import TO_CONSENT

NAMED = "Nguyễn Thị Lan"


async def invited(ward, clock, role: Role) -> Invited:
    async with ward.database.transaction(clock()) as tx:
        made = await perform(tx, ADMIN, InvitePerson(role, NAMED, "Phòng VH-XH"))
    assert isinstance(made, Invited)
    return made


async def told(person: AnyPhone, *texts: str) -> str:
    """Send one after the other; the last answer."""
    answer = ""
    for text in texts:
        answer = await person.send(text)
    return answer


async def joined(ward, clock, person: AnyPhone, role: Role) -> str:
    made = await invited(ward, clock, role)
    return await told(person, "mã mời", made.words, "1")


async def came_by(person: AnyPhone, payload: str) -> str:
    """Come by a link; the answer of the platform, or of a page that posts it."""
    if isinstance(person, Phone):
        await person.post({"text": "", "start": payload})
        return await person.come_back()
    return await person.follow(payload)


@pytest.mark.parametrize("channel", CHANNELS)
async def test_somebody_invited_joins_by_three_words(ward, phone, clock, channel):
    person = await phone(channel)
    made = await invited(ward, clock, Role.STAFF)

    asked = await told(person, "mã mời", made.words.upper())
    done = await person.send("[1]" if "[1 " in asked else "1")

    assert f"Mã này mời: {NAMED}" in asked
    assert "Tên ở trên có đúng là tên của mình không?" in asked
    assert done.startswith("Xong, đã ghi.")
    assert "Muốn làm việc gì?" in await person.send("mời thành viên")


@pytest.mark.parametrize("channel", ["web", *(one for one in CHANNELS if one not in LOCAL)])
async def test_a_qr_code_needs_no_words_and_leaves_no_token_behind(ward, phone, clock, channel):
    person = await phone(channel)
    made = await invited(ward, clock, Role.STAFF)

    asked = await came_by(person, f"moi-{made.token}")
    done = await person.send("1")

    assert f"Mã này mời: {NAMED}" in asked
    assert done.startswith("Xong, đã ghi.")
    async with ward.database.reading(clock()) as tx:
        bodies = (await tx.connection.scalars(select(Messages.body))).all()
        assert not [body for body in bodies if made.token in str(body)]
        assert await tx.connection.scalar(select(func.count()).select_from(Grants)) == 1


@pytest.mark.parametrize("channel", CHANNELS)
async def test_the_staff_page_is_opened_by_a_link_and_closed_by_a_word(ward, phone, clock, channel):
    person = await phone(channel)
    await joined(ward, clock, person, Role.OBSERVER)

    answer = await person.send("trang cán bộ")
    token = re.search(r"/can-bo/vao\?m=([\w-]{24})", answer)
    assert token, answer
    async with ward.database.transaction(clock()) as tx:
        entered = await sign_in.spend(tx, token[1], "Chrome, Windows")
        refused = await sign_in.spend(tx, token[1], "Safari, iPhone")
    closed = await person.send("đăng xuất")

    assert isinstance(entered, sign_in.NewSession)
    assert refused == "spent"
    assert "ở mọi nơi đang mở (1 nơi)" in closed
    async with ward.database.reading(clock()) as tx:
        assert await sign_in.session_of(tx, entered.cookie) is None


async def test_whose_page_was_opened_reads_so_in_the_chat(ward, phone, clock):
    person = await phone("web")
    await joined(ward, clock, person, Role.OBSERVER)
    answer = await person.send("trang cán bộ")
    token = answer.partition("?m=")[2][:24]

    async with ward.database.transaction(clock()) as tx:
        await sign_in.spend(tx, token, "Chrome, Windows")
    first = await person.come_back()
    async with ward.database.transaction(clock()) as tx:
        await sign_in.spend(tx, token, "Safari, iPhone")
    second = await person.come_back()

    assert first == (
        "Trang cán bộ vừa được mở trên Chrome, Windows. Nếu không phải chính mình mở thì nhắn ngay “đăng xuất”."
    )
    assert second.startswith(
        "Có người vừa mở lại đường dẫn vào trang cán bộ đã dùng rồi, nhưng không vào được."
    )


@pytest.mark.parametrize("channel", CHANNELS)
async def test_a_role_that_is_taken_away_is_gone_at_the_next_word(ward, phone, clock, channel):
    person = await phone(channel)
    await joined(ward, clock, person, Role.STAFF)
    await person.send("mời thành viên")

    async with ward.database.transaction(clock()) as tx:
        await perform(tx, ADMIN, RevokeRole(1))
    answer = await person.send("mời thành viên")

    assert "Việc này chỉ dành cho người được phường mời." in answer


async def test_everything_works_while_practising_and_nothing_counts(ward, phone, clock):
    person, other = await phone("web"), await phone("web")
    await joined(ward, clock, person, Role.STAFF)
    async with ward.database.reading(clock()) as tx:
        before = await perform(tx, ADMIN, FiguresBy(Dimension.LESSON))

    begun = await person.send("tập thử")
    learnt = await told(person, *TO_CONSENT, "đồng ý")
    answer = await told(
        person, "mời thành viên", "1", "1", "Đỗ Văn Nam", "không ghi", "không hạn", "1"
    )
    words = re.search(r"Mã mời: (\w+ \w+ \w+)", answer)
    assert words, answer
    refused = await told(other, "mã mời", words[1])
    over = await person.send("thôi tập thử")

    assert begun.startswith("Bắt đầu tập thử.")
    assert learnt.startswith("Đã ghi là đồng ý.")
    assert "Mã này không dùng được" in refused
    assert over.startswith("Đã thôi tập thử.")
    async with ward.database.reading(clock()) as tx:
        assert await perform(tx, ADMIN, FiguresBy(Dimension.LESSON)) == before
        assert await tx.connection.scalar(select(func.count()).select_from(Invites)) == 1
    assert "Chưa có kết quả nào" in await person.send("kết quả")


async def test_what_is_begun_while_practising_says_so_once(ward, phone, clock):
    person = await phone("web")
    await joined(ward, clock, person, Role.STAFF)
    await person.send("tập thử")

    first = await person.send("học")
    second = await person.send("1")

    assert first.startswith("(Đang tập thử, không tính.)")
    assert "tập thử" not in second


@pytest.mark.parametrize("channel", CHANNELS)
async def test_a_relative_learns_on_the_helpers_phone_under_their_own_name(
    ward, phone, clock, channel
):
    person = await phone(channel)
    await joined(ward, clock, person, Role.FAMILY)

    theirs = await told(person, "dạy người nhà", "1", "bà Tám", "đồng ý")
    await told(person, *TO_CONSENT[:-1])
    last = await person.send(TO_CONSENT[-1])
    results = await person.send("kết quả")
    sheet = await person.send("thông tin của tôi")
    await person.send("5")
    back = await person.send("học cho tôi")
    own = await person.send("kết quả")

    assert theirs.startswith("Từ giờ máy này để bà Tám học")
    assert "Có muốn phường lưu kết quả" not in last  # answered already, by themselves
    assert "Chỉnh chữ to" in results
    assert "Tên gọi: bà Tám" in sheet
    assert back.startswith("Từ giờ máy này lại để người giúp học dùng.")
    assert "Chưa có kết quả nào" in own


async def test_a_relative_who_erases_everything_leaves_the_helper_their_role(ward, phone, clock):
    person = await phone("web")
    await joined(ward, clock, person, Role.FAMILY)
    await told(person, "dạy người nhà", "1", "bà Tám", "đồng ý")

    erased = await told(person, "thông tin của tôi", "4", "xóa hết")
    family = await person.send("dạy người nhà")

    assert erased.startswith("Đã xóa.")
    assert "[1 Ghi thêm người nhà]" in family
    assert "bà Tám" not in family
