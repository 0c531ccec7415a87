"""/can-bo/nhiem-vu: the tasks of the ward's own plan, late ones first; marked done with day and note."""

from datetime import date

from aiohttp import web

from bot.lists.cells import day
from bot.web.staff._forms import Form, read_form
from bot.web.staff.desk import ROOT, Desk, Page
from handlers._requests.person import Role
from handlers._requests.tasks import (
    FinishTask,
    NoSuchTask,
    NotYetDone,
    ReopenTask,
    Task,
    TaskFinished,
    Tasks,
)

PAGE = Page(f"{ROOT}/nhiem-vu", "Nhiệm vụ", frozenset({Role.STAFF, Role.ADMIN}))
SOON_DAYS = 7
"""So many days before its last one a task is marked as due."""


class Plan:
    """Answers the requests of the page."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def show(self, request: web.Request) -> web.Response:
        """GET /can-bo/nhiem-vu."""
        return await self._page(request)

    async def finish(self, request: web.Request) -> web.Response:
        """POST /can-bo/nhiem-vu/xong: done, on a day, with a note."""
        form = await read_form(request)
        done_on = self._done_on(form)
        if done_on is None:
            error = "Ghi đủ ngày/tháng/năm, ví dụ 30/11/2026."
            return await self._page(request, wrong=form["ma"], error=error)
        match await self._desk.do(request, FinishTask(form["ma"], done_on, form["ghi-chu"])):
            case NotYetDone():
                error = "Ngày này chưa tới. Ghi ngày đã làm xong."
                return await self._page(request, wrong=form["ma"], error=error)
            case NoSuchTask():
                raise web.HTTPNotFound
            case TaskFinished(code):
                return await self._page(request, done=f"Đã ghi: nhiệm vụ {code} xong.")

    async def reopen(self, request: web.Request) -> web.Response:
        """POST /can-bo/nhiem-vu/lam-lai: not done after all."""
        form = await read_form(request)
        answer = await self._desk.do(request, ReopenTask(form["ma"]))
        if isinstance(answer, NoSuchTask):
            raise web.HTTPNotFound
        return await self._page(request, done=f"Đã ghi: nhiệm vụ {answer.code} chưa xong.")

    def _done_on(self, form: Form) -> date | None:
        """The day that was typed; none typed is today, and what is no day is None."""
        found = day(form["ngay"]) if form["ngay"] else self._today()
        return found if isinstance(found, date) else None

    def _today(self) -> date:
        return self._desk.clock().astimezone(self._desk.ward.house.timezone).date()

    async def _page(
        self, request: web.Request, *, done: str = "", wrong: str = "", error: str = ""
    ) -> web.Response:
        found = await self._desk.read(request, Tasks())
        return self._desk.page(
            request,
            "tasks",
            status=422 if error else 200,
            open_ones=[(task, state_of(task, self._today())) for task in found if not task.is_done],
            done_ones=[task for task in found if task.is_done],
            late=sum(task.is_late for task in found),
            today=self._today(),
            done=done,
            wrong=wrong,
            error=error,
        )


def state_of(task: Task, today: date) -> tuple[str, str]:
    """How an open task stands: a colour's name and the words beside it."""
    if task.is_late:
        return "bad", f"Chậm {task.days_late} ngày"
    if task.due_on is None:
        return "", "Thường xuyên"
    left = (task.due_on - today).days
    if left <= SOON_DAYS:
        return "todo", "Hạn hôm nay" if left == 0 else f"Còn {left} ngày"
    return "", f"Còn {left} ngày"


def routes(desk: Desk) -> tuple[web.AbstractRouteDef, ...]:
    """The routes of the page."""
    plan = Plan(desk)
    return (
        web.get(PAGE.path, plan.show),
        web.post(f"{PAGE.path}/xong", plan.finish),
        web.post(f"{PAGE.path}/lam-lai", plan.reopen),
    )
