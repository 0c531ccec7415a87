"""GET /can-bo/so-lieu: the ward's figures per TDP, unit and lesson, and over time; as pictures and as tables.

GET /can-bo/so-lieu/nguoi                 the people behind a number (every look is in the audit)
POST /can-bo/so-lieu/nguoi/7/xac-nhan     one of them is known to be real; a GET asks first
GET /can-bo/so-lieu/cau-hoi               how hard the questions are

What is asked for stands in the address: bot/web/staff/_chosen.py.
"""

from dataclasses import replace
from datetime import date

from aiohttp import web

from bot.web.staff import _figures_drawn as drawn
from bot.web.staff._chosen import ALL, LINES, NAMES, OWN, Chosen, read_chosen
from bot.web.staff._forms import whole_number
from bot.web.staff.desk import ROOT, Desk, Page
from handlers import _periods
from handlers._requests.behind import PeopleBehind
from handlers._requests.figures import Dimension, Figures, FiguresBy, Line, OverTime
from handlers._requests.person import VOUCHING, WARD_ROLES, NoSuchPerson, Role, Vouch
from handlers._requests.questions import Difficulty
from storage import perform
from storage._tx import Tx
from storage.house import Actor
from storage.slots import first_day, slot_on

PAGE = Page(f"{ROOT}/so-lieu", "Số liệu", frozenset(WARD_ROLES))
PEOPLE, QUESTIONS = f"{PAGE.path}/nguoi", f"{PAGE.path}/cau-hoi"
VOUCH = f"{PEOPLE}/{{id}}/xac-nhan"
SEE_PEOPLE = frozenset(WARD_ROLES) - {Role.OBSERVER}
SEE_QUESTIONS = frozenset(WARD_ROLES) - {Role.TEAM, Role.HEAD}
A_YEAR = 24
"""Half months that the picture over time shows at least, from a 15th on."""


class FiguresPage:
    """Answers the requests of the page."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    # ------------------------------------------------------------ figures

    async def show(self, request: web.Request) -> web.Response:
        """GET /can-bo/so-lieu."""
        chosen = read_chosen(request.query, self._today)
        dimension = chosen.dimension or Dimension.TDP
        chosen = replace(chosen, dimension=dimension)
        async with self._desk.reading(request) as (tx, by):
            figures = await perform(tx, by, FiguresBy(dimension, chosen.since, chosen.until))
            line = next((one for one in figures.lines if one.key == chosen.key), None)
            course = await perform(tx, by, self._course(chosen, dimension, line))
            at = tx.now
        word = self._word(dimension)
        heads = drawn.heads(chosen, word)
        return self._desk.page(
            request,
            "figures",
            vouched=whole_number(request.query.get("da-xac-nhan", "")),
            chosen=chosen,
            at=at,
            options=self._options(),
            lines=[(name, self._word(one)) for name, one in LINES.items()],
            counts=[(count.value, text) for count, text in chosen.called.items()],
            xem=NAMES[dimension],
            progress=drawn.progress(figures, chosen, word),
            told_progress=drawn.told_progress(chosen, word),
            progress_rows=[drawn.compared(one, chosen.count) for one in figures.lines],
            heads=heads,
            rows=self._rows(request, figures, chosen),
            has_people=self._may(request, SEE_PEOPLE),
            course=drawn.over_time(course, chosen, line),
            told_course=drawn.told_course(course, chosen, line),
            course_rows=drawn.pair(course),
            definitions=drawn.definitions(chosen),
            questions=chosen.at(QUESTIONS) if self._may(request, SEE_QUESTIONS) else "",
            back=chosen.at(PAGE.path, key=None) if line is not None else "",
        )

    def _course(self, chosen: Chosen, dimension: Dimension, line: Line | None) -> OverTime:
        """How the chosen figure went: over the period, and at least over a year."""
        until = min(chosen.until or self._today, self._today)
        since = chosen.since
        if since is not None:
            a_year_ago = max((slot_on(until) - A_YEAR) | 1, slot_on(date.min))
            since = min(since, first_day(a_year_ago))
        if line is None:
            return OverTime(chosen.count, since=since, until=until)
        return OverTime(chosen.count, dimension, line.key, since, until)

    def _rows(
        self, request: web.Request, figures: Figures, chosen: Chosen
    ) -> list[tuple[object, ...]]:
        """The table's lines and their total; numbers lead to people where these may be seen."""
        people = PEOPLE if self._may(request, SEE_PEOPLE) else ""
        rows = [
            (
                drawn.link(chosen.at(PAGE.path, key=line.key), line.label),
                *drawn.cells(line, replace(chosen, key=line.key), people),
            )
            for line in figures.lines
        ]
        total = figures.total
        return [*rows, (total.label, *drawn.cells(total, replace(chosen, key=None), people))]

    def _word(self, dimension: Dimension) -> str:
        words = {Dimension.LESSON: "bài học", Dimension.UNIT: "đơn vị"}
        return words.get(dimension, self._desk.ward.config.ward.unit_word)

    def _options(self) -> list[tuple[str, str]]:
        """The periods worth choosing."""
        periods = _periods.offered(self._today)
        return [
            *((_periods.code(one), _periods.full_title(one)) for one in periods),
            (ALL, "Từ đầu đến nay"),
            (OWN, "Kỳ khác, ghi ngày ở dưới"),
        ]

    # ------------------------------------------------------------ people and questions

    async def people(self, request: web.Request) -> web.Response:
        """GET /can-bo/so-lieu/nguoi."""
        chosen = read_chosen(request.query, self._today)
        wanted = PeopleBehind(
            None if chosen.key is None else chosen.dimension,
            chosen.key or "",
            chosen.count,
            chosen.since,
            chosen.until,
            is_visits=chosen.is_visits,
            after=chosen.after,
        )
        page = await self._desk.do(request, wanted)
        may_vouch = self._may(request, frozenset(VOUCHING))
        async with self._desk.reading(request) as (tx, by):
            label = await self._label(tx, by, chosen)
        return self._desk.page(
            request,
            "behind",
            chosen=chosen,
            label=label,
            count=chosen.called[chosen.count],
            rows=[
                (drawn.face(one), may_vouch and not (one.is_confirmed or one.is_erased))
                for one in page.people
            ],
            more=chosen.at(PEOPLE, after=page.after) if page.after is not None else "",
            first=chosen.at(PEOPLE, after=0) if chosen.after else "",
            back=chosen.at(PAGE.path, key=None),
        )

    async def _label(self, tx: Tx, by: Actor, chosen: Chosen) -> str:
        """What the line is called."""
        if chosen.key is None or chosen.dimension is None:
            return "Tất cả"
        figures = await perform(tx, by, FiguresBy(chosen.dimension, chosen.since, chosen.until))
        return next((line.label for line in figures.lines if line.key == chosen.key), "")

    async def questions(self, request: web.Request) -> web.Response:
        """GET /can-bo/so-lieu/cau-hoi."""
        chosen = read_chosen(request.query, self._today)
        found = await self._desk.read(request, Difficulty(chosen.since, chosen.until))
        return self._desk.page(
            request,
            "questions",
            chosen=chosen,
            options=self._options(),
            found=found,
            chart=drawn.hardest(found),
            chart_rows=drawn.wrong(found.questions),
            rows=[drawn.difficulty(one) for one in found.questions],
            back=chosen.at(PAGE.path),
        )

    # ------------------------------------------------------------ somebody is real

    async def ask_vouch(self, request: web.Request) -> web.Response:
        """GET /can-bo/so-lieu/nguoi/7/xac-nhan: really known to be one real resident?"""
        return self._desk.page(
            request,
            "confirm",
            title=f"Xác nhận người số {_number(request)}?",
            text="Chỉ xác nhận khi biết chắc đây là một người có thật ở địa bàn. Từ đó người này được "
            "tính là “người” trong số liệu, cả những bài đã học trước đây. Việc xác nhận được ghi lại.",
            label="Tôi biết người này, xác nhận",
            back=PAGE.path,
        )

    async def vouch(self, request: web.Request) -> web.Response:
        """POST /can-bo/so-lieu/nguoi/7/xac-nhan: let somebody count as người."""
        answer = await self._desk.do(request, Vouch(_number(request)))
        if isinstance(answer, NoSuchPerson):
            raise web.HTTPNotFound
        raise web.HTTPSeeOther(f"{PAGE.path}?da-xac-nhan={answer.person}")

    # ------------------------------------------------------------ small things

    @property
    def _today(self) -> date:
        return self._desk.clock().astimezone(self._desk.ward.house.timezone).date()

    def _may(self, request: web.Request, roles: frozenset[Role]) -> bool:
        me = self._desk.me(request)
        return me is not None and not roles.isdisjoint(me.roles)


def _number(request: web.Request) -> int:
    number = whole_number(request.match_info["id"])
    if number is None:
        raise web.HTTPNotFound
    return number


def routes(desk: Desk) -> tuple[web.AbstractRouteDef, ...]:
    """Return the page's routes."""
    page = FiguresPage(desk)
    return (
        web.get(PAGE.path, page.show),
        web.get(PEOPLE, page.people),
        web.get(VOUCH, page.ask_vouch),
        web.post(VOUCH, page.vouch),
        web.get(QUESTIONS, page.questions),
    )
