"""/can-bo/danh-sach/so-lieu: the stated numbers that hold today, one more typed in, those said before."""

from collections.abc import Sequence
from datetime import date, datetime

from aiohttp import web

from bot.lists.cells import day, whole_number
from bot.web.staff._forms import Form, read_form
from bot.web.staff._forms import whole_number as id_of
from bot.web.staff.desk import ROOT, Desk
from handlers._requests.stated import (
    STATED,
    STATED_KEYS,
    FigureFault,
    FigureRefused,
    FigureStated,
    Place,
    StatedFigures,
    StatedLine,
    StatedPlaces,
    StateFigure,
)
from storage import perform

PATH = f"{ROOT}/danh-sach/so-lieu"
WARD = "phuong"
"""The place that is the whole ward, in the form."""
_FAULTS = {
    FigureFault.NO_SUCH_KEY: "Chọn một loại số liệu.",
    FigureFault.NOT_A_COUNT: "Ghi số nguyên từ 0 trở lên, ví dụ 25736.",
    FigureFault.IN_FUTURE: "Ngày này chưa tới. Ghi ngày mà số liệu đã có.",
    FigureFault.NO_SOURCE: "Ghi cơ quan cung cấp số liệu, ví dụ Công an phường.",
    FigureFault.NO_DOCUMENT: "Đây là số công bố. Ghi số và ngày văn bản công bố, "
    "ví dụ 12/BC-CAP ngày 30/10/2026.",
    FigureFault.NEEDS_UNIT: "Số này do từng đơn vị báo. Chọn một đơn vị, không chọn “Cả phường”.",
    FigureFault.WRONG_PLACE: "Loại số liệu này không tính cho nơi đã chọn. Chọn nơi khác.",
}
_FIELDS = {
    FigureFault.NO_SUCH_KEY: "loai",
    FigureFault.NOT_A_COUNT: "so",
    FigureFault.IN_FUTURE: "ngay",
    FigureFault.NO_SOURCE: "nguon",
    FigureFault.NO_DOCUMENT: "van-ban",
    FigureFault.NEEDS_UNIT: "noi",
    FigureFault.WRONG_PLACE: "noi",
}
_NO_DAY = "Ghi đủ ngày/tháng/năm, ví dụ 30/10/2026."
_TYPED = ("loai", "noi", "so", "ngay", "nguon", "van-ban")


class Figures:
    """Answers the requests of this part of the page."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> tuple[web.AbstractRouteDef, ...]:
        """Its routes."""
        return (
            web.get(PATH, self.show),
            web.post(PATH, self.state),
            web.get(f"{PATH}/{{key:[a-z_]+}}", self.show_history),
        )

    async def show(self, request: web.Request) -> web.Response:
        """GET: what holds today, and the form."""
        return await self._page(request)

    async def show_history(self, request: web.Request) -> web.Response:
        """GET: everything ever said of one kind, newest first."""
        key = STATED.get(request.match_info["key"])
        if key is None:
            raise web.HTTPNotFound
        lines = await self._desk.read(request, StatedFigures(key.key))
        rows = [_row(line) for line in lines]
        return self._desk.page(request, "stated_history", title=key.label, rows=rows, path=PATH)

    async def state(self, request: web.Request) -> web.Response:
        """POST: one more number; what is wrong with it is said beside its field."""
        form = await read_form(request)
        wanted = _wanted(form)
        if isinstance(wanted, dict):
            return await self._page(request, typed=form, errors=wanted)
        answer = await self._desk.do(request, wanted)
        match answer:
            case FigureRefused(fault):
                errors = {_FIELDS[fault]: _FAULTS[fault]}
                return await self._page(request, typed=form, errors=errors)
            case FigureStated():
                return await self._page(request, done=_done(wanted, answer), kept=form)

    async def _page(
        self,
        request: web.Request,
        *,
        typed: Form | None = None,
        kept: Form | None = None,
        errors: dict[str, str] | None = None,
        done: tuple[tuple[str, str], ...] = (),
    ) -> web.Response:
        """Draw it; after a number was taken, kind, day and source stay for the next one."""
        async with self._desk.reading(request) as (tx, by):
            lines = await perform(tx, by, StatedFigures())
            places = await perform(tx, by, StatedPlaces())
        values = {name: typed[name] if typed else "" for name in _TYPED}
        if kept:
            values |= {name: kept[name] for name in ("loai", "ngay", "nguon", "van-ban")}
        return self._desk.page(
            request,
            "stated",
            status=422 if errors else 200,
            path=PATH,
            kinds=[(one.key, one.label) for one in STATED_KEYS],
            places=[(WARD, "Cả phường"), *((_place(one), one.name) for one in places)],
            values=values,
            errors={name: (errors or {}).get(name, "") for name in _TYPED},
            done=done,
            groups=_groups(lines),
        )


def _wanted(form: Form) -> StateFigure | dict[str, str]:
    """What was typed, or what is wrong with it by field."""
    value = whole_number(form["so"] or None)
    as_of = _day(form["ngay"])
    errors = {}
    if not isinstance(value, int):
        errors["so"] = _FAULTS[FigureFault.NOT_A_COUNT]
    if as_of is None:
        errors["ngay"] = _NO_DAY
    if form["loai"] not in STATED:
        errors["loai"] = _FAULTS[FigureFault.NO_SUCH_KEY]
    kind, _, number = form["noi"].partition("-")
    of_place = id_of(number)
    if form["noi"] != WARD and (kind not in {"tdp", "unit"} or of_place is None):
        errors["noi"] = "Chọn một nơi."
    if errors or as_of is None or not isinstance(value, int):
        return errors
    return StateFigure(
        form["loai"],
        value,
        as_of,
        form["nguon"],
        form["van-ban"],
        tdp=of_place if kind == "tdp" else None,
        unit=of_place if kind == "unit" else None,
    )


def _day(typed: str) -> date | None:
    """A day as a browser's own field sends it, or as people write it."""
    found = day(typed) if typed else None
    return found if isinstance(found, date) and not isinstance(found, datetime) else None


def _done(wanted: StateFigure, answer: FigureStated) -> tuple[tuple[str, str], ...]:
    """What is said after a number was taken: (text, kind of notice) pairs."""
    label = STATED[wanted.key].label
    first = (f"Đã ghi số mới của “{label}”." if answer.is_new else "Số này đã có rồi.", "ok")
    if answer.more_than is None:
        return (first,)
    flagged = f"Số này lớn hơn tổng số {answer.more_than}. Vẫn ghi, nhưng nên xem lại."
    return (first, (flagged, "todo"))


def _place(one: Place) -> str:
    return f"tdp-{one.tdp}" if one.tdp is not None else f"unit-{one.unit}"


def _groups(lines: Sequence[StatedLine]) -> list[tuple[str, str, list[tuple[object, ...]]]]:
    """The lines of each kind under its name."""
    return [
        (key.key, key.label, rows)
        for key in STATED_KEYS
        if (rows := [_row(line) for line in lines if line.key == key.key])
    ]


def _row(line: StatedLine) -> tuple[object, ...]:
    """One line as it is shown: place, number, day, source, document, since when, a flag."""
    flag = f"lớn hơn tổng số {line.more_than}" if line.more_than is not None else ""
    place = line.place or "Cả phường"
    return (place, line.value, line.as_of, line.source, line.document, line.at, flag)
