"""The lessons for those who decide on them.

GET  /can-bo/bai-hoc           which lessons wait, and who decided what
GET  /can-bo/bai-hoc/TB-01     one lesson as residents see it, with its history
POST /can-bo/bai-hoc/TB-01     approve it as it was shown, or send it back
"""

from http import HTTPStatus

from aiohttp import web

from bot.web.staff._forms import read_form
from bot.web.staff.desk import ROOT, Desk, Page
from handlers._requests.approval import (
    TO_DECIDE,
    DecideLesson,
    LessonChanged,
    LessonDecided,
    LessonRead,
    LessonState,
    LessonsToDecide,
    LessonToRead,
    NoteMissing,
    NotNamed,
    Verdict,
)
from lessons import LETTERS
from storage.approval import DECIDERS, READERS

PAGE = Page(f"{ROOT}/bai-hoc", "Bài học", READERS)
MARK = 8
"""So many characters of a content's hash are printed."""
STATES = {
    LessonState.WAITING: "chưa ai duyệt",
    LessonState.CHANGED: "đã sửa sau khi duyệt",
    LessonState.REVIEW: "đến hạn xem lại",
    LessonState.MENDING: "đang chờ sửa",
    LessonState.APPROVED: "đã duyệt",
}
VERDICTS = {Verdict.APPROVED: "Duyệt", Verdict.CHANGES: "Cần sửa"}
CHANGED = "Bài này vừa được sửa, chưa ghi gì. Dưới đây là bản mới, đọc lại rồi quyết định."
NOT_NAMED = (
    "Chưa ghi được, vì danh sách cán bộ chưa có họ tên và nơi làm việc của người duyệt. "
    "Nhờ người quản trị mời lại, có ghi họ tên."
)
NOTE_MISSING = "Ghi chỗ cần sửa để người soạn bài biết."
DONE = {"duyet": "Đã duyệt bài này như dưới đây.", "sua": "Đã ghi là cần sửa."}


class Lessons:
    """Answers the requests of the page."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def show_list(self, request: web.Request) -> web.Response:
        """GET /can-bo/bai-hoc."""
        listed = await self._desk.read(request, LessonsToDecide())
        return self._desk.page(
            request,
            "lessons",
            waiting=[one for one in listed if one.state in TO_DECIDE],
            mending=[one for one in listed if one.state is LessonState.MENDING],
            approved=[one for one in listed if one.state is LessonState.APPROVED],
            states=STATES,
            verdicts=VERDICTS,
            may_decide=self._may_decide(request),
        )

    async def show(self, request: web.Request) -> web.Response:
        """GET /can-bo/bai-hoc/TB-01."""
        return await self._lesson(request, done=DONE.get(request.query.get("xong", ""), ""))

    async def decide(self, request: web.Request) -> web.Response:
        """POST /can-bo/bai-hoc/TB-01."""
        form = await read_form(request)
        verdict = next((one for one in Verdict if one.value == form["verdict"]), None)
        if verdict is None:
            raise web.HTTPBadRequest
        deed = DecideLesson(_lesson(request), form["hash"], verdict, form["note"])
        match await self._desk.do(request, deed):
            case LessonDecided():
                code = "duyet" if verdict is Verdict.APPROVED else "sua"
                raise web.HTTPSeeOther(f"{PAGE.path}/{_lesson(request)}?xong={code}")
            case LessonChanged():
                return await self._lesson(request, wrong=CHANGED, status=HTTPStatus.CONFLICT)
            case NotNamed():
                return await self._lesson(request, wrong=NOT_NAMED, status=HTTPStatus.CONFLICT)
            case NoteMissing():
                return await self._lesson(
                    request, note_wrong=NOTE_MISSING, status=HTTPStatus.BAD_REQUEST
                )
            case _:
                raise web.HTTPNotFound

    async def _lesson(
        self,
        request: web.Request,
        *,
        done: str = "",
        wrong: str = "",
        note_wrong: str = "",
        status: int = HTTPStatus.OK,
    ) -> web.Response:
        read = await self._desk.read(request, LessonToRead(_lesson(request)))
        if not isinstance(read, LessonRead):
            raise web.HTTPNotFound
        return self._desk.page(
            request,
            "lesson",
            status=status,
            read=read,
            lesson=read.lesson,
            letters=LETTERS,
            mark=MARK,
            states=STATES,
            verdicts=VERDICTS,
            may_decide=self._may_decide(request),
            done=done,
            wrong=wrong,
            note_wrong=note_wrong,
        )

    def _may_decide(self, request: web.Request) -> bool:
        me = self._desk.me(request)
        return me is not None and not DECIDERS.isdisjoint(me.roles)


def _lesson(request: web.Request) -> str:
    return request.match_info["lesson"]


def routes(desk: Desk) -> tuple[web.AbstractRouteDef, ...]:
    """Return the page's routes."""
    page = Lessons(desk)
    one = f"{PAGE.path}/{{lesson:[A-Z]{{2}}-[0-9]{{2,3}}}}"
    return (
        web.get(PAGE.path, page.show_list),
        web.get(one, page.show),
        web.post(one, page.decide),
    )
