"""`hocso check --go-live`: every missing thing in a line, exit code 1; one line and 0 when nothing is."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.config import load_config
from bot.house import now, open_ward
from tests.opened import open_doors, opening

CHECK = ("check", "--go-live")


def write(folder: Path, given: dict[str, Any]) -> None:
    text = yaml.safe_dump(given, allow_unicode=True)
    (folder / "config.yaml").write_text(text, encoding="utf-8")


async def fill(folder: Path) -> None:
    """Make the ward's database and put in what the doors ask for."""
    (folder / "tdps.csv").unlink()
    config = load_config(folder / "config.yaml", folder / "data")
    async with open_ward(config) as ward, ward.database.transaction(now()) as tx:
        await open_doors(tx)


def test_a_fresh_install_is_told_every_missing_thing_and_makes_no_file(box: Any) -> None:
    before = box.files()

    done = box.call(*CHECK)

    lines = done.out.splitlines()
    assert done.code == 1
    assert [line.startswith("Thiếu: ") for line in lines] == [True] * 9 + [False]
    assert lines[-1] == "Còn thiếu 9 điều, kênh công khai chưa mở cho bà con."
    assert "8 tên mẫu" in done.out
    assert box.files() == before


async def test_a_ward_that_lacks_nothing_is_told_so_in_one_line(box: Any) -> None:
    write(box.folder, opening(box.folder))
    await fill(box.folder)

    done = box.run(*CHECK)

    assert (done.code, done.out) == (0, "Đủ cả: kênh công khai mở cho bà con.\n")


@pytest.mark.parametrize(
    ("section", "changed", "named"),
    [
        ("ward", {"controller": ""}, "ward.controller"),
        ("web", {"public_url": ""}, "web.public_url"),
        ("backup", {"target": "/khong-co"}, "/khong-co"),
    ],
)
async def test_one_thing_that_is_taken_away_is_one_line_and_exit_code_1(
    box: Any, section: str, changed: dict[str, Any], named: str
) -> None:
    given = opening(box.folder)
    write(box.folder, given)
    await fill(box.folder)
    write(box.folder, {**given, section: {**given[section], **changed}})

    done = box.run(*CHECK)

    missing, summary = done.out.splitlines()
    assert (done.code, summary[:17]) == (1, "Còn thiếu 1 điều,")
    assert named in missing


def test_a_list_without_sample_names_counts_before_the_first_start(box: Any) -> None:
    (box.folder / "tdps.csv").write_text("code,name\nPL,Phù Lôi\n", encoding="utf-8")

    done = box.call(*CHECK)

    assert "tổ dân phố" not in done.out


def test_broken_content_is_told_before_anything_else(box: Any) -> None:
    own = box.content()
    (own / "phrases" / "doors.yaml").write_text("closed: [", encoding="utf-8")

    done = box.call(*CHECK)

    assert done.code == 2
    assert "doors.yaml" in done.err
    assert done.out == ""


def test_the_day_of_the_police_call_may_not_lie_ahead(box: Any) -> None:
    given = opening(box.folder)
    given["ward"]["contacts"][0]["checked_on"] = date(2999, 1, 1)
    write(box.folder, given)

    assert "01/01/2999, chưa tới" in box.call(*CHECK).out
