"""How the page calls the roles, and what it says when somebody cannot be invited or something is done."""

from collections.abc import Mapping
from types import MappingProxyType

from handlers._requests.invites import WhyNot
from handlers._requests.person import Role

ROLE_NAMES: Mapping[Role, str] = MappingProxyType(
    {
        Role.RESIDENT: "người dân",
        Role.FAMILY: "người nhà giúp học",
        Role.TEAM: "thành viên Tổ công nghệ số cộng đồng",
        Role.HEAD: "tổ trưởng",
        Role.STAFF: "cán bộ phường",
        Role.POLICE: "Công an phường",
        Role.APPROVER: "người duyệt bài",
        Role.OBSERVER: "người xem số liệu",
        Role.ADMIN: "người quản trị",
    }
)
MAY_NOT: Mapping[WhyNot, str] = MappingProxyType(
    {
        WhyNot.ROLE: "Tài khoản này chưa được mời người vào vai trò đã chọn. Chọn vai trò khác.",
        WhyNot.PLACE: "Vai trò này phải gắn với một nơi trong danh sách. Chọn một nơi rồi gửi lại.",
        WhyNot.WARD_WIDE: "Vai trò này là của cả phường. Chọn “cả phường” rồi gửi lại.",
        WhyNot.DAY: "Ngày cuối phải từ hôm nay trở đi. Sửa ngày rồi gửi lại.",
        WhyNot.LONGER: (
            "Vai trò này của mình cũng có ngày cuối. Ghi ngày cuối không muộn hơn ngày ấy rồi gửi lại."
        ),
        WhyNot.NAME: "Chưa ghi họ và tên, hoặc tên dài quá 80 ký tự. Ghi lại rồi gửi.",
    }
)
NO_ROLE = "Chưa chọn vai trò. Chọn một vai trò rồi gửi lại."
NO_DAY = "Ngày cuối chưa đúng. Ghi như 31/12/2026, hoặc để trống."
_DONE = {
    "loi-moi": ("Đã hủy lời mời.", "ok"),
    "vai-tro": ("Đã thu hồi vai trò.", "ok"),
    "may": ("Đã đăng xuất máy đó.", "ok"),
    "quan-tri-cuoi": (
        "Đây là người quản trị cuối cùng nên chưa thu hồi được. Mời một người quản trị khác trước.",
        "bad",
    ),
}


def told_done(code: str) -> tuple[str, str] | None:
    """Return what is said after something was done, with the kind of its notice; None for nothing."""
    return _DONE.get(code)
