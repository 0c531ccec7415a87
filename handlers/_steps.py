"""Steps that several conversations share."""

from collections.abc import Sequence

from handlers import (
    Option,
    Phrase,
    Picked,
    Role,
    Typed,
    ask,
    choose_or_ask,
    do,
    option,
    phrase,
    words,
)
from handlers._requests.lesson import LessonTitle
from handlers._requests.tdp import Elsewhere, Tdp, TdpsNamed

PAGE = 6
IS_IT = (option("tdp.yes"), option("tdp.no"))
OTHERWISE = (option("tdp.unknown"), option("tdp.outside"))


async def pick_tdp(typed: str | None) -> Tdp | Elsewhere | Typed:
    """A TDP by part of its name, its number or its former ward; why there is none; or another try."""
    found = await do(TdpsNamed(typed)) if typed else ()
    asked = "tdp.which" if found else "tdp.none" if typed else "tdp.ask"
    offered = [*(Option(str(tdp.id), words(tdp_label(tdp))) for tdp in found), *OTHERWISE]
    answer = await choose_or_ask(phrase(asked), offered, hint=phrase("tdp.hint"))
    if isinstance(answer, Typed):
        return answer
    return next((t for t in found if str(t.id) == answer.key), None) or Elsewhere(answer.key)


async def confirm_tdp(likely: Tdp) -> Tdp | Typed | None:
    """Ask about one likely TDP: it is the one; another is typed instead; or None, to be asked for.

    Exactly: “tôi ở xóm Dũng” folds to something close to “đúng”.
    """
    asked = phrase("tdp.came_by", name=tdp_label(likely))
    answer = await choose_or_ask(asked, IS_IT, exact=True, hint=phrase("tdp.hint"))
    if isinstance(answer, Typed):
        return answer
    return likely if answer.key == "yes" else None


def tdp_label(tdp: Tdp) -> str:
    """A unit as it is offered: its former ward beside it where the name alone is not enough."""
    return f"{tdp.name} ({tdp.former_ward})" if tdp.former_ward else tdp.name


async def pick_lesson(asked: Phrase, found: Sequence[LessonTitle]) -> Picked | Typed:
    """One of the lessons, six at a time; “find.need” for another need; or another typed word."""
    first = 0
    while True:
        shown = found[first : first + PAGE]
        options = [Option(one.id, words(one.title)) for one in shown]
        options += [option("find.more")] if len(found) > first + PAGE else []
        answer = await choose_or_ask(
            asked, [*options, option("find.need")], hint=phrase("find.hint")
        )
        if answer != Picked("more"):
            return answer
        first += PAGE


async def ask_part_of_name() -> str:
    """Whom of many people is meant."""
    return await ask(phrase("roles.named"), hint=phrase("roles.named_hint"))


def name_and_role(name: str, role: Role, tdp_name: str | None) -> Phrase:
    """Somebody with what they are to the ward: “Nguyễn Thị Lan (Tân Trung): thành viên Tổ công nghệ số …”."""
    return phrase(f"roles.who_{role.value}", name=f"{name} ({tdp_name})" if tdp_name else name)
