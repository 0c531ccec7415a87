"""The desk of the staff page: who is signed in, what they read and change, and how a page is drawn.

    desk.read(request, fact)      one Fact as the one who is signed in, in a reading transaction
    desk.do(request, deed)        one Deed, in a writing one
    desk.page(request, template)  bot/web/pages/staff/<template>.html, which extends staff/_layout.html

Somebody's roles are read in the transaction that uses them. storage.Forbidden goes through every page to
bot/web/staff/_gate.py, which answers with a page and writes the refusal down.
"""

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import quote

from aiohttp import hdrs, web

from bot.house import Ward
from bot.web.limits import Limit
from bot.web.staff._templates import templates
from handlers._effects import Deed, Fact
from handlers._requests.devices import ReadMyCard
from handlers._requests.person import WARD_ROLES, Role
from storage import perform, roles, sign_in
from storage._tx import Tx
from storage.house import Actor

R = TypeVar("R")

ROOT = "/can-bo"
SIGN_IN = f"{ROOT}/vao"
CHANNEL = "page"
SEEN_PER_MINUTE = 1
"""How often a session is written down as seen."""
LONGEST_COOKIE = 200


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the navigation; only who has one of the roles sees and opens it, and all paths below it."""

    path: str
    title: str
    roles: frozenset[Role] = frozenset(WARD_ROLES)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Whose browser it is, as of the beginning of the request."""

    session: int
    person: int
    name: str
    office: str
    roles: frozenset[Role]
    is_practice: bool = False


_SIGNED_IN = web.RequestKey("signed_in", SignedIn)


class Desk:
    """What every page works with; `ring` wakes the visitors who have something new to read."""

    def __init__(
        self,
        ward: Ward,
        clock: Callable[[], datetime],
        ring: Callable[[Iterable[int]], None],
        pages: Sequence[Page] = (),
    ) -> None:
        self.ward = ward
        self.clock = clock
        self.pages = tuple(pages)
        self._ring = ring
        self._seen = Limit(SEEN_PER_MINUTE)
        self._templates = templates(ward)

    # ------------------------------------------------------------ who is signed in

    @property
    def is_https(self) -> bool:
        """Whether browsers reach the ward by https, and only so."""
        return self.ward.config.web.public_url.startswith("https://")

    @property
    def cookie_name(self) -> str:
        """How the session's cookie is called.

        Under https no other host of the ward's domain can set a cookie of a __Host- name, which demands the
        path “/”; without https browsers refuse such a name.
        """
        return "__Host-hocso" if self.is_https else "hocso-can-bo"

    @property
    def cookie_path(self) -> str:
        """Where the session's cookie is sent."""
        return "/" if self.is_https else ROOT

    async def sign_in(self, request: web.Request) -> SignedIn | None:
        """Find out whose browser it is, and keep that with the request."""
        cookie = request.cookies.get(self.cookie_name, "")
        if not 0 < len(cookie) <= LONGEST_COOKIE:
            return None
        async with self.ward.database.reading(self.clock()) as tx:
            session = await sign_in.session_of(tx, cookie)
            found = await _signed_in(tx, session) if session else None
        if found and not self._seen.wait(str(found.session)):
            async with self.ward.database.transaction(self.clock()) as tx:
                await sign_in.session_of(tx, cookie)
        if found is not None:
            request[_SIGNED_IN] = found
        return found

    def me(self, request: web.Request) -> SignedIn | None:
        """Return who is signed in, as the request began."""
        return request.get(_SIGNED_IN)

    async def acting(self, request: web.Request) -> Actor:
        """Return the one who is signed in as they may act now; sends to the sign-in page when nobody is."""
        async with self.reading(request) as (_, by):
            return by

    # ------------------------------------------------------------ reading and writing

    @asynccontextmanager
    async def reading(self, request: web.Request) -> AsyncIterator[tuple[Tx, Actor]]:
        """Read several things in one state, for `storage.perform(tx, by, …)`."""
        person = self._person(request)
        async with self.ward.database.reading(self.clock()) as tx:
            yield tx, await roles.actor_of_person(tx, person, CHANNEL)

    @asynccontextmanager
    async def writing(self, request: web.Request) -> AsyncIterator[tuple[Tx, Actor]]:
        """Change several things at once, or nothing, for `storage.perform(tx, by, …)`."""
        person = self._person(request)
        async with self.ward.database.transaction(self.clock()) as tx:
            yield tx, await roles.actor_of_person(tx, person, CHANNEL)
        self._ring(tx.wakes)
        if tx.has_erased:
            await self.ward.shrink()

    async def read(self, request: web.Request, fact: Fact[R]) -> R:
        """Answer a Fact for the one who is signed in."""
        async with self.reading(request) as (tx, by):
            return await perform(tx, by, fact)

    async def do(self, request: web.Request, deed: Deed[R]) -> R:
        """Do a Deed as the one who is signed in."""
        async with self.writing(request) as (tx, by):
            return await perform(tx, by, deed)

    def ring(self, addresses: Iterable[int]) -> None:
        """Wake who waits at these addresses, after a commit."""
        self._ring(addresses)

    def _person(self, request: web.Request) -> int:
        me = self.me(request)
        if me is None:
            raise web.HTTPSeeOther(SIGN_IN)
        return me.person

    # ------------------------------------------------------------ pages

    def page_at(self, path: str) -> Page | None:
        """Return the page a path belongs to: the one with the longest path above it."""
        above = [
            page for page in self.pages if path == page.path or path.startswith(f"{page.path}/")
        ]
        return max(above, key=lambda page: len(page.path), default=None)

    def page(
        self, request: web.Request, template: str, *, status: int = 200, **values: Any
    ) -> web.Response:
        """Draw a page; the template's own values stand beside `me`, `here`, `pages` and `house`."""
        me = self.me(request)
        shown = [page for page in self.pages if me and page.roles & me.roles]
        given = {"me": me, "pages": shown, "here": self.page_at(request.path), **values}
        text = self._templates.get_template(f"staff/{template}.html").render(given)
        return web.Response(status=status, text=text, content_type="text/html", charset="utf-8")


async def _signed_in(tx: Tx, session: sign_in.Session) -> SignedIn:
    """Who opened a session; a link asked for while practising opens a page on which nothing counts either."""
    by = await roles.actor_of_person(tx, session.person, CHANNEL)
    card = await perform(tx, by, ReadMyCard())
    return SignedIn(
        session.id, session.person, card.name, card.office, by.roles, is_practice=by.is_practice
    )


def download(name: str, body: bytes, content_type: str) -> web.Response:
    """Return a file to be saved under a name, which may be Vietnamese."""
    disposition = f"attachment; filename*=UTF-8''{quote(name)}"
    return web.Response(
        body=body, content_type=content_type, headers={hdrs.CONTENT_DISPOSITION: disposition}
    )
