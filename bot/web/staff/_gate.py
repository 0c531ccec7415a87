"""The gate of the staff page: every request under /can-bo passes here first, and every answer last.

    unsafe method from another site     403, written down            (before anything is read)
    no session, or one that is over     to the sign-in page
    a page that is not for their roles  403, written down
    storage.Forbidden                   403, written down
    what is not there, or not theirs    404: nobody learns which
    too large                           413: so much is read of nobody who is not signed in

What is written down is bounded: a stranger cannot make the audit grow.
"""

from collections.abc import Mapping
from http import HTTPStatus

import structlog
from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware

from bot.web.headers import network_of, staff_headers
from bot.web.limits import Limit
from bot.web.staff.desk import CHANNEL, ROOT, SIGN_IN, Desk
from storage import Forbidden, audit
from storage.house import Actor

log = structlog.get_logger()

MAX_UPLOAD_BYTES = 5 * 1024 * 1024
SAFE = frozenset({hdrs.METH_GET, hdrs.METH_HEAD, hdrs.METH_OPTIONS})
SITE = "Sec-Fetch-Site"
REFUSALS_PER_MINUTE = 20
"""So many refusals of one network are written down in a minute."""
LONGEST_SUBJECT = 80
NOBODY = Actor(CHANNEL, frozenset(), CHANNEL)


class Refused(Exception):
    """A request that is not served; `why` is a code for the audit."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def is_staff_path(path: str) -> bool:
    """Whether a path belongs to the staff page."""
    return path == ROOT or path.startswith(f"{ROOT}/")


def gate(desk: Desk) -> Middleware:
    """Return the middleware that guards the staff page and leaves everything else alone."""
    written = Limit(REFUSALS_PER_MINUTE)

    @web.middleware
    async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not is_staff_path(request.path):
            return await handler(request)
        try:
            return await _admitted(desk, request, handler)
        except Refused as refused:
            await _write_down(desk, request, written, {"why": refused.why})
            return _told(desk, request, HTTPStatus.FORBIDDEN)
        except Forbidden as refused:
            await _write_down(desk, request, written, {"request": type(refused.request).__name__})
            return _told(desk, request, HTTPStatus.FORBIDDEN)
        except web.HTTPException as error:
            return _of_http(desk, request, error)
        except Exception:
            log.exception("staff page failed", method=request.method)
            return _told(desk, request, HTTPStatus.INTERNAL_SERVER_ERROR)

    return guarded


async def _admitted(desk: Desk, request: web.Request, handler: Handler) -> web.StreamResponse:
    if request.method not in SAFE and not is_from_here(request, desk.ward.config.web.public_url):
        raise Refused("cross_site")
    me = await desk.sign_in(request)
    if request.path == SIGN_IN:
        return await handler(request)
    if me is None:
        raise web.HTTPSeeOther(SIGN_IN)
    page = desk.page_at(request.path)
    if page is not None and not page.roles & me.roles:
        raise Refused("not_their_page")
    return await handler(request.clone(client_max_size=MAX_UPLOAD_BYTES))


def is_from_here(request: web.Request, public_url: str) -> bool:
    """Whether a page of this very site made the browser send this.

    Browsers say so in Sec-Fetch-Site where the address is https or this machine; elsewhere, and before
    2020, they name the Origin of whoever asks. Of a ward that is reached by https, an http page of the same
    name is anybody's between the browser and us.
    """
    site = request.headers.get(SITE)
    if site is not None:
        return site == "same-origin"
    ours = {public_url, f"https://{request.host}"}
    if not public_url.startswith("https://"):
        ours.add(f"http://{request.host}")
    return request.headers.get(hdrs.ORIGIN) in ours - {""}


async def _write_down(
    desk: Desk, request: web.Request, written: Limit, details: Mapping[str, str]
) -> None:
    """One row of the audit: who, which page, why; never what was sent."""
    forwarded = request.headers.get(hdrs.X_FORWARDED_FOR)
    if written.wait(network_of(request.remote, forwarded)):
        return
    me = desk.me(request)
    resource = request.match_info.route.resource
    where = resource.canonical if resource is not None else ROOT
    by = NOBODY if me is None else Actor(f"person:{me.person}", me.roles, CHANNEL, person=me.person)
    async with desk.ward.database.transaction(desk.clock()) as tx:
        await audit.append(tx, by, "refused", f"page:{where}"[:LONGEST_SUBJECT], details)


def _of_http(desk: Desk, request: web.Request, error: web.HTTPException) -> web.Response:
    """A redirection as it is; everything else as a page."""
    kept = {
        name: error.headers[name] for name in (hdrs.LOCATION, hdrs.ALLOW) if name in error.headers
    }
    if error.status < HTTPStatus.BAD_REQUEST:
        return web.Response(status=error.status, headers=kept)
    response = _told(desk, request, error.status)
    response.headers.update(kept)
    return response


def _told(desk: Desk, request: web.Request, status: int) -> web.Response:
    return desk.page(request, "told", status=status, code=int(status))


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Tell the browser what holds for the staff page, in place of what holds for the chat."""
    if is_staff_path(request.path):
        response.headers.update(staff_headers())
        response.headers.setdefault(hdrs.CACHE_CONTROL, "no-store")
