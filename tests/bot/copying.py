"""`hocso backup` as a process of its own, where a disk is full or somebody kills it; a test starts it.

    copying.py FOLDER TARGET           a copy of FOLDER/hocso.db, again and again, until it is killed
    copying.py FOLDER TARGET BYTES     one copy, while no file may become larger than that

It prints a line after every copy: its name, or why there is none.
"""

import resource
import signal
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.backup import BackupFailed, Place, copy, made_by
from bot.config import Config
from bot.house import make_house
from bot.sealing import Header
from lessons import load
from tests.bot.full_disk import ROOT

KEY = bytes(range(32))
FIRST = datetime(2026, 11, 1, tzinfo=UTC)


def place_of(folder: Path, target: Path) -> Place:
    """Where the copies come from and go to; two are kept."""
    house = replace(make_house(Config(), load(ROOT / "lessons")), key=KEY)
    return Place(folder / "hocso.db", target, house, keep=2)


def moment_of(file: Path) -> datetime:
    with file.open("rb") as source:
        return Header.read(source).at


def main(folder: Path, target: Path, most: int | None) -> None:
    place = place_of(folder, target)
    if most is not None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    made = made_by(KEY, target)
    at = moment_of(made[-1]) if made else FIRST
    while True:
        at += timedelta(minutes=1)
        try:
            said = copy(place, at).file.name
        except BackupFailed as failure:
            said = str(failure)
        sys.stdout.write(f"{said}\n")
        sys.stdout.flush()
        if most is not None:
            return


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else None)
