"""Lists on the staff page: what would change is shown first; what was shown is what is written."""

import html
import io
import re
from typing import Any

import aiohttp
import openpyxl
import pytest
from sqlalchemy import func, select, update

from handlers._requests.person import Role
from storage.tables import Tdps
from storage.tables_staff import Invites, Stated

LIST = "/can-bo/danh-sach"
FIGURES = f"{LIST}/so-lieu"
OWN = "Mã;Tên;Số;Phường cũ;Nhập vào mã\nt1;Tân Trung;1;Đông Cao;\nt9;Chợ Mới;9;;\n"
MEMBERS = "Vai trò;Họ tên;Nơi làm việc;Mã tổ\nTổ trưởng;Dương Văn Sáu;TDP;t1\n"
PLACES = [
    f"{LIST}",
    f"{LIST}/tdps",
    f"{LIST}/tdps/mau",
    FIGURES,
    f"{FIGURES}/vneid",
    "/can-bo/nhiem-vu",
]


def upload(text: str | bytes, name: str = "to.csv") -> aiohttp.FormData:
    """A chosen file, as a browser posts it."""
    form = aiohttp.FormData()
    body = text if isinstance(text, bytes) else text.encode()
    form.add_field("tep", body, filename=name, content_type="text/csv")
    return form


def agreed(text: str) -> dict[str, str]:
    """The hidden fields of a page that shows what would change."""
    fields = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', text)
    return {name: html.unescape(value) for name, value in fields}


async def names(office: Any) -> list[str]:
    async with office.transaction() as tx:
        return list((await tx.connection.execute(select(Tdps.name).order_by(Tdps.id))).scalars())


async def numbers(office: Any, table: Any) -> int:
    async with office.transaction() as tx:
        return int(await tx.connection.scalar(select(func.count()).select_from(table)) or 0)


async def test_a_list_is_shown_first_and_written_by_the_second_press(office: Any) -> None:
    lan = await office.signed_in(Role.STAFF)

    shown = await lan.post(f"{LIST}/tdps/thu", upload(OWN))

    assert shown.status == 200
    assert "Xem thử: 1 mới, 1 giữ nguyên" in shown.text
    assert "2 tổ không có trong tệp, giữ nguyên: t2 Tân Trung, t3 Phù Lôi." in shown.text
    assert "Chợ Mới" not in await names(office)

    done = await lan.post(f"{LIST}/tdps/nhan", agreed(shown.text))

    assert "Đã nhận danh sách: 1 mới, 1 giữ nguyên." in done.text
    assert "Chợ Mới" in await names(office)
    again = await lan.post(f"{LIST}/tdps/thu", upload(OWN))
    assert "không có gì thay đổi, cả 2 dòng đã có" in again.text


async def test_a_tdp_that_is_merged_takes_its_heirs_name_for_an_answer(office: Any) -> None:
    lan = await office.signed_in(Role.STAFF)

    shown = await lan.post(f"{LIST}/tdps/thu", upload(f"{OWN}t3;Phù Lôi;;;t9\n"))

    assert "Nhập vào mã: t9" in shown.text


async def test_every_wrong_cell_stands_in_one_table(office: Any) -> None:
    lan = await office.signed_in(Role.STAFF)
    wrong = "Mã;Tên;Nhập vào mã\n;Tân Trung;\nt3;Phù Lôi;t7\n"

    shown = await lan.post(f"{LIST}/tdps/thu", upload(wrong))

    assert shown.status == 422
    assert "Chưa ghi gì: 1 chỗ phải sửa trong tệp." in shown.text
    assert "Còn để trống. Điền vào ô này." in shown.text
    assert agreed(shown.text) == {}


async def test_what_changed_since_it_was_shown_is_shown_again_and_not_written(office: Any) -> None:
    lan = await office.signed_in(Role.STAFF)
    shown = await lan.post(f"{LIST}/tdps/thu", upload(OWN))
    async with office.transaction() as tx:
        await tx.connection.execute(update(Tdps).where(Tdps.code == "t1").values(number="7"))

    late = await lan.post(f"{LIST}/tdps/nhan", agreed(shown.text))

    assert "Dữ liệu vừa đổi sau lần xem trước nên chưa ghi gì." in late.text
    assert "Chợ Mới" not in await names(office)
    done = await lan.post(f"{LIST}/tdps/nhan", agreed(late.text))
    assert "Đã nhận danh sách" in done.text


@pytest.mark.parametrize(
    "change",
    [{"dau": "0" * 64}, {"dau": ""}, {"noi-dung": "bcOjO1TDqm4K"}],
    ids=["another seal", "no seal", "another file"],
)
async def test_a_page_that_was_tampered_with_writes_nothing(
    office: Any, change: dict[str, str]
) -> None:
    lan = await office.signed_in(Role.STAFF)
    shown = await lan.post(f"{LIST}/tdps/thu", upload(OWN))

    await lan.post(f"{LIST}/tdps/nhan", agreed(shown.text) | change)

    assert "Chợ Mới" not in await names(office)


@pytest.mark.parametrize("sent", [{}, {"noi-dung": "***"}, {"noi-dung": ""}], ids=str)
async def test_a_second_step_without_a_file_is_refused(office: Any, sent: dict[str, str]) -> None:
    lan = await office.signed_in(Role.STAFF)

    assert (await lan.post(f"{LIST}/tdps/nhan", sent)).status in {400, 422}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"%PDF-1.7", "Tệp này là PDF"),
        (b"PK\x03\x04" + b"\0" * 99, "bị hỏng"),
        ('Mã;Tên\n1;"Tân'.encode(), "ngoặc kép"),
    ],
    ids=["pdf", "broken", "quote"],
)
async def test_a_file_that_is_no_list_is_said_beside_its_field(
    office: Any, body: bytes, words: str
) -> None:
    lan = await office.signed_in(Role.STAFF)

    shown = await lan.post(f"{LIST}/units/thu", upload(body))

    assert (shown.status, words in shown.text) == (422, True)
    assert 'aria-invalid="true"' in shown.text


async def test_no_file_chosen_is_said_beside_its_field(office: Any) -> None:
    lan = await office.signed_in(Role.STAFF)

    assert "Chưa chọn tệp." in (await lan.post(f"{LIST}/units/thu", {"tep": ""})).text


async def test_what_stands_in_a_list_is_shown_as_text_and_never_as_markup(office: Any) -> None:
    lan = await office.signed_in(Role.STAFF)

    shown = await lan.post(f"{LIST}/units/thu", upload('Loại,Tên\nCơ quan,"<b onclick=x>"\n'))

    assert "&lt;b onclick=x&gt;" in shown.text
    assert "<b onclick" not in shown.text


async def test_the_template_is_a_workbook_with_the_heads(office: Any) -> None:
    lan = await office.signed_in(Role.STAFF)

    async with lan.session.get(f"{lan.url}{LIST}/schools/mau") as got:
        book = openpyxl.load_workbook(io.BytesIO(await got.read()))
        saved_as = got.headers["Content-Disposition"]

    assert book["Danh sách"]["A1"].value == "Trường"
    assert "mau-schools.xlsx" in saved_as


async def test_a_list_of_members_is_answered_by_the_sheet_to_print(office: Any) -> None:
    lan = await office.signed_in(Role.STAFF)
    shown = await lan.post(f"{LIST}/members/thu", upload(MEMBERS))
    assert "Mã chỉ hiện một lần này" in shown.text

    where = f"{lan.url}{LIST}/members/nhan"
    from_here = {"Sec-Fetch-Site": "same-origin"}
    async with lan.session.post(where, data=agreed(shown.text), headers=from_here) as got:
        sheet = await got.read()

    assert (got.status, got.content_type, sheet[:4]) == (200, "application/pdf", b"%PDF")
    assert await numbers(office, Invites) == 1
    again = await lan.post(f"{LIST}/members/nhan", agreed(shown.text))
    assert "Tệp này đã được nhận rồi, không có gì để ghi." in again.text
    assert await numbers(office, Invites) == 1


async def test_a_kind_nobody_knows_is_not_there(office: Any) -> None:
    lan = await office.signed_in(Role.STAFF)

    assert (await lan.get(f"{LIST}/voters")).status == 404
    assert (await lan.post(f"{LIST}/voters/thu", upload(OWN))).status == 404


@pytest.mark.parametrize(
    "role", [Role.TEAM, Role.HEAD, Role.POLICE, Role.APPROVER, Role.OBSERVER], ids=str
)
async def test_only_staff_and_admin_come_to_lists_numbers_and_tasks(
    office: Any, role: Role
) -> None:
    tdp = 1 if role in {Role.TEAM, Role.HEAD} else None
    browser = await office.signed_in(role, tdp)

    assert [(await browser.get(place)).status for place in PLACES] == [403] * len(PLACES)
    assert (await browser.post(f"{LIST}/tdps/thu", upload(OWN))).status == 403
    assert (await browser.post(f"{LIST}/tdps/nhan", {})).status == 403
    assert (await browser.post(FIGURES, {"loai": "vneid"})).status == 403


async def test_an_upload_from_another_site_is_refused_before_it_is_read(office: Any) -> None:
    lan = await office.signed_in(Role.STAFF)

    got = await lan.post(f"{LIST}/tdps/thu", upload(OWN), **{"Sec-Fetch-Site": "cross-site"})

    assert got.status == 403


# ---------------------------------------------------------------- numbers typed in

VNEID = {
    "loai": "vneid",
    "noi": "phuong",
    "so": "25.736",
    "ngay": "30/6/2026",
    "nguon": "Công an phường",
    "van-ban": "12/BC-CAP ngày 30/6/2026",
}


async def test_a_number_is_typed_in_with_its_document_and_stands_in_the_list(office: Any) -> None:
    lan = await office.signed_in(Role.STAFF)

    done = await lan.post(FIGURES, VNEID)

    label = "Người được xác nhận đạt phổ cập trên VNeID"
    assert f"Đã ghi số mới của “{label}”." in done.text
    assert re.search(r">25\.736</td>.*>30/06/2026</td>.*>12/BC-CAP ngày 30/6/2026</td>", done.text)
    assert "12/BC-CAP ngày 30/6/2026" in (await lan.get(f"{FIGURES}/vneid")).text
    assert "Số này đã có rồi." in (await lan.post(FIGURES, VNEID)).text
    assert await numbers(office, Stated) == 1


async def test_a_number_of_a_tdp_may_be_more_than_all_and_is_flagged(office: Any) -> None:
    lan = await office.signed_in(Role.STAFF)
    await lan.post(FIGURES, VNEID | {"loai": "adults", "noi": "tdp-1", "so": "100"})

    flagged = await lan.post(FIGURES, VNEID | {"so": "101"})

    assert "Số này lớn hơn tổng số 100." in flagged.text
    assert "lớn hơn tổng số 100</td>" in flagged.text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"so": ""}, "Ghi số nguyên từ 0 trở lên"),
        ({"so": "-1"}, "Ghi số nguyên từ 0 trở lên"),
        ({"so": "12,5"}, "Ghi số nguyên từ 0 trở lên"),
        ({"ngay": ""}, "Ghi đủ ngày/tháng/năm"),
        ({"ngay": "1/1/2099"}, "Ngày này chưa tới."),
        ({"nguon": ""}, "Ghi cơ quan cung cấp số liệu"),
        ({"loai": "voters"}, "Chọn một loại số liệu."),
        ({"noi": "tdp-1"}, "không tính cho nơi đã chọn"),
        ({"noi": "tdp-x"}, "Chọn một nơi."),
        ({"noi": f"unit-{'9' * 30}", "loai": "pupils"}, "Chọn một nơi."),
        ({"noi": "unit-99", "loai": "pupils"}, "không tính cho nơi đã chọn"),
        ({"loai": "pupils"}, "Số này do từng đơn vị báo."),
    ],
    ids=str,
)
async def test_a_wrong_number_is_said_beside_its_field_and_what_was_typed_stays(
    office: Any, change: dict[str, str], words: str
) -> None:
    lan = await office.signed_in(Role.STAFF)

    got = await lan.post(FIGURES, VNEID | change)

    assert (got.status, words in got.text) == (422, True)
    assert "12/BC-CAP ngày 30/6/2026" in got.text
    assert await numbers(office, Stated) == 0


async def test_a_published_number_without_its_document_is_refused_beside_that_field(
    office: Any,
) -> None:
    lan = await office.signed_in(Role.STAFF)

    got = await lan.post(FIGURES, VNEID | {"van-ban": " "})

    assert (got.status, "Ghi số và ngày văn bản công bố" in got.text) == (422, True)
    assert await numbers(office, Stated) == 0


async def test_a_history_of_nothing_known_is_not_there(office: Any) -> None:
    lan = await office.signed_in(Role.STAFF)

    assert (await lan.get(f"{FIGURES}/voters")).status == 404


# ---------------------------------------------------------------- the plan's tasks

TASKS = "/can-bo/nhiem-vu"
PLAN = """Mã;Nội dung;Chủ trì;Thời gian
1.1;Mở lớp;Phòng VH-XH;01/02/2026
1.2;Phát loa;Trung tâm DVTH;31/12/2099
1.3;Trực;Tổ công nghệ số;Thường xuyên
"""


async def planned(office: Any) -> Any:
    """A browser of staff, with a plan of three tasks taken over."""
    lan = await office.signed_in(Role.STAFF)
    shown = await lan.post(f"{LIST}/tasks/thu", upload(PLAN))
    await lan.post(f"{LIST}/tasks/nhan", agreed(shown.text))
    return lan


async def test_late_tasks_come_first_marked_in_words_and_colour(office: Any) -> None:
    lan = await planned(office)

    page = await lan.get(TASKS)

    assert "1 nhiệm vụ đã quá hạn." in page.text
    assert re.search(r'class="notice bad">Chậm \d+ ngày, hạn 01/02/2026', page.text)
    order = [page.text.index(one) for one in ("1.1 Mở lớp", "1.2 Phát loa", "1.3 Trực")]
    assert order == sorted(order)


async def test_a_task_is_marked_done_with_day_and_note_and_taken_back(office: Any) -> None:
    lan = await planned(office)
    typed = {"ma": "1.1", "ngay": "2026-02-03", "ghi-chu": "48 người <b>"}

    done = await lan.post(f"{TASKS}/xong", typed)

    assert "Đã ghi: nhiệm vụ 1.1 xong." in done.text
    assert "Xong ngày 03/02/2026, <strong>chậm 2 ngày</strong>." in done.text
    assert "48 người &lt;b&gt;" in done.text
    assert "Không có nhiệm vụ nào quá hạn." in done.text
    back = await lan.post(f"{TASKS}/lam-lai", {"ma": "1.1"})
    assert "1 nhiệm vụ đã quá hạn." in back.text


@pytest.mark.parametrize(
    ("typed", "status", "words"),
    [
        ({"ma": "1.1", "ngay": "30/6"}, 422, "Nhiệm vụ 1.1: Ghi đủ ngày/tháng/năm"),
        ({"ma": "1.1", "ngay": "2099-01-01"}, 422, "Nhiệm vụ 1.1: Ngày này chưa tới."),
        ({"ma": "9.9", "ngay": "2026-01-01"}, 404, ""),
        ({}, 404, ""),
    ],
    ids=str,
)
async def test_a_task_is_not_done_on_a_day_that_cannot_be(
    office: Any, typed: dict[str, str], status: int, words: str
) -> None:
    lan = await planned(office)

    got = await lan.post(f"{TASKS}/xong", typed)

    assert (got.status, words in got.text) == (status, True)
    assert (await lan.post(f"{TASKS}/lam-lai", {"ma": "9.9"})).status == 404
