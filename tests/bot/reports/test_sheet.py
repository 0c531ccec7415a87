"""Invites on paper: a card for everybody, eight a page, and every Vietnamese letter."""

from dataclasses import replace
from datetime import UTC, datetime

from bot.reports.sheet import _card, invite_sheet
from handlers._requests.invites import Invited
from handlers._requests.person import Role

ONE = Invited(
    1,
    "ngỗng nghé khướu",
    "A" * 24,
    Role.TEAM,
    "Tân Trung (Đông Cao)",
    "Nguyễn Hoàng Thị Phương Ữ Ẫ Ợ",
    datetime(2026, 11, 29, tzinfo=UTC),
    "https://hoc.example.vn/?moi=" + "A" * 24,
)


def pages(pdf: bytes) -> int:
    return pdf.count(b"/Type /Page\n") or pdf.count(b"/Type/Page/")


def test_everybody_has_a_card_eight_a_page() -> None:
    number = {n: pages(invite_sheet("phường Trung Thành", [ONE] * n)) for n in (1, 8, 9, 17)}

    assert number == {1: 1, 8: 1, 9: 2, 17: 3}


def test_a_card_promises_no_phone_what_only_this_machine_can_open() -> None:
    local = replace(ONE, url="http://127.0.0.1:8080/?moi=" + "A" * 24)

    assert "máy ảnh điện thoại" in str(_card(ONE)["how"])
    assert "máy ảnh điện thoại" not in str(_card(local)["how"])
    assert "ba chữ" in str(_card(local)["how"])
    assert pages(invite_sheet("phường Trung Thành", [local] * 8)) == 1


def test_any_role_and_a_name_that_could_be_typst_are_printed_as_they_are() -> None:
    odd = [
        replace(ONE, role=role, tdp_name=None, name='#panic("x") *đậm* $x$ \\ @a <b>')
        for role in (Role.FAMILY, Role.HEAD, Role.STAFF, Role.ADMIN, Role.OBSERVER)
    ]

    assert invite_sheet('phường "Trung Thành" #1', odd).startswith(b"%PDF-")


def test_the_longest_card_stays_on_its_own_eighth() -> None:
    longest = replace(ONE, name="Nguyễn " * 11, tdp_name="Tổ dân phố rất dài tên " * 3)

    assert pages(invite_sheet("phường Trung Thành", [longest] * 8)) == 1
