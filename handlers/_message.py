"""What one turn says, put together as one message."""

from collections.abc import Sequence

from handlers._effects import Form, Option, Question, phrase
from handlers._talk import Book, Choice, Message, Tap
from handlers._turn import Said
from handlers._understand import STAFF, Added, Noted, Quiet, Reading, Unclear

BRIEF = ("engine.voice", "engine.picture", "engine.sticker", "engine.edited", "engine.pasted")
"""After these notes the choices alone are shown again; after the others the whole question."""


def compose(
    said: Sequence[Said], asked: "Asked | None", reading: Reading | None, book: Book
) -> Message | None:
    """The message of a turn, or None when there is nothing to say."""
    documents = tuple(one.document for one in said if one.document is not None)
    parts = [one.text for one in said]
    if asked is None:
        return Message("\n\n".join(parts), documents=documents) if parts else None
    if isinstance(reading, Quiet):
        return None
    parts += asked.parts(reading, book)
    question = asked.question
    return Message(
        text="\n\n".join(parts),
        choices=asked.choices(book),
        question=f"{asked.talk}:{asked.position}",
        is_several=question.form is Form.SEVERAL,
        hint=book.render(question.hint) if question.hint else None,
        media=question.media,
        documents=documents,
    )


class Asked:
    """A question as it is shown: in full, briefly after a miss, or with “gặp cán bộ” after two."""

    def __init__(self, question: Question, talk: str, position: int, misses: int) -> None:
        self.question = question
        self.talk = talk
        self.position = position
        self.misses = misses

    def parts(self, reading: Reading | None, book: Book) -> list[str]:
        """The paragraphs before the choices."""
        match reading:
            case None:
                return [self._text(book)]
            case Unclear() if self.question.form is Form.TEXT:
                return [book.render(phrase("engine.empty")), self._text(book)]
            case Unclear():
                return [self._unclear(book)]
            case Noted(key) if key in BRIEF:
                return [book.render(phrase(key))]
            case Noted(key):
                return [book.render(phrase(key)), self._text(book)]
            case Added(lane):
                return [book.render(phrase(f"{lane}.steps")), self._text(book)]
            case _:
                return [*self._where(book), self._text(book)]

    def choices(self, book: Book) -> tuple[Choice, ...]:
        """The options as buttons; after two misses “gặp cán bộ” is one of them."""
        options = list(self.question.options)
        if self.misses >= 2 and options:  # noqa: PLR2004 - residents.md: two misses
            options.append(Option(STAFF, phrase("engine.staff")))
        return tuple(
            Choice(str(n), book.render(o.label), Tap(self.talk, self.position, o.key).payload())
            for n, o in enumerate(options, start=1)
        )

    def _text(self, book: Book) -> str:
        return book.render(self.question.phrase)

    def _where(self, book: Book) -> list[str]:
        return [book.render(self.question.where)] if self.question.where else []

    def _unclear(self, book: Book) -> str:
        if self.misses >= 2:  # noqa: PLR2004 - residents.md: two misses
            return book.render(phrase("engine.unclear_again"))
        return book.render(phrase("engine.unclear", numbers=self._numbers(book)))

    def _numbers(self, book: Book) -> str:
        count = len(self.question.options)
        if count == 1:
            return "1"
        first = ", ".join(str(n) for n in range(1, count))
        return book.render(phrase("engine.or", first=first, last=count))
