"""Who was invited, who holds a role, and taking either back."""

from datetime import UTC, date, datetime

import pytest

from handlers import Role
from handlers._requests.invites import (
    InviteRevoked,
    NoSuchInvite,
    OpenInvite,
    OpenInvites,
    RevokeInvite,
)
from handlers._requests.roles import (
    Holder,
    LastAdmin,
    NoSuchRole,
    RevokeRole,
    RoleRevoked,
    RolesHeld,
)

SINCE = date(2026, 11, 1)


def holder(
    grant: int, name: str, role: Role = Role.TEAM, place: str | None = "Tân Trung"
) -> Holder:
    return Holder(grant, 100 + grant, name, "", role, 1 if place else None, place, SINCE, None)


def waiting(invite: int, name: str) -> OpenInvite:
    over = datetime(2026, 11, 29, tzinfo=UTC)
    return OpenInvite(invite, Role.TEAM, 1, "Tân Trung", name, "", SINCE, over)


TWO = (holder(1, "Đỗ Văn Nam"), holder(2, "Phan Thị Huệ", Role.STAFF, None))
MANY = tuple(holder(n, f"Người {n}") for n in range(1, 5))


def test_somebodys_role_is_taken_away_once_it_is_sure(talk):
    played = talk(
        """
        > thành viên
        < … Muốn thu hồi vai trò của ai? [1 Đỗ Văn Nam (Tân Trung): Tổ công nghệ số] [2 Phan Thị Huệ: cán bộ phường] [3 Không ai cả]
        > 2
        < Người ấy sẽ không giữ vai trò này nữa … Có chắc không? [1 Thu hồi] [2 Để nguyên]
        > 1
        < Đã thu hồi vai trò, có hiệu lực ngay.
        """,
        {RolesHeld: TWO, RevokeRole: RoleRevoked(2)},
        Role.ADMIN,
    )

    assert played.asked == [RolesHeld(most=4), RevokeRole(2)]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (NoSuchRole(1), "Người này không còn giữ vai trò ấy từ trước rồi."),
        (LastAdmin(), "Đây là người quản trị cuối cùng nên chưa thu hồi được. …"),
    ],
)
def test_a_role_that_cannot_be_taken_away_says_why(talk, answer, said):
    talk(
        f"> thành viên\n< …\n> 1\n< …\n> 1\n< {said}",
        {RolesHeld: TWO, RevokeRole: answer},
        Role.ADMIN,
    )


def test_of_many_people_one_is_found_by_name(talk):
    def found(request: RolesHeld):
        return MANY if not request.named else (MANY[2],)

    played = talk(
        """
        > thành viên
        < … Có nhiều người quá. Gõ tên hoặc một phần tên, không cần dấu.
        > nguoi 3
        < Muốn thu hồi vai trò của ai? [1 Người 3 (Tân Trung): Tổ công nghệ số] [2 Không ai cả]
        > 2
        < Vâng, để nguyên như cũ.
        """,
        {RolesHeld: found},
        Role.HEAD,
    )

    assert played.asked == [RolesHeld(most=4), RolesHeld("nguoi 3", 3)]
    assert played.talks.active is None


def test_an_invite_is_taken_back_once_it_is_sure(talk):
    played = talk(
        """
        > mã mời chưa dùng
        < … Muốn hủy mã mời của ai? [1 Đỗ Văn Nam (Tân Trung): Tổ công nghệ số] [2 Không hủy]
        > 1
        < Hủy mã này thì người ấy không vào bằng mã đó được nữa. Có hủy không? [1 Hủy mã] [2 Để nguyên]
        > 1
        < Đã hủy mã mời.
        """,
        {OpenInvites: (waiting(5, "Đỗ Văn Nam"),), RevokeInvite: InviteRevoked(5)},
        Role.STAFF,
    )

    assert played.asked == [OpenInvites(most=4), RevokeInvite(5)]


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        (("2",), "Vâng, để nguyên như cũ."),
        (("1", "để nguyên"), "Vâng, để nguyên như cũ."),
        (("1", "hủy mã"), "Mã này đã có người dùng, đã hết hạn hoặc đã hủy từ trước."),
    ],
)
def test_an_invite_that_is_left_or_gone_is_said_so(talk, answers, said):
    typed = "\n".join(f"> {one}\n< {said if one is answers[-1] else '…'}" for one in answers)

    talk(
        f"> mã mời chưa dùng\n< …\n{typed}",
        {OpenInvites: (waiting(5, "Nam"),), RevokeInvite: NoSuchInvite(5)},
        Role.STAFF,
    )


def test_of_many_invites_one_is_found_by_name(talk):
    many = tuple(waiting(n, f"Người {n}") for n in range(1, 5))

    played = talk(
        """
        > mã mời chưa dùng
        < … Có nhiều người quá. …
        > nguoi 9
        < Không có mã mời nào chưa dùng.
        """,
        {OpenInvites: lambda request: () if request.named else many},
        Role.STAFF,
    )

    assert played.asked == [OpenInvites(most=4), OpenInvites("nguoi 9", 3)]


def test_who_leaves_a_role_as_it_is_changes_nothing(talk):
    played = talk(
        "> thành viên\n< …\n> 1\n< …\n> để nguyên\n< Vâng, để nguyên như cũ.",
        {RolesHeld: TWO},
        Role.ADMIN,
    )

    assert RevokeRole not in {type(one) for one in played.asked}
