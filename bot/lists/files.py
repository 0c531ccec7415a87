"""What kind of file it is, by its first bytes: its name may say anything."""

from bot.lists.csv_file import read_csv
from bot.lists.sheets import MAX_BYTES, Sheet, Unreadable, size

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_TEXT_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_SAVE_AS = "Mở tệp, chọn Lưu thành (Save As), kiểu “Excel Workbook (*.xlsx)”, rồi tải tệp mới lên."
_MARKUP = (b"<html", b"<!doctype", b"<table", b"<?xml", b"<meta")


def read_file(body: bytes) -> tuple[Sheet, ...]:
    """Return the sheets of a file; of a csv file one for each way to part its columns.

    Raises:
        Unreadable: it is too large, broken, locked or no list at all.
    """
    if len(body) > MAX_BYTES:
        raise Unreadable(
            f"Tệp nặng {size(len(body))}, tối đa {size(MAX_BYTES)}. Bỏ ảnh và trang tính không cần, "
            "hoặc chia danh sách làm nhiều tệp."
        )
    if not body.strip(b"\0 \r\n\t"):
        raise Unreadable("Tệp trống. Chọn lại đúng tệp có danh sách.")
    if body.startswith(_ZIP):
        from bot.lists.xlsx_file import read_xlsx  # noqa: PLC0415 - loads openpyxl: not at the start

        return read_xlsx(body)
    _refuse_what_is_no_list(body)
    return read_csv(body)


def _refuse_what_is_no_list(body: bytes) -> None:
    if body.startswith(_OLE):
        if _ENCRYPTED in body:
            raise Unreadable(
                "Tệp Excel này có mật khẩu. Mở tệp, bỏ mật khẩu (Tệp – Thông tin – Bảo vệ sổ làm việc), "
                "lưu lại rồi tải lên."
            )
        raise Unreadable(f"Tệp này là Excel đời cũ (.xls). {_SAVE_AS}")
    if body.startswith(b"%PDF"):
        raise Unreadable("Tệp này là PDF. Hãy tải lên tệp Excel (.xlsx) hoặc CSV.")
    start = body[:512].lstrip().lower()
    if start.startswith(_MARKUP):
        raise Unreadable(f"Tệp này là trang web, không phải bảng tính. {_SAVE_AS}")
    if b"\0" in body and not body.startswith(_TEXT_BOMS):
        raise Unreadable("Tệp này không phải Excel (.xlsx) hay CSV. Chọn lại đúng tệp.")
