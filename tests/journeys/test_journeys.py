"""The same transcripts on every channel, over real SQLite: local ones, and a platform both ways."""

import re
from pathlib import Path

import pytest

from tests.journeys.conftest import CHANNELS, AnyPhone

FILES = sorted((Path(__file__).parent / "transcripts").glob("*.txt"))
TRANSCRIPTS = {file.stem: file.read_text(encoding="utf-8") for file in FILES}


def fits(pattern: str, text: str) -> None:
    """Fail, showing both, unless the text fits the pattern (“…” stands for anything)."""
    parts = [re.escape(part.strip()) for part in pattern.split("…")]
    assert re.fullmatch(r"\s*.*?\s*".join(parts), text), f"\n  < {text}\nmuốn\n  < {pattern}"


async def follow(transcript: str, person: AnyPhone) -> None:
    """Say what a transcript says, and compare what comes back."""
    answer = ""
    for line in transcript.splitlines():
        if line.startswith(">"):
            answer = await person.send(line[1:].strip())
        elif line.startswith("<"):
            fits(line[1:].strip(), answer)


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("transcript", TRANSCRIPTS.values(), ids=TRANSCRIPTS)
async def test_a_transcript_reads_the_same_on_every_channel(phone, channel, transcript):
    await follow(transcript, await phone(channel))
