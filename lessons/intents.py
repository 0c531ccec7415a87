"""The words that mean something: a conversation's title and trigger words, and sets such as “yes”.

    conversations:
      learn: {title: "Học", words: ["học", "học bài"]}
    word_sets:                 # what `words: yes` of a phrase stands for
      yes: ["có", "vâng"]
    polite: ["ạ", "dạ"]        # dropped before matching
    marked: ["dừng"]           # single words that count only with their diacritics
    commands: {hoc: "học"}     # a messenger's menu: each command and the words it stands for

Words are kept as they are written; whoever matches them folds both sides.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Intent:
    """One conversation a person can ask for by name: its file's name, its title, its words."""

    name: str
    title: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Intents:
    """All words with a meaning."""

    conversations: tuple[Intent, ...]
    word_sets: Mapping[str, tuple[str, ...]]
    polite: tuple[str, ...]
    marked: frozenset[str]
    commands: Mapping[str, str] = field(default_factory=dict)

    def menu(self) -> Mapping[str, str]:
        """Each command with the title of the conversation that its words ask for."""
        titles = {word: one.title for one in self.conversations for word in one.words}
        return {command: titles[words] for command, words in self.commands.items()}
