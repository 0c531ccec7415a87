"""Signing in and out of the staff page.

GET  /can-bo/vao?m=…     one big button; messengers fetch links ahead, so this spends nothing and sets no cookie
POST /can-bo/vao         spends the link: a new session under a new cookie, whatever cookie was there before
                         (both lead on in the browser that the link has let in: a second click is no second try)
POST /can-bo/ra          signs this browser out
POST /can-bo/ra/het      signs out every browser of theirs
"""

import math
from http import HTTPStatus

from aiohttp import hdrs, web

from bot.web.headers import network_of
from bot.web.limits import Limit
from bot.web.staff._devices import device_name
from bot.web.staff._forms import read_form
from bot.web.staff.desk import ROOT, SIGN_IN, Desk
from handlers._requests.sign_in import SignOutEverywhere
from storage import sign_in

SIGN_INS_PER_MINUTE = 10
"""So many of one network; a link holds more than 130 random bits, so nobody guesses one at any rate."""
LONGEST_TOKEN = 100


class Door:
    """Lets people in and out."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._limit = Limit(SIGN_INS_PER_MINUTE)

    def routes(self) -> tuple[web.AbstractRouteDef, ...]:
        """Return its routes."""
        return (
            web.get(SIGN_IN, self.show),
            web.post(SIGN_IN, self.enter),
            web.post(f"{ROOT}/ra", self.leave),
            web.post(f"{ROOT}/ra/het", self.leave_everywhere),
        )

    async def show(self, request: web.Request) -> web.Response:
        """GET /can-bo/vao: what somebody with or without a link is told."""
        token = request.query.get("m", "")
        if not token:
            return self._page(request, "none")
        if not _may_be_token(token):
            return self._page(request, "unknown")
        me = self._desk.me(request)
        async with self._desk.ward.database.reading(self._desk.clock()) as tx:
            if me is not None and await sign_in.has_opened(tx, token, me.session):
                return _to(ROOT)
            state = await sign_in.peek(tx, token)
        return self._page(request, state, token if state == "open" else "")

    async def enter(self, request: web.Request) -> web.Response:
        """POST /can-bo/vao: spend a link."""
        network = network_of(request.remote, request.headers.get(hdrs.X_FORWARDED_FOR))
        seconds = self._limit.wait(network)
        if seconds:
            return self._too_often(request, seconds)
        token = (await read_form(request))["m"]
        if not _may_be_token(token):
            return self._page(request, "unknown")
        device = device_name(request.headers.get(hdrs.USER_AGENT, ""))
        before = self._desk.me(request)
        async with self._desk.ward.database.transaction(self._desk.clock()) as tx:
            if before is not None and await sign_in.has_opened(tx, token, before.session):
                return _to(ROOT)
            spent = await sign_in.spend(tx, token, device)
            if before is not None and isinstance(spent, sign_in.NewSession):
                await sign_in.end(tx, before.session)
        self._desk.ring(tx.wakes)
        if isinstance(spent, sign_in.NewSession):
            return self._let_in(spent)
        return self._page(request, spent)

    def _let_in(self, new: sign_in.NewSession) -> web.Response:
        response = _to(ROOT)
        response.set_cookie(
            self._desk.cookie_name,
            new.cookie,
            expires=None,
            max_age=max(0, int((new.expires_at - self._desk.clock()).total_seconds())),
            path=self._desk.cookie_path,
            secure=self._desk.is_https,
            httponly=True,
            samesite="Lax",
        )
        return response

    async def leave(self, request: web.Request) -> web.Response:
        """POST /can-bo/ra: end this session."""
        me = self._desk.me(request)
        if me is not None:
            async with self._desk.ward.database.transaction(self._desk.clock()) as tx:
                await sign_in.end(tx, me.session)
        return self._left()

    async def leave_everywhere(self, request: web.Request) -> web.Response:
        """POST /can-bo/ra/het: end all of their sessions."""
        await self._desk.do(request, SignOutEverywhere())
        return self._left()

    def _left(self) -> web.Response:
        response = _to(SIGN_IN)
        response.del_cookie(
            self._desk.cookie_name,
            path=self._desk.cookie_path,
            secure=self._desk.is_https,
            httponly=True,
            samesite="Lax",
        )
        return response

    def _page(self, request: web.Request, state: str, token: str = "") -> web.Response:
        status = HTTPStatus.OK if state in {"none", "open"} else HTTPStatus.GONE
        return self._desk.page(request, "sign_in", status=status, state=state, token=token)

    def _too_often(self, request: web.Request, seconds: float) -> web.Response:
        response = self._page(request, "often")
        response.set_status(HTTPStatus.TOO_MANY_REQUESTS)
        response.headers[hdrs.RETRY_AFTER] = str(math.ceil(seconds))
        return response


def _may_be_token(text: str) -> bool:
    return 0 < len(text) <= LONGEST_TOKEN and text.isascii() and text.isprintable()


def _to(path: str) -> web.Response:
    return web.Response(status=HTTPStatus.SEE_OTHER, headers={hdrs.LOCATION: path})
