"""`hocso import`: a list is shown first, taken over whole, and every wrong row is named."""

import io
import json
import stat
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest

TDPS = """Mã;Tên;Số;Phường cũ
TT-01;Tân Trung;1;Đông Cao
TT-02;Phù Lôi;2;Thuận Thành
"""
MEMBERS = (
    ("Vai trò", "Họ tên", "Nơi làm việc", "Mã tổ"),
    ("Tổ trưởng", "Dương Văn Sáu", "TDP Tân Trung", "TT-01"),
    ("Cán bộ phường", "Nguyễn Thị Lan", "Phòng VH-XH", None),
)


def put(box, name: str, text: str) -> str:
    file = box.folder / name
    file.write_text(text, encoding="utf-8")
    return str(file)


def put_xlsx(box, name: str, rows: Sequence[Sequence[object]]) -> str:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    made = io.BytesIO()
    book.save(made)
    (box.folder / name).write_bytes(made.getvalue())
    return str(box.folder / name)


def labels(box) -> list[str]:
    """The TDPs of today."""
    done = box.call("report", "--by", "tdp", "--format", "json")
    assert done.code == 0, done.err
    return [line["label"] for line in json.loads(done.out)["lines"]]


def test_a_trial_shows_every_change_and_writes_nothing(box) -> None:
    before = labels(box)

    done = box.call("import", "tdps", put(box, "to.csv", TDPS), "--thu")

    assert (done.code, done.err) == (0, "")
    assert "mới  TT-01 Tân Trung (Tên: Tân Trung; Số: 1; Phường cũ: Đông Cao)" in done.out
    assert "hết  mau-01 mẫu Tân Trung (Đến ngày: " in done.out
    assert done.out.endswith("Tổ dân phố: 2 mới, 8 hết.\nMới xem thử, chưa ghi gì.\n")
    assert labels(box) == before


def test_the_wards_own_list_takes_the_place_of_the_sample_names_once(box) -> None:
    file = put(box, "to.csv", TDPS)

    first, again = box.call("import", "tdps", file), box.call("import", "tdps", file)

    assert first.out.endswith("Đã nhận danh sách.\n")
    assert again.out == (
        "Tổ dân phố: không có gì thay đổi, cả 2 dòng đã có.\nKhông có gì để ghi.\n"
    )
    assert labels(box) == ["Tân Trung", "Phù Lôi"]
    assert "tệp tdps.csv không còn dùng" in box.call("check").out


def test_people_of_a_merged_tdp_are_counted_before_they_move(learnt) -> None:
    file = put(
        learnt,
        "to.csv",
        TDPS.replace("cũ\n", "cũ;Nhập vào mã\n") + "mau-03;mẫu Phù Lôi;;;TT-02\n",
    )

    done = learnt.call("import", "tdps", file)

    assert "Lưu ý: 1 người ở mau-03 mẫu Phù Lôi chuyển sang TT-02 Phù Lôi." in done.out
    assert labels(learnt) == ["mẫu Phù Lôi", "Tân Trung", "Phù Lôi"]  # what was learnt there stays


def test_every_wrong_row_is_said_at_once_and_nothing_is_written(box) -> None:
    wrong = (
        "Mã;Tên;Đến ngày;Nhập vào mã\n;Tân Trung;31/6/2026;\nTT-02;Phù Lôi;;TT-09\nTT-02;Chợ;;\n"
    )

    done = box.call("import", "tdps", put(box, "to.csv", wrong))

    assert (done.code, done.out) == (2, "")
    assert done.err.splitlines() == [
        "Dòng 2, cột “Mã”: Còn để trống. Điền vào ô này.",
        "Dòng 2, cột “Đến ngày”: “31/6/2026”: không có ngày này. Ghi ngày/tháng/năm, ví dụ 30/11/2026.",
        "Dòng 4, cột “Mã”: “TT-02” đã có ở dòng 3. Mỗi dòng ghi một thứ khác nhau, bỏ bớt một dòng.",
        "Chưa nhận gì: 3 lỗi phải sửa trong tệp.",
    ]
    assert "mẫu Tân Trung" in "".join(labels(box))


def test_a_template_is_made_filled_in_and_taken(box) -> None:
    file = box.folder / "mau.xlsx"
    assert box.call_bare("import", "tasks", str(file), "--mau").code == 0
    book = openpyxl.load_workbook(file)
    sheet = book["Danh sách"]
    for place, value in enumerate(("1.10", "Mở lớp", "VH-XH", "Đoàn", "Quý IV/2026"), start=1):
        sheet.cell(3, place).value = value
    book.save(file)

    done = box.call("import", "tasks", str(file))

    assert "mới  1.10 Mở lớp (Nội dung: Mở lớp; Chủ trì: VH-XH; Phối hợp: Đoàn; " in done.out
    assert "Thời gian: 31/12/2026" in done.out


def test_a_list_of_members_leaves_one_sheet_that_only_its_owner_may_read(box) -> None:
    assert box.call("import", "tdps", put(box, "to.csv", TDPS)).code == 0
    file, sheet = put_xlsx(box, "to.xlsx", MEMBERS), box.folder / "to-ma-moi.pdf"

    first = box.call("import", "members", file)

    assert first.code == 0, first.err
    assert "In ra, phát tận tay, rồi xóa tệp này." in first.out
    assert sheet.read_bytes().startswith(b"%PDF")
    assert stat.S_IMODE(sheet.stat().st_mode) == 0o600
    assert box.call("import", "members", file).code == 2  # the sheet is still there
    sheet.unlink()
    again = box.call("import", "members", file)
    assert again.out.endswith("Không có gì để ghi.\n")
    assert not sheet.exists()


def test_nobody_is_invited_when_the_sheet_cannot_be_written(box) -> None:
    assert box.call("import", "tdps", put(box, "to.csv", TDPS)).code == 0
    file = put_xlsx(box, "to.xlsx", MEMBERS)
    nowhere = str(box.folder / "khong-co" / "to.pdf")

    refused = box.call("import", "members", file, "--to", nowhere)

    assert (refused.code, "Không ghi được" in refused.err) == (2, True)
    assert "mới  Dương Văn Sáu" in box.call("import", "members", file, "--thu").out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("import", "tpds", "x.csv"), "LOẠI không nhận “tpds”. Chọn một trong: tdps, members"),
        (("import", "tdps", "khong-co.csv"), "Không đọc được khong-co.csv"),
        (("import", "tdps"), "Còn thiếu TỆP"),
        (("import", "tdps", __file__, "--mau"), "Đã có tệp"),
    ],
    ids=str,
)
def test_a_wrong_command_is_one_sentence(box, arguments: tuple[str, ...], words: str) -> None:
    done = box.call(*arguments)

    assert (done.code, done.out) == (2, "")
    assert words in done.err
    assert len(done.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("body", "words"),
    [(b"%PDF-1.7", "Tệp này là PDF"), (b"", "Tệp trống"), (b"x" * (3 * 2**20 + 1), "nặng 3 MB")],
    ids=["pdf", "empty", "large"],
)
def test_a_file_that_is_no_list_is_one_sentence(box, body: bytes, words: str) -> None:
    (box.folder / "to.xlsx").write_bytes(body)

    done = box.call("import", "tdps", str(box.folder / "to.xlsx"))

    assert (done.code, words in done.err, len(done.err.splitlines())) == (2, True, 1)


HALF_WAY = """
import asyncio, sys
from pathlib import Path
from bot.commands._frame import administrator
from bot.config import load_config
from bot.house import now, open_ward
from bot.lists.taking import read_upload
from handlers._requests.lists import ImportList, ListImported, ListKind
from storage import perform

async def main(folder):
    upload = read_upload(ListKind.TDPS, (folder / "to.csv").read_bytes())
    async with open_ward(load_config(folder / "config.yaml", folder / "data")) as ward:
        async with ward.database.transaction(now()) as tx:
            done = await perform(tx, administrator(), ImportList(ListKind.TDPS, upload.parsed.lines))
            print(isinstance(done, ListImported), flush=True)
            sys.stdin.read()

asyncio.run(main(Path(sys.argv[1])))
"""


@pytest.mark.crash
def test_killed_in_the_middle_an_import_leaves_nothing(box) -> None:
    before = labels(box)
    put(box, "to.csv", TDPS)
    command = [sys.executable, "-c", HALF_WAY, str(box.folder)]
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "True\n"

    process.kill()
    process.communicate()

    assert labels(box) == before
    assert "hocso import tdps" in box.call("check").out
