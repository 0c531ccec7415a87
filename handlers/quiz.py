"""The questions after a lesson: every answer is explained, and they can be tried again without end."""

from handlers import (
    Option,
    Person,
    Phrase,
    become,
    choose,
    conversation,
    do,
    option,
    phrase,
    say,
    words,
)
from handlers._requests.lesson import AnswerGiven, FinishQuiz, QuizDone, StartLesson
from handlers._requests.person import MyStanding
from lessons import Lesson, PassRule, Question

UNSURE = "?"
AGAIN = (option("quiz.again"), option("quiz.other"), option("quiz.rest"))
SECOND_LESSON = 2


@conversation(is_kept=True)
async def quiz(me: Person, lesson: Lesson, hash: str, attempt: int, rule: PassRule) -> None:  # noqa: A002 - the lesson's own word for it
    """Ask every question of the lesson as it was when it was begun, and say what came of it."""
    given = []
    for number, question in enumerate(lesson.quiz):
        given.append(await answered(lesson, number, question))
    done = await do(FinishQuiz(attempt, lesson.id, tuple(given), rule))
    await say(result(done))
    await settle_questions(lesson, done)
    if done.has_passed:
        await become("onward", after=lesson.id)
    match await choose(phrase("quiz.try_again"), AGAIN, about=lesson.id):
        case "again":
            started = await do(StartLesson(lesson.id, lesson.version, hash, is_retry=True))
            await become(
                "quiz", lesson=lesson, hash=hash, attempt=started.attempt, rule=started.rule
            )
        case "other":
            await become("find")
        case _:
            await say(phrase("rest.plain"))


async def answered(lesson: Lesson, number: int, question: Question) -> AnswerGiven:
    """One question until it is answered; “không biết” shows the explanation and costs nothing."""
    asked = phrase("quiz.question", number=number + 1, of=len(lesson.quiz), text=question.text)
    where = phrase("quiz.where", title=lesson.title, number=number + 1, of=len(lesson.quiz))
    options = [Option(str(i), words(text)) for i, text in enumerate(question.options)]
    picked = UNSURE
    while picked == UNSURE:
        picked = await choose(
            asked, options, lettered=True, unsure=UNSURE, where=where, about=lesson.id
        )
        if picked == UNSURE:
            await say(phrase("quiz.explained", explain=question.explain))
    is_right = int(picked) == question.answer
    right = question.options[question.answer]
    key = "quiz.right" if is_right else "quiz.wrong"
    await say(phrase(key, right=right, explain=question.explain))
    return AnswerGiven(number, int(picked), is_right)


def result(done: QuizDone) -> Phrase:
    """The phrase for what came of an attempt."""
    key = "quiz.passed" if done.has_passed else "quiz.not_yet"
    if done.has_passed and done.is_at_once and done.right == done.of:
        key = "quiz.all_right"
    return phrase(key, right_count=done.right, of=done.of)


async def settle_questions(lesson: Lesson, done: QuizDone) -> None:
    """The questions that have their moment here: saving after the first quiz, pushes after the second."""
    standing = await do(MyStanding())
    if not standing.is_kept and not standing.has_declined:
        await become("consent", after=lesson.id)
    if standing.is_kept and done.finished >= SECOND_LESSON and not standing.was_asked_pushes:
        await become("subscribe", then="onward", after=lesson.id)
