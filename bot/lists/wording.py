"""What is said of a list: each problem as a sentence that says what to write instead, each change in words."""

from collections.abc import Mapping, Sequence

from bot.lists.kinds import Kind
from handlers._requests.lists import (
    Cell,
    Change,
    Fault,
    ListImported,
    ListTried,
    Notice,
    Outcome,
    Problem,
    Remark,
)

SHOWN_NAMES = 300
"""Characters of a row of names; of more only the beginning."""

_FAULTS: Mapping[Fault, str] = {
    Fault.NO_COLUMN: "Thiếu cột “{column}”. Thêm cột này vào dòng tiêu đề, hoặc chép danh sách vào tệp mẫu.",
    Fault.NEARLY_A_COLUMN: "Tên cột “{given}” chưa đúng. Sửa thành “{meant}”.",
    Fault.COLUMN_TWICE: "Cột “{column}” có hai lần. Bỏ bớt một cột.",
    Fault.NO_ROWS: "Danh sách chưa có dòng nào. Điền từ dòng ngay dưới tiêu đề rồi tải lên lại.",
    Fault.TOO_MANY_ROWS: "Danh sách có {given} dòng, tối đa {meant}. Chia làm nhiều tệp.",
    Fault.MERGED: "Ô gộp {given}. Bỏ gộp ô (Merge Cells) rồi điền riêng từng ô.",
    Fault.EMPTY: "Còn để trống. Điền vào ô này.",
    Fault.TOO_LONG: "“{given}…” dài quá. Viết lại trong {meant} ký tự.",
    Fault.NOT_A_NUMBER: "“{given}” không phải một số. Chỉ ghi số, ví dụ {number}.",
    Fault.NOT_WHOLE: "“{given}” không phải số nguyên. Ghi số liền nhau, ví dụ {number}.",
    Fault.NEGATIVE: "“{given}” nhỏ hơn 0. Ghi số từ 0 trở lên.",
    Fault.TOO_HIGH: "“{given}” lớn quá. Xem lại có thừa chữ số không.",
    Fault.NOT_A_DAY: "“{given}” không phải một ngày. Ghi đủ ngày/tháng/năm, ví dụ {day}.",
    Fault.NOT_A_DEADLINE: (
        "“{given}” không phải một thời hạn. Ghi ngày/tháng/năm như {day}, hoặc “Quý IV/2026”, “tháng 11/2026”, "
        "“năm 2026”; làm quanh năm thì ghi “thường xuyên”."
    ),
    Fault.NO_SUCH_DAY: "“{given}”: không có ngày này. Ghi ngày/tháng/năm, ví dụ 30/11/2026.",
    Fault.NOT_A_CHOICE: "“{given}” không có trong danh sách. Ghi một trong: {options}.",
    Fault.TURNED_INTO_A_DAY: "Excel đã đổi ô này thành ngày {given}. Định dạng ô là Văn bản (Text) rồi gõ lại.",
    Fault.FORMULA: "Ô này là công thức “{given}” chưa có kết quả. Gõ thẳng giá trị vào ô.",
    Fault.BROKEN_CELL: "Ô này báo lỗi {given}. Gõ lại giá trị vào ô.",
    Fault.NOT_A_CODE: "“{given}” không có chữ cái hay chữ số nào. Ghi một mã như TT-01.",
    Fault.TWICE: "“{given}” đã có ở dòng {meant}. Mỗi dòng ghi một thứ khác nhau, bỏ bớt một dòng.",
    Fault.IN_FUTURE: "Ngày {given} chưa tới. Ghi ngày mà số liệu này đã có.",
    Fault.ENDS_BEFORE_IT_BEGINS: "Ngày cuối {given} trước ngày bắt đầu. Sửa lại một trong hai ngày.",
    Fault.ENDED: "Ngày {given} đã qua. Ghi một ngày sắp tới, hoặc để trống.",
    Fault.UNKNOWN_TDP: "Không có mã “{given}” trong danh sách tổ. Ghi mã đúng như danh sách đã nhận.",
    Fault.UNKNOWN_UNIT: "Không có đơn vị “{given}”. Thêm vào danh sách đơn vị trước, hoặc ghi đúng tên đã có.",
    Fault.WRONG_PLACE: "Số này là của cả phường. Để trống ô này.",
    Fault.NEEDS_UNIT: "Số này do từng đơn vị báo. Ghi tên đơn vị vào ô này.",
    Fault.NO_DOCUMENT: "Đây là số công bố. Ghi số và ngày văn bản công bố, ví dụ 12/BC-CAP ngày 30/10/2026.",
    Fault.INTO_ITSELF: "Tổ không nhập vào chính mình được. Ghi mã của tổ khác.",
    Fault.HEIR_ENDS: "Tổ “{given}” cũng kết thúc ngày {meant}. Ghi mã của tổ còn lại sau cùng.",
    Fault.HEIR_BEGINS_LATER: "Tổ “{given}” đến ngày {meant} mới có. Sửa ngày cho liền nhau.",
    Fault.NEEDS_TDP: "Vai trò này gắn với một tổ. Ghi mã tổ.",
    Fault.WARD_WIDE: "Vai trò này là của cả phường. Để trống ô này.",
    Fault.SAMPLE_NAME: "“{given}” là tên mẫu. Ghi tên thật của tổ.",
    Fault.MAY_NOT_INVITE: "Cán bộ không mời được vai trò này. Nhờ người quản trị.",
    Fault.LONGER: "Vai trò này của mình chỉ đến hết ngày {meant}. Ghi ngày cuối không muộn hơn ngày ấy.",
}
_MEANT = " Có phải “{meant}” không?"
_WITH_MEANT = (
    Fault.NO_COLUMN,
    Fault.NOT_A_CHOICE,
    Fault.UNKNOWN_TDP,
    Fault.UNKNOWN_UNIT,
)
_REMARKS: Mapping[Remark, str] = {
    Remark.NOT_IN_LIST: "{number} {what} không có trong tệp, giữ nguyên: {given}.",
    Remark.SAMPLE_ENDS: "{number} tên mẫu đi kèm phần mềm được bỏ, tính từ hôm nay.",
    Remark.PEOPLE_MOVE: "{number} người ở {given} chuyển sang {beside}. Kết quả đã có không đổi.",
    Remark.PEOPLE_ASKED: "{number} người đang ghi ở {given} sẽ được hỏi lại ở tổ nào.",
    Remark.MOVES_LATER: "{given} còn đến hết ngày {beside}; sau ngày đó {number} người ở đây mới chuyển đi.",
    Remark.ROLES_MOVE: "{number} vai trò ở {given} chuyển sang {beside}.",
    Remark.ROLES_LEFT: "{number} vai trò đang giao ở {given}: mời lại những người này vào tổ mới.",
    Remark.MORE_THAN_ALL: "{given}: {number} lớn hơn tổng số {beside}. Vẫn nhận, nhưng nên xem lại.",
    Remark.OLDER_THAN_KNOWN: "{given}: đã có số mới hơn, ngày {beside}. Số cũ chỉ dùng cho báo cáo cũ.",
    Remark.LOOKS_LIKE: "“{given}” là tên mới nhưng gần giống “{beside}”. Nếu là một thì sửa tên trong tệp.",
    Remark.NEW_ORDER: "Thứ tự của {number} nhiệm vụ đổi theo tệp.",
    Remark.IS_OPEN_AGAIN: "{given} trước đã hết, nay lại có. Người đã chuyển đi không tự quay về.",
    Remark.OTHER_END: (
        "{given} đã được mời rồi, ngày cuối đang là: {beside}. Tệp này không đổi ngày ấy; muốn đổi thì hủy lời "
        "mời hoặc thu hồi vai trò, rồi tải lại tệp này lên."
    ),
}
_TOLD_ONLY = {
    Remark.NOT_IN_LIST,
    Remark.MOVES_LATER,
    Remark.MORE_THAN_ALL,
    Remark.OLDER_THAN_KNOWN,
    Remark.LOOKS_LIKE,
    Remark.OTHER_END,
}
"""Remarks on what is so already, or stays."""
OUTCOMES: Mapping[Outcome, str] = {
    Outcome.NEW: "mới",
    Outcome.CHANGED: "đổi",
    Outcome.ENDED: "hết",
    Outcome.SAME: "giữ nguyên",
}
"""What becomes of a row, in a word."""


def sentence(kind: Kind, problem: Problem) -> str:
    """A problem with where it stands: “Dòng 5, cột “Số”: …”."""
    return f"{where(kind, problem)}{what_to_do(kind, problem)}"


def where(kind: Kind, problem: Problem) -> str:
    """Where a problem stands: “Dòng 5, cột “Số”: ”, or "" for the file as a whole."""
    column = kind.column(problem.column)
    row = f"Dòng {problem.row}" if problem.row else ""
    in_column = f"cột “{column.head}”" if column and problem.row and _is_of_cell(problem) else ""
    place = ", ".join(part for part in (row, in_column) if part)
    return f"{place}: " if place else ""


def _is_of_cell(problem: Problem) -> bool:
    return problem.fault not in {Fault.NO_COLUMN, Fault.NEARLY_A_COLUMN, Fault.COLUMN_TWICE}


def what_to_do(kind: Kind, problem: Problem) -> str:
    """What is wrong and what to write instead."""
    column = kind.column(problem.column)
    said = _FAULTS[problem.fault].format(
        given=problem.given,
        meant=problem.meant,
        column=column.head if column else problem.given,
        number=problem.meant or "1234",
        day=problem.meant or "30/11/2026",
        options=", ".join(f"“{one}”" for one in column.options) if column else "",
    )
    is_meant = problem.meant and problem.fault in _WITH_MEANT
    return said + (_MEANT.format(meant=problem.meant) if is_meant else "")


def remark(kind: Kind, notice: Notice) -> str:
    """What is worth knowing, as a sentence."""
    given = notice.given
    if len(given) > SHOWN_NAMES:
        given = f"{given[:SHOWN_NAMES].rpartition(',')[0]}, …"
    row = f"Dòng {notice.row}: " if notice.row else ""
    said = _REMARKS[notice.remark].format(
        given=given, number=notice.number, beside=notice.beside, what=_WHAT.get(kind.title, "dòng")
    )
    return row + said


_WHAT = {
    "Tổ dân phố": "tổ",
    "Đơn vị": "đơn vị",
    "Nhiệm vụ của kế hoạch": "nhiệm vụ",
}


def summary(changes: Sequence[Change]) -> str:
    """How many rows come to what: “3 mới, 1 đổi, 57 giữ nguyên”; “không có gì thay đổi”."""
    numbers = {outcome: sum(one.outcome is outcome for one in changes) for outcome in Outcome}
    if numbers[Outcome.SAME] == len(changes):
        return f"không có gì thay đổi, cả {len(changes)} dòng đã có"
    return ", ".join(f"{number} {OUTCOMES[one]}" for one, number in numbers.items() if number)


def is_nothing_new(found: ListTried | ListImported) -> bool:
    """Whether taking the list over changes nothing: no row, and nothing beside the rows."""
    is_told_only = all(one.remark in _TOLD_ONLY for one in found.notices)
    return is_told_only and all(one.outcome is Outcome.SAME for one in found.changes)


def cell(kind: Kind, one: Cell) -> str:
    """A value that changes: “Tên: Tân Trung → Tân Trung 1”."""
    column = kind.column(one.column)
    head = column.head if column else one.column
    return (
        f"{head}: {one.before} → {one.after or 'để trống'}"
        if one.before
        else f"{head}: {one.after}"
    )
