"""Whatever somebody uploads: a list is read, anything else is one clear sentence."""

import io
import struct
import zipfile
from collections.abc import Callable

import pytest

from bot.lists.files import read_file
from bot.lists.sheets import MAX_BYTES, Odd, OddCell, Unreadable
from bot.lists.xlsx_file import MAX_UNPACKED_BYTES

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600


def packed(**parts: bytes) -> bytes:
    """A zip; names with “/” and “.” given with “__” and “_”."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
        for name, body in parts.items():
            package.writestr(name.replace("__", "/").replace("_xml", ".xml"), body)
    return made.getvalue()


def changed(body: bytes, name: str, part: bytes) -> bytes:
    """A workbook with one of its parts replaced."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as old, zipfile.ZipFile(made, "w") as new:
        for one in old.namelist():
            new.writestr(one, part if one == name else old.read(one))
    return made.getvalue()


NO_LISTS = {
    "nothing": (b"", "Tệp trống"),
    "blanks": (b" \r\n\t\n", "Tệp trống"),
    "old xls": (OLE, "đời cũ (.xls)"),
    "password": (OLE + "EncryptedPackage".encode("utf-16-le"), "có mật khẩu"),
    "pdf": (b"%PDF-1.7\n", "PDF"),
    "web page": (b"\r\n<html><table><tr><td>M\xc3\xa3", "trang web"),
    "picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "không phải Excel"),
    "too large": (b"a" * (MAX_BYTES + 1), "tối đa 3 MB"),
    "ods": (packed(content_xml=b"<x/>"), "LibreOffice (.ods)"),
    "docx": (packed(word__document_xml=b"<x/>"), "Word"),
    "xlsb": (packed(**{"xl__workbook.bin": b"x"}), ".xlsb"),
    "broken zip": (b"PK\x03\x04" + b"\0" * 200, "bị hỏng"),
    "no sheets": (packed(xl__workbook_xml=b"<workbook/>"), "bị hỏng"),
    "entities": (
        packed(xl__workbook_xml=b'<!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>'),
        "không an toàn",
    ),
    "entities in letters of two bytes": (
        packed(xl__workbook_xml='<!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>'.encode("utf-16")),
        "không an toàn",
    ),
    "bomb": (
        packed(xl__workbook_xml=b"<x/>", bomb_xml=b" " * (MAX_UNPACKED_BYTES + 1)),
        "quá lớn",
    ),
    "many parts": (
        packed(xl__workbook_xml=b"<x/>", **{f"part{n}": b"" for n in range(401)}),
        "quá lớn",
    ),
    "utf-16 cut short": (b"\xff\xfeM\x00\xe3", "Không đọc được chữ"),
    "quote left open": ('Mã;Tên\n1;"Tân Trung\n'.encode(), "ngoặc kép"),
}


@pytest.mark.parametrize("name", NO_LISTS)
def test_what_is_no_list_is_one_clear_sentence(name: str) -> None:
    body, words = NO_LISTS[name]

    with pytest.raises(Unreadable) as refused:
        read_file(body)

    assert words in str(refused.value)
    assert str(refused.value).endswith(".")


def test_a_workbook_cut_anywhere_is_refused_and_never_crashes(xlsx: Callable[..., bytes]) -> None:
    body = xlsx([["Mã", "Tên"], ["1", "Tân Trung"]])

    for end in range(4, len(body), 97):
        with pytest.raises(Unreadable):
            read_file(body[:end])


@pytest.mark.parametrize(
    "sheet",
    [
        b"<worksheet><sheetData><row r='x'/></sheetData></worksheet>",
        b"<worksheet><sheetData><row r='2000000'><c r='A2000000'><v>1</v></c></row></sheetData></worksheet>",
        b"no xml at all",
        b"",
    ],
)
def test_a_sheet_that_lies_is_refused_and_never_crashes(
    xlsx: Callable[..., bytes], sheet: bytes
) -> None:
    namespace = b"xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'"
    body = changed(
        xlsx([["Mã"]]),
        "xl/worksheets/sheet1.xml",
        sheet.replace(b"<worksheet>", b"<worksheet " + namespace + b">"),
    )

    with pytest.raises(Unreadable, match="bị hỏng"):
        read_file(body)


def test_what_a_sheet_says_of_its_own_size_is_not_believed(xlsx: Callable[..., bytes]) -> None:
    body = xlsx([["Mã", "Tên"], ["1", "Tân Trung"]])
    with zipfile.ZipFile(io.BytesIO(body)) as package:
        sheet = package.read("xl/worksheets/sheet1.xml")
    assert b'ref="A1:B2"' in sheet

    (read,) = read_file(changed(body, "xl/worksheets/sheet1.xml", sheet.replace(b"A1:B2", b"A1")))

    assert [tuple(filter(None, row)) for _, row in read.rows] == [("Mã", "Tên"), ("1", "Tân Trung")]


def test_rows_keep_their_numbers_and_blank_ones_are_left_out(xlsx: Callable[..., bytes]) -> None:
    (sheet,) = read_file(xlsx([["Mã"], [None], ["  "], ["a"]], merged=["A2:B3"]))

    assert [(number, row[0]) for number, row in sheet.rows] == [(1, "Mã"), (4, "a")]
    assert [(one.cells, one.first, one.last) for one in sheet.merged] == [("A2:B3", 2, 3)]


def test_hidden_sheets_are_not_read(xlsx: Callable[..., bytes]) -> None:
    sheets = read_file(xlsx([["Mã"]], sheets={"Cũ": [["x"]], "Khác": [["y"]]}, hidden=["Cũ"]))

    assert [one.name for one in sheets] == ["Danh sách", "Khác"]


def test_a_formula_counts_by_the_result_that_excel_left_beside_it(
    xlsx: Callable[..., bytes],
) -> None:
    body = xlsx([["Số"], ["=1+1"], ["=2+2"]])
    with zipfile.ZipFile(io.BytesIO(body)) as package:
        sheet = package.read("xl/worksheets/sheet1.xml")
    cached = sheet.replace(b"<f>1+1</f><v />", b"<f>1+1</f><v>2</v>")
    cached = cached.replace(b"<f>1+1</f><v></v>", b"<f>1+1</f><v>2</v>")
    assert cached != sheet

    (read,) = read_file(changed(body, "xl/worksheets/sheet1.xml", cached))

    assert [row[0] for _, row in read.rows] == ["Số", 2, OddCell(Odd.FORMULA, "=2+2")]


def test_an_error_of_excel_is_no_value(xlsx: Callable[..., bytes]) -> None:
    (read,) = read_file(xlsx([["#N/A"], [True], ["Ta\u0302n  Trung\u200b"]]))

    assert [row[0] for _, row in read.rows] == [OddCell(Odd.ERROR, "#N/A"), "TRUE", "Tân Trung"]


@pytest.mark.parametrize("code", ["utf-8", "utf-8-sig", "utf-16", "cp1258"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_csv_is_read_in_every_writing_of_excel(
    csv_text: Callable[..., str], code: str, separator: str
) -> None:
    rows = [["Mã", "Tên"], ["TT-01", "Phổ Yên; một, hai"], ["TT-02", "Đồng Bẩm"]]
    body = decomposed(csv_text(rows, separator)).encode(code)

    found = read_file(body)

    assert [[list(row) for _, row in one.rows] for one in found].count(rows) == 1


def decomposed(text: str) -> str:
    """The same with the tones as letters of their own, as the old code page has them."""
    pairs = {"ổ": "ô\u0309", "ộ": "ô\u0323", "ẩ": "â\u0309", "ồ": "ô\u0300", "ã": "a\u0303"}
    return "".join(pairs.get(letter, letter) for letter in text)


def test_a_first_line_that_names_the_separator_is_no_row() -> None:
    found = read_file("sep=;\r\nMã;Tên\r\n1;Tân, Trung\r\n".encode())

    assert [(2, ("Mã", "Tên")), (3, ("1", "Tân, Trung"))] in [list(one.rows) for one in found]


def test_a_formula_in_csv_is_never_a_value() -> None:
    (sheet,) = read_file(b'Ma;Ten\r\n1;=HYPERLINK("http://x")\r\n')

    assert sheet.rows[1][1][1] == OddCell(Odd.FORMULA, '=HYPERLINK("http://x")')


def test_a_zip_that_lies_about_the_size_of_a_part_unpacks_to_no_more_than_it_said(
    xlsx: Callable[..., bytes],
) -> None:
    body = bytearray(packed(xl__workbook_xml=b" " * 1_000_000))
    at = body.index(b"PK\x01\x02")
    struct.pack_into("<I", body, at + 24, 10)  # the central directory's own idea of it

    with pytest.raises(Unreadable):
        read_file(bytes(body))
