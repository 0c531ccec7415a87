"""`hocso approve`: a named officer, one lesson, bound to how it reads today."""

import json

HOA = ("--name", "Nguyễn Thị Hoa", "--office", "Phòng VH-XH")


def rows(box, table: str) -> list[dict]:
    exported = map(json.loads, box.call("export").out.splitlines())
    return [one["row"] for one in exported if one["table"] == table]


def test_an_approval_is_a_row_with_who_when_and_the_hash_of_what_was_read(box) -> None:
    done = box.call("approve", "TB-01", *HOA)

    assert done.code == 0
    assert done.out == (
        "Đã duyệt bài TB-01 “Chỉnh chữ to, tiếng to cho dễ dùng”: Nguyễn Thị Hoa, Phòng VH-XH.\n"
    )
    (row,) = rows(box, "approvals")
    assert (row["lesson_id"], row["name"], row["office"]) == ("TB-01", HOA[1], HOA[3])
    assert row["by"].startswith("os:")
    assert len(row["content_hash"]) == 64
    assert [one["action"] for one in rows(box, "audit")] == ["approved"]


def test_an_approved_lesson_no_longer_begins_as_a_trial(box) -> None:
    box.call("approve", "TB-01", *HOA)

    done = box.talk("học", "1")

    assert "Phần 1/5" in done.out
    assert "Bản dùng thử" not in done.out


def test_a_wrong_number_is_answered_with_the_one_that_was_meant(box) -> None:
    done = box.call("approve", "TB-001", *HOA)

    assert (done.code, done.out) == (2, "")
    assert done.err == "Không có bài “TB-001”. Có phải “TB-01” không?\n"


def test_an_officer_without_a_name_approves_nothing(box) -> None:
    done = box.call("approve", "TB-01", "--name", "  ", "--office", "Phòng VH-XH")

    assert (done.code, done.err) == (2, "--name đang để trống. Ghi rõ tên.\n")
    assert not (box.folder / "data").exists()


def test_a_missing_option_is_named_in_one_sentence(box) -> None:
    done = box.call("approve", "TB-01", "--name", "Hoa")

    assert (done.code, done.err) == (2, "Còn thiếu --office. Xem cách viết: hocso approve --help\n")
