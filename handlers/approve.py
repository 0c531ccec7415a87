"""“Duyệt bài”: a lesson is read as residents will see it, and then approved or sent back."""

from collections.abc import Sequence

from handlers import (
    Media,
    Option,
    Person,
    Phrase,
    Role,
    ask,
    become,
    choose,
    conversation,
    do,
    option,
    phrase,
    say,
)
from handlers._effects import STALE_HOURS_SENSITIVE
from handlers._requests.approval import (
    TO_DECIDE,
    DecideLesson,
    LessonChanged,
    LessonDecided,
    LessonRead,
    LessonState,
    LessonsToDecide,
    LessonToDecide,
    LessonToRead,
    NotNamed,
    Verdict,
)
from lessons import LETTERS, Question

NEXT = (option("lesson.next"),)
CHOICES = (option("approve.yes"), option("approve.changes"))
LABELS = {
    LessonState.WAITING: "approve.new",
    LessonState.CHANGED: "approve.rewritten",
    LessonState.REVIEW: "approve.again",
}
PAGE = 3
MARK = 8
"""So many characters of the content's hash tell one reading of a lesson from another."""


@conversation(roles={Role.APPROVER, Role.POLICE, Role.ADMIN}, is_kept=True)
async def approve(me: Person, lesson: str | None = None) -> None:
    """Choose a lesson that waits, read it to its end, decide on it as it was shown."""
    wanted = lesson or await which()
    if wanted is None:
        await say(phrase("approve.none"))
        return
    read = await do(LessonToRead(wanted))
    if not isinstance(read, LessonRead):
        await say(phrase("approve.gone"))
        return
    await introduce(read)
    await show(read)
    await decide(read)


async def waiting() -> Sequence[LessonToDecide]:
    """The lessons that wait for an officer."""
    return [one for one in await do(LessonsToDecide()) if one.state in TO_DECIDE]


async def which() -> str | None:
    """One of the lessons that wait, a few at a time; None: none waits."""
    found = await waiting()
    first = 0
    while found:
        shown = found[first : first + PAGE]
        offered = [Option(one.id, phrase(LABELS[one.state], title=one.title)) for one in shown]
        offered += [option("approve.more")] if len(found) > PAGE else []
        picked = await choose(phrase("approve.which", count=len(found)), offered)
        if picked != "more":
            return picked
        first = (first + PAGE) if first + PAGE < len(found) else 0
    return None


async def introduce(read: LessonRead) -> None:
    """What is to be read, what its writer asks to be looked at, and who decided last."""
    lesson = read.lesson
    await say(phrase("approve.read", title=lesson.title, mark=read.content_hash[:MARK]))
    await say(phrase("approve.about", objective=lesson.objective, minutes=lesson.minutes))
    if read.review_note:
        await say(phrase("approve.note", note=read.review_note))
    if read.history:
        last = read.history[0]
        key = "approve.was_approved" if last.verdict is Verdict.APPROVED else "approve.was_changes"
        await say(phrase(key, name=last.name, office=last.office, day=f"{last.day:%d/%m/%Y}"))


async def show(read: LessonRead) -> None:
    """Every part as a resident sees it, one after another, the questions with their answers."""
    lesson = read.lesson
    of = len(lesson.cards) + 1
    where = phrase("approve.where", title=lesson.title)
    for number, card in enumerate(lesson.cards, start=1):
        text = phrase("lesson.card", title=lesson.title, number=number, of=of, text=card.text)
        media = Media(card.image, card.image_alt, card.audio)
        await choose(text, NEXT, where=where, media=media)
    text = phrase("lesson.practice", title=lesson.title, of=of, text=lesson.practice)
    await choose(text, NEXT, where=where)
    if lesson.radio:
        await choose(phrase("approve.radio", text=lesson.radio), NEXT, where=where)
    for number, question in enumerate(lesson.quiz, start=1):
        await say(asked(question, number, len(lesson.quiz)))


def asked(question: Question, number: int, of: int) -> Phrase:
    """A question with its options, the right one and why."""
    options = [f"{letter}. {text}" for letter, text in zip(LETTERS, question.options, strict=False)]
    return phrase(
        "approve.question",
        number=number,
        of=of,
        text=question.text,
        options="\n".join(options),
        right=LETTERS[question.answer],
        explain=question.explain,
    )


async def decide(read: LessonRead) -> None:
    """Exactly one of the two; what has to change is one free sentence."""
    question = phrase("approve.ask", title=read.lesson.title)
    picked = await choose(question, CHOICES, exact=True, stale_hours=STALE_HOURS_SENSITIVE)
    verdict, note = Verdict.APPROVED, ""
    if picked == "changes":
        verdict = Verdict.CHANGES
        note = await ask(phrase("approve.what"), hint=phrase("approve.hint"))
    decided = await do(DecideLesson(read.lesson.id, read.content_hash, verdict, note))
    if isinstance(decided, LessonChanged):
        await say(phrase("approve.changed"))
        await become("approve", lesson=read.lesson.id)
    await confirm(read, decided)


async def confirm(read: LessonRead, decided: object) -> None:
    """Say what stands in the record, with name, office, day and reading; then what is left."""
    if not isinstance(decided, LessonDecided):
        await say(phrase("approve.not_named" if isinstance(decided, NotNamed) else "approve.gone"))
        return
    by = decided.decision
    key = "approve.approved" if by.verdict is Verdict.APPROVED else "approve.sent_back"
    await say(
        phrase(
            key,
            title=read.lesson.title,
            name=by.name,
            office=by.office,
            day=f"{by.day:%d/%m/%Y}",
            mark=by.content_hash[:MARK],
        )
    )
    left = len(await waiting())
    await say(phrase("approve.left", count=left) if left else phrase("approve.all_done"))
