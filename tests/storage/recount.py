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
) -> tuple[Figures, dict[str, int]]:
    """Return the figures of every line that has any, by key, and those of the total."""
    real = {row["id"]: row for row in people if not row["is_practice"] and not row["is_sample"]}
    in_order = sorted(events, key=lambda row: (moment(row["at"]), row["id"]))
    first_tdp: dict[int, Row] = {}
    for row in in_order:
        if row["code"] == "tdp" and row["tdp_id"] is not None and row["person_id"] not in first_tdp:
            first_tdp[row["person_id"]] = row

    who: dict[tuple[str, str], set[int]] = defaultdict(set)  # confirmed people by line and code
    visits: dict[tuple[str, str], int] = defaultdict(int)
    at_once: dict[str, set[int]] = defaultdict(set)

    for row in in_order:
        person = row["person_id"]
        day = moment(row["at"]).astimezone(ZoneInfo(timezone)).date()
        if person not in real or row["code"] not in CODES:
            continue
        if (since is not None and day < since) or (until is not None and day > until):
            continue
        for line in lines_of(row, by, first_tdp.get(person)):
            visits[line, row["code"]] += 1
            if real[person]["confirmed_at"] is not None:
                who[line, row["code"]].add(person)
                if row["code"] == "passed" and row["attempt_no"] == 1:
                    at_once[line].add(person)

    for row in daily_counts:
        day = day_of(row["day"])
        if row["code"] not in CODES or (since and day < since) or (until and day > until):
            continue
        for line in ("total", row["lesson_id"] if by == "lesson" else ""):
            visits[line, row["code"]] += row["count"]

    def figures(line: str) -> dict[str, int]:
        found = {"passed_at_once": len(at_once[line])}
        for code in CODES:
            name = "completed" if code == "finished" else code
            found[name] = len(who[line, code])
            found[f"{name}_visits"] = visits[line, code]
        return found

    lines = {line for line, _ in visits if line != "total"}
    return {line: figures(line) for line in lines}, figures("total")


def lines_of(row: Row, by: str, first_tdp: Row | None) -> list[str]:
    """The lines an event counts in: its own, and the total."""
    if by == "person":
        return [str(row["person_id"]), "total"]
    if by == "lesson":
        return ["total"] if row["lesson_id"] is None else [row["lesson_id"], "total"]
    tdp = row["tdp_id"]
    if tdp is None and first_tdp is not None and moment(row["at"]) <= moment(first_tdp["at"]):
        tdp = first_tdp["tdp_id"]
    return ["" if tdp is None else str(tdp), "total"]
