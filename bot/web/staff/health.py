"""GET /can-bo/suc-khoe: what works, what does not, what to do. Changes nothing."""

from aiohttp import web

from bot.facts import gather
from bot.health import Level, checks
from bot.web.staff.desk import ROOT, Desk, Page
from handlers._requests.person import Role

PAGE = Page(f"{ROOT}/suc-khoe", "Tình trạng hệ thống", frozenset({Role.STAFF, Role.ADMIN}))


def routes(desk: Desk) -> tuple[web.AbstractRouteDef, ...]:
    """Return the page's routes."""

    async def show(request: web.Request) -> web.Response:
        found = checks(await gather(desk.ward, desk.clock()))
        good, soon, bad = (
            [one for one in found if one.level is level]
            for level in (Level.GOOD, Level.SOON, Level.BAD)
        )
        return desk.page(request, "health", good=good, soon=soon, bad=bad)

    return (web.get(PAGE.path, show),)
