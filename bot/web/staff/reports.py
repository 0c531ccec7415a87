"""GET /can-bo/bao-cao: the reports that were made, and making one; each on screen, as docx, xlsx and text.

These three are there a second time as everybody may read them (bot/reports/public.py).

Everything shown of a report is drawn from what is frozen. Names of people proposed for commendation are in the
docx alone, for those who may see them, and every file with names is in the audit.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

from bot.reports.public import public_kept
from bot.web.staff._forms import Form, read_form, whole_number
from bot.web.staff.desk import ROOT, Desk, Page, download
from handlers import _periods
from handlers._requests.person import Role
from handlers._requests.praise import Commended
from handlers._requests.report import (
    AlreadyFinal,
    BadPeriod,
    FinishReport,
    MakeReport,
    NamesCommended,
    NoSuchReport,
    Period,
    PeriodFault,
    PeriodsOffered,
    ReportKept,
    ReportList,
    ReportMade,
    ReportOf,
)
from storage import perform

READERS = frozenset({Role.STAFF, Role.POLICE, Role.APPROVER, Role.OBSERVER, Role.ADMIN})
MAKERS = frozenset({Role.STAFF, Role.ADMIN})
PAGE = Page(f"{ROOT}/bao-cao", "Báo cáo", READERS)
OWN = "khac"
"""Chosen instead of a period's name: two days follow."""
FAULTS: Mapping[PeriodFault, str] = {
    PeriodFault.REVERSED: "Ngày đầu kỳ đang sau ngày cuối kỳ. Đổi lại hai ngày.",
    PeriodFault.NOT_YET: "Kỳ này chưa bắt đầu nên chưa có số liệu. Chọn kỳ khác.",
    PeriodFault.TOO_LONG: "Kỳ này dài quá năm năm. Chọn kỳ ngắn hơn.",
}
NO_PERIOD = "Chưa chọn kỳ báo cáo, hoặc ngày ghi chưa đúng. Chọn một kỳ, hoặc ghi đủ hai ngày như 15/10/2026."
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Reports:
    """Answers the requests of the page."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._files: Mapping[str, Callable[[web.Request, ReportKept], Awaitable[web.Response]]] = {
            "docx": self._docx,
            "xlsx": self._xlsx,
            "txt": self._text,
        }

    # ------------------------------------------------------------ list and making

    async def show_list(self, request: web.Request) -> web.Response:
        """GET /can-bo/bao-cao."""
        return await self._list(request, Form({}, {}))

    async def make(self, request: web.Request) -> web.Response:
        """POST /can-bo/bao-cao: count a period, freeze it, and show it."""
        form = await read_form(request)
        period = _chosen(form)
        if period is None:
            return await self._list(request, form, NO_PERIOD)
        match await self._desk.do(request, MakeReport(period)):
            case ReportMade(report=number):
                raise web.HTTPSeeOther(f"{PAGE.path}/{number}")
            case BadPeriod(fault=fault):
                return await self._list(request, form, FAULTS[fault])

    async def _list(self, request: web.Request, form: Form, wrong: str = "") -> web.Response:
        async with self._desk.reading(request) as (tx, by):
            entries = await perform(tx, by, ReportList())
            offer = await perform(tx, by, PeriodsOffered())
        options = [(_periods.code(one), _periods.full_title(one)) for one in offer.periods]
        rows = [(_periods.full_title(one.period), one) for one in entries]
        return self._desk.page(
            request,
            "reports",
            status=400 if wrong else 200,
            rows=rows,
            options=[*options, (OWN, "Kỳ khác, ghi ngày ở dưới")],
            form=form,
            wrong=wrong,
            may_make=self._may_make(request),
        )

    # ------------------------------------------------------------ one report

    async def show(self, request: web.Request) -> web.Response:
        """GET /can-bo/bao-cao/7: its figures on screen."""
        # Here and below: what builds documents is only loaded by somebody who reads a report.
        from bot.reports import friday_page  # noqa: PLC0415 - see above

        kept = await self._kept(request)
        return self._desk.page(
            request,
            "report",
            kept=kept,
            shown=friday_page.shown(kept),
            may_make=self._may_make(request),
        )

    async def hand_over(self, request: web.Request) -> web.Response:
        """GET /can-bo/bao-cao/7/tai/docx: the report as a file."""
        return await self._file(request, await self._kept(request))

    async def hand_over_public(self, request: web.Request) -> web.Response:
        """GET /can-bo/bao-cao/7/cong-khai/docx: the same as everybody may read it."""
        return await self._file(request, public_kept(await self._kept(request)))

    async def _file(self, request: web.Request, kept: ReportKept) -> web.Response:
        make = self._files.get(request.match_info["form"])
        if make is None:
            raise web.HTTPNotFound
        return await make(request, kept)

    async def _docx(self, request: web.Request, kept: ReportKept) -> web.Response:
        from bot.reports.friday_docx import as_docx  # noqa: PLC0415 - 20 MB for who asks

        names = None if kept.is_public else await self._names(request, kept)
        body = await asyncio.to_thread(as_docx, kept, self._desk.ward.config.report, names)
        return download(f"{_stem(kept)}.docx", body, DOCX)

    async def _xlsx(self, request: web.Request, kept: ReportKept) -> web.Response:  # noqa: ARG002 - as the others
        from bot.reports.friday_xlsx import as_xlsx  # noqa: PLC0415 - for who asks

        body = await asyncio.to_thread(as_xlsx, kept)
        return download(f"{_stem(kept)}.xlsx", body, XLSX)

    async def _text(self, request: web.Request, kept: ReportKept) -> web.Response:  # noqa: ARG002 - as the others
        from bot.reports.friday_text import as_text  # noqa: PLC0415 - for who asks

        body = "\n\n-----\n\n".join(as_text(kept))
        return download(f"{_stem(kept)}.txt", body.encode("utf-8-sig"), "text/plain")

    async def _names(self, request: web.Request, kept: ReportKept) -> tuple[Commended, ...] | None:
        """The names to print; None where who asks may not see them."""
        if not self._may_make(request):
            return None
        found = await self._desk.do(request, NamesCommended(kept.report))
        return None if isinstance(found, NoSuchReport) else found

    # ------------------------------------------------------------ finishing

    async def ask_finish(self, request: web.Request) -> web.Response:
        """GET /can-bo/bao-cao/7/chot: really final?"""
        kept = await self._kept(request)
        return self._desk.page(
            request,
            "confirm",
            title="Chốt báo cáo?",
            text=f"Báo cáo {_periods.full_title(kept.figures.period)} sẽ hết chữ “DỰ THẢO” khi in "
            "và không sửa được nữa. Muốn đổi số thì lập báo cáo mới.",
            label="Chốt báo cáo",
            back=f"{PAGE.path}/{kept.report}",
        )

    async def finish(self, request: web.Request) -> web.Response:
        """POST /can-bo/bao-cao/7/chot: mark it final; who comes second finds it so."""
        number = _number(request)
        match await self._desk.do(request, FinishReport(number)):
            case NoSuchReport():
                raise web.HTTPNotFound
            case AlreadyFinal() | _:
                raise web.HTTPSeeOther(f"{PAGE.path}/{number}")

    # ------------------------------------------------------------ parts

    async def _kept(self, request: web.Request) -> ReportKept:
        kept = await self._desk.read(request, ReportOf(_number(request)))
        if isinstance(kept, NoSuchReport):
            raise web.HTTPNotFound
        return kept

    def _may_make(self, request: web.Request) -> bool:
        me = self._desk.me(request)
        return me is not None and bool(me.roles & MAKERS)


def routes(desk: Desk) -> tuple[web.AbstractRouteDef, ...]:
    """Return the page's routes."""
    reports = Reports(desk)
    one = f"{PAGE.path}/{{id}}"
    return (
        web.get(PAGE.path, reports.show_list),
        web.post(PAGE.path, reports.make),
        web.get(one, reports.show),
        web.get(f"{one}/tai/{{form}}", reports.hand_over),
        web.get(f"{one}/cong-khai/{{form}}", reports.hand_over_public),
        web.get(f"{one}/chot", reports.ask_finish),
        web.post(f"{one}/chot", reports.finish),
    )


def _chosen(form: Form) -> Period | None:
    """The period of a form: one that was offered, or two days."""
    if form["ky"] != OWN:
        return _periods.named(form["ky"])
    since, until = form.day("tu"), form.day("den")
    return _periods.own(since, until) if since and until else None


def _stem(kept: ReportKept) -> str:
    public = "-cong-khai" if kept.is_public else ""
    return f"bao-cao-{_periods.file_code(kept.figures.period)}-so-{kept.report}{public}"


def _number(request: web.Request) -> int:
    number = whole_number(request.match_info["id"])
    if number is None:
        raise web.HTTPNotFound
    return number
