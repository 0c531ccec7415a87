"""Rules between texts and the code that says them: keys and placeholders fit on both sides."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from lessons._fields import nearest
from lessons._phrases import PhraseLine
from lessons.passages import Passage
from lessons.phrases import PLACEHOLDER
from lessons.problems import Problem
from lessons.schema import WARD_PLACEHOLDERS

Used = Mapping[str, frozenset[str] | None]  # phrase key -> names it is given; None: not checked


def phrase_problems(
    lines: Sequence[PhraseLine], used: Used, ward_contacts: Collection[str], folder: str
) -> Iterator[Problem]:
    """Yield keys that are missing or unused, and placeholders that one side does not know."""
    known = {line.entry.key: line for line in lines}
    unused = known.keys() - used.keys()
    everywhere = WARD_PLACEHOLDERS | frozenset(ward_contacts)
    for key in sorted(used.keys() - known.keys()):
        yield _missing(key, unused, folder)
    for line in lines:
        if line.entry.key in unused:
            yield _unused(line, used.keys() - known.keys())
        elif (given := used[line.entry.key]) is not None:
            yield from _placeholders(line, given, everywhere)


def lesson_placeholder_problems(
    passages: Sequence[Passage], ward_contacts: Collection[str]
) -> Iterator[Problem]:
    """Yield the placeholders of lessons that are no contact of the ward."""
    for passage in passages:
        place = passage.place
        for name in PLACEHOLDER.findall(passage.text) if place.lesson is not None else ():
            if name not in ward_contacts:
                known = ", ".join(f"{{{one}}}" for one in ward_contacts)
                yield Problem(
                    place.file,
                    place.line,
                    place.lesson,
                    f"{passage.name} có chỗ trống {{{name}}} không ai điền. Chỉ dùng: {known}.",
                )


def _missing(key: str, unused: Collection[str], folder: str) -> Problem:
    file, _, name = key.partition(".")
    near = nearest(key, unused)
    advice = f"Có phải “{near}” không?" if near else f"Thêm dòng “{name}: …”."
    return Problem(f"{folder}/{file}.yaml", None, None, f"thiếu câu “{key}”. {advice}")


def _unused(line: PhraseLine, missing: Collection[str]) -> Problem:
    key, near = line.entry.key, nearest(line.entry.key, missing)
    advice = f"Có phải “{near}” không?" if near else "Bỏ câu này."
    return Problem(
        line.place.file, line.place.line, None, f"câu “{key}” không chỗ nào dùng. {advice}"
    )


def _placeholders(
    line: PhraseLine, given: frozenset[str], everywhere: frozenset[str]
) -> Iterator[Problem]:
    entry, place = line.entry, line.place
    for name in sorted(entry.placeholders - given - everywhere):
        near = nearest(name, given | everywhere)
        advice = f"Có phải {{{near}}} không?" if near else "Bỏ chỗ trống đó."
        yield Problem(
            place.file,
            place.line,
            None,
            f"câu {entry.key} có chỗ trống {{{name}}} không ai điền. {advice}",
        )
    for name in sorted(given - entry.placeholders):
        yield Problem(
            place.file,
            place.line,
            None,
            f"câu {entry.key} không dùng {{{name}}} dù được điền. Thêm vào câu nếu cần.",
            is_warning=True,
        )
