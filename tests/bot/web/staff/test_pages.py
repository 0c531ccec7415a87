"""Every page of the staff page, whoever wrote it: found, named, and open to its own roles alone."""

from typing import Any

import pytest

from bot.web.staff import PAGES, PageModule
from bot.web.staff.desk import ROOT, Page
from handlers._requests.person import WARD_ROLES, Role

ALL = [module.PAGE for module in PAGES]


@pytest.mark.parametrize("module", PAGES, ids=lambda module: module.PAGE.path)
def test_a_page_is_for_some_who_work_for_the_ward(module: PageModule) -> None:
    page: Page = module.PAGE

    assert page.path == ROOT or page.path.startswith(f"{ROOT}/")
    assert page.title
    assert page.roles
    assert page.roles <= set(WARD_ROLES)


def test_no_two_pages_share_a_path_or_a_title() -> None:
    assert len({page.path for page in ALL}) == len(ALL)
    assert len({page.title for page in ALL}) == len(ALL)


@pytest.mark.parametrize("role", WARD_ROLES)
async def test_somebody_opens_the_pages_of_their_role_and_no_others(
    office: Any, role: Role
) -> None:
    browser = await office.signed_in(role, 3 if role in {Role.TEAM, Role.HEAD} else None)

    statuses = {page.path: (await browser.get(page.path)).status for page in ALL}

    assert statuses == {page.path: 200 if role in page.roles else 403 for page in ALL}
    links = (await browser.get("/can-bo/nguoi")).text.partition("</nav>")[0]
    shown = [page.path for page in ALL if f'<a href="{page.path}"' in links]
    assert shown == [page.path for page in ALL if role in page.roles]


@pytest.mark.parametrize("role", [Role.RESIDENT, Role.FAMILY])
async def test_who_does_not_work_for_the_ward_gets_no_link(office: Any, role: Role) -> None:
    person = await office.person(role)

    with pytest.raises(AssertionError, match="NotStaff"):
        await office.link(person)


async def test_a_stranger_is_led_to_the_sign_in_page_from_everywhere(office: Any) -> None:
    browser = await office.browser()

    for page in ALL:
        for path in (page.path, f"{page.path}/1", f"{page.path}/1/2"):
            for answer in (await browser.get(path), await browser.post(path, {"a": "b"})):
                assert (answer.status, answer.to) == (303, "/can-bo/vao"), path
