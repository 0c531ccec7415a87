"""The shipped content and the code that speaks it: every sentence is there, none too many, and the brain is pure."""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from bot.config import Config
from handlers import scam_check
from handlers._conversations import conversations
from handlers._requests.consent import Purpose
from handlers._requests.roles import INVITABLE
from lessons import Content, examine, load
from lessons.alarms import LANES

ROOT = Path(__file__).parents[1]
CONTENT = ROOT / "lessons"
PHRASE_FILES = {path.stem for path in (CONTENT / "phrases").glob("*.yaml")}
SPOKEN_BY = [
    path
    for found in ("handlers/*.py", "bot/**/*.py", "storage/*.py")
    for path in sorted(ROOT.glob(found))
]
PAGES = sorted((ROOT / "bot" / "web" / "pages").glob("*.html"))
"""Those for residents; the staff's say their own sentences."""
SETTINGS = {
    f"{section}.{key}"
    for section, field in Config.model_fields.items()
    for key in getattr(field.annotation, "model_fields", ())
}
"""Keys of config.yaml, which look like those of sentences."""
CONVERSATIONS = [
    path for path in SPOKEN_BY if path.parent.name == "handlers" and path.stem[0] != "_"
]

PURPOSES = [purpose.value for purpose in Purpose]
ROLES = [role.value for role in INVITABLE]
BUILT: Mapping[str, list[str]] = {
    "my_data.consent_{purpose}": [f"my_data.consent_{one}" for one in PURPOSES],
    "my_data.purpose_{purpose.value}": [f"my_data.purpose_{one}" for one in PURPOSES],
    "scam_check.{sign}_advice": [
        f"scam_check.{tick.key}_advice" for tick in scam_check.TICKS if tick.key != "nothing"
    ],
    "roles.{role.value}": [f"roles.{one}" for one in ROLES],
    "roles.is_{found.role.value}": [f"roles.is_{one}" for one in ROLES],
    "roles.is_{wanted.role.value}": [f"roles.is_{one}" for one in ROLES],
    "roles.may_{role.value}": [f"roles.may_{one}" for one in ROLES],
    "roles.who_{role.value}": [f"roles.who_{one}" for one in ROLES],
    "{lane}.steps": [f"{lane}.steps" for lane in LANES],
}
"""Keys that are put together at run time, each with everything it may become."""
WORDS_AS_THEY_ARE = "engine.text"
KEY = re.compile(r"[a-z_]+\.[a-z0-9_]+")


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def is_key(text: object) -> bool:
    if not isinstance(text, str) or text in {WORDS_AS_THEY_ARE, *SETTINGS}:
        return False
    if not KEY.fullmatch(text):
        return False
    return text.partition(".")[0] in PHRASE_FILES


# ---------------------------------------------------------------- sentences


def used_phrases() -> dict[str, frozenset[str] | None]:
    """Every key that code and pages say, with the placeholders it is given; None: not known here."""
    given: dict[str, frozenset[str]] = {}
    said_otherwise: set[str] = set()
    for path in SPOKEN_BY:
        here = tree(path)
        calls = list(_calls(here))
        direct = {id(call.args[0]) for call in calls} | set(map(id, _pieces(here)))
        for call in calls:
            for key in _keys(call.args[0], path):
                names = frozenset(word.arg or "" for word in call.keywords)
                given[key] = given.get(key, names) & names
        said_otherwise |= {
            node.value
            for node in ast.walk(here)
            if isinstance(node, ast.Constant) and is_key(node.value) and id(node) not in direct
        }
    for page in PAGES:
        found = re.findall(r"\bpage\.([a-z_]+)", page.read_text(encoding="utf-8"))
        said_otherwise |= {f"page.{one}" for one in found}
    return {**given, **dict.fromkeys(said_otherwise)}


def _calls(here: ast.Module) -> Iterator[ast.Call]:
    """The places where a sentence is named: phrase("…", …) and option("…", …)."""
    for node in ast.walk(here):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
            yield from [node] if node.func.id in {"phrase", "option"} else []


def _pieces(here: ast.Module) -> Iterator[ast.expr]:
    """What f-strings are made of: no key of its own."""
    for node in ast.walk(here):
        if isinstance(node, ast.JoinedStr):
            yield from node.values


def _keys(said: ast.expr, path: Path) -> list[str]:
    if isinstance(said, ast.Constant):
        assert is_key(said.value), f"{name(path)}:{said.lineno}: “{said.value}” is no phrase's key"
        return [str(said.value)]
    if isinstance(said, ast.JoinedStr):
        shape = ast.unparse(said)[2:-1]
        assert shape in BUILT, f"{name(path)}:{said.lineno}: say in BUILT what {shape} may become"
        return BUILT[shape]
    return []  # a constant or a choice of two, found as a literal of its own


def test_every_sentence_the_code_says_is_there_and_none_is_unused() -> None:
    used = used_phrases()

    content, problems = examine(CONTENT, used)

    assert [str(problem) for problem in problems] == []
    assert content is not None
    assert set(content.phrases) == set(used)


def test_keys_that_are_put_together_are_still_put_together_somewhere() -> None:
    shapes = {
        ast.unparse(call.args[0])[2:-1]
        for path in SPOKEN_BY
        for call in _calls(tree(path))
        if isinstance(call.args[0], ast.JoinedStr)
    }

    assert shapes == set(BUILT)


def test_a_sentence_that_is_taken_away_or_added_is_noticed() -> None:
    used = used_phrases()

    _, missing = examine(CONTENT, {**used, "tdp.hinted": None})
    _, unused = examine(CONTENT, {key: names for key, names in used.items() if key != "tdp.hint"})

    assert ["thiếu câu “tdp.hinted”" in str(problem) for problem in missing] == [True]
    assert ["câu “tdp.hint” không chỗ nào dùng" in str(problem) for problem in unused] == [True]


@pytest.fixture(scope="module")
def content() -> Content:
    return load(CONTENT)


def test_every_conversation_somebody_can_start_by_words_exists(content: Content) -> None:
    assert {intent.name for intent in content.intents.conversations} <= set(conversations())


# ---------------------------------------------------------------- conversations


@pytest.mark.parametrize("path", CONVERSATIONS, ids=lambda path: path.stem)
def test_a_module_without_an_underscore_is_exactly_one_conversation(path: Path) -> None:
    declared = [
        node.name
        for node in tree(path).body
        if isinstance(node, ast.AsyncFunctionDef)
        and any(map(_is_conversation, node.decorator_list))
    ]

    assert declared == [path.stem]
    assert conversations()[path.stem].name == path.stem


def _is_conversation(decorator: ast.expr) -> bool:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return isinstance(called, ast.Name) and called.id == "conversation"


@pytest.mark.parametrize("path", CONVERSATIONS, ids=lambda path: path.stem)
def test_a_conversation_goes_on_only_as_one_that_exists(path: Path) -> None:
    targets = {
        call.args[0].value
        for call in ast.walk(tree(path))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id == "become"
        and isinstance(call.args[0], ast.Constant)
    }

    assert targets <= set(conversations())


WAITS_FOR_PEOPLE = [*CONVERSATIONS, ROOT / "handlers" / "_steps.py"]
BLOCKS = (ast.Try, ast.TryStar, ast.With, ast.AsyncWith)


@pytest.mark.parametrize("path", WAITS_FOR_PEOPLE, ids=lambda path: path.stem)
def test_no_try_and_no_with_stands_around_an_await(path: Path) -> None:
    held = [
        f"{name(path)}:{block.lineno}"
        for block in ast.walk(tree(path))
        if isinstance(block, BLOCKS)
        and any(isinstance(node, ast.Await | ast.AsyncFor) for node in ast.walk(block))
    ]

    assert held == []  # it would run at the end of every turn


@pytest.mark.parametrize("path", CONVERSATIONS, ids=lambda path: path.stem)
def test_conversations_do_not_import_each_other(path: Path) -> None:
    siblings = {f"handlers.{other.stem}" for other in CONVERSATIONS}

    assert set(imports(path)) & siblings == set()


# ---------------------------------------------------------------- purity

PURE = sorted([*(ROOT / "handlers").rglob("*.py"), *(ROOT / "lessons").rglob("*.py")])
WORLD = {
    *(
        "aiohttp",
        "aiosqlite",
        "alembic",
        "asyncio",
        "asyncpg",
        "bot",
        "concurrent",
        "ftplib",
        "http",
    ),
    *(
        "io",
        "logging",
        "multiprocessing",
        "os",
        "pathlib",
        "random",
        "requests",
        "secrets",
        "select",
    ),
    *("shutil", "signal", "socket", "sqlalchemy", "sqlite3", "ssl", "storage", "structlog"),
    *("subprocess", "tempfile", "threading", "time", "urllib", "uuid"),
}
ALLOWED = {
    "lessons/_load.py": {"pathlib"},  # opens the content folder, once
    "lessons/__main__.py": {"pathlib"},  # the linter as a command
}
CLOCKS = {"now", "today", "utcnow", "fromtimestamp", "perf_counter", "monotonic"}
OPENERS = {"open", "print", "input", "exec", "eval", "breakpoint"}


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


@pytest.mark.parametrize("path", PURE, ids=name)
def test_the_brain_and_the_knowledge_import_nothing_of_the_world(path: Path) -> None:
    found = {module.partition(".")[0] for module in imports(path)}

    assert found & WORLD - ALLOWED.get(name(path), set()) == set()


@pytest.mark.parametrize("path", PURE, ids=name)
def test_the_brain_and_the_knowledge_ask_no_clock_and_open_nothing(path: Path) -> None:
    if path.name in {"_load.py", "__main__.py"}:
        return
    asked = [
        ast.unparse(call)
        for call in ast.walk(tree(path))
        if isinstance(call, ast.Call) and _touches_the_world(call.func)
    ]

    assert asked == []


def _touches_the_world(called: ast.expr) -> bool:
    if isinstance(called, ast.Attribute):
        return called.attr in CLOCKS and ast.unparse(called.value) in {"datetime", "date", "time"}
    return isinstance(called, ast.Name) and called.id in OPENERS
