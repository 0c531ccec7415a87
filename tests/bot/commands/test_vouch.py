"""`hocso vouch`: a number becomes người, earlier results included."""

import json


def total(box) -> dict:
    return json.loads(box.call("report", "--format", "json").out)["total"]


def test_a_vouched_person_counts_with_everything_learnt_before(learnt) -> None:
    before = total(learnt)

    done = learnt.call("vouch", learnt.number(), "--by", "Trần Văn Nam")

    assert done.code == 0
    assert "do Trần Văn Nam xác nhận" in done.out
    assert (before["completed"], before["completed_visits"]) == (0, 1)
    assert (total(learnt)["completed"], total(learnt)["completed_visits"]) == (1, 1)
    assert total(learnt)["passed_at_once"] == 1


def test_vouching_twice_changes_nothing(learnt) -> None:
    number = learnt.number()
    learnt.call("vouch", number, "--by", "Nam")
    once = total(learnt)

    done = learnt.call("vouch", number, "--by", "Hoa")

    assert done.code == 0
    assert total(learnt) == once


def test_a_number_nobody_has_is_refused(learnt) -> None:
    done = learnt.call("vouch", "12", "--by", "Nam")

    assert (done.code, done.out) == (2, "")
    assert done.err == "Không có người số 12. Xem số: hocso report --by person\n"


def test_a_name_instead_of_a_number_is_refused_before_anything_is_opened(box) -> None:
    done = box.call("vouch", "Lan", "--by", "Nam")

    assert done.code == 2
    assert "“Lan” không phải số của một người" in done.err
    assert not (box.folder / "data").exists()
