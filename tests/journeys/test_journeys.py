"""The same transcripts on every local channel, over real SQLite."""

import re
from pathlib import Path

import pytest

from tests.journeys.conftest import CHANNELS

TRANSCRIPTS = sorted((Path(__file__).parent / "transcripts").glob("*.txt"))


def fits(pattern: str, text: str) -> None:
    """Fail, showing both, unless the text fits the pattern (“…” stands for anything)."""
    parts = [re.escape(part.strip()) for part in pattern.split("…")]
    assert re.fullmatch(r"\s*.*?\s*".join(parts), text), f"\n  < {text}\nmuốn\n  < {pattern}"


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("transcript", TRANSCRIPTS, ids=lambda path: path.stem)
async def test_a_transcript_reads_the_same_on_every_channel(phone, channel, transcript):
    person = phone(channel)
    answer = ""
    for line in transcript.read_text(encoding="utf-8").splitlines():
        if line.startswith(">"):
            answer = await person.send(line[1:].strip())
        elif line.startswith("<"):
            fits(line[1:].strip(), answer)
