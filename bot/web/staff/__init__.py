"""The staff page: server-rendered, signed in by a link that the bot sends, every request guarded by _gate.py.

A page is one module of this package without "_" (desk.py, which they all work at, excepted):

    PAGE = Page(path, title, roles)                              who sees it in the navigation and may open it
    def routes(desk: Desk) -> tuple[web.AbstractRouteDef, ...]   its routes, all at or below its path
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Protocol, cast

from aiohttp import web

from bot.house import Ward
from bot.web.staff._door import Door
from bot.web.staff._gate import add_headers, gate
from bot.web.staff.desk import ROOT, Desk, Page

ORDER = (
    "",
    "/so-lieu",
    "/bao-cao",
    "/nhiem-vu",
    "/bai-hoc",
    "/danh-sach",
    "/nguoi",
    "/cai-dat",
    "/suc-khoe",
)
"""The navigation; a page that is not named here stands at its end."""


class PageModule(Protocol):
    """A module that is one page."""

    PAGE: Page

    def routes(self, desk: Desk) -> tuple[web.AbstractRouteDef, ...]:
        """Its routes."""


def page_modules() -> tuple[PageModule, ...]:
    """Return the pages of this package, found by file name, in the order of the navigation."""
    names = [found.name for found in pkgutil.iter_modules(__path__)]
    names = [name for name in names if not name.startswith("_") and name != "desk"]
    found = [cast("PageModule", importlib.import_module(f"{__name__}.{name}")) for name in names]
    return tuple(sorted(found, key=_place))


def _place(module: PageModule) -> int:
    below = module.PAGE.path.removeprefix(ROOT)
    return ORDER.index(below) if below in ORDER else len(ORDER)


PAGES = page_modules()


def mount(
    app: web.Application,
    ward: Ward,
    clock: Callable[[], datetime],
    ring: Callable[[Iterable[int]], None],
) -> None:
    """Add the staff page to an application whose own middlewares and headers come first."""
    desk = Desk(ward, clock, ring, [module.PAGE for module in PAGES])
    app.middlewares.append(gate(desk))
    app.on_response_prepare.append(add_headers)
    app.add_routes(Door(desk).routes())
    for module in PAGES:
        app.add_routes(module.routes(desk))
