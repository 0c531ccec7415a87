"""People and roles on the page: inviting, taking back, and one's own browsers."""

import json
import re
from typing import Any

import pytest

from handlers._requests.devices import MyDevices
from handlers._requests.invites import Invited, InvitePerson, InviteRead, ReadInvite, WrongCode
from handlers._requests.person import Role
from storage import perform
from storage.addresses import actor_of, address_of
from storage.house import Actor
from tests.bot.web.staff.conftest import FROM_HERE

LAN = {
    "name": "Trần Thị Mai",
    "office": "Trường THCS",
    "role": "observer",
    "tdp": "",
    "ends_on": "",
}


async def read_code(office: Any, code: str) -> Any:
    """What a code says to somebody who was never here."""
    async with office.transaction() as tx:
        by = await actor_of(tx, await address_of(tx, "web", "somebody-new"))
        return await perform(tx, by, ReadInvite(code))


async def invite(office: Any, name: str, role: Role = Role.TEAM, tdp: int | None = 1) -> int:
    """An open invite that the command line made."""
    async with office.transaction() as tx:
        by = Actor("os:lan", frozenset({Role.ADMIN}))
        made = await perform(tx, by, InvitePerson(role, name, "", tdp))
    assert isinstance(made, Invited)
    return made.invite


def words_of(page: str) -> str:
    found = re.search(r'<p class="words">([^<]+)</p>', page)
    assert found is not None, page
    return found[1]


async def test_an_invite_shows_words_that_work_and_a_code_to_scan(office: Any) -> None:
    staff = await office.signed_in(Role.STAFF)

    made = await staff.post("/can-bo/nguoi/moi", LAN)

    assert (made.status, made.headers["Cache-Control"]) == (200, "no-store")
    assert "Nhắn “mã mời” cho trợ lý rồi gõ ba chữ này" in made.text
    assert "Đây là tập thử" not in made.text
    assert made.text.count("<svg") == 1
    assert not re.findall(r"\sstyle=", made.text)
    read = await read_code(office, words_of(made.text))
    assert isinstance(read, InviteRead)
    assert (read.name, read.role) == ("Trần Thị Mai", Role.OBSERVER)


async def test_a_code_is_for_phones_only_where_the_ward_has_an_address(make_office: Any) -> None:
    told = []
    for url in ("", "https://hoc.trungthanh.gov.vn"):
        office = await make_office(public_url=url)
        browser = await office.browser()
        entered = await browser.sign_in(await office.link(await office.person(Role.STAFF)))
        cookie = entered.headers["Set-Cookie"].partition(";")[0]
        made = await browser.post("/can-bo/nguoi/moi", LAN, Cookie=cookie, **FROM_HERE)
        told.append("chưa mở được trên điện thoại" in made.text)
        assert ("quét mã" in made.text) is not told[-1]

    assert told == [True, False]


async def test_the_words_of_an_invite_stand_nowhere_else(
    office: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    staff = await office.signed_in(Role.STAFF)

    words = words_of((await staff.post("/can-bo/nguoi/moi", LAN)).text)

    listed = await staff.get("/can-bo/nguoi")
    assert "Trần Thị Mai" in listed.text
    assert words not in listed.text
    printed = capsys.readouterr()
    written = json.dumps(await office.audit("invited"), ensure_ascii=False)
    for kept in (written, printed.out, printed.err):
        assert words not in kept
        assert "Trần Thị Mai" not in kept


WRONG = [
    ({"role": ""}, "Chưa chọn vai trò"),
    ({"role": "admin"}, "Chưa chọn vai trò"),  # staff invite all but admins
    ({"role": "resident"}, "Chưa chọn vai trò"),
    ({"name": "  "}, "Chưa ghi họ và tên"),
    ({"name": "x" * 81}, "dài quá 80 ký tự"),
    ({"role": "team", "tdp": ""}, "phải gắn với một nơi"),
    ({"role": "team", "tdp": "999"}, "phải gắn với một nơi"),
    ({"ends_on": "hôm sau"}, "Ngày cuối chưa đúng"),
    ({"ends_on": "2020-01-01"}, "từ hôm nay trở đi"),
]


@pytest.mark.parametrize(("change", "sentence"), WRONG)
async def test_what_is_wrong_with_an_invite_is_said_beside_what_was_typed(
    office: Any, change: dict[str, str], sentence: str
) -> None:
    staff = await office.signed_in(Role.STAFF)

    answer = await staff.post("/can-bo/nguoi/moi", LAN | change)

    assert (answer.status, sentence in answer.text) == (400, True)
    assert 'value="Trường THCS"' in answer.text
    assert "Chưa có gì." in (await staff.get("/can-bo/nguoi")).text


async def test_a_head_invites_members_of_their_own_tdp_alone(office: Any) -> None:
    head = await office.signed_in(Role.HEAD, tdp=3)
    team = LAN | {"role": "team"}

    form = await head.get("/can-bo/nguoi/moi")
    elsewhere = await head.post("/can-bo/nguoi/moi", team | {"tdp": "1"})
    here = await head.post("/can-bo/nguoi/moi", team | {"tdp": "3"})

    assert re.findall(r'<option value="(\d+)"', form.text) == ["3"]
    assert 'value="staff"' not in form.text
    assert (elsewhere.status, here.status) == (400, 200)
    assert "ở Phù Lôi" in here.text


async def test_whole_lists_are_offered_to_those_who_may_upload_them(office: Any) -> None:
    link = 'href="/can-bo/danh-sach/members"'
    head, staff = await office.signed_in(Role.HEAD, tdp=3), await office.signed_in(Role.STAFF)

    assert link in (await staff.get("/can-bo/nguoi")).text
    assert link not in (await head.get("/can-bo/nguoi")).text
    assert (await staff.get("/can-bo/danh-sach/members")).status == 200


async def test_who_invites_nobody_sees_their_own_browsers_and_no_names(office: Any) -> None:
    await office.person(Role.STAFF)
    observer = await office.signed_in(Role.OBSERVER)

    page = await observer.get("/can-bo/nguoi")

    assert "Máy đang đăng nhập" in page.text
    assert "(máy này)" in page.text
    assert "Nguyễn Thị Lan" not in page.text
    assert "Mời thành viên" not in page.text
    assert await office.audit("names_seen") == []


async def test_that_names_were_seen_is_written_down(office: Any) -> None:
    staff = await office.signed_in(Role.STAFF)

    await staff.get("/can-bo/nguoi")

    assert [subject for _, subject, _ in await office.audit("names_seen")] == ["roles"]


async def test_a_name_is_found_without_its_marks(office: Any) -> None:
    staff = await office.signed_in(Role.STAFF)
    await office.person(Role.HEAD, tdp=1, name="Dương Văn Sáu")
    await office.person(Role.HEAD, tdp=3, name="Ngô Thị Bảy")

    page = await staff.get("/can-bo/nguoi?ten=duong%20van")

    assert "Dương Văn Sáu" in page.text
    assert "Ngô Thị Bảy" not in page.text


async def test_an_invite_is_taken_back_after_one_more_question(office: Any) -> None:
    staff = await office.signed_in(Role.STAFF)
    words = words_of((await staff.post("/can-bo/nguoi/moi", LAN)).text)
    listed = await staff.get("/can-bo/nguoi")
    path = re.findall(r'href="(/can-bo/nguoi/loi-moi/\d+)"', listed.text)[0]

    asked = await staff.get(path)
    assert "Lời mời Trần Thị Mai làm người xem số liệu" in asked.text
    done = await staff.post(path)

    assert (done.status, done.to) == (303, "/can-bo/nguoi?xong=loi-moi")
    assert "Đã hủy lời mời." in (await staff.get(done.to)).text
    assert isinstance(await read_code(office, words), WrongCode)
    assert (await staff.get(path)).status == 404


async def test_a_role_is_taken_away_and_its_holder_signed_out(office: Any) -> None:
    admin = await office.signed_in(Role.ADMIN)
    staff = await office.signed_in(Role.STAFF)
    page = await admin.get("/can-bo/nguoi?ten=lan")
    path = re.findall(r'href="(/can-bo/nguoi/vai-tro/\d+)"', page.text)[0]

    asked = await admin.get(path)
    assert "Nguyễn Thị Lan sẽ không còn giữ vai trò cán bộ phường" in asked.text
    done = await admin.post(path)

    assert done.to == "/can-bo/nguoi?xong=vai-tro"
    assert (await staff.get("/can-bo/nguoi")).to == "/can-bo/vao"


async def test_the_last_one_who_looks_after_the_ward_stays(office: Any) -> None:
    admin = await office.signed_in(Role.ADMIN)
    page = await admin.get("/can-bo/nguoi")
    path = re.findall(r'href="(/can-bo/nguoi/vai-tro/\d+)"', page.text)[0]

    done = await admin.post(path)

    assert "người quản trị cuối cùng" in (await admin.get(done.to)).text
    assert (await admin.get("/can-bo/nguoi")).status == 200


async def test_what_belongs_to_others_cannot_be_told_from_what_is_not_there(office: Any) -> None:
    head = await office.signed_in(Role.HEAD, tdp=3)
    foreign = await invite(office, "Lê Văn Tám", tdp=1)
    admins = await office.do(await office.person(Role.ADMIN), MyDevices())
    assert admins == ()
    theirs = await office.signed_in(Role.STAFF)
    [session] = re.findall(
        r"nguoi/may/(\d+)", (await (await same_person(office, theirs)).get("/can-bo/nguoi")).text
    )

    for path in ("loi-moi", "vai-tro"):
        ids = (str(foreign), "1", "999999", "9" * 30, "x", "-1", "1%2f2")
        answers = [await head.get(f"/can-bo/nguoi/{path}/{one}") for one in ids]
        answers += [await head.post(f"/can-bo/nguoi/{path}/{one}") for one in ids]
        assert {(answer.status, answer.text) for answer in answers} == {(404, answers[0].text)}
    for one in (session, "999999"):
        assert (await head.post(f"/can-bo/nguoi/may/{one}")).status == 404
    assert (await theirs.get("/can-bo/nguoi")).status == 200


async def same_person(office: Any, browser: Any) -> Any:
    """Another browser of whoever signed in last."""
    [*_, (actor, _, _)] = await office.audit("signed_in")
    other = await office.browser()
    await other.sign_in(await office.link(int(actor.partition(":")[2])))
    return other


async def test_one_of_several_browsers_is_signed_out_from_another(office: Any) -> None:
    lost = await office.signed_in(Role.STAFF)
    here = await same_person(office, lost)
    page = await here.get("/can-bo/nguoi")
    [path] = re.findall(r'action="(/can-bo/nguoi/may/\d+)"', page.text)  # none for the one in use

    done = await here.post(path)

    assert "Đã đăng xuất máy đó." in (await here.get(done.to)).text
    assert (await lost.get("/can-bo/nguoi")).to == "/can-bo/vao"
    assert (await here.get("/can-bo/nguoi")).status == 200
