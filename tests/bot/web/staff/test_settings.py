"""The settings check on the page: what `hocso check` says, without a terminal."""

from pathlib import Path
from typing import Any

import pytest

from handlers._requests.person import Role


@pytest.mark.parametrize("role", [Role.STAFF, Role.ADMIN])
async def test_what_is_still_to_do_stands_before_what_is_fine(office: Any, role: Role) -> None:
    browser = await office.signed_in(role)

    page = (await browser.get("/can-bo/cai-dat")).text

    todo, _, fine = page.partition("<h2>Đang ổn (")
    assert "chưa có số của Công an phường" in todo
    assert "17 bài chờ duyệt" in todo
    assert "17 bài học" in fine
    assert "hocso " not in page


async def test_what_keeps_public_channels_closed_stands_first(office: Any) -> None:
    browser = await office.signed_in(Role.STAFF)

    page = (await browser.get("/can-bo/cai-dat")).text

    closed, _, _ = page.partition("<h2>Nên làm (")
    assert "Còn thiếu để mở cửa đón bà con" in closed
    assert "Chưa có số điện thoại của Công an phường" in closed


async def test_a_broken_list_is_named_and_the_rest_still_told(
    office: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tdps.csv").write_text("code,name\nt1,\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)  # where this ward's config is
    browser = await office.signed_in(Role.STAFF)

    page = await browser.get("/can-bo/cai-dat")

    assert "thiếu cột “name”" in page.text
    assert "17 bài học" in page.text


@pytest.mark.parametrize("role", [Role.TEAM, Role.HEAD, Role.POLICE, Role.APPROVER, Role.OBSERVER])
async def test_others_do_not_see_how_the_system_is_set_up(office: Any, role: Role) -> None:
    tdp = 1 if role in {Role.TEAM, Role.HEAD} else None
    browser = await office.signed_in(role, tdp)

    assert (await browser.get("/can-bo/cai-dat")).status == 403
