"""Those who work for the ward, their links to the staff page, and browsers that open it."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest_asyncio
from sqlalchemy import insert, select

from bot.house import now
from handlers._requests.person import Role
from handlers._requests.sign_in import OpenStaffPage, PageLink
from storage import perform
from storage._people import new_number
from storage.roles import actor_of_person
from storage.tables import Audit
from storage.tables_staff import Grants, Members

FROM_HERE = {"Sec-Fetch-Site": "same-origin"}
NAMES = {
    Role.STAFF: ("Nguyễn Thị Lan", "Phòng Văn hóa - Xã hội"),
    Role.ADMIN: ("Trần Văn Bình", "Trung tâm Dịch vụ tổng hợp"),
    Role.HEAD: ("Dương Văn Sáu", "Tổ dân phố Phù Lôi"),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a browser got; `text` with every run of blanks as one."""

    status: int
    text: str
    headers: Mapping[str, str]

    @property
    def to(self) -> str:
        return self.headers["Location"]


@dataclass(frozen=True, slots=True)
class Browser:
    """A browser with its own cookies that follows no redirection by itself."""

    session: aiohttp.ClientSession
    url: str

    async def get(self, path: str, **headers: str) -> Answer:
        return await self._ask("GET", path, headers=headers)

    async def post(self, path: str, data: Any = None, **headers: str) -> Answer:
        """Post a form as one of our own pages does, unless headers say otherwise."""
        return await self._ask("POST", path, data=data, headers=headers or FROM_HERE)

    async def sign_in(self, link: str) -> Answer:
        """Open a link and press its button."""
        await self.get(link)
        return await self.post("/can-bo/vao", {"m": token_of(link)})

    @property
    def cookies(self) -> dict[str, str]:
        return {cookie.key: cookie.value for cookie in self.session.cookie_jar}

    async def _ask(self, method: str, path: str, **given: Any) -> Answer:
        where = self.url + path
        async with self.session.request(method, where, allow_redirects=False, **given) as got:
            raw = await got.read()
            return Answer(got.status, " ".join(raw.decode("utf-8", "replace").split()), got.headers)


def token_of(link: str) -> str:
    found = re.search(r"[?&]m=([\w-]+)", link)
    assert found is not None, link
    return found[1]


@dataclass(frozen=True, slots=True)
class Office:
    """A running ward, and those who work for it."""

    running: Any
    stack: AsyncExitStack

    @property
    def ward(self) -> Any:
        return self.running.ward

    def transaction(self) -> Any:
        return self.ward.database.transaction(now())

    async def person(self, role: Role, tdp: int | None = None, name: str = "") -> int:
        """Somebody with a role; returns their number."""
        called, office = NAMES.get(role, ("Lê Thị Tư", "UBND phường"))
        async with self.transaction() as tx:
            number = await new_number(tx, "web")
            grant = {"person_id": number, "role": role.value, "tdp_id": tdp, "by": "os:lan"}
            await tx.connection.execute(insert(Grants).values(**grant, since=tx.now))
            member = {"person_id": number, "name": name or called, "office": office}
            await tx.connection.execute(insert(Members).values(**member))
        return number

    async def do(self, person: int, request: Any) -> Any:
        """Let somebody do something elsewhere than on the page."""
        async with self.transaction() as tx:
            return await perform(tx, await actor_of_person(tx, person, "web"), request)

    async def link(self, person: int) -> str:
        """The path of a new link to the staff page."""
        made = await self.do(person, OpenStaffPage())
        assert isinstance(made, PageLink), made
        return made.path

    async def browser(self, url: str = "") -> Browser:
        """A browser that has never been here."""
        jar = aiohttp.CookieJar(unsafe=True)  # the server has an address and no name
        limits = aiohttp.TCPConnector(force_close=True)
        session = aiohttp.ClientSession(cookie_jar=jar, connector=limits)
        return Browser(await self.stack.enter_async_context(session), url or self.running.url)

    async def signed_in(self, role: Role, tdp: int | None = None) -> Browser:
        """A browser in which somebody with a role has just signed in."""
        browser = await self.browser()
        answer = await browser.sign_in(await self.link(await self.person(role, tdp)))
        assert (answer.status, answer.to) == (303, "/can-bo"), answer.text
        return browser

    async def audit(self, action: str) -> list[tuple[str, str, dict[str, Any]]]:
        """Actor, subject and details of every row with an action, oldest first."""
        async with self.transaction() as tx:
            rows = await tx.connection.execute(
                select(Audit.actor, Audit.subject, Audit.details)
                .where(Audit.action == action)
                .order_by(Audit.id)
            )
            return [tuple(row) for row in rows]


MakeOffice = Callable[..., Awaitable[Office]]


@pytest_asyncio.fixture
async def make_office(start: Any) -> AsyncIterator[MakeOffice]:
    """Start a ward and serve it; keyword arguments are the `web` section of its config."""
    async with AsyncExitStack() as stack:

        async def made(**web: Any) -> Office:
            return Office(await start(**web), stack)

        yield made


@pytest_asyncio.fixture
async def office(make_office: MakeOffice) -> Office:
    """A ward as it is by default, served."""
    return await make_office()
