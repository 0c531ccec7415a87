"""A sheet as a list: its heads found wherever they stand, every wrong cell named at once."""

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import lessons
from bot.lists import wording
from bot.lists.cells import Bad
from bot.lists.kinds import DENOMINATORS, ENTERPRISES, KINDS, MEMBERS, SCHOOLS, TASKS, TDPS, Kind
from bot.lists.reading import Parsed, read_list
from bot.lists.sheets import Unreadable
from bot.web.staff._people_words import ROLE_NAMES
from handlers._requests.lists import (
    CountLine,
    Fault,
    FigureLine,
    MemberLine,
    TaskLine,
    TdpLine,
    UnitLine,
)
from handlers._requests.person import Role
from handlers._requests.stated import UnitKind

Rows = Sequence[Sequence[Any]]
TDP_HEADS = ("Mã", "Tên", "Số", "Phường cũ", "Từ ngày", "Đến ngày", "Nhập vào mã")
FIGURE_HEADS = ("Loại số liệu", "Mã tổ hoặc đơn vị", "Số", "Ngày", "Nguồn", "Số văn bản")
OCTOBER = date(2026, 10, 30)
WORDS = Path(lessons.__file__).parent / "phrases"


@pytest.fixture
def read(xlsx: Callable[..., bytes]) -> Callable[..., Parsed]:
    """Read a sheet made of rows as a list."""

    def reading(kind: Kind, rows: Rows, **more: Any) -> Parsed:
        return read_list(kind, xlsx(rows, **more))

    return reading


def said(kind: Kind, found: Parsed) -> list[str]:
    return [wording.sentence(kind, one) for one in found.problems]


GOOD: dict[str, tuple[Kind, Rows, Any]] = {
    "a tdp": (
        TDPS,
        [TDP_HEADS, ["TT-01", "Tân Trung", "1", "Đông Cao", None, "30/10/2026", "TT-02"]],
        TdpLine(2, "TT-01", "Tân Trung", "1", "Đông Cao", None, OCTOBER, "TT-02"),
    ),
    "numbers where texts belong": (
        TDPS,
        [TDP_HEADS, [1, "Tổ 1", 1.0]],
        TdpLine(2, "1", "Tổ 1", "1", "", None, None, ""),
    ),
    "only the columns that are needed, in another order": (
        TDPS,
        [["Tên", "Mã"], ["Tân Trung", "TT-01"]],
        TdpLine(2, "TT-01", "Tân Trung", "", "", None, None, ""),
    ),
    "heads without marks, in capitals, with a note behind them": (
        TDPS,
        [["MA (*)", "ten to dan pho"], ["TT-01", "Tân Trung"]],
        TdpLine(2, "TT-01", "Tân Trung", "", "", None, None, ""),
    ),
    "the columns of tdps.csv": (
        TDPS,
        [["code", "name", "number", "former_ward"], ["TT-01", "Tân Trung", "1", "Đông Cao"]],
        TdpLine(2, "TT-01", "Tân Trung", "1", "Đông Cao", None, None, ""),
    ),
    "titles above, numbers of columns below, a total at the end": (
        TDPS,
        [
            ["UBND PHƯỜNG TRUNG THÀNH"],
            [],
            ["DANH SÁCH TỔ DÂN PHỐ"],
            ["STT", "Mã", "Tên"],
            ["(1)", "(2)", "(3)"],
            [1, "TT-01", "Tân Trung"],
            ["Tổng cộng", None, "1 tổ"],
        ],
        TdpLine(6, "TT-01", "Tân Trung", "", "", None, None, ""),
    ),
    "the example left in": (
        TDPS,
        [TDP_HEADS, ["ví dụ TT-01", "Tân Trung"], ["TT-02", "Phù Lôi"]],
        TdpLine(3, "TT-02", "Phù Lôi", "", "", None, None, ""),
    ),
    "stray blanks and marks apart from their letters": (
        TDPS,
        [TDP_HEADS, ["\u00a0TT-01 ", " Tân\u00a0 Trung\u200b"]],
        TdpLine(2, "TT-01", "Tân Trung", "", "", None, None, ""),
    ),
    "a number of people as a text with dots": (
        DENOMINATORS,
        [FIGURE_HEADS, ["người từ đủ 18 tuổi", "TT-01", "1.234", "30/10/2026", "CAP", None]],
        FigureLine(2, "adults", "TT-01", 1234, OCTOBER, "CAP", ""),
    ),
    "a day as Excel keeps it": (
        DENOMINATORS,
        [FIGURE_HEADS, ["vneid", None, 0, datetime(2026, 10, 30), "CAP", "12/CAP"]],  # noqa: DTZ001 - Excel's
        FigureLine(2, "vneid", "", 0, OCTOBER, "CAP", "12/CAP"),
    ),
    "a school": (
        SCHOOLS,
        [
            ["Trường", "Học sinh", "Số được học", "Ngày", "Nguồn"],
            ["THCS", 655, "", "30/10/2026", "x"],
        ],
        CountLine(2, UnitKind.SCHOOL, "THCS", 655, None, OCTOBER, "x", ""),
    ),
    "an htx": (
        ENTERPRISES,
        [
            ["Loại", "Tên", "Lao động", "Số được học", "Ngày", "Nguồn"],
            ["HTX", "Chè", 40, 0, "30/10/2026", "x"],
        ],
        CountLine(2, UnitKind.COOPERATIVE, "Chè", 40, 0, OCTOBER, "x", ""),
    ),
    "a member": (
        MEMBERS,
        [["Vai trò", "Họ và tên", "Nơi làm việc", "Mã tổ"], ["tổ viên", "Lan", "Tổ 1", "TT-01"]],
        MemberLine(2, Role.TEAM, "Lan", "Tổ 1", "TT-01", "", None),
    ),
    "a task": (
        TASKS,
        [
            ["Mã", "Nội dung", "Chủ trì", "Phối hợp", "Thời gian", "Kết quả"],
            ["1.10", "Mở lớp", "VH-XH", None, "Quý IV/2026", "50 người"],
        ],
        TaskLine(2, "1.10", "Mở lớp", "VH-XH", "", date(2026, 12, 31), "50 người"),
    ),
    "a task that never ends": (
        TASKS,
        [["Mã", "Nội dung", "Chủ trì", "Thời gian"], ["1", "Trực", "Tổ", "Thường xuyên"]],
        TaskLine(2, "1", "Trực", "Tổ", "", None, ""),
    ),
}


@pytest.mark.parametrize("name", GOOD)
def test_a_good_file_is_read_as_what_it_says(name: str, read: Callable[..., Parsed]) -> None:
    kind, rows, expected = GOOD[name]

    found = read(kind, rows)

    assert said(kind, found) == []
    assert found.lines == (expected,)


BAD: dict[str, tuple[Kind, Rows, list[str]]] = {
    "a column that is missing": (
        TDPS,
        [["Mã", "Số"], ["TT-01", 1]],
        [
            "Dòng 1: Thiếu cột “Tên”. Thêm cột này vào dòng tiêu đề, hoặc chép danh sách vào tệp mẫu."
        ],
    ),
    "a head with a letter wrong": (
        TDPS,
        [["Mã", "Tên", "Nhập vàomã"], ["TT-01", "Tân Trung", "TT-02"]],
        ["Dòng 1: Tên cột “Nhập vàomã” chưa đúng. Sửa thành “Nhập vào mã”."],
    ),
    "a head that stands there twice": (
        TDPS,
        [["Mã", "Tên", "Tên tổ"], ["TT-01", "Tân Trung", "x"]],
        ["Dòng 1: Cột “Tên” có hai lần. Bỏ bớt một cột."],
    ),
    "no heads at all": (
        TDPS,
        [["TT-01", "Tân Trung"]],
        [
            "Thiếu cột “Mã”. Thêm cột này vào dòng tiêu đề, hoặc chép danh sách vào tệp mẫu.",
            "Thiếu cột “Tên”. Thêm cột này vào dòng tiêu đề, hoặc chép danh sách vào tệp mẫu.",
        ],
    ),
    "no rows": (
        TDPS,
        [TDP_HEADS],
        ["Danh sách chưa có dòng nào. Điền từ dòng ngay dưới tiêu đề rồi tải lên lại."],
    ),
    "every kind of wrong cell at once": (
        DENOMINATORS,
        [
            FIGURE_HEADS,
            ["Người lớn", None, "12,5", "30/10", "CAP", None],
            [None, None, -3, "31/6/2026", None, "x" * 81],
            ["vneid", None, "=1+1", "#N/A", "CAP", None],
        ],
        [
            "Dòng 2, cột “Loại số liệu”: “Người lớn” không có trong danh sách. Ghi một trong: "
            + ", ".join(f"“{one}”" for one in DENOMINATORS.columns[0].options)
            + ".",
            "Dòng 2, cột “Số”: “12,5” không phải số nguyên. Ghi số liền nhau, ví dụ 125.",
            "Dòng 2, cột “Ngày”: “30/10” không phải một ngày. Ghi đủ ngày/tháng/năm, ví dụ 30/11/2026.",
            "Dòng 3, cột “Loại số liệu”: Còn để trống. Điền vào ô này.",
            "Dòng 3, cột “Số”: “-3” nhỏ hơn 0. Ghi số từ 0 trở lên.",
            "Dòng 3, cột “Ngày”: “31/6/2026”: không có ngày này. Ghi ngày/tháng/năm, ví dụ 30/11/2026.",
            "Dòng 3, cột “Nguồn”: Còn để trống. Điền vào ô này.",
            f"Dòng 3, cột “Số văn bản”: “{'x' * 40}…” dài quá. Viết lại trong 80 ký tự.",
            "Dòng 4, cột “Số”: Ô này là công thức “=1+1” chưa có kết quả. Gõ thẳng giá trị vào ô.",
            "Dòng 4, cột “Ngày”: Ô này báo lỗi #N/A. Gõ lại giá trị vào ô.",
        ],
    ),
    "a code that Excel turned into a day": (
        TASKS,
        [["Mã", "Nội dung", "Chủ trì"], [datetime(2026, 2, 1), "Mở lớp", "x"]],  # noqa: DTZ001 - Excel's
        [
            "Dòng 2, cột “Mã”: Excel đã đổi ô này thành ngày 01/02/2026. Định dạng ô là Văn bản (Text) rồi gõ lại.",
        ],
    ),
    "a role with a letter wrong": (
        MEMBERS,
        [["Vai trò", "Họ tên", "Nơi làm việc"], ["Tổ trưng", "Lan", "x"]],
        [
            "Dòng 2, cột “Vai trò”: “Tổ trưng” không có trong danh sách. Ghi một trong: "
            + ", ".join(f"“{one}”" for one in MEMBERS.columns[0].options)
            + ". Có phải “Tổ trưởng” không?"
        ],
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_every_problem_of_a_bad_file_says_what_to_write_instead(
    name: str, read: Callable[..., Parsed]
) -> None:
    kind, rows, sentences = BAD[name]

    assert said(kind, read(kind, rows)) == sentences


def test_merged_cells_among_the_rows_are_named_but_not_those_of_a_title(
    read: Callable[..., Parsed],
) -> None:
    rows = [["DANH SÁCH"], ["Mã", "Tên"], ["TT-01", "Tân Trung"], ["TT-02", None]]

    assert said(TDPS, read(TDPS, rows, merged=["A1:B1"]))[0].startswith("Dòng 4, cột “Tên”")
    assert said(TDPS, read(TDPS, rows, merged=["A1:B1", "B3:B4"])) == [
        "Dòng 3: Ô gộp B3:B4. Bỏ gộp ô (Merge Cells) rồi điền riêng từng ô."
    ]


def test_columns_nobody_asked_for_are_named_and_left_alone(read: Callable[..., Parsed]) -> None:
    found = read(TDPS, [["STT", "Mã", "Tên", "Ghi chú"], [1, "TT-01", "Tân Trung", "=1+1"]])

    assert (found.ignored, found.problems) == (("STT", "Ghi chú"), ())


def test_the_sheet_with_the_heads_is_the_list(read: Callable[..., Parsed]) -> None:
    rows = [["Mã", "Tên"], ["TT-01", "Tân Trung"]]

    found = read(TDPS, [["Ghi chú của tôi"]], sheets={"Tổ": rows})

    assert [one.row for one in found.lines] == [2]
    with pytest.raises(Unreadable, match=r"“Danh sách”, “Tổ”. Chỉ để lại một trang"):
        read(TDPS, rows, sheets={"Tổ": rows})


def test_more_rows_than_a_list_may_have_are_refused_with_both_numbers(
    read: Callable[..., Parsed],
) -> None:
    heads = ["Vai trò", "Họ tên", "Nơi làm việc"]
    rows = [heads, *([["Cán bộ phường", f"Lan {n}", "x"] for n in range(501)])]

    assert said(MEMBERS, read(MEMBERS, rows)) == [
        "Danh sách có 501 dòng, tối đa 500. Chia làm nhiều tệp."
    ]
    assert len(read(MEMBERS, rows[:-1]).lines) == 500


def test_of_more_rows_than_are_read_nobody_claims_the_number(read: Callable[..., Parsed]) -> None:
    rows = [["Mã", "Tên"], *([[f"T{n}", "Tân Trung"] for n in range(20_500)])]

    assert said(TDPS, read(TDPS, rows)) == [
        "Danh sách có hơn 5000 dòng, tối đa 5000. Chia làm nhiều tệp."
    ]


def test_the_old_vietnamese_letters_are_recognised(read: Callable[..., Parsed]) -> None:
    with pytest.raises(Unreadable, match=r"phông chữ cũ \(\.VnTime, TCVN3\)"):
        read(TDPS, [["M·", "Tªn tæ d©n phè"], ["TT-01", "T©n Trung"], ["TT-02", "Phï L«i"]])


def test_csv_with_texts_full_of_commas_is_parted_at_its_semicolons(
    csv_text: Callable[..., str],
) -> None:
    rows = [["Mã", "Nội dung", "Chủ trì"], ["1.1", "Mở lớp, in tờ rơi, phát loa, hỏi", "A, B"]]

    found = read_list(TASKS, csv_text(rows).encode())

    assert [(one.content, one.lead) for one in found.lines if isinstance(one, TaskLine)] == [
        ("Mở lớp, in tờ rơi, phát loa, hỏi", "A, B")
    ]


NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\0\r\n"), min_size=1, max_size=30)


@given(rows=st.lists(st.tuples(NAMES, NAMES), min_size=1, max_size=8))
def test_whatever_the_cells_hold_each_row_is_a_line_or_a_problem(
    rows: list[tuple[str, str]], csv_text: Callable[..., str]
) -> None:
    body = csv_text([["Mã", "Tên"], *rows]).encode()

    found = read_list(TDPS, body)

    named = {one.row for one in found.lines} | {one.row for one in found.problems}
    assert named <= {0, *range(2, len(rows) + 2)}
    assert all(wording.sentence(TDPS, one) for one in found.problems)


def test_every_kind_reads_the_rows_its_own_columns_make() -> None:
    lines = (TdpLine, MemberLine, FigureLine, CountLine, CountLine, UnitLine, TaskLine)

    for kind, made in zip(KINDS.values(), lines, strict=True):
        values = {one.key: one.empty for one in kind.columns}
        assert isinstance(kind.make(2, values), made)


def test_every_fault_has_a_sentence_that_ends_and_names_no_bare_key() -> None:
    for fault in Fault:
        said_of = wording._FAULTS[fault]
        assert said_of.endswith(".")
        assert "{" not in wording.what_to_do(TDPS, wording.Problem(2, "code", fault, "x", "y"))


def test_a_role_is_known_by_every_name_the_chat_has_for_it() -> None:
    phrases = yaml.safe_load((WORDS / "roles.yaml").read_text("utf-8"))
    places = ({"unit": "tổ dân phố", "commune": "phường"}, {"unit": "xóm", "commune": "xã"})
    read = MEMBERS.columns[0].read
    for role in Role:
        if role is Role.RESIDENT:
            continue
        said = phrases[role.value]
        for place in places:
            for name in (said["text"], *said["words"]):
                assert read(name.format(**place)) is role, name
    assert read("Tổ trưởng tổ dân phố") is Role.HEAD


def test_a_role_is_known_by_the_name_that_the_page_and_the_handbook_have_for_it() -> None:
    read = MEMBERS.columns[0].read
    handbook = (WORDS.parents[1] / "docs" / "vai-tro.md").read_text("utf-8")
    names = re.findall(r"^\| (.+?) \| `(\w+)` \|", handbook, re.MULTILINE)
    assert len(names) == len(Role) - 1
    for name, value in names:
        assert read(name) is Role(value), name
    for role, name in ROLE_NAMES.items():
        assert role is Role.RESIDENT or read(name) is role, name


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.title)
def test_every_word_that_is_suggested_is_accepted(kind: Kind) -> None:
    for column in kind.columns:
        for option in column.options:
            assert not isinstance(column.read(option), Bad)
            bad = column.read(f"{option}x")
            assert isinstance(bad, Bad)
            assert bad.meant
            assert not isinstance(column.read(bad.meant), Bad)
