"""“Trang cán bộ” and “đăng xuất”: a link that opens once, and all of them closed."""

from handlers import Role
from handlers._requests.sign_in import (
    NotStaff,
    OpenStaffPage,
    PageLink,
    SignedOut,
    SignOutEverywhere,
)

LINK = PageLink("/can-bo/vao?m=abc", 10, "https://hoc.example.vn/can-bo/vao?m=abc")


def test_a_link_comes_with_how_long_it_holds_and_whose_it_is(talk):
    played = talk(
        """
        > trang cán bộ
        < … Bấm vào đây để mở trang cán bộ: https://hoc.example.vn/can-bo/vao?m=abc Đường dẫn này mở được một lần, trong 10 phút. Đừng chuyển cho ai, …
        """,
        {OpenStaffPage: LINK},
        Role.OBSERVER,
    )

    assert played.talks.active is None  # the link stands in no journal


def test_a_role_that_went_meanwhile_leads_to_whose_work_it_is(talk):
    talk(
        "> trang cán bộ\n< … Việc này chỉ dành cho người được phường mời. …",
        {OpenStaffPage: NotStaff()},
        Role.STAFF,
    )


def test_signing_out_says_how_many_browsers_it_closed(talk):
    talk(
        "> đăng xuất\n< … Đã đăng xuất trang cán bộ ở mọi nơi đang mở (2 nơi). …",
        {SignOutEverywhere: SignedOut(2)},
    )
    talk(
        "> dang xuat\n< … Trang cán bộ hiện không mở ở máy nào. …",
        {SignOutEverywhere: SignedOut(0)},
    )
