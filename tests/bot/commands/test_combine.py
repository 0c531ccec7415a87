"""`hocso combine` and `hocso report --exchange`: from a frozen report to a workbook over communes."""

import io
import json
from pathlib import Path

import openpyxl
import pytest

from bot.reports.exchange import _checksum

LIST = "Mã,Tên xã\n05899,phường Trung Thành\n05431,xã Đại Từ\n"
FIGURE = {
    "code": "C2",
    "target": "c",
    "title": "Người học đủ các bài cốt lõi",
    "measure": "share",
    "counted": "người",
    "numerator": 184,
    "counted_from": "đếm trên hệ thống",
    "counted_on": "2026-11-14",
    "denominator": 28140,
    "source": "Công an phường",
    "as_of": "2026-11-01",
}


def sent(folder: Path, code: str, *, name: str = "", **more: object) -> Path:
    document = {
        "format": "hocso-so-lieu",
        "version": 1,
        "ward_code": code,
        "ward": f"xã {code}",
        "is_sample": False,
        "period": {"kind": "month", "since": "2026-10-15", "until": "2026-11-14"},
        "definitions": {"version": 1, "hash": "ab"},
        "cut_off": "2026-11-15T08:00:00+07:00",
        "made_at": "2026-11-20T16:31:00+07:00",
        "indicators": [FIGURE],
        **more,
    }
    file = folder / (name or f"{code}.json")
    file.write_text(json.dumps({**document, "checksum": _checksum(document)}), encoding="utf-8")
    return file


@pytest.fixture
def office(box, tmp_path: Path):
    """The computer of the office above: a list of two communes, and a folder of what they sent."""
    (tmp_path / "nhan").mkdir()
    (tmp_path / "danh-sach.csv").write_text(LIST, encoding="utf-8")
    return box


def combine(office, *files: object):
    there = office.folder
    given = files or (there / "nhan",)
    to = ("--expected", str(there / "danh-sach.csv"), "--xlsx", str(there / "tong-hop.xlsx"))
    return office.call_bare("combine", *map(str, given), *to)


def total(office) -> list[object]:
    book = openpyxl.load_workbook(office.folder / "tong-hop.xlsx")
    return [cell.value for cell in book["Tổng hợp"][6]]


def test_a_folder_of_files_becomes_one_workbook(office) -> None:
    for code in ("05899", "05431"):
        sent(office.folder / "nhan", code)

    done = combine(office)

    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == [
        "Kỳ 15/10/2026–14/11/2026, mã cách tính 1-ab.",
        f"Đã cộng 2 trên 2 xã, phường: {office.folder}/tong-hop.xlsx",
    ]
    assert total(office)[3:5] == [368, 56280]


def test_who_is_missing_and_what_is_wrong_is_printed_as_well(office) -> None:
    sent(office.folder / "nhan", "05899")
    (office.folder / "nhan" / "05431.json").write_text('{"format":')

    done = combine(office)

    assert done.code == 0
    assert "Thiếu: 05431 xã Đại Từ, có lẽ là 05431.json, không đọc được." in done.out
    assert "Không đọc được: 05431.json, nội dung tệp hỏng ở dòng 1, cột 11." in done.out


def test_a_pattern_that_no_shell_has_opened_is_opened_here(office) -> None:
    sent(office.folder / "nhan", "05899", name="gui-05899.json")
    sent(office.folder / "nhan", "05431", name="khac.json")

    done = combine(office, office.folder / "nhan" / "gui-*.json")

    assert "Đã cộng 1 trên 2" in done.out


def test_a_file_named_twice_is_read_once(office) -> None:
    file = sent(office.folder / "nhan", "05899")

    done = combine(office, file, office.folder / "nhan", file)

    assert "Đã cộng 1 trên 2" in done.out
    assert "Gửi trùng" not in done.out


def test_a_file_that_is_not_there_is_a_fault_of_its_own(office) -> None:
    done = combine(office, sent(office.folder / "nhan", "05899"), office.folder / "khong-co.json")

    assert "Không đọc được: khong-co.json, không mở được (No such file or directory)." in done.out


def test_nothing_to_add_is_a_failed_check_with_a_workbook_that_says_why(office) -> None:
    (office.folder / "nhan" / "x.json").write_text("?")

    done = combine(office)

    assert done.code == 1
    book = openpyxl.load_workbook(office.folder / "tong-hop.xlsx")
    assert book["Lỗi"]["A6"].value == "x.json"


def test_many_faults_are_counted_and_not_all_printed(office) -> None:
    sent(office.folder / "nhan", "05899")
    for number in range(30):
        (office.folder / "nhan" / f"x{number:02}.json").write_text("?")

    done = combine(office)

    assert done.out.count("Không đọc được") == 20
    assert "Còn 10 dòng nữa, xem trang “Chưa gửi” và “Lỗi”" in done.out


def test_figures_of_made_up_wards_are_announced_as_such(office) -> None:
    sent(office.folder / "nhan", "05899", is_sample=True)

    done = combine(office)

    assert done.err.startswith("DỮ LIỆU MẪU")


@pytest.mark.parametrize("name", ["mau.xlsx", "mau.csv"])
def test_an_empty_list_to_fill_in_is_written_on_request(office, name: str) -> None:
    file = office.folder / name

    done = office.call_bare("combine", "--mau", str(file))

    assert (done.code, done.err) == (0, "")
    text = file.read_bytes()
    heads = (
        [cell.value for cell in openpyxl.load_workbook(io.BytesIO(text)).active[1]]
        if name.endswith("xlsx")
        else text.decode("utf-8-sig").strip().replace('"', "").split(",", 1)
    )
    assert heads == ["Mã", "Tên xã, phường"]


def test_wrong_words_are_one_sentence_and_write_nothing(office) -> None:
    there = office.folder
    file = str(sent(there / "nhan", "05899"))
    to = ("--xlsx", str(there / "tong-hop.xlsx"))
    (there / "hong.csv").write_text("a,b\n", encoding="utf-8")
    cases = {
        ("combine", file): "Ghi cả --expected TỆP và --xlsx TỆP.",
        ("combine", "--expected", str(there / "danh-sach.csv"), *to): "Chưa có tệp nào.",
        ("combine", file, "--expected", str(there / "khong.csv"), *to): "Không mở được",
        (
            "combine",
            file,
            "--expected",
            str(there / "hong.csv"),
            *to,
        ): f"{there}/hong.csv: Không thấy",
    }
    for words, sentence in cases.items():
        done = office.call_bare(*words)

        assert (done.code, done.out) == (2, "")
        assert done.err.startswith(sentence)
        assert len(done.err.splitlines()) == 1
    assert not (there / "tong-hop.xlsx").exists()


def test_a_workbook_that_cannot_be_written_is_told_in_one_sentence(office) -> None:
    sent(office.folder / "nhan", "05899")
    (office.folder / "tong-hop.xlsx").mkdir()

    done = combine(office)

    assert done.code == 2
    assert "Tệp đang mở bằng Excel thì đóng lại" in done.err


# ---------------------------------------------------------------- from a ward to the office above


def test_a_ward_without_a_report_is_told_where_to_make_one(learnt) -> None:
    done = learnt.call("report", "--exchange", str(learnt.folder / "05899.json"))

    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("Chưa có báo cáo nào của kỳ này.")
    assert not (learnt.folder / "05899.json").exists()


def test_a_report_that_does_not_exist_is_told_by_its_number(learnt) -> None:
    done = learnt.call("report", "--exchange", str(learnt.folder / "x.json"), "--report", "7")

    assert (done.code, done.err) == (2, "Không có báo cáo số 7. Bỏ --report để lấy bản mới nhất.\n")


def test_people_are_never_listed_in_a_public_table(learnt) -> None:
    done = learnt.call("report", "--public", "--by", "person")

    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("--public không in danh sách người.")


def test_a_public_table_of_one_learner_has_its_total_and_no_line(learnt) -> None:
    shown = json.loads(learnt.call("report", "--public", "--format", "json").out)

    assert (shown["is_public"], shown["lines"]) == (True, [])
    assert shown["total"]["started_visits"] == 1
    assert "Bản công khai" in learnt.call("report", "--public").out
