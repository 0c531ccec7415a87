"""What is said of a list: where, what, and what to write instead; numbers and days as people write them."""

import pytest

from bot.lists import wording
from bot.lists.kinds import DENOMINATORS, SCHOOLS, TASKS, TDPS, UNITS, Kind
from handlers._requests.lists import (
    Cell,
    Change,
    Fault,
    ListKind,
    ListTried,
    Notice,
    Outcome,
    Problem,
    Remark,
)

SENTENCES = [
    (
        TDPS,
        Problem(7, "into", Fault.UNKNOWN_TDP, "TT-9", "TT-09"),
        (
            "Dòng 7, cột “Nhập vào mã”: Không có mã “TT-9” trong danh sách tổ. "
            "Ghi mã đúng như danh sách đã nhận. Có phải “TT-09” không?"
        ),
    ),
    (
        TDPS,
        Problem(7, "into", Fault.UNKNOWN_TDP, "x"),
        (
            "Dòng 7, cột “Nhập vào mã”: Không có mã “x” trong danh sách tổ. "
            "Ghi mã đúng như danh sách đã nhận."
        ),
    ),
    (
        DENOMINATORS,
        Problem(2, "place", Fault.WRONG_PLACE, "TT-01"),
        "Dòng 2, cột “Mã tổ hoặc đơn vị”: Số này là của cả phường. Để trống ô này.",
    ),
    (
        DENOMINATORS,
        Problem(2, "place", Fault.NEEDS_UNIT),
        "Dòng 2, cột “Mã tổ hoặc đơn vị”: Số này do từng đơn vị báo. Ghi tên đơn vị vào ô này.",
    ),
    (
        DENOMINATORS,
        Problem(2, "document", Fault.NO_DOCUMENT),
        (
            "Dòng 2, cột “Số văn bản”: Đây là số công bố. Ghi số và ngày văn bản công bố, "
            "ví dụ 12/BC-CAP ngày 30/10/2026."
        ),
    ),
    (
        TASKS,
        Problem(2, "due_on", Fault.NOT_A_DEADLINE, "sớm"),
        (
            "Dòng 2, cột “Thời gian”: “sớm” không phải một thời hạn. Ghi ngày/tháng/năm như 30/11/2026, "
            "hoặc “Quý IV/2026”, “tháng 11/2026”, “năm 2026”; làm quanh năm thì ghi “thường xuyên”."
        ),
    ),
    (
        SCHOOLS,
        Problem(0, "", Fault.TOO_MANY_ROWS, "5001", "5000"),
        "Danh sách có 5001 dòng, tối đa 5000. Chia làm nhiều tệp.",
    ),
    (
        TDPS,
        Problem(1, "name", Fault.NO_COLUMN, "Tên", "Têen"),
        (
            "Dòng 1: Thiếu cột “Tên”. Thêm cột này vào dòng tiêu đề, hoặc chép danh sách vào tệp mẫu. "
            "Có phải “Têen” không?"
        ),
    ),
]


@pytest.mark.parametrize(("kind", "problem", "expected"), SENTENCES, ids=lambda one: str(one)[:40])
def test_a_problem_says_where_what_and_what_to_write(
    kind: Kind, problem: Problem, expected: str
) -> None:
    assert wording.sentence(kind, problem) == expected


REMARKS = [
    (
        Notice(0, Remark.PEOPLE_MOVE, "TT-02 Phù Lôi", 12, "TT-01 Tân Trung"),
        "12 người ở TT-02 Phù Lôi chuyển sang TT-01 Tân Trung. Kết quả đã có không đổi.",
    ),
    (
        Notice(0, Remark.MOVES_LATER, "TT-02 Phù Lôi", 12, "25/11/2026"),
        "TT-02 Phù Lôi còn đến hết ngày 25/11/2026; sau ngày đó 12 người ở đây mới chuyển đi.",
    ),
    (
        Notice(4, Remark.MORE_THAN_ALL, "Trường THCS", 101, "100"),
        "Dòng 4: Trường THCS: 101 lớn hơn tổng số 100. Vẫn nhận, nhưng nên xem lại.",
    ),
    (
        Notice(0, Remark.SAMPLE_ENDS, number=8),
        "8 tên mẫu đi kèm phần mềm được bỏ, tính từ hôm nay.",
    ),
]


@pytest.mark.parametrize(("notice", "expected"), REMARKS, ids=lambda one: str(one)[:40])
def test_what_is_worth_knowing_is_a_sentence(notice: Notice, expected: str) -> None:
    assert wording.remark(TDPS, notice) == expected


def test_every_remark_has_its_words_and_names_no_bare_key() -> None:
    for one in Remark:
        said = wording.remark(UNITS, Notice(2, one, "A", 3, "B"))
        assert said.startswith("Dòng 2: ")
        assert said.endswith(".")
        assert "{" not in said


@pytest.mark.parametrize(("kind", "word"), [(TDPS, "tổ"), (UNITS, "đơn vị"), (TASKS, "nhiệm vụ")])
def test_a_long_row_of_names_is_cut_at_a_name(kind: Kind, word: str) -> None:
    names = ", ".join(f"TT-{n:03} Tổ {n}" for n in range(99))

    said = wording.remark(kind, Notice(0, Remark.NOT_IN_LIST, names, 99))

    assert said.startswith(f"99 {word} không có trong tệp, giữ nguyên: TT-000 Tổ 0, ")
    assert said.endswith(", ….")
    assert len(said) < wording.SHOWN_NAMES + 60


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ((Outcome.NEW,) * 3 + (Outcome.SAME,), "3 mới, 1 giữ nguyên"),
        ((Outcome.ENDED, Outcome.CHANGED), "1 đổi, 1 hết"),
        ((Outcome.SAME,) * 2, "không có gì thay đổi, cả 2 dòng đã có"),
    ],
    ids=str,
)
def test_the_sum_names_every_outcome_once(outcomes: tuple[Outcome, ...], expected: str) -> None:
    changes = [Change(row, one, "x") for row, one in enumerate(outcomes)]

    assert wording.summary(changes) == expected


@pytest.mark.parametrize(
    ("outcome", "remark", "is_same"),
    [
        (Outcome.SAME, Remark.NOT_IN_LIST, True),
        (Outcome.SAME, Remark.NEW_ORDER, False),
        (Outcome.NEW, Remark.NOT_IN_LIST, False),
    ],
)
def test_a_list_says_nothing_new_if_no_row_changes_and_nothing_beside_them(
    outcome: Outcome, remark: Remark, is_same: bool
) -> None:
    changes, notices = (Change(2, outcome, "x"),), (Notice(0, remark, "y", 1),)
    tried = ListTried(ListKind.TASKS, changes, notices, "")

    assert wording.is_nothing_new(tried) is is_same


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (Cell("name", "", "Tân Trung"), "Tên: Tân Trung"),
        (Cell("name", "Tân Trung", "Tân Trung 1"), "Tên: Tân Trung → Tân Trung 1"),
        (Cell("number", "3", ""), "Số: 3 → để trống"),
        (Cell("unheard_of", "", "x"), "unheard_of: x"),
    ],
    ids=str,
)
def test_a_value_that_changes_is_shown_before_and_after(cell: Cell, expected: str) -> None:
    assert wording.cell(TDPS, cell) == expected
