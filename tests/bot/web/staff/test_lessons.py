"""The lessons on the staff page: read as residents see them, decided by name, as they were shown."""

import re
from typing import Any

import pytest
from sqlalchemy import delete

from handlers._requests.person import WARD_ROLES, Role
from storage.tables_staff import Members

PATH = "/can-bo/bai-hoc"
ONE = f"{PATH}/TB-01"
DECIDERS = {Role.POLICE, Role.APPROVER, Role.ADMIN}


async def shown_hash(browser: Any) -> str:
    page = await browser.get(ONE)
    found = re.search(r'name="hash" value="([0-9a-f]{64})"', page.text)
    assert found is not None, page.text
    return found[1]


async def decide(browser: Any, verdict: str = "approved", note: str = "", **more: str) -> Any:
    form = {"hash": more.get("hash") or await shown_hash(browser), "verdict": verdict, "note": note}
    return await browser.post(ONE, form)


async def test_a_lesson_stands_there_as_residents_see_it_with_answers_and_loudspeaker_text(
    office: Any,
) -> None:
    lesson = office.ward.house.content.lessons["TB-01"]
    page = await (await office.signed_in(Role.STAFF)).get(ONE)

    plain = page.text.replace("&#34;", '"').replace("&#39;", "'")
    for text in (lesson.title, lesson.objective, *(card.text for card in lesson.cards)):
        assert text in plain
    for question in lesson.quiz:
        assert question.text in plain
        assert question.explain in plain
        right = "ABC"[question.answer]
        assert f"{right}. {question.options[question.answer]} <strong>✓ đúng</strong>" in plain
    assert " ".join(lesson.radio.split()) in plain
    assert "Phần 5/5: làm thử" in plain


async def test_an_approval_is_written_down_with_the_name_of_who_is_signed_in(office: Any) -> None:
    browser = await office.signed_in(Role.APPROVER)

    answer = await decide(browser)

    assert (answer.status, answer.to) == (303, f"{ONE}?xong=duyet")
    page = await browser.get(answer.to)
    assert "Đã duyệt bài này như dưới đây." in page.text
    assert "Tình trạng: <strong>đã duyệt</strong>" in page.text
    assert "Lê Thị Tư" in page.text
    assert [row[1] for row in await office.audit("approved")] == ["lesson:TB-01"]


async def test_a_lesson_is_sent_back_with_a_note_and_stands_among_those_to_mend(
    office: Any,
) -> None:
    browser = await office.signed_in(Role.POLICE)
    without = await decide(browser, "changes", "   ")

    answer = await decide(browser, "changes", "Phần 2: đổi số điện thoại")

    assert without.status == 400
    assert "Ghi chỗ cần sửa để người soạn bài biết." in without.text
    assert answer.to == f"{ONE}?xong=sua"
    assert "Phần 2: đổi số điện thoại" in (await browser.get(ONE)).text
    listed = (await browser.get(PATH)).text
    assert "Cần sửa (1)" in listed
    assert f"Chờ duyệt ({len(office.ward.house.content.lessons) - 1})" in listed


async def test_a_lesson_that_reads_otherwise_by_now_is_shown_again_and_nothing_is_decided(
    office: Any,
) -> None:
    browser = await office.signed_in(Role.APPROVER)

    answer = await decide(browser, hash="0" * 64)

    assert answer.status == 409
    assert "Bài này vừa được sửa, chưa ghi gì." in answer.text
    assert await office.audit("approved") == []


async def test_who_lost_their_name_in_the_list_is_told_whom_to_ask(office: Any) -> None:
    browser = await office.signed_in(Role.APPROVER)
    async with office.transaction() as tx:
        await tx.connection.execute(delete(Members))

    answer = await decide(browser)

    assert answer.status == 409
    assert "Nhờ người quản trị mời lại, có ghi họ tên." in answer.text


@pytest.mark.parametrize("role", WARD_ROLES, ids=lambda role: role.value)
async def test_only_those_who_approve_find_buttons_and_staff_may_read(
    office: Any, role: Role
) -> None:
    browser = await office.signed_in(role)

    listed, one = await browser.get(PATH), await browser.get(ONE)
    posted = await browser.post(ONE, {"hash": "0" * 64, "verdict": "approved", "note": ""})

    may_read = role in {*DECIDERS, Role.STAFF}
    assert {listed.status, one.status} == ({200} if may_read else {403})
    assert ("Duyệt bài này" in one.text) == (role in DECIDERS)
    assert posted.status == (409 if role in DECIDERS else 403)


@pytest.mark.parametrize(
    ("path", "form", "status"),
    [
        (f"{PATH}/TB-99", {"hash": "0" * 64, "verdict": "approved"}, 404),
        (f"{PATH}/tb-01", {"hash": "0" * 64, "verdict": "approved"}, 404),
        (ONE, {"hash": "0" * 64, "verdict": "perhaps"}, 400),
        (ONE, {}, 400),
    ],
)
async def test_what_no_page_of_ours_would_send_is_refused(
    office: Any, path: str, form: dict[str, str], status: int
) -> None:
    browser = await office.signed_in(Role.ADMIN)

    answer = await browser.post(path, form)

    assert answer.status == status
    assert await office.audit("approved") == []
