"""Alarm phrases whose authors never saw rules or weights: their figures are the ones to publish.

Nothing is tuned on or learnt from these files. The tests hold what was reached, so that a change which loses
some is seen: of the first author everything; of the sixth, who wrote as people tell it, with a little room for
a new training to come out otherwise.
"""

from pathlib import Path

import pytest
import yaml

import lessons
from lessons.alarms import lane_of

DATA = Path(__file__).parents[1] / "data"
FILES = ("alarms_blind", "alarms_blind_sixth")
REACHED = [
    ("alarms_blind", "danger", 34, 34),
    ("alarms_blind", "self_harm", 33, 33),
    ("alarms_blind", "money_gone", 33, 33),
    ("alarms_blind_sixth", "danger", 86, 100),
    ("alarms_blind_sixth", "self_harm", 89, 100),
    ("alarms_blind_sixth", "money_gone", 110, 120),
]
FALSE_AT_MOST = [("alarms_blind", 4, 240), ("alarms_blind_sixth", 5, 320)]


@pytest.fixture(scope="module")
def lanes() -> lessons.Lanes:
    """The shipped rules and weights."""
    return lessons.load(Path(lessons.__file__).parent).alarms


@pytest.fixture(scope="module")
def phrases() -> dict[str, dict[str, list[str]]]:
    """What the blind authors wrote, by file and lane."""
    return {
        name: yaml.safe_load((DATA / f"{name}.yaml").read_text(encoding="utf-8")) for name in FILES
    }


@pytest.mark.parametrize("reached", REACHED)
def test_as_many_unseen_alarms_as_before_open_their_lane(lanes, phrases, reached):
    file, lane, at_least, of = reached
    told = phrases[file][lane]

    caught = sum(lane_of(text, lanes) == lane for text in told)

    assert len(told) == of
    assert caught >= at_least


@pytest.mark.parametrize(("file", "at_most", "of"), FALSE_AT_MOST)
def test_few_harmless_unseen_messages_open_a_lane(lanes, phrases, file, at_most, of):
    harmless = phrases[file]["harmless"]

    opened = [text for text in harmless if lane_of(text, lanes)]

    assert len(harmless) == of
    assert len(opened) <= at_most
