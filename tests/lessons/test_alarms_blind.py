"""The half of the alarm phrases whose author never saw the rules: its figure is the one to publish.

Nothing is tuned on this file. The test holds what was reached, so that a change which loses some is seen.
"""

from pathlib import Path

import pytest
import yaml

import lessons
from lessons.alarms import lane_of

BLIND = Path(__file__).parents[1] / "data" / "alarms_blind.yaml"
REACHED = {"danger": 32, "self_harm": 31, "money_gone": 25}
FALSE_AT_MOST = 4


@pytest.fixture(scope="module")
def lanes() -> lessons.Lanes:
    """The shipped rules."""
    return lessons.load(Path(lessons.__file__).parent).alarms


@pytest.fixture(scope="module")
def phrases() -> dict[str, list[str]]:
    """What the blind author wrote, by lane."""
    found: dict[str, list[str]] = yaml.safe_load(BLIND.read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("lane", REACHED)
def test_as_many_unseen_alarms_as_before_open_their_lane(lanes, phrases, lane):
    caught = sum(lane_of(text, lanes) == lane for text in phrases[lane])

    assert caught >= REACHED[lane]


def test_few_harmless_unseen_messages_open_a_lane(lanes, phrases):
    opened = [text for text in phrases["harmless"] if lane_of(text, lanes)]

    assert len(opened) <= FALSE_AT_MOST
