"""What the alarm lanes learn from: labelled phrases of several hands, and frames that make more.

Only the standard library and PyYAML: the tests ask this module whether the weights are stale.
"""

import hashlib
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
DATA = ROOT / "training" / "data"
TESTS = ROOT / "tests"
HARMLESS = "harmless"
CLASSES = (HARMLESS, "self_harm", "danger", "money_gone")
AUTHORS = tuple(sorted(DATA.glob("author_*.yaml")))
FRAMES = DATA / "frames.yaml"
TUNED = TESTS / "data" / "alarms_tuned.yaml"
EARLIER = (
    TUNED,
    *(TESTS / "data" / f"alarms_tuned_{one}.yaml" for one in ("third", "fourth", "fifth")),
    TESTS / "lessons" / "alarms_more.yaml",
)
WRITTEN = DATA / "written.yaml"
PASTED = TESTS / "data" / "scam_messages.yaml"
PER_FRAME = 20
_SLOT = re.compile(r"\{(\w+)\}")

Labelled = tuple[str, int]
"""A phrase and the place of its class in CLASSES."""


def read(path: Path) -> Any:
    """Return what a YAML file holds."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def digest() -> str:
    """Return the sha256 of what the weights come from: phrases and abbreviations, not the lessons."""
    total = hashlib.sha256(repr(sorted(short_for().items())).encode())
    for path in sorted((*AUTHORS, *EARLIER, WRITTEN, FRAMES, PASTED)):
        total.update(path.name.encode() + path.read_bytes())
    return total.hexdigest()


def short_for() -> Mapping[str, str]:
    """Return the abbreviations of the tables: folded word -> what people mean by it."""
    found: Mapping[str, str] = read(ROOT / "lessons" / "alarms.yaml")["short_for"]
    return found


def labelled(path: Path) -> list[Labelled]:
    """Return the phrases of a file that lists them by class."""
    listed = read(path)
    return [(text, place) for place, name in enumerate(CLASSES) for text in listed.get(name, ())]


def framed() -> list[Labelled]:
    """Return what the frames make, the same at every run."""
    document = read(FRAMES)
    slots = {name: line.split("|") for name, line in document["slots"].items()}
    chosen = random.Random(7)
    return [
        (phrase, CLASSES.index(name))
        for name, frames in document["lanes"].items()
        for frame in frames
        for phrase in sorted({_filled(frame, slots, chosen) for _ in range(PER_FRAME)})
    ]


def _filled(frame: str, slots: dict[str, list[str]], chosen: random.Random) -> str:
    text = frame
    while _SLOT.search(text):
        text = _SLOT.sub(lambda slot: chosen.choice(slots[slot[1]]), text)
    if chosen.random() < 0.4:  # people leave commas out about as often
        text = text.replace(",", "")
    return " ".join(text.split()).strip(" ,")


def pasted() -> list[Labelled]:
    """Return messages people forward; none of them is a report."""
    return [(message["text"], 0) for message in read(PASTED)]


def chosen_texts() -> list[str]:
    """Return titles and options of the lessons: what people send most, and never an alarm."""
    lessons = map(read, sorted((ROOT / "lessons/library").glob("*.yaml")))
    return [
        text
        for lesson in lessons
        for text in (lesson["title"], *(one for quiz in lesson["quiz"] for one in quiz["options"]))
    ]


def spoken() -> list[Labelled]:
    """Return every text of the lessons, phrases and commands, as harmless."""
    folders = ("library", "phrases")
    paths = [path for name in folders for path in sorted((ROOT / "lessons" / name).glob("*.yaml"))]
    found = [
        text for path in (*paths, ROOT / "lessons/intents.yaml") for text in _texts(read(path))
    ]
    return [(text, 0) for text in dict.fromkeys(found)]


def _texts(part: Any) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict):
        yield from _texts(list(part.values()))
    elif isinstance(part, Sequence):
        for one in part:
            yield from _texts(one)
