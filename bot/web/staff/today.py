"""What needs somebody today: the first page after signing in.

GET  /can-bo                  open items by role and TDP, late ones first; the ward's figures in one line
POST /can-bo/viec/7/xong      an item is done
POST /can-bo/viec/7/ten       who asked for help (written down)
"""

from dataclasses import replace

from aiohttp import web

from bot.web.staff._forms import whole_number
from bot.web.staff._item_words import Row, rows
from bot.web.staff.desk import ROOT, Desk, Page
from handlers._requests.figures import Dimension, FiguresBy
from handlers._requests.items import (
    CloseItem,
    Item,
    ItemClosed,
    ItemKind,
    NoSuchItem,
    NotKnown,
    SeeWhoAsked,
    TeamItems,
    WhoAsked,
)
from handlers._requests.person import WARD_ROLES
from storage import perform
from storage.items import SEEN_BY

PAGE = Page(ROOT, "Hôm nay", frozenset(WARD_ROLES))
DONE = {
    "viec": ("Đã ghi là xong.", "ok"),
    "truoc": ("Việc này đã có người làm xong trước đó.", "todo"),
}
CHANNELS = {"web": "trang trò chuyện", "telegram": "Telegram", "console": "máy của phường"}


class Today:
    """Answers the requests of the page."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def show(self, request: web.Request) -> web.Response:
        """GET /can-bo."""
        return await self._page(request, done=DONE.get(request.query.get("xong", "")))

    async def close(self, request: web.Request) -> web.Response:
        """POST /can-bo/viec/7/xong."""
        closed = await self._desk.do(request, CloseItem(_number(request)))
        code = "viec" if isinstance(closed, ItemClosed) else "truoc"
        raise web.HTTPSeeOther(f"{ROOT}?xong={code}")

    async def name(self, request: web.Request) -> web.Response:
        """POST /can-bo/viec/7/ten."""
        seen = await self._desk.do(request, SeeWhoAsked(_number(request)))
        if isinstance(seen, NoSuchItem):
            raise web.HTTPNotFound
        return await self._page(request, seen=seen)

    async def _page(
        self,
        request: web.Request,
        *,
        done: tuple[str, str] | None = None,
        seen: WhoAsked | NotKnown | None = None,
    ) -> web.Response:
        items: tuple[Item, ...] = ()
        async with self._desk.reading(request) as (tx, by):
            if not by.roles.isdisjoint(SEEN_BY):
                items = await perform(tx, by, TeamItems())
            figures = await perform(tx, by, FiguresBy(Dimension.TDP))
            today = tx.today
        return self._desk.page(
            request,
            "today",
            today=today,
            rows=[self._theirs(request, row) for row in rows(items)],
            count=len(items),
            total=figures.total,
            seen=seen,
            is_known=isinstance(seen, WhoAsked),
            channels=CHANNELS,
            help_asked=ItemKind.HELP_ASKED,
            has_items=self._has_items(request),
            done=done,
        )

    def _theirs(self, request: web.Request, row: Row) -> Row:
        """The row without its link where the page it leads to is not theirs."""
        me, page = self._desk.me(request), self._desk.page_at(row.link)
        is_theirs = page is not None and me is not None and not page.roles.isdisjoint(me.roles)
        return row if is_theirs else replace(row, link="")

    def _has_items(self, request: web.Request) -> bool:
        me = self._desk.me(request)
        return me is not None and not me.roles.isdisjoint(SEEN_BY)


def _number(request: web.Request) -> int:
    number = whole_number(request.match_info["item"])
    if number is None:
        raise web.HTTPNotFound
    return number


def routes(desk: Desk) -> tuple[web.AbstractRouteDef, ...]:
    """Return the page's routes."""
    page = Today(desk)
    return (
        web.get(ROOT, page.show),
        web.post(f"{ROOT}/viec/{{item}}/xong", page.close),
        web.post(f"{ROOT}/viec/{{item}}/ten", page.name),
    )
