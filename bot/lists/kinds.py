"""The kinds of lists: which columns each has, how their cells are read, and what a row of them is.

A head is known without marks and capitals, and by any of its other names. A column whose cell may be empty may
be missing altogether.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.lists.cells import Read, choice, day, deadline, text, whole_number
from handlers._requests.lists import (
    CountLine,
    FigureLine,
    ListKind,
    ListLine,
    MemberLine,
    TaskLine,
    TdpLine,
    UnitLine,
)
from handlers._requests.person import Role
from handlers._requests.stated import STATED_KEYS, UNIT_WORDS, UnitKind

MANY, FEW = 5000, 500
"""Rows of a list; people are invited by hand, each with a code on paper."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `empty` is the value of an empty cell; `is_needed`: it may not be empty.

    `example` stands in the template's example row, `hint` on its second sheet, `options` in the drop-down.
    """

    key: str
    head: str
    read: Read
    example: str
    hint: str
    also: tuple[str, ...] = ()
    is_needed: bool = True
    empty: Any = ""
    options: tuple[str, ...] = ()
    is_day: bool = False
    width: int = 18


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of list. `make` turns a row's number and values by column key into what storage takes."""

    kind: ListKind
    title: str
    about: str
    columns: tuple[Column, ...]
    make: Callable[[int, Mapping[str, Any]], ListLine]
    most_rows: int = MANY

    def column(self, key: str) -> Column | None:
        """The column with this key."""
        return next((one for one in self.columns if one.key == key), None)


ROLES = {
    Role.TEAM: "Thành viên Tổ công nghệ số",
    Role.HEAD: "Tổ trưởng",
    Role.STAFF: "Cán bộ phường",
    Role.POLICE: "Công an phường",
    Role.APPROVER: "Người duyệt bài",
    Role.OBSERVER: "Người xem số liệu",
    Role.FAMILY: "Người nhà giúp học",
    Role.ADMIN: "Người quản trị",
}
"""What each role is called in a list of members."""
_OTHER_ROLES = {
    "Thành viên Tổ công nghệ số cộng đồng": Role.TEAM,
    "Tổ công nghệ số": Role.TEAM,
    "Tổ viên": Role.TEAM,
    "Thành viên": Role.TEAM,
    "Thành viên tổ": Role.TEAM,
    "Tổ công nghệ": Role.TEAM,
    "Tổ công nghệ số cộng đồng": Role.TEAM,
    "Tổ trưởng tổ dân phố": Role.HEAD,
    "Trưởng tổ dân phố": Role.HEAD,
    "Trưởng tổ": Role.HEAD,
    "Trưởng xóm": Role.HEAD,
    "Trưởng thôn": Role.HEAD,
    "Trưởng bản": Role.HEAD,
    "Trưởng khu phố": Role.HEAD,
    "Cán bộ": Role.STAFF,
    "Cán bộ phường (Phòng VH-XH, Trung tâm DVTH)": Role.STAFF,
    "Cán bộ xã": Role.STAFF,
    "Cán bộ đặc khu": Role.STAFF,
    "Phòng văn hóa": Role.STAFF,
    "Công an": Role.POLICE,
    "Công an xã": Role.POLICE,
    "Công an đặc khu": Role.POLICE,
    "Duyệt bài": Role.APPROVER,
    "Người duyệt": Role.APPROVER,
    "Người duyệt bài học": Role.APPROVER,
    "Người xem số liệu (MTTQ, …)": Role.OBSERVER,
    "Người xem": Role.OBSERVER,
    "Xem số liệu": Role.OBSERVER,
    "MTTQ": Role.OBSERVER,
    "Mặt trận Tổ quốc": Role.OBSERVER,
    "Người nhà": Role.FAMILY,
    "Giúp người nhà": Role.FAMILY,
    "Quản trị": Role.ADMIN,
    "Quản trị viên": Role.ADMIN,
    "Người quản trị trợ lý": Role.ADMIN,
} | {role.value: role for role in Role if role is not Role.RESIDENT}
_KINDS_ALSO = {
    "HTX": UnitKind.COOPERATIVE,
    "Hộ KD": UnitKind.HOUSEHOLD,
    "DN": UnitKind.ENTERPRISE,
    "Công ty": UnitKind.ENTERPRISE,
    "Trường": UnitKind.SCHOOL,
}
_EVERY_KIND = {word: kind for kind, word in UNIT_WORDS.items()} | _KINDS_ALSO
_FIRM_KINDS = {
    word: kind
    for word, kind in _EVERY_KIND.items()
    if kind in {UnitKind.ENTERPRISE, UnitKind.COOPERATIVE, UnitKind.HOUSEHOLD}
}
_FIRM_WORDS = tuple(word for kind, word in UNIT_WORDS.items() if word in _FIRM_KINDS)
_FIGURES = {one.label: one.key for one in STATED_KEYS} | {one.key: one.key for one in STATED_KEYS}

_AS_OF = Column(
    "as_of", "Ngày", day, "30/10/2026", "Số liệu tính đến ngày nào, viết ngày/tháng/năm.",
    also=("ngày số liệu", "tính đến ngày"), is_day=True,
)  # fmt: skip
_SOURCE = Column(
    "source", "Nguồn", text(160), "Công an phường", "Cơ quan cung cấp số liệu.",
    also=("nguồn số liệu",), width=28,
)  # fmt: skip
_DOCUMENT = Column(
    "document", "Số văn bản", text(80), "12/BC-CAP ngày 30/10/2026",
    "Số và ngày của văn bản có số liệu này; không có thì để trống. Số xác nhận trên VNeID phải có.",
    also=("văn bản",), is_needed=False, width=28,
)  # fmt: skip
_FROM = Column(
    "valid_from", "Từ ngày", day, "", "Ngày bắt đầu; không rõ thì để trống.",
    is_needed=False, empty=None, is_day=True,
)  # fmt: skip
_TO = Column(
    "valid_to", "Đến ngày", day, "", "Ngày cuối cùng; đang còn thì để trống.",
    is_needed=False, empty=None, is_day=True,
)  # fmt: skip

TDPS = Kind(
    ListKind.TDPS,
    "Tổ dân phố",
    "Danh sách tổ dân phố (xóm, thôn, bản) thật của phường. "
    "Nhận danh sách này thì các tên mẫu đi kèm phần mềm được bỏ.",
    (
        Column("code", "Mã", text(40), "TT-01", "Mã riêng của từng tổ, không trùng nhau, về sau không đổi.",
               also=("mã tổ", "mã tdp", "code")),
        Column("name", "Tên", text(120), "Tân Trung", "Tên tổ như bà con vẫn gọi.",
               also=("tên tổ", "tên tổ dân phố", "tổ dân phố", "tên tdp", "name"), width=30),
        Column("number", "Số", text(20), "1", "Số thứ tự của tổ, nếu có.", also=("số tổ", "number"),
               is_needed=False),
        Column("former_ward", "Phường cũ", text(120), "Đông Cao", "Phường, xã trước khi sáp nhập, nếu có.",
               also=("phường cũ xã cũ", "xã cũ", "former ward"), is_needed=False, width=22),
        _FROM,
        _TO,
        Column("into", "Nhập vào mã", text(40), "", "Tổ đã nhập vào tổ nào: ghi mã của tổ ấy.",
               also=("nhập vào", "sáp nhập vào mã"), is_needed=False),
    ),
    lambda row, found: TdpLine(row, **found),
)  # fmt: skip
MEMBERS = Kind(
    ListKind.MEMBERS,
    "Người được mời",
    "Mỗi dòng mời một người. Nhận xong, hệ thống đưa ra tờ in (PDF), mỗi người một mã dùng một lần.",
    (
        Column("role", "Vai trò", choice({word: role for role, word in ROLES.items()} | _OTHER_ROLES),
               ROLES[Role.TEAM], "Chọn một vai trò trong danh sách.",
               options=tuple(ROLES.values()), width=28),
        Column("name", "Họ tên", text(80), "Nguyễn Thị Lan", "Họ và tên đầy đủ.", also=("họ và tên",),
               width=28),
        Column("office", "Nơi làm việc", text(160), "Phòng Văn hóa – Xã hội", "Cơ quan, tổ chức của người ấy.",
               also=("cơ quan", "nơi công tác"), width=32),
        Column("tdp", "Mã tổ", text(40), "TT-01", "Tổ được giao; tổ trưởng và Tổ công nghệ số phải có.",
               also=("mã tdp",), is_needed=False),
        Column("unit", "Đơn vị", text(160), "", "Tên đơn vị trong danh sách đơn vị, nếu có.",
               is_needed=False, width=28),
        Column("ends_on", "Đến ngày", day, "", "Ngày cuối cùng giữ vai trò; không có thì để trống.",
               is_needed=False, empty=None, is_day=True),
    ),
    lambda row, found: MemberLine(row, **found),
    most_rows=FEW,
)  # fmt: skip
DENOMINATORS = Kind(
    ListKind.DENOMINATORS,
    "Số liệu nền",
    "Số dân, số cán bộ … do cơ quan khác cho, để tính phần trăm. "
    "Số đã nhận không sửa được, chỉ có số mới hơn thay vào.",
    (
        Column("key", "Loại số liệu", choice(_FIGURES), STATED_KEYS[0].label, "Chọn một loại trong danh sách.",
               options=tuple(one.label for one in STATED_KEYS), width=40),
        Column("place", "Mã tổ hoặc đơn vị", text(160), "TT-01",
               "Mã tổ dân phố, hoặc tên đơn vị; để trống nếu là số của cả phường (học sinh, lao động thì phải "
               "có tên đơn vị).",
               also=("mã tổ", "đơn vị", "mã tổ đơn vị"), is_needed=False, width=28),
        Column("value", "Số", whole_number, "412", "Số nguyên, từ 0 trở lên.", also=("số lượng", "số người")),
        _AS_OF,
        _SOURCE,
        _DOCUMENT,
    ),
    lambda row, found: FigureLine(row, **found),
)  # fmt: skip
SCHOOLS = Kind(
    ListKind.SCHOOLS,
    "Trường học",
    "Mỗi dòng một trường: bao nhiêu học sinh, bao nhiêu em đã được học kỹ năng số. Không ghi tên học sinh.",
    (
        Column("name", "Trường", text(160), "Trường THCS Đông Cao", "Tên trường, ghi như nhau ở mọi lần.",
               also=("tên trường",), width=34),
        Column("total", "Học sinh", whole_number, "655", "Tổng số học sinh của trường.", also=("số học sinh",)),
        Column("taught", "Số được học", whole_number, "420", "Số em đã được học; chưa có thì để trống.",
               also=("số học sinh được học", "được học"), is_needed=False, empty=None),
        _AS_OF,
        _SOURCE,
        _DOCUMENT,
    ),
    lambda row, found: CountLine(row, UnitKind.SCHOOL, **found),
)  # fmt: skip
ENTERPRISES = Kind(
    ListKind.ENTERPRISES,
    "Doanh nghiệp, HTX, hộ kinh doanh",
    "Mỗi dòng một đơn vị: bao nhiêu lao động, bao nhiêu người đã được học. Không ghi tên người lao động.",
    (
        Column("kind", "Loại", choice(_FIRM_KINDS), "Doanh nghiệp", "Chọn một loại trong danh sách.",
               options=_FIRM_WORDS),
        Column("name", "Tên", text(160), "HTX Chè Tân Trung", "Tên đơn vị, ghi như nhau ở mọi lần.",
               also=("tên đơn vị", "doanh nghiệp htx hộ kinh doanh", "đơn vị"), width=34),
        Column("total", "Lao động", whole_number, "120", "Tổng số người lao động.", also=("số lao động",)),
        Column("taught", "Số được học", whole_number, "80", "Số người đã được học; chưa có thì để trống.",
               also=("số lao động được học", "được học"), is_needed=False, empty=None),
        _AS_OF,
        _SOURCE,
        _DOCUMENT,
    ),
    lambda row, found: CountLine(row, **found),
)  # fmt: skip
UNITS = Kind(
    ListKind.UNITS,
    "Đơn vị",
    "Cơ quan, trường, doanh nghiệp, chi hội … là nơi người học làm việc, học tập hoặc sinh hoạt.",
    (
        Column("kind", "Loại", choice(_EVERY_KIND), "Cơ quan", "Chọn một loại trong danh sách.",
               also=("loại đơn vị",), options=tuple(UNIT_WORDS.values())),
        Column("name", "Tên", text(160), "Phòng Văn hóa – Xã hội", "Tên đơn vị, ghi như nhau ở mọi lần.",
               also=("tên đơn vị", "đơn vị"), width=34),
        _FROM,
        _TO,
    ),
    lambda row, found: UnitLine(row, **found),
)  # fmt: skip
TASKS = Kind(
    ListKind.TASKS,
    "Nhiệm vụ của kế hoạch",
    "Các nhiệm vụ trong kế hoạch của phường: ai chủ trì, đến bao giờ, kết quả phải có.",
    (
        Column("code", "Mã", text(40), "1.2", "Số thứ tự của nhiệm vụ trong kế hoạch, không trùng nhau.",
               also=("số nhiệm vụ", "mã nhiệm vụ", "mã số")),
        Column("content", "Nội dung", text(2000), "Mở lớp kỹ năng số tại nhà văn hóa", "Việc phải làm.",
               also=("nội dung nhiệm vụ", "nhiệm vụ"), width=50),
        Column("lead", "Chủ trì", text(200), "Phòng Văn hóa – Xã hội", "Đơn vị hoặc người chủ trì.",
               also=("đơn vị chủ trì", "cơ quan chủ trì"), width=28),
        Column("together", "Phối hợp", text(300), "Đoàn Thanh niên", "Đơn vị phối hợp; không có thì để trống.",
               also=("đơn vị phối hợp", "cơ quan phối hợp"), is_needed=False, width=28),
        Column("due_on", "Thời gian", deadline, "30/11/2026",
               "Hạn hoàn thành: 30/11/2026, “Quý IV/2026”, “tháng 11/2026”; làm quanh năm thì “thường xuyên”.",
               also=("thời gian hoàn thành", "hạn", "thời hạn", "tiến độ"), is_needed=False, empty=None),
        Column("result", "Kết quả", text(2000), "50 người học xong", "Kết quả phải có; không có thì để trống.",
               also=("kết quả cần đạt", "sản phẩm", "dự kiến kết quả"), is_needed=False, width=34),
    ),
    lambda row, found: TaskLine(row, **found),
)  # fmt: skip

KINDS = {one.kind: one for one in (TDPS, MEMBERS, DENOMINATORS, SCHOOLS, ENTERPRISES, UNITS, TASKS)}
"""Every kind of list, in the order they are offered."""
