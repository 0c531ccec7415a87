"""Which conversation is whose: every one with every role, by its words and by a talk that is under way."""

from datetime import UTC, datetime
from typing import Any

import pytest

from handlers import Person
from handlers._conversations import conversations
from handlers._dialogue import Caller, Talks, dialogue
from handlers._effects import phrase
from handlers._requests.person import WARD_ROLES, Role
from handlers._talk import Book, Heard, Talk
from tests.handlers import conftest

INVITING = {Role.HEAD, Role.STAFF, Role.ADMIN}
WHOSE: dict[str, set[Role]] = {
    "approve": {Role.POLICE, Role.APPROVER, Role.ADMIN},
    "invite": INVITING,
    "members": INVITING,
    "numbers": set(WARD_ROLES),
    "open_invites": INVITING,
    "practice": set(WARD_ROLES),
    "staff_page": set(WARD_ROLES),
}
"""The conversations that not everybody may hold."""
OF_OTHERS = [
    pytest.param(name, role, id=f"{name}-{role.value}")
    for name, roles in WHOSE.items()
    for role in Role
    if role not in roles
]
NOON = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def world(book: Book) -> Any:
    """What requests are answered with."""
    return conftest.world(book.content)


def said_by(book: Book, talks: Talks, caller: Caller, text: str, world: Any) -> str:
    """What is said to one message, in a small world that answers."""
    steps = dialogue(talks, Heard(text, NOON), caller, book, "1")
    answer: object = None
    while True:
        try:
            request = steps.send(answer)
        except StopIteration as stop:
            return stop.value.message.text if stop.value.message else ""
        given = world[type(request)]
        answer = given(request) if callable(given) else given


def test_a_conversation_that_is_not_everybodys_stands_in_the_table() -> None:
    found = {
        name: set(one.roles) for name, one in conversations().items() if one.roles != set(Role)
    }

    assert found == WHOSE


@pytest.mark.parametrize(("name", "role"), OF_OTHERS)
def test_its_words_start_it_for_those_it_belongs_to_alone(
    book: Book, world: Any, name: str, role: Role
) -> None:
    words = [one.words[0] for one in book.intents.conversations if one.name == name and one.words]
    caller = Caller(Person(), frozenset({Role.RESIDENT, role}))
    refused = book.render(phrase("staff_only.said"))

    for text in words:
        assert said_by(book, Talks(None, None), caller, text, world) == refused


@pytest.mark.parametrize(("name", "role"), OF_OTHERS)
def test_a_talk_under_way_ends_with_the_role_it_was_begun_by(
    book: Book, world: Any, name: str, role: Role
) -> None:
    under_way = Talk("t", name, (), Person())
    caller = Caller(Person(), frozenset({Role.RESIDENT, role}))

    said = said_by(book, Talks(under_way, None), caller, "1", world)

    assert said.startswith("Trợ lý chưa hiểu ý")
