"""The ward's figures counted once more, by a plain loop over exported rows.

It shares nothing with the product, on purpose: what it says is compared with what the product says.
Rows are dicts as the export writes them; a time is an aware datetime or ISO text.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

CODES = ("registered", "started", "finished", "passed")
ONCE = ("reached", "core", "staff")
Row = Mapping[str, Any]
Figures = dict[str, dict[str, int]]


def moment(value: Any) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)


def day_of(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


def recount(  # noqa: C901 - one loop to be read at once
    people: Iterable[Row],
    events: Iterable[Row],
    daily_counts: Iterable[Row],
    *,
    by: str,
    timezone: str,
    since: date | None = None,
    until: date | None = None,
    core: Iterable[str] = (),
    staff: Iterable[str] = (),
    staff_needed: int = 0,
    counts_samples: bool = False,
    only_tdps: Iterable[str] | None = None,
) -> tuple[Figures, dict[str, int]]:
    """Return the figures of every line that has any, by key, and those of the total."""
    real = {
        row["id"]: row
        for row in people
        if not row["is_practice"] and (counts_samples or not row["is_sample"])
    }
    in_order = sorted(events, key=lambda row: (moment(row["at"]), row["id"]))
    firsts: dict[str, dict[int, Row]] = {"tdp": {}, "unit": {}}
    for row in in_order:
        if row["code"] in firsts and row[f"{row['code']}_id"] is not None:
            firsts[row["code"]].setdefault(row["person_id"], row)
    in_order = sorted(
        [*in_order, *milestones(in_order, set(core), set(staff), staff_needed)],
        key=lambda row: (moment(row["at"]), row["id"]),
    )

    who: dict[tuple[str, str], set[int]] = defaultdict(set)  # confirmed people by line and code
    visits: dict[tuple[str, str], int] = defaultdict(int)
    at_once: dict[str, set[int]] = defaultdict(set)

    for row in in_order:
        person = row["person_id"]
        day = moment(row["at"]).astimezone(ZoneInfo(timezone)).date()
        if person not in real or row["code"] not in (*CODES, *ONCE):
            continue
        if only_tdps is not None and place_of(row, "tdp", firsts) not in only_tdps:
            continue
        if (since is not None and day < since) or (until is not None and day > until):
            continue
        for line in lines_of(row, by, firsts):
            visits[line, row["code"]] += 1
            if real[person]["confirmed_at"] is not None:
                who[line, row["code"]].add(person)
                if row["code"] == "passed" and row["attempt_no"] == 1:
                    at_once[line].add(person)

    for row in daily_counts:
        day = day_of(row["day"])
        if (
            only_tdps is not None
            or row["code"] not in CODES
            or (since and day < since)
            or (until and day > until)
        ):
            continue
        for line in ("total", row["lesson_id"] if by == "lesson" else ""):
            visits[line, row["code"]] += row["count"]

    def figures(line: str) -> dict[str, int]:
        found = {"passed_at_once": len(at_once[line])}
        for code in CODES:
            name = "completed" if code == "finished" else code
            found[name] = len(who[line, code])
            found[f"{name}_visits"] = visits[line, code]
        return found | {code: len(who[line, code]) for code in ONCE}

    lines = {line for line, _ in visits if line != "total"}
    return {line: figures(line) for line in lines}, figures("total")


def milestones(in_order: list[Row], core: set[str], staff: set[str], needed: int) -> list[Row]:
    """What each person came to once, as further rows: the row by which they did, under another code."""
    made: list[Row] = []
    reached: set[int] = set()
    passed: dict[int, list[str]] = defaultdict(list)
    for row in in_order:
        person = row["person_id"]
        if row["code"] in CODES and person not in reached:
            reached.add(person)
            made.append({**row, "code": "reached", "lesson_id": None})
        if row["code"] != "passed" or row["lesson_id"] in passed[person]:
            continue
        before = set(passed[person])
        passed[person].append(row["lesson_id"])
        now = set(passed[person])
        if core and core <= now and not core <= before:
            made.append({**row, "code": "core", "lesson_id": None})
        if needed and len(now & staff) >= needed > len(before & staff):
            made.append({**row, "code": "staff", "lesson_id": None})
    return made


def lines_of(row: Row, by: str, firsts: Mapping[str, Mapping[int, Row]]) -> list[str]:
    """The lines an event counts in: its own, and the total."""
    if by == "person":
        return [str(row["person_id"]), "total"]
    if by == "lesson":
        return ["total"] if row["lesson_id"] is None else [row["lesson_id"], "total"]
    return [place_of(row, by, firsts), "total"]


def place_of(row: Row, kind: str, firsts: Mapping[str, Mapping[int, Row]]) -> str:
    """The TDP or unit an event counts for: its own, or the first one that came later."""
    place, first = row[f"{kind}_id"], firsts[kind].get(row["person_id"])
    if place is None and first is not None and moment(row["at"]) <= moment(first["at"]):
        place = first[f"{kind}_id"]
    return "" if place is None else str(place)
