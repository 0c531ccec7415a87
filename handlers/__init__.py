"""The brain: conversations as coroutines that await people. Pure: no clock, no I/O, no randomness.

One file = one conversation; machinery lives in files with "_". Conversations speak through this door.
"""

from handlers._conversations import conversation
from handlers._effects import (
    Document,
    Media,
    Option,
    Phrase,
    Picked,
    Typed,
    ask,
    become,
    choose,
    choose_many,
    choose_or_ask,
    do,
    option,
    phrase,
    resume,
    say,
    words,
)
from handlers._requests.person import Person, Role
from handlers._talk import Aside

__all__ = [
    "Aside",
    "Document",
    "Media",
    "Option",
    "Person",
    "Phrase",
    "Picked",
    "Role",
    "Typed",
    "ask",
    "become",
    "choose",
    "choose_many",
    "choose_or_ask",
    "conversation",
    "do",
    "option",
    "phrase",
    "resume",
    "say",
    "words",
]
