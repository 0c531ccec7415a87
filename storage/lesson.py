"""Lessons as they are offered and taken, what comes of a quiz, and who approved what."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import replace

from sqlalchemy import Boolean, and_, bindparam, func, insert, or_, select, update

from handlers._requests.approval import Decision, Verdict
from handlers._requests.lesson import (
    AnswerGiven,
    ApproveLesson,
    FinishQuiz,
    LessonApproved,
    LessonResult,
    LessonsAbout,
    LessonsNamed,
    LessonTitle,
    MyResults,
    NextLesson,
    NoMoreLessons,
    NoSuchLesson,
    NotOpen,
    OpenLesson,
    QuizDone,
    Started,
    StartLesson,
    TakeLesson,
)
from handlers._requests.person import Role
from lessons import Lesson, Question, by_need, by_words, fill, fold
from lessons.text import repair
from storage import audit, duties
from storage._learning import record_finish
from storage._performers import performer
from storage._tx import Tx
from storage._verdicts import approved_hashes, write
from storage._who import THEIR_ATTEMPTS, Keeping, Who, who_is
from storage.events import Code, count, record
from storage.house import Actor
from storage.questions import count_answers
from storage.tables import Answers, Attempts

MOST_NAMED = 6

_PASSED = select(Attempts.lesson_id).where(THEIR_ATTEMPTS, Attempts.has_passed.is_(True)).distinct()
_START = insert(Attempts).returning(Attempts.id)
_FINISHED = select(func.count(Attempts.lesson_id.distinct())).where(
    THEIR_ATTEMPTS, Attempts.finished_at.is_not(None)
)
_NUMBER = select(func.count()).where(
    THEIR_ATTEMPTS, Attempts.lesson_id == bindparam("lesson"), Attempts.id <= bindparam("attempt")
)
_WRITABLE = and_(
    Attempts.id == bindparam("attempt"),
    THEIR_ATTEMPTS,
    or_(bindparam("is_kept", type_=Boolean).is_(True), Attempts.person_id.is_(None)),
)
"""An attempt of somebody that may still be written to: once the yes is taken back, theirs stay as they are,
and those held at the address go on."""
_RESULT = select(
    Attempts.person_id, Attempts.right, Attempts.of, Attempts.has_passed, Attempts.lesson_version
).where(_WRITABLE)
_SETTLE = (
    update(Attempts)
    .where(_WRITABLE, Attempts.finished_at.is_(None))
    .values(
        finished_at=bindparam("now"),
        right=bindparam("n_right"),
        of=bindparam("n_of"),
        has_passed=bindparam("did_pass"),
    )
)


@performer
async def take_lesson(tx: Tx, by: Actor, request: TakeLesson) -> OpenLesson | NotOpen:
    """Hand out a lesson as it reads now, if it may go out on this channel."""
    lesson = tx.house.content.lessons.get(request.lesson)
    if lesson is None:
        return NotOpen(request.lesson)
    is_approved = lesson.content_hash in await approved_hashes(tx)
    if not is_approved and by.channel in tx.house.public_channels:
        return NotOpen(request.lesson)
    return OpenLesson(filled(lesson, tx.house.values), lesson.content_hash, is_approved)


@performer
async def lessons_about(tx: Tx, by: Actor, request: LessonsAbout) -> tuple[LessonTitle, ...]:
    """List the open lessons for one need."""
    return _titles(by_need(await _open_lessons(tx, by), request.need))


@performer
async def lessons_named(tx: Tx, by: Actor, request: LessonsNamed) -> tuple[LessonTitle, ...]:
    """List the open lessons that fit what was typed, or would without telex leftovers."""
    lessons = await _open_lessons(tx, by)
    found = by_words(lessons, request.typed) or by_words(lessons, repair(fold(request.typed)))
    return _titles(found[:MOST_NAMED])


@performer
async def next_lesson(tx: Tx, by: Actor, request: NextLesson) -> LessonTitle | NoMoreLessons:
    """Offer the next lesson in recommended order that is not passed yet."""
    who = await who_is(tx, by)
    passed = await tx.connection.scalars(_PASSED, who.values)
    left_out = {*passed, request.after}
    order = list(tx.house.content.lessons)
    start = order.index(request.after) if request.after in order else 0
    is_open = {lesson.id: lesson for lesson in await _open_lessons(tx, by)}
    for lesson_id in order[start:] + order[:start]:
        if lesson_id in is_open and lesson_id not in left_out:
            return _titles([is_open[lesson_id]])[0]
    return NoMoreLessons()


@performer
async def start_lesson(tx: Tx, by: Actor, request: StartLesson) -> Started:
    """Begin an attempt: under the person, held under the address, or as a nameless count."""
    who, rule = await who_is(tx, by), tx.house.pass_rule
    if who.keeping is Keeping.NAMELESS:
        if who.is_counted:
            await count(tx, Code.STARTED, request.lesson)
        return Started(0, rule)
    owner = who.person if who.keeping is Keeping.KEPT else None
    row = {
        "person_id": owner,
        "address_id": None if owner is not None else who.address,
        "lesson_id": request.lesson,
        "lesson_version": request.version,
        "content_hash": request.content_hash,
        "rule_right": rule.right,
        "rule_of": rule.of,
        "started_at": tx.now,
    }
    attempt = await tx.connection.scalar(_START, row)
    assert attempt is not None
    if owner is not None:
        number = await _attempt_number(tx, who, attempt, request.lesson)
        await record(tx, owner, Code.STARTED, lesson=request.lesson, attempt_no=number)
    return Started(attempt, rule)


@performer
async def finish_quiz(tx: Tx, by: Actor, request: FinishQuiz) -> QuizDone:
    """Grade an attempt once; a repeated finish is told the same and writes nothing."""
    who = await who_is(tx, by)
    right, of = sum(answer.is_right for answer in request.answers), len(request.answers)
    has_passed = right >= request.rule.needed(of)
    is_kept = who.keeping is Keeping.KEPT
    theirs = {**who.values, "attempt": request.attempt, "is_kept": is_kept}
    is_new = await _settle(tx, theirs, right, of, has_passed=has_passed)
    row = (await tx.connection.execute(_RESULT, theirs)).one_or_none()
    if row is None:
        return await _count_finish(tx, who, request, QuizDone(right, of, has_passed, False, 1))
    number = await _attempt_number(tx, who, request.attempt, request.lesson)
    if is_new:
        await _keep_answers(tx, request.attempt, request.answers)
        if who.is_counted:
            await count_answers(tx, request.lesson, row.lesson_version, request.answers)
    if is_new and row.person_id is not None:
        await record_finish(
            tx,
            row.person_id,
            request.lesson,
            number,
            right=right,
            of=of,
            has_passed=has_passed,
            at=tx.now,
        )
    is_at_once = bool(row.has_passed) and number == 1
    finished = await lessons_finished(tx, who)
    return QuizDone(row.right, row.of, row.has_passed, is_at_once, finished)


@performer
async def my_results(
    tx: Tx,
    by: Actor,
    request: MyResults,  # noqa: ARG001 - a performer's shape
) -> tuple[LessonResult, ...]:
    """List the lessons somebody finished, newest first; a passed one by the day it was passed."""
    who = await who_is(tx, by)
    found = await tx.connection.execute(
        select(Attempts.lesson_id, Attempts.finished_at, Attempts.has_passed)
        .where(THEIR_ATTEMPTS)
        .order_by(Attempts.id),
        who.values,
    )
    attempts = found.all()
    results = []
    for lesson_id in dict.fromkeys(row.lesson_id for row in attempts):
        theirs = [row for row in attempts if row.lesson_id == lesson_id]
        finished = [row for row in theirs if row.finished_at is not None]
        if finished:
            passed = next((row for row in finished if row.has_passed), None)
            at = (passed or finished[-1]).finished_at
            is_at_once = passed is not None and passed is theirs[0]
            day = at.astimezone(tx.house.timezone).strftime("%d/%m")
            results.append(
                (at, LessonResult(_title(tx, lesson_id), passed is not None, is_at_once, day))
            )
    return tuple(result for _, result in sorted(results, key=lambda pair: pair[0], reverse=True))


@performer(roles={Role.ADMIN})
async def approve_lesson(
    tx: Tx, by: Actor, request: ApproveLesson
) -> LessonApproved | NoSuchLesson:
    """Write down that a named officer approved a lesson as it reads now; their name was typed."""
    lesson = tx.house.content.lessons.get(request.lesson)
    if lesson is None:
        return NoSuchLesson(request.lesson, nearest(tx, request.lesson))
    decision = Decision(
        Verdict.APPROVED, request.name, request.office, tx.today, lesson.content_hash, ""
    )
    await write(tx, by, lesson.id, decision)
    await audit.append(
        tx, by, "approved", f"lesson:{lesson.id}", {"content_hash": lesson.content_hash}
    )
    await duties.of_lesson(tx, by, lesson)
    return LessonApproved(lesson.id, lesson.content_hash)


async def lessons_finished(tx: Tx, who: Who) -> int:
    """Return how many different lessons somebody finished, held ones included."""
    return int(await tx.connection.scalar(_FINISHED, who.values) or 0)


async def _open_lessons(tx: Tx, by: Actor) -> list[Lesson]:
    lessons = list(tx.house.content.lessons.values())
    if by.channel not in tx.house.public_channels:
        return lessons
    approved = await approved_hashes(tx)
    return [lesson for lesson in lessons if lesson.content_hash in approved]


def _titles(lessons: Iterable[Lesson]) -> tuple[LessonTitle, ...]:
    return tuple(LessonTitle(lesson.id, lesson.title, lesson.minutes) for lesson in lessons)


def filled(lesson: Lesson, values: Mapping[str, str]) -> Lesson:
    """Return a lesson with the ward's own numbers and names in its texts."""
    return replace(
        lesson,
        title=fill(lesson.title, values),
        objective=fill(lesson.objective, values),
        cards=tuple(replace(card, text=fill(card.text, values)) for card in lesson.cards),
        practice=fill(lesson.practice, values),
        quiz=tuple(
            Question(
                fill(one.text, values),
                tuple(fill(option, values) for option in one.options),
                one.answer,
                fill(one.explain, values),
            )
            for one in lesson.quiz
        ),
    )


def _title(tx: Tx, lesson_id: str) -> str:
    lesson = tx.house.content.lessons.get(lesson_id)
    return lesson_id if lesson is None else lesson.title


def nearest(tx: Tx, typed: str) -> str | None:
    """Return the lesson's id that may have been meant, if any."""
    near = difflib.get_close_matches(typed.upper(), tx.house.content.lessons, n=1)
    return near[0] if near else None


async def _attempt_number(tx: Tx, who: Who, attempt: int, lesson: str) -> int:
    wanted = {**who.values, "attempt": attempt, "lesson": lesson}
    number = await tx.connection.scalar(_NUMBER, wanted)
    return int(number or 0)


async def _settle(
    tx: Tx, theirs: Mapping[str, object], right: int, of: int, *, has_passed: bool
) -> bool:
    """Write the result into an attempt that has none; False: it has one, or is not theirs."""
    result = {"now": tx.now, "n_right": right, "n_of": of, "did_pass": has_passed}
    return (await tx.connection.execute(_SETTLE, {**theirs, **result})).rowcount == 1


async def _keep_answers(tx: Tx, attempt: int, answers: tuple[AnswerGiven, ...]) -> None:
    rows = [
        {
            "attempt_id": attempt,
            "question": answer.question,
            "option": answer.option,
            "is_right": answer.is_right,
        }
        for answer in answers
    ]
    if rows:
        await tx.connection.execute(insert(Answers), rows)


async def _count_finish(tx: Tx, who: Who, request: FinishQuiz, done: QuizDone) -> QuizDone:
    if who.is_counted:
        lesson = tx.house.content.lessons.get(request.lesson)
        version = 0 if lesson is None else lesson.version
        await count_answers(tx, request.lesson, version, request.answers)
        await count(tx, Code.FINISHED, request.lesson)
        if done.has_passed:
            await count(tx, Code.PASSED, request.lesson)
    return done
