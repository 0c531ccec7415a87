"""Why there is no copy of the database, and what to do: sentences for whoever looks after the machine."""

import errno
import sqlite3
from pathlib import Path

from storage.copies import CannotCopyError

STOPPED = "Trợ lý bị tắt khi đang làm bản sao. Lần sau sẽ làm lại."
POSTGRES = (
    "Dữ liệu ở máy chủ PostgreSQL thì sao lưu bằng pg_dump của máy chủ ấy, không bằng lệnh này. "
    "Xem mục “PostgreSQL” trong docs/van-hanh.md."
)

_REASONS = {
    errno.ENOSPC: "đã đầy",
    errno.EDQUOT: "đã đầy",
    errno.EFBIG: "không chứa được tệp lớn như vậy",
    errno.EACCES: "không cho ghi",
    errno.EPERM: "không cho ghi",
    errno.EROFS: "chỉ cho đọc",
    errno.ENOENT: "không thấy nữa",
    errno.ENODEV: "không thấy nữa",
    errno.EIO: "đọc hay ghi bị lỗi",
}


def reason(target: Path, error: OSError) -> str:
    """The disk of the copies fails, is full or away."""
    why = _REASONS.get(error.errno or 0, error.strerror or "không dùng được")
    return (
        f"Nơi cất bản sao {target}: {why}. Xem ổ đĩa còn cắm và còn chỗ không, rồi thử lại. "
        "Các bản sao cũ vẫn còn nguyên."
    )


def sqlite_reason(folder: Path, error: CannotCopyError) -> str:
    """SQLite could take no copy beside the database."""
    if error.code & 0xFF == sqlite3.SQLITE_FULL:
        return no_room(folder, OSError(errno.ENOSPC, ""))
    if error.code & 0xFF == sqlite3.SQLITE_INTERRUPT:
        return STOPPED
    if error.code & 0xFF == sqlite3.SQLITE_IOERR:
        return (
            f"Ổ đĩa đọc hay ghi bị lỗi ({error.reason}), chưa có bản sao mới. "
            "Xem ổ đĩa còn chỗ và còn tốt không, rồi thử lại."
        )
    return f"Không đọc được cơ sở dữ liệu để làm bản sao ({error.reason}). Thử lại sau ít phút."


def no_room(folder: Path, error: OSError) -> str:
    """The data folder cannot hold the copy on its way."""
    why = _REASONS.get(error.errno or 0, error.strerror or "không dùng được")
    return (
        f"Thư mục dữ liệu {folder}: {why}, nên không làm được bản sao. "
        "Dọn bớt ổ đĩa hoặc cho quyền ghi, rồi thử lại."
    )


def unreadable(target: Path) -> str:
    """What was written cannot be read back."""
    return (
        f"Bản sao vừa ghi vào {target} đọc lại không được. Ổ đĩa ấy có thể sắp hỏng: "
        "thay ổ đĩa khác. Các bản sao cũ vẫn còn nguyên."
    )


def not_there(target: Path) -> str:
    """There is no such folder, or it does not answer."""
    return f"Không thấy nơi cất bản sao {target}. Cắm ổ đĩa vào, hoặc tạo thư mục ấy, rồi thử lại."


def away(target: Path) -> str:
    """The folder was on a disk of its own, and is not any more."""
    return (
        f"Nơi cất bản sao {target} trước ở ổ đĩa riêng, nay nằm trên ổ đĩa của dữ liệu: ổ đĩa ngoài chưa nối. "
        "Cắm lại rồi thử lại; muốn cất hẳn trên ổ đĩa này thì chọn thư mục tên khác."
    )


def unlisted(file: Path) -> str:
    """The list of erased people cannot be written beside the copy."""
    return (
        f"Đã có bản sao mới, nhưng không ghi được {file}. Cho quyền ghi tệp ấy: thiếu tệp thì khi khôi phục, "
        "dữ liệu của người đã xin xóa sẽ hiện lại."
    )
