"""`hocso demo`: a ward of made-up people beside the real one, that says everywhere what it is."""

import asyncio
import json
import os
import re
import shutil
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from datetime import date
from pathlib import Path

import aiohttp
import openpyxl
import pytest

from bot.commands.demo import _whole_or_nothing
from bot.config import load_config
from bot.house import now, open_ward
from bot.reports.exchange import read_exchange
from bot.server import running
from handlers._requests.person import Role
from handlers._requests.report import MakeReport, Period, PeriodKind, ReportMade
from storage import perform
from storage.house import Actor

SEED = ("--people", "150", "--seed", "7", "--day", "30/06/2026")
BANNER = "DỮ LIỆU MẪU: mọi người và mọi con số ở đây đều do máy dựng lên, không có thật.\n"
LAN = Actor("os:lan", frozenset({Role.ADMIN}))
LINK = re.compile(r"http://127\.0\.0\.1:8080(/can-bo/vao\?\S+)")


def make(box, *more: str, to: str = "demo"):
    config = ("--config", str(box.folder / "config.yaml"))
    return box.call_bare("demo", "ward", *SEED, "--to", str(box.folder / to), *config, *more)


@pytest.fixture(scope="session")
def demo_once(make_box, tmp_path_factory):
    """A computer with a sample ward in the folder demo; to be copied."""
    made = make_box(tmp_path_factory.mktemp("demo"))
    done = subprocess.run(
        [sys.executable, "-m", "bot", "demo", "ward", *SEED, "--config", "config.yaml"],
        cwd=made.folder,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return made


@pytest.fixture
def demo(demo_once, box):
    """The same on a computer of the test's own, its data folder being the sample's."""
    shutil.copytree(demo_once.folder, box.folder, dirs_exist_ok=True)
    (box.folder / "demo").rename(box.folder / "data")
    return box


def rows(file: Path, query: str) -> list[tuple]:
    with closing(sqlite3.connect(file)) as opened:
        return opened.execute(query).fetchall()


# ---------------------------------------------------------------- making it


def test_a_sample_ward_is_made_and_says_how_to_open_it(box) -> None:
    done = make(box)

    assert (done.code, done.err) == (0, "")
    first, made, run, link, again = done.out.splitlines()
    assert f"{first}\n" == BANNER
    assert re.fullmatch(r"Đã dựng 150 người, [\d.]+ lượt làm bài, [\d.]+ việc, ở \S+demo\.", made)
    assert run == f"Mở trang trò chuyện: hocso --data {box.folder}/demo run"
    assert LINK.search(link)
    assert again.endswith(f"hocso demo login --data {box.folder}/demo --as admin")
    assert stat.S_IMODE((box.folder / "demo" / "key").stat().st_mode) == 0o600
    assert rows(box.folder / "demo" / "hocso.db", "SELECT count(*) FROM people") == [(150,)]


def test_the_wards_own_list_of_tdps_stays_out_of_its_sample(demo_once) -> None:
    found = rows(demo_once.folder / "demo" / "hocso.db", "SELECT count(*), max(code) FROM tdps")

    assert found == [(24, "mau-24")]


def test_a_folder_that_holds_a_database_is_left_as_it_is(demo_once, box) -> None:
    shutil.copytree(demo_once.folder, box.folder, dirs_exist_ok=True)
    before = (box.folder / "demo" / "hocso.db").read_bytes()

    done = make(box)

    assert (done.code, done.out) == (2, "")
    assert "đã có dữ liệu. Ghi thư mục khác sau --to" in done.err
    assert (box.folder / "demo" / "hocso.db").read_bytes() == before


def test_the_data_folder_of_real_people_never_becomes_a_sample(
    box, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOCSO_DATA", str(box.folder / "var"))

    done = make(box, to="var")

    assert (done.code, done.out) == (2, "")
    assert "là thư mục dữ liệu thật" in done.err
    assert not (box.folder / "var").exists()


def test_a_database_server_of_real_people_is_not_touched(box) -> None:
    with (box.folder / "config.yaml").open("a", encoding="utf-8") as config:
        config.write('database: "postgresql://ward@db.example/ward"\n')

    done = make(box)

    assert (done.code, done.out) == (2, "")
    assert "Phường mẫu cần tệp cấu hình khác" in done.err
    assert "db.example" not in done.err


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (("--people", "99"), "--people 99: ghi từ 100 đến 200.000 người."),
        (("--people", "200001"), "--people 200001: ghi từ 100"),
        (("--day", "01/01/0001"), "--day 01/01/0001: ghi một ngày từ 01/01/2020 đến hôm nay."),
        (("--day", "2999-01-01"), "--day 2999-01-01: ghi một ngày"),
        (("--day", "mai"), "--day “mai” không phải một ngày."),
    ],
)
def test_what_cannot_be_made_is_one_sentence_and_no_folder(box, typed, sentence: str) -> None:
    done = make(box, *typed)

    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(sentence)
    assert not (box.folder / "demo").exists()


def test_nothing_half_made_is_left_when_somebody_stops_it(tmp_path: Path) -> None:
    config = load_config(None, tmp_path)
    files = [tmp_path / f"hocso.db{ending}" for ending in ("", "-wal", "-shm")]

    def stopped() -> None:
        with _whole_or_nothing(config):
            for file in files:
                file.write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped()

    assert not [file for file in files if file.exists()]


# ---------------------------------------------------------------- what it says of itself


def test_a_printed_table_of_a_sample_says_so_before_its_first_number(demo) -> None:
    done = demo.call("report", "--by", "tdp")

    assert (done.code, done.err) == (0, BANNER)
    assert done.out.startswith(BANNER)
    assert "Tổ mẫu Hoa Ban" in done.out
    assert "Không bao giờ tính" not in done.out


def test_made_up_people_are_counted_where_all_are_made_up(demo) -> None:
    document = json.loads(demo.call("report", "--by", "lesson", "--format", "json").out)

    assert document["is_sample"] is True
    assert document["total"]["registered"] > 90
    assert document["total"]["registered_visits"] == 150


def test_the_table_for_excel_says_that_it_is_a_sample(demo) -> None:
    assert BANNER.strip() in demo.call("report", "--format", "csv").out


def test_every_command_on_a_sample_says_so_on_stderr(demo) -> None:
    assert demo.call("outbox").err.startswith(BANNER)
    assert demo.call("check").err.startswith(BANNER)


def test_a_copy_of_a_sample_does_not_go_where_real_ones_are(demo) -> None:
    real = demo.folder / "usb"
    real.mkdir()
    with (demo.folder / "config.yaml").open("a", encoding="utf-8") as config:
        config.write(f"\nbackup: {{target: {real}}}\n")

    done = demo.call("backup")

    assert done.code == 2
    assert "Chưa biết cất bản sao ở đâu" in done.err
    assert list(real.iterdir()) == []


async def test_the_chat_page_of_a_sample_says_what_it_is(demo, tmp_path: Path) -> None:
    pages = []
    for data in (demo.folder / "data", tmp_path / "real"):
        config = load_config(demo.folder / "config.yaml", data)
        async with running(config, port=0) as url, aiohttp.ClientSession() as session:
            answer = await session.get(url)
            pages.append(await answer.text())

    shown = '<p class="sample"><strong>Dữ liệu mẫu</strong>'
    assert [shown in page for page in pages] == [True, False]


async def test_a_frozen_report_is_handed_on_without_anybody_in_it(demo) -> None:
    config = load_config(demo.folder / "config.yaml", demo.folder / "data")
    period = Period(PeriodKind.MONTH, date(2026, 5, 15), date(2026, 6, 14))
    async with open_ward(config) as ward, ward.database.transaction(now()) as tx:
        made = await perform(tx, LAN, MakeReport(period))
    file = demo.folder / "05899.json"

    done = await asyncio.to_thread(demo.run, "report", "--exchange", str(file))

    assert isinstance(made, ReportMade)
    assert done.code == 0
    assert "báo cáo số 1, còn là dự thảo, kỳ 15/05/2026–14/06/2026." in done.out
    found = read_exchange(file.read_bytes())
    assert (found.ward_code, found.is_sample) == ("05899", True)
    assert {"A1", "B1", "C1", "C2", "D0", "Đ1"} <= {one.code for one in found.indicators}
    people = rows(demo.folder / "data" / "hocso.db", "SELECT id FROM people")
    assert not [number for (number,) in people if str(number) in file.read_text(encoding="utf-8")]


def test_the_public_annex_of_a_report_holds_no_small_number_in_its_tables(demo) -> None:
    shown, public = demo.folder / "noi-bo.xlsx", demo.folder / "cong-khai.xlsx"

    assert demo.call("report", "--period", "2026-05", "--xlsx", str(shown)).code == 0
    assert demo.call("report", "--report", "1", "--public", "--xlsx", str(public)).code == 0

    assert small(shown, "Theo tổ")
    assert not small(public, "Theo tổ")
    assert not small(public, "Theo bài")


def small(file: Path, name: str) -> list[int]:
    """The counts from 1 to 4 in a sheet's lines, its total left out."""
    rows_ = openpyxl.load_workbook(file)[name].iter_rows(values_only=True)
    lines = [row for row in rows_ if not str(row[0]).startswith(("Cả phường", "Tổng"))]
    return [one for row in lines for one in row if isinstance(one, int) and 0 < one < 5]


# ---------------------------------------------------------------- who gets in


def test_a_fresh_link_lets_somebody_in_as_whom_they_like(demo) -> None:
    links = set()
    for role in ("admin", "staff", "head", "team", "police", "approver", "observer"):
        done = demo.call("demo", "login", "--as", role)
        assert (done.code, done.err) == (0, BANNER)
        assert f"vai trò {role} (mở một lần, trong 10 phút)" in done.out
        found = LINK.search(done.out)
        assert found is not None
        links.add(found[1])

    assert len(links) == 7
    hashes = rows(demo.folder / "data" / "hocso.db", "SELECT token_hash FROM logins")
    assert not [link for link in links if any(link.endswith(one) for (one,) in hashes)]


def test_a_role_without_a_staff_page_is_refused_in_one_sentence(demo) -> None:
    assert (
        "Vai trò “family” không vào trang cán bộ."
        in demo.call("demo", "login", "--as", "family").err
    )
    assert (
        "không có ai giữ vai trò “resident”" in demo.call("demo", "login", "--as", "resident").err
    )
    assert "--as không nhận “boss”" in demo.call("demo", "login", "--as", "boss").err


def test_no_link_is_made_into_a_ward_of_real_people(box) -> None:
    done = box.call("demo", "login")

    assert (done.code, done.out) == (2, "")
    assert "không phải dữ liệu mẫu. Cán bộ vào bằng đường dẫn mà trợ lý gửi" in done.err


# ---------------------------------------------------------------- never among real people


@pytest.mark.parametrize(
    ("section", "environment", "named"),
    [
        ('web: {public_url: "https://hoc.example"}', {}, "web.public_url"),
        ('web: {embed_on: ["https://phuong.example"]}', {}, "web.embed_on"),
        ("", {"HOCSO_TELEGRAM_TOKEN": "123456789:" + "A" * 35}, "telegram.token"),
    ],
)
def test_a_sample_is_not_opened_on_a_real_channel(
    demo, section: str, environment: dict[str, str], named: str
) -> None:
    with (demo.folder / "config.yaml").open("a", encoding="utf-8") as config:
        config.write(f"{section}\n")

    done = subprocess.run(
        [sys.executable, "-m", "bot", "run", *demo.places],
        capture_output=True,
        env={**os.environ, **environment},
        timeout=60,
        check=False,
    )

    said = done.stderr.decode()
    assert (done.returncode, done.stdout) == (2, b"")
    assert f"là dữ liệu mẫu, không mở ra kênh thật được: bỏ {named}" in said
    assert said.count("\n") == 1


def test_every_help_page_of_the_sample_is_vietnamese(box) -> None:
    for words in (("demo",), ("demo", "ward"), ("demo", "login")):
        page = box.call_bare(*words, "--help").out

        assert page.startswith(f"Cách viết: hocso {' '.join(words)}")
        assert not [word for word in ("Usage", "Options", "Commands", "required") if word in page]
