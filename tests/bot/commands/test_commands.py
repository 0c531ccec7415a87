"""The command line as a whole: how a mistake is answered, and with which exit code."""

import sqlite3
from contextlib import closing


def test_a_misspelt_command_is_answered_with_the_one_that_was_meant(box) -> None:
    done = box.call("reprot")

    assert (done.code, done.err) == (2, "Không có lệnh “reprot”. Có phải “report” không?\n")


def test_a_command_like_no_other_is_answered_with_all_there_are(box) -> None:
    done = box.call("xyz")

    assert done.code == 2
    assert "run, talk, check, approve, vouch, report, export, outbox" in done.err


def test_the_exit_code_reaches_whoever_started_the_process(box) -> None:
    assert [box.run(*words).code for words in (("check",), ("reprot",))] == [0, 2]


def test_no_words_at_all_show_the_help(box) -> None:
    done = box.call_bare()

    assert done.code == 0
    assert done.out.startswith("Cách viết: hocso [TÙY CHỌN] LỆNH")


def test_every_command_has_a_help_page_in_vietnamese(box) -> None:
    for command in ("talk", "check", "approve", "vouch", "report", "export", "outbox"):
        page = box.call_bare(command, "--help").out

        assert page.startswith(f"Cách viết: hocso {command}")
        assert "--config TỆP" in page
        assert "--data THƯ_MỤC" in page
        assert not [word for word in ("Usage", "Options", "Arguments", "required") if word in page]


def test_a_damaged_database_is_one_sentence_and_no_traceback(learnt) -> None:
    with closing(sqlite3.connect(learnt.folder / "data" / "hocso.db")) as database:
        database.execute("DROP TABLE approvals")
        database.commit()

    done = learnt.call("approve", "TB-01", "--name", "Hoa", "--office", "Phòng VH-XH")

    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("Cơ sở dữ liệu báo lỗi (no such table: approvals).")
    assert len(done.err.splitlines()) == 1
