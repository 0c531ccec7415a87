"""“Mời thành viên”: role, place, name, office, last day, a look back, then words and link, once."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from handlers import Role
from handlers._requests.invites import Invited, InvitePerson, MayNotInvite, OpenInvites, WhyNot
from handlers._requests.roles import MyRoles, RoleHeld, RolesHeld
from handlers._requests.tdp import Tdp, TdpsNamed

SINCE = date(2026, 11, 1)
MADE = Invited(
    7,
    "cáo núi chum",
    "A" * 24,
    Role.STAFF,
    None,
    "Nguyễn Thị Lan",
    datetime(2026, 11, 29, 16, 59, tzinfo=UTC),
    "https://hoc.example.vn/?moi=" + "A" * 24,
)


def held(*roles: tuple[Role, int | None, str | None]) -> tuple[RoleHeld, ...]:
    return tuple(
        RoleHeld(n, role, tdp, name, SINCE, None) for n, (role, tdp, name) in enumerate(roles)
    )


STAFF = {MyRoles: held((Role.STAFF, None, None)), InvitePerson: MADE}
HEAD = {MyRoles: held((Role.HEAD, 7, "Tân Trung")), InvitePerson: MADE}


def wanted(played):
    return [one for one in played.asked if isinstance(one, InvitePerson)]


def test_staff_invite_an_officer_in_seven_answers(talk):
    played = talk(
        """
        > mời thành viên
        < … Muốn làm việc gì? [1 Mời người mới] [2 Xem mã mời chưa dùng] [3 Xem người đã vào]
        > 1
        < Mời vào vai trò nào? [1 Người nhà giúp học] [2 Thành viên Tổ công nghệ số cộng đồng] [3 Trưởng tổ dân phố] [4 Vai trò khác]
        > 4
        < Mời vào vai trò nào? [1 Cán bộ phường] [2 Công an phường] [3 Người duyệt bài] [4 Người xem số liệu]
        > cán bộ phường
        < Họ và tên người được mời?
        > Nguyễn Thị Lan
        < Người ấy làm ở đâu? … [1 Không ghi]
        > Phòng VH-XH
        < Làm việc này đến hết ngày nào? Ví dụ: 31/12/2026. [1 Không thời hạn]
        > 31/12/2026
        < Mời: Nguyễn Thị Lan Vai trò: cán bộ phường phụ trách bình dân học vụ số Đúng chưa? [1 Đúng, tạo mã mời] [2 Thôi, không mời]
        > 1
        < Mã mời: cáo núi chum Hoặc mở đường dẫn này (in thành mã QR cũng được): https://hoc.example.vn/?moi=AAAAAAAAAAAAAAAAAAAAAAAA Đưa tận tay … đến hết ngày 29/11/2026. …
        """,
        STAFF,
        Role.STAFF,
    )

    assert wanted(played) == [
        InvitePerson(Role.STAFF, "Nguyễn Thị Lan", "Phòng VH-XH", None, ends_on=date(2026, 12, 31))
    ]
    assert played.talks.active is None  # words and link stand in no journal any more


def test_an_invite_of_practice_says_itself_that_it_opens_nothing(talk):
    talk(
        """
        > mời thành viên
        < …
        > 1
        < …
        > 4
        < …
        > cán bộ phường
        < …
        > Nguyễn Thị Lan
        < …
        > 1
        < …
        > 1
        < … Đúng chưa? …
        > 1
        < Mã mời: cáo núi chum … Đây là tập thử: mã và đường dẫn trên … không mở được gì, … Đừng đưa cho ai. …
        """,
        {**STAFF, InvitePerson: replace(MADE, is_practice=True)},
        Role.STAFF,
    )


def test_a_role_with_a_place_is_asked_where(talk):
    played = talk(
        """
        > mời thành viên
        < …
        > 1
        < …
        > 2
        < Ở tổ dân phố nào? Gõ một phần tên hoặc số, không cần dấu. [1 Thôi, không mời]
        > tan trung
        < Chọn một dòng ở dưới. … [1 Tân Trung (Đông Cao)] [2 Tân Trung (Tân Phú)] [3 Thôi, không mời]
        > 2
        < Họ và tên người được mời?
        > Đỗ Văn Nam
        < …
        > 1
        < …
        > không hạn
        < Mời: Đỗ Văn Nam …
        > đúng rồi
        < Mã mời: …
        """,
        STAFF,
        Role.STAFF,
    )

    assert wanted(played) == [InvitePerson(Role.TEAM, "Đỗ Văn Nam", "", 2)]


def test_a_place_nobody_knows_is_asked_again_and_may_be_left(talk):
    played = talk(
        """
        > mời thành viên
        < …
        > 1
        < …
        > 3
        < Ở tổ dân phố nào? …
        > xom nao do
        < Chưa tìm thấy tên ấy. Gõ lại cách khác nhé. [1 Thôi, không mời]
        > 1
        < Vâng, không mời nữa.
        """,
        {**STAFF, TdpsNamed: ()},
        Role.STAFF,
    )

    assert wanted(played) == []


def test_a_head_invites_to_their_own_place_without_being_asked(talk):
    played = talk(
        """
        > mời thành viên
        < …
        > 1
        < Mời vào vai trò nào? [1 Người nhà giúp học] [2 Thành viên Tổ công nghệ số cộng đồng]
        > 2
        < Họ và tên người được mời?
        > Đỗ Văn Nam
        < …
        > bỏ qua
        < …
        > 1
        < …
        > 1
        < Mã mời: …
        """,
        HEAD,
        Role.HEAD,
    )

    assert wanted(played) == [InvitePerson(Role.TEAM, "Đỗ Văn Nam", "", 7)]


def test_a_head_of_two_places_chooses_one_of_them(talk):
    two = held((Role.HEAD, 7, "Tân Trung"), (Role.HEAD, 8, "Phù Lôi"))

    played = talk(
        """
        > mời thành viên
        < …
        > 1
        < …
        > 1
        < Chọn một dòng ở dưới. … [1 Tân Trung] [2 Phù Lôi]
        > phù lôi
        < Họ và tên người được mời?
        """,
        {**HEAD, MyRoles: two},
        Role.HEAD,
    )

    assert TdpsNamed not in {type(one) for one in played.asked}


def test_an_admin_may_invite_another_admin(talk):
    talk(
        """
        > mời thành viên
        < …
        > 1
        < …
        > 4
        < Mời vào vai trò nào? [1 Cán bộ phường] [2 Công an phường] [3 Người duyệt bài] [4 Vai trò khác]
        > 4
        < Mời vào vai trò nào? [1 Người xem số liệu] [2 Người quản trị]
        > 2
        < Họ và tên người được mời?
        """,
        {MyRoles: held((Role.ADMIN, None, None))},
        Role.ADMIN,
    )


def test_a_day_that_cannot_be_read_is_asked_again(talk):
    talk(
        """
        > mời thành viên
        < …
        > 1
        < …
        > 1
        < Họ và tên người được mời?
        > Lan
        < …
        > 1
        < …
        > cuối năm nhé
        < Chưa đọc được ngày. Viết như 31/12/2026, hoặc chọn “Không thời hạn”. [1 Không thời hạn]
        > 31-02-2027
        < Chưa đọc được ngày. …
        > đến 28.2.2027
        < Mời: Lan …
        > thôi
        < Vâng, không mời nữa.
        """,
        STAFF,
        Role.STAFF,
    )


@pytest.mark.parametrize(
    ("why", "said"),
    [
        (WhyNot.ROLE, "Không mời được người vào vai trò này. …"),
        (WhyNot.PLACE, "Chỉ mời được ở tổ dân phố mình phụ trách."),
        (WhyNot.DAY, "Ngày ấy đã qua. …"),
        (WhyNot.NAME, "Tên trống hoặc dài quá. …"),
    ],
)
def test_what_is_in_the_way_is_said_in_one_sentence(talk, why, said):
    talk(
        f"""
        > mời thành viên
        < …
        > 1
        < …
        > 1
        < …
        > Lan
        < …
        > 1
        < …
        > 1
        < …
        > 1
        < {said}
        """,
        {**STAFF, InvitePerson: MayNotInvite(why)},
        Role.STAFF,
    )


def test_the_menu_leads_to_open_invites_and_to_people(talk):
    talk(
        "> mời thành viên\n< …\n> 2\n< Không có mã mời nào chưa dùng.",
        {OpenInvites: ()},
        Role.STAFF,
    )
    talk("> mời thành viên\n< …\n> 3\n< Chưa có ai.", {RolesHeld: ()}, Role.STAFF)


def test_the_place_a_role_is_for_is_no_place_of_somebody_elses_list(talk):
    """A number that was not offered leads nowhere, whatever a button claims."""
    played = talk(
        """
        > mời thành viên
        < …
        > 1
        < …
        > 2
        < …
        > phu loi
        < …
        > 9
        < …
        """,
        {**STAFF, TdpsNamed: (Tdp(3, "Phù Lôi"),)},
        Role.STAFF,
    )

    assert wanted(played) == []
