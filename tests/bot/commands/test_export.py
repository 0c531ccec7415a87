"""`hocso export`: every row of every table, or one person, for whoever needs their data back."""

import csv
import json
import stat
import subprocess
import sys

import pytest


def test_every_row_is_one_line_of_json_with_the_name_of_its_table(learnt) -> None:
    done = learnt.call("export")

    exported = [json.loads(line) for line in done.out.splitlines()]
    tables = {one["table"] for one in exported}
    assert {"people", "profiles", "events", "consents", "attempts", "messages", "tdps"} <= tables
    (profile,) = [one["row"] for one in exported if one["table"] == "profiles"]
    assert (profile["form"], profile["name"]) == ("bà", "Lan")


def test_a_folder_gets_one_file_per_table_that_only_its_owner_may_read(learnt) -> None:
    folder = learnt.folder / "xuat"

    done = learnt.call("export", "--to", str(folder))

    files = sorted(path.name for path in folder.iterdir())
    assert "events.jsonl" in files
    lines = sum(len(path.read_text("utf-8").splitlines()) for path in folder.iterdir())
    assert f"Đã ghi {lines} dòng" in done.out
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_csv_files_open_in_excel_and_hold_the_same_rows(learnt) -> None:
    folder = learnt.folder / "xuat"

    learnt.call("export", "--format", "csv", "--to", str(folder))

    text = (folder / "profiles.csv").read_text("utf-8")
    (row,) = csv.DictReader(text.removeprefix("\ufeff").splitlines())
    assert text.startswith("\ufeff")
    assert (row["form"], row["name"]) == ("bà", "Lan")
    bodies = (folder / "messages.csv").read_text("utf-8")
    assert '""text""' in bodies


def test_one_person_is_one_json_with_all_that_is_theirs(learnt) -> None:
    number = learnt.number()

    done = learnt.call("export", "--person", number)

    document = json.loads(done.out)
    assert document["person"] == int(number)
    assert [row["name"] for row in document["tables"]["profiles"]] == ["Lan"]
    assert {row["person_id"] for row in document["tables"]["events"]} == {int(number)}


def test_one_person_may_be_written_into_a_folder_too(learnt) -> None:
    number = learnt.number()

    learnt.call("export", "--person", number, "--to", str(learnt.folder / "lan"))

    (file,) = (learnt.folder / "lan").iterdir()
    assert file.name == f"person-{number}.json"
    assert json.loads(file.read_text("utf-8"))["person"] == int(number)


REFUSED = [
    ("csv without a folder", ("--format", "csv"), "CSV cần một thư mục"),
    ("no such form", ("--format", "xlsx"), "--format không nhận “xlsx”. Chọn một trong: json, csv"),
    ("a folder that is in use", ("--to", "."), ". đã có sẵn. Ghi một thư mục mới sau --to."),
    ("a person nobody is", ("--person", "12"), "Không có người số 12."),
    ("a person by name", ("--person", "Lan"), "“Lan” không phải số của một người."),
]


@pytest.mark.parametrize(
    ("typed", "sentence"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
def test_wrong_input_is_one_sentence_and_writes_nothing(learnt, typed, sentence: str) -> None:
    before = learnt.files()

    done = learnt.call("export", *typed)

    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(sentence)
    assert learnt.files() == before


def test_a_reader_who_leaves_early_is_no_error(learnt) -> None:
    done = subprocess.run(
        f"'{sys.executable}' -m bot export {' '.join(learnt.places)} | head -1",
        shell=True,
        capture_output=True,
        cwd=learnt.folder,
        check=True,
        timeout=60,
    )

    assert len(done.stdout.splitlines()) == 1
    assert done.stderr == b""


def test_a_terminal_shows_how_far_it_is_and_a_pipe_does_not(learnt, at_terminal) -> None:
    quiet = learnt.run("export", "--to", "one")

    screen = at_terminal("export", "--to", str(learnt.folder / "two"), *learnt.places)

    assert (quiet.code, quiet.err) == (0, "")
    screen.until("Đang xuất")
    assert screen.end() == 0


def test_rows_on_a_terminal_are_not_mixed_with_a_bar(learnt, at_terminal) -> None:
    screen = at_terminal("export", *learnt.places)

    assert "Đang xuất" not in screen.until('"table":"outbox"')
    assert screen.end() == 0
