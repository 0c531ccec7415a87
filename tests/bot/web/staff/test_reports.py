"""The reports on the staff page: a period is chosen, counted, looked at, taken home, and finished once."""

import io
from typing import Any

import pytest
from docx import Document
from openpyxl import load_workbook
from sqlalchemy import insert

from handlers._requests.person import WARD_ROLES, Role
from storage.tables import Tdps, Units
from storage.tables_staff import Stated

LIST = "/can-bo/bao-cao"
KINDS = ("tai", "cong-khai")
READERS = {Role.STAFF, Role.POLICE, Role.APPROVER, Role.OBSERVER, Role.ADMIN}


async def made(browser: Any, period: str = "2025-12") -> str:
    """The path of a report that was just made."""
    answer = await browser.post(LIST, {"ky": period})
    assert answer.status == 303, answer.text
    return str(answer.to)


async def file_of(browser: Any, path: str) -> bytes:
    async with browser.session.get(browser.url + path) as got:
        assert got.status == 200
        assert "attachment" in got.headers["Content-Disposition"]
        return bytes(await got.read())


async def put_stated(office: Any) -> None:
    """A school with a name that is no formula, and what it states."""
    async with office.transaction() as tx:
        unit = {
            "kind": "school",
            "name": "=1+1 <b>Trường</b>",
            "valid_from": None,
            "valid_to": None,
        }
        (number,) = (
            await tx.connection.execute(insert(Units).values(unit).returning(Units.id))
        ).one()
        row = {
            "unit_id": number,
            "as_of": tx.today.replace(year=2025, month=1, day=1),
            "source": "Nhà trường",
            "document": "",
            "by": "os:lan",
            "at": tx.now,
        }
        for key, value in (("pupils", 1417), ("pupils_taught", 1402)):
            await tx.connection.execute(insert(Stated).values(row | {"key": key, "value": value}))


async def test_staff_reach_a_report_in_four_requests_and_its_three_files(office: Any) -> None:
    await put_stated(office)
    staff = await office.signed_in(Role.STAFF)

    listed = await staff.get(LIST)
    path = await made(staff)
    shown = await staff.get(path)

    assert "Kỳ báo cáo" in listed.text
    assert '1.402</td><td class="number">1.417</td><td class="number">98,94%' in shown.text
    assert "=1+1 &lt;b&gt;Trường&lt;/b&gt;" in shown.text
    paper = Document(io.BytesIO(await file_of(staff, f"{path}/tai/docx")))
    assert any("BÁO CÁO" in paragraph.text for paragraph in paper.paragraphs)
    book = load_workbook(io.BytesIO(await file_of(staff, f"{path}/tai/xlsx")))
    assert book["Theo đơn vị"]["A7"].value == "=1+1 <b>Trường</b>"
    assert book["Theo đơn vị"]["A7"].data_type == "s"
    assert "1.402/1.417, đạt 98,94%" in (await file_of(staff, f"{path}/tai/txt")).decode(
        "utf-8-sig"
    )


async def test_a_report_on_paper_is_in_the_audit_only_when_it_holds_names(office: Any) -> None:
    staff = await office.signed_in(Role.STAFF)
    path = await made(staff)

    await file_of(staff, f"{path}/tai/docx")

    assert await office.audit("names_seen") == []
    assert len(await office.audit("report_made")) == 1


async def test_everybodys_report_is_marked_and_leaves_out_a_school_of_which_few_were_taught(
    office: Any,
) -> None:
    await put_stated(office)
    async with office.transaction() as tx:
        await tx.connection.execute(
            Stated.__table__.update().where(Stated.key == "pupils_taught").values(value=3)
        )
    staff = await office.signed_in(Role.STAFF)
    path = await made(staff)

    own = (await file_of(staff, f"{path}/tai/txt")).decode("utf-8-sig")
    text = (await file_of(staff, f"{path}/cong-khai/txt")).decode("utf-8-sig")
    paper = Document(io.BytesIO(await file_of(staff, f"{path}/cong-khai/docx")))
    book = load_workbook(io.BytesIO(await file_of(staff, f"{path}/cong-khai/xlsx")))

    shown = (await staff.get(path)).text
    assert f"{path}/cong-khai/docx" in shown
    assert "số chung của toàn địa bàn giữ nguyên" in shown
    assert "3/1.417" in own
    assert "3/1.417" not in text
    assert text.startswith("DỰ THẢO – BẢN CÔNG KHAI")
    assert "BẢN CÔNG KHAI" in paper.sections[0].header.paragraphs[1].text
    assert not any(
        "Chưa có" in line.text and "từ 5 người" in line.text for line in paper.paragraphs
    )
    assert not any("Trường" in str(cell.value) for (cell,) in book["Theo đơn vị"]["A1:A20"])


async def test_a_report_is_finished_once_and_is_no_draft_afterwards(office: Any) -> None:
    staff = await office.signed_in(Role.STAFF)
    path = await made(staff)
    assert "DỰ THẢO" in (await staff.get(path)).text

    asked = await staff.get(f"{path}/chot")
    first = await staff.post(f"{path}/chot")
    second = await staff.post(f"{path}/chot")

    assert "Chốt báo cáo?" in asked.text
    assert (first.status, first.to) == (second.status, second.to) == (303, path)
    shown = await staff.get(path)
    assert "DỰ THẢO" not in shown.text
    assert "người chốt: Nguyễn Thị Lan" in shown.text
    assert len(await office.audit("report_final")) == 1


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "Chưa chọn kỳ báo cáo"),
        ({"ky": "2026-13"}, "Chưa chọn kỳ báo cáo"),
        ({"ky": "khac", "tu": "1/13/2026", "den": "2/2/2026"}, "Chưa chọn kỳ báo cáo"),
        ({"ky": "khac", "tu": "14/11/2025", "den": "15/10/2025"}, "đang sau ngày cuối kỳ"),
        ({"ky": "khac", "tu": "01/01/0001", "den": "02/02/0001"}, "Chưa chọn kỳ báo cáo"),
        ({"ky": "khac", "tu": "01/12/9999", "den": "31/12/9999"}, "Chưa chọn kỳ báo cáo"),
        ({"ky": "khac", "tu": "01/01/2099", "den": "02/01/2099"}, "chưa bắt đầu"),
        ({"ky": "khac", "tu": "01/01/2001", "den": "02/01/2025"}, "dài quá năm năm"),
    ],
)
async def test_a_period_that_cannot_be_is_said_in_one_sentence(
    office: Any, fields: dict[str, str], said: str
) -> None:
    staff = await office.signed_in(Role.STAFF)

    answer = await staff.post(LIST, fields)

    assert answer.status == 400
    assert said in answer.text


async def test_own_days_make_a_report_of_just_these_days(office: Any) -> None:
    staff = await office.signed_in(Role.STAFF)

    answer = await staff.post(LIST, {"ky": "khac", "tu": "01/11/2025", "den": "20/11/2025"})

    assert "Từ 01/11/2025 đến 20/11/2025" in (await staff.get(answer.to)).text


@pytest.mark.parametrize("role", WARD_ROLES)
async def test_who_reads_who_makes_and_who_sees_nothing(office: Any, role: Role) -> None:
    path = await made(await office.signed_in(Role.ADMIN))
    somebody = await office.signed_in(role)
    is_reader, is_maker = role in READERS, role in {Role.STAFF, Role.ADMIN}

    files = [f"{path}/{kind}/{form}" for kind in KINDS for form in ("docx", "xlsx", "txt")]
    for where in (LIST, path, *files):
        assert (await somebody.get(where)).status == (200 if is_reader else 403), where
    assert (await somebody.post(LIST, {"ky": "2025-12"})).status == (303 if is_maker else 403)
    assert (await somebody.post(f"{path}/chot")).status == (303 if is_maker else 403)
    assert ("Lập báo cáo" in (await somebody.get(LIST)).text) == is_maker


@pytest.mark.parametrize(
    "path",
    [
        "/can-bo/bao-cao/99",
        "/can-bo/bao-cao/x",
        "/can-bo/bao-cao/1/tai/pdf",
        "/can-bo/bao-cao/1/cong-khai/pdf",
        "/can-bo/bao-cao/99/cong-khai/docx",
        "/can-bo/bao-cao/99/chot",
    ],
)
async def test_what_is_not_there_is_not_found(office: Any, path: str) -> None:
    staff = await office.signed_in(Role.STAFF)
    await made(staff)

    assert (await staff.get(path)).status == 404


async def test_a_report_shows_the_place_of_the_ward_as_it_was_called(office: Any) -> None:
    staff = await office.signed_in(Role.STAFF)
    path = await made(staff)
    before = await staff.get(path)
    async with office.transaction() as tx:
        await tx.connection.execute(Tdps.__table__.update().values(name="Tên khác"))

    after = await staff.get(path)

    assert after.text == before.text
