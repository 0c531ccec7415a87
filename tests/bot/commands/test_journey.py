"""From the first word to the ward's figures, and back to the rows they were counted from."""

import json
import runpy
from pathlib import Path

recount = runpy.run_path(str(Path(__file__).parents[2] / "storage" / "recount.py"))["recount"]

SECOND = ("học", "1", "1", "1", "1", "1", "1", "a", "a", "a", "2")
"""Somebody who gets two answers wrong and does not want to be remembered."""


def figures(box) -> tuple[dict, dict]:
    """The lines that hold anything and the total, as a report says them."""
    document = json.loads(box.call("report", "--by", "tdp", "--format", "json").out)
    lines = {line["key"]: counted(line) for line in document["lines"]}
    return {key: line for key, line in lines.items() if any(line.values())}, counted(
        document["total"]
    )


def counted(line: dict) -> dict:
    others = ("key", "label", "note", "of", "population_percent")
    return {name: value for name, value in line.items() if name not in others}


def counted_again(box) -> tuple[dict, dict]:
    """The same from the exported rows, by a loop that knows nothing of the product."""
    tables: dict[str, list] = {"people": [], "events": [], "daily_counts": []}
    for line in box.call("export").out.splitlines():
        one = json.loads(line)
        tables.setdefault(one["table"], []).append(one["row"])
    return recount(
        tables["people"],
        tables["events"],
        tables["daily_counts"],
        by="tdp",
        timezone="Asia/Ho_Chi_Minh",
    )


def test_what_the_ward_sees_equals_a_recount_before_and_after_somebody_vouches(learnt) -> None:
    learnt.talk(*SECOND, name="hùng")
    lines, total = figures(learnt)
    assert (lines, total) == counted_again(learnt)
    assert (total["completed"], total["completed_visits"]) == (0, 2)

    learnt.call("vouch", number_of(learnt, "Lan"), "--by", "Trần Văn Nam")

    lines, total = figures(learnt)
    assert (lines, total) == counted_again(learnt)
    assert (total["completed"], total["completed_visits"]) == (1, 2)
    assert (total["passed_at_once"], total["registered"]) == (1, 1)


def number_of(box, name: str) -> str:
    document = json.loads(box.call("report", "--by", "person", "--format", "json").out)
    return next(line["key"] for line in document["lines"] if line["label"] == name)


def test_erasing_leaves_the_figures_and_takes_the_name(learnt) -> None:
    before = figures(learnt)

    erased = learnt.talk("thông tin của tôi", "xóa hết", "xóa", "1")

    assert figures(learnt) == before == counted_again(learnt), erased.out
    assert "Lan" not in learnt.call("export").out
