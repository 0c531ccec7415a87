"""`hocso report`: one person's TB-01, seen per TDP, per lesson and per person."""

import csv
import io
import json
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

HERE = ZoneInfo("Asia/Ho_Chi_Minh")


def found(box, *arguments: str) -> dict:
    done = box.call("report", "--format", "json", *arguments)
    assert done.code == 0, done.err
    return json.loads(done.out)


def busy(document: dict) -> list[str]:
    return [line["label"] for line in document["lines"] if line["started_visits"]]


def test_the_table_says_what_whose_when_and_what_each_figure_means(learnt) -> None:
    done = learnt.call("report", "--by", "tdp")

    assert (done.code, done.err) == (0, "")
    assert "Kết quả học theo tổ dân phố, phường Trung Thành" in done.out
    (line,) = [one for one in done.out.splitlines() if "mẫu Phù Lôi" in one]
    assert [cell.strip() for cell in line.strip("│").split("│")] == [
        "mẫu Phù Lôi",
        *["0/1"] * 4,
        "0",
        "chưa có số liệu",
    ]
    assert "Học xong: trả lời hết các câu hỏi của một bài." in done.out
    assert "Lượt: mỗi lần việc đó xảy ra" in done.out


def test_a_visitor_counts_as_visits_where_they_live_until_somebody_vouches(learnt) -> None:
    document = found(learnt, "--by", "tdp")

    assert busy(document) == ["mẫu Phù Lôi"]
    total = document["total"]
    for figure in ("registered", "started", "completed", "passed"):
        assert (total[figure], total[f"{figure}_visits"]) == (0, 1)


def test_every_lesson_and_every_tdp_has_its_line_with_zeros_too(learnt) -> None:
    assert len(found(learnt, "--by", "lesson")["lines"]) == 17
    assert len(found(learnt, "--by", "tdp")["lines"]) == 8
    assert busy(found(learnt, "--by", "lesson")) == ["Chỉnh chữ to, tiếng to cho dễ dùng"]


def test_an_unconfirmed_person_is_listed_by_name_and_marked(learnt) -> None:
    done = learnt.call("report", "--by", "person")

    number = learnt.number()
    (line,) = [one for one in done.out.splitlines() if number in one]
    assert "Lan" in line
    assert "chưa xác nhận" in line
    with closing(sqlite3.connect(learnt.folder / "data" / "hocso.db")) as database:
        seen = database.execute("SELECT subject, details FROM audit WHERE action = 'names_seen'")
        assert set(seen) == {("figures", '{"rows":1}')}


def test_csv_begins_with_the_mark_that_excel_needs(learnt) -> None:
    done = learnt.call("report", "--by", "tdp", "--format", "csv")

    assert done.out.startswith("\ufeff")
    table = list(csv.reader(io.StringIO(done.out.removeprefix("\ufeff"), newline="")))
    assert [row[1] for row in table[1:9]][2] == "mẫu Phù Lôi"
    assert table[9][1] == "Tổng"


def test_days_are_local_and_both_ends_are_included(learnt) -> None:
    today = datetime.now(HERE).date()
    yesterday, tomorrow = today - timedelta(days=1), today + timedelta(days=1)

    inside = found(learnt, "--from", f"{today:%d/%m/%Y}", "--to", today.isoformat())
    before = found(learnt, "--to", yesterday.isoformat())
    after = found(learnt, "--from", f"{tomorrow:%d/%m/%Y}")

    assert inside["period"] == {"from": today.isoformat(), "to": today.isoformat()}
    assert inside["total"]["started_visits"] == 1
    assert before["total"]["started_visits"] == after["total"]["started_visits"] == 0


def test_an_empty_ward_has_a_report_of_zeros(box) -> None:
    assert found(box)["total"]["started_visits"] == 0
    assert found(box, "--by", "person")["lines"] == []


REFUSED = [
    ("no such dimension", ("--by", "street"), "--by không nhận “street”. Chọn một trong: tdp"),
    ("no such form", ("--format", "xml"), "--format không nhận “xml”. Chọn một trong: table"),
    ("no day", ("--from", "31/11/2026"), "--from “31/11/2026” không phải một ngày."),
    ("a day in words", ("--to", "hôm qua"), "--to “hôm qua” không phải một ngày."),
    ("the end first", ("--from", "2/2/2026", "--to", "1/2/2026"), "--from 2/2/2026 sau --to"),
    ("no such option", ("--since", "1"), "Không có tùy chọn --since. Xem cách viết: hocso report"),
    ("a word too many", ("tdp",), "Lệnh viết thừa hoặc thiếu chữ. Xem cách viết: hocso report"),
    ("no value", ("--by",), "Tùy chọn --by còn thiếu giá trị."),
]


@pytest.mark.parametrize(
    ("typed", "sentence"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
def test_wrong_input_is_one_sentence_and_opens_nothing(box, typed, sentence: str) -> None:
    done = box.call_bare(*box.places, "report", *typed)

    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(sentence)
    assert len(done.err.splitlines()) == 1
    assert not (box.folder / "data").exists()
