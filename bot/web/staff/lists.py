"""/can-bo/danh-sach: lists that staff keep in Excel, and the numbers that are stated by hand.

    GET  /{kind}           what it is for, its template, the form to upload it
    GET  /{kind}/mau       the template
    POST /{kind}/thu       what the file would change, or everything that is wrong with it; writes nothing
    POST /{kind}/nhan      writes just that

Between the two steps the file travels in the page itself and is sent again: nothing waits on the server, so a
restart, a second server or a page left open over night loses nothing, and no list with names lies on a disk.
It is read and checked anew; the seal of what was shown refuses whatever would do something else by then.
"""

import asyncio
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from datetime import datetime
from typing import Any

from aiohttp import web

from bot.lists import wording
from bot.lists.kinds import KINDS, Kind
from bot.lists.sheets import Unreadable
from bot.lists.taking import Upload, Wrong, read_upload, try_upload
from bot.web.staff._forms import read_form
from bot.web.staff._stated import Figures
from bot.web.staff.desk import ROOT, Desk, Page, download
from handlers._requests.invites import Invited
from handlers._requests.lists import (
    ImportList,
    ListImported,
    ListKind,
    ListRefused,
    ListTried,
    Outcome,
    Problem,
)
from handlers._requests.person import Role
from storage import perform

PAGE = Page(f"{ROOT}/danh-sach", "Danh sách", frozenset({Role.STAFF, Role.ADMIN}))
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF = "application/pdf"
FILE, BODY, SEAL = "tep", "noi-dung", "dau"
SHOWN = 300
"""So many rows or problems on one page."""


class Lists:
    """Answers the requests of the page; one file at a time is read, in a thread."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._one_at_a_time = asyncio.Lock()

    async def show_all(self, request: web.Request) -> web.Response:
        """GET /can-bo/danh-sach."""
        return self._desk.page(request, "lists", kinds=tuple(KINDS.values()))

    async def show(self, request: web.Request) -> web.Response:
        """GET /can-bo/danh-sach/{kind}."""
        return self._page(request, _kind(request))

    async def give_template(self, request: web.Request) -> web.Response:
        """GET /can-bo/danh-sach/{kind}/mau."""
        from bot.lists.template import (  # noqa: PLC0415 - loads xlsxwriter: not at the start
            file_name,
            template,
        )

        kind = _kind(request)
        return download(file_name(kind), await asyncio.to_thread(template, kind), XLSX)

    async def try_it(self, request: web.Request) -> web.Response:
        """POST /can-bo/danh-sach/{kind}/thu."""
        kind = _kind(request)
        chosen = (await read_form(request)).file(FILE)
        if chosen is None:
            return self._page(request, kind, error="Chưa chọn tệp. Bấm vào ô trên để chọn.")
        return await self._show_tried(request, kind, chosen.body)

    async def take(self, request: web.Request) -> web.Response:
        """POST /can-bo/danh-sach/{kind}/nhan."""
        kind = _kind(request)
        seal, body = (await read_form(request))[SEAL], await _sent_again(request)
        try:
            upload = await self._read(kind, body)
        except Unreadable as error:
            return self._page(request, kind, error=str(error))
        wanted = ImportList(kind.kind, upload.parsed.lines, seal)
        sheet = b""
        async with self._desk.writing(request) as (tx, by):
            answer = (
                await perform(tx, by, wanted) if not upload.parsed.problems else ListRefused(())
            )
            if isinstance(answer, ListImported) and answer.invited:
                sheet = await self._sheet(answer.invited)
        if not isinstance(answer, ListImported):
            return await self._show_tried(request, kind, body, is_outdated=True)
        if sheet:
            return download(f"ma-moi-{self._today():%Y-%m-%d}.pdf", sheet, PDF)
        return self._page(request, kind, done=wording.summary(answer.changes))

    # ------------------------------------------------------------ the two steps

    async def _show_tried(
        self, request: web.Request, kind: Kind, body: bytes, *, is_outdated: bool = False
    ) -> web.Response:
        """Draw what a file would change; with the button that does it, if there is anything to do."""
        try:
            upload = await self._read(kind, body)
        except Unreadable as error:
            return self._page(request, kind, error=str(error))
        async with self._desk.reading(request) as (tx, by):
            shown = await try_upload(tx, by, upload)
        if isinstance(shown, Wrong):
            rows = [_problem_row(kind, one) for one in shown.problems[:SHOWN]]
            return self._page(request, kind, status=422, problems=rows, number=len(shown.problems))
        return self._page(
            request,
            kind,
            shown=shown,
            is_outdated=is_outdated,
            body=b64encode(body).decode(),
            **_told(upload, shown),
        )

    async def _read(self, kind: Kind, body: bytes) -> Upload:
        async with self._one_at_a_time:
            return await asyncio.to_thread(read_upload, kind.kind, body)

    async def _sheet(self, invited: tuple[Invited, ...]) -> bytes:
        """The codes to hand out; made before the commit, so that no code is open that nobody can print."""
        from bot.reports.sheet import invite_sheet  # noqa: PLC0415 - loads typst: for members alone

        made: bytes = await asyncio.to_thread(
            invite_sheet, self._desk.ward.config.ward.name, invited
        )
        return made

    def _today(self) -> datetime:
        return self._desk.clock().astimezone(self._desk.ward.house.timezone)

    def _page(
        self, request: web.Request, kind: Kind, status: int = 200, **values: Any
    ) -> web.Response:
        given = {"error": "", "done": "", "shown": None, "problems": (), "number": 0} | values
        if given["error"]:
            status = 422
        names = {"file": FILE, "body_name": BODY, "seal_name": SEAL}
        return self._desk.page(request, "list", status=status, kind=kind, **names, **given)


def _kind(request: web.Request) -> Kind:
    """The kind of list an address names."""
    for kind in ListKind:
        if kind.value == request.match_info["kind"]:
            return KINDS[kind]
    raise web.HTTPNotFound


async def _sent_again(request: web.Request) -> bytes:
    """The file as the page carried it."""
    sent = (await request.post()).get(BODY)
    try:
        return b64decode(sent, validate=True) if isinstance(sent, str) else b""
    except (NotBase64, ValueError):
        raise web.HTTPBadRequest from None


def _problem_row(kind: Kind, problem: Problem) -> tuple[str, str, str]:
    column = kind.column(problem.column)
    return (
        str(problem.row) if problem.row else "",
        column.head if column else "",
        wording.what_to_do(kind, problem),
    )


def _told(upload: Upload, shown: ListTried) -> dict[str, Any]:
    """What would change, in words."""
    kind = upload.kind
    changes = [one for one in shown.changes if one.outcome is not Outcome.SAME]
    rows = [
        (
            wording.OUTCOMES[one.outcome],
            one.name,
            "; ".join(wording.cell(kind, c) for c in one.cells),
        )
        for one in changes[:SHOWN]
    ]
    return {
        "rows": rows,
        "more": len(changes) - len(rows),
        "remarks": [wording.remark(kind, one) for one in shown.notices],
        "ignored": upload.parsed.ignored,
        "summary": wording.summary(shown.changes),
        "is_same": wording.is_nothing_new(shown),
    }


def routes(desk: Desk) -> tuple[web.AbstractRouteDef, ...]:
    """The routes of the page."""
    lists = Lists(desk)
    below = f"{PAGE.path}/{{kind:[a-z]+}}"
    return (
        *Figures(desk).routes(),
        web.get(PAGE.path, lists.show_all),
        web.get(below, lists.show),
        web.get(f"{below}/mau", lists.give_template),
        web.post(f"{below}/thu", lists.try_it),
        web.post(f"{below}/nhan", lists.take),
    )
