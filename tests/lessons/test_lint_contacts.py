"""Rules for numbers and addresses: what reaches a resident stands in contacts.yaml."""

from typing import Any

import pytest

from lessons import examine
from lessons.lint_contacts import contact_problems
from lessons.passages import Kind, Passage, Place

TB = "library/TB-01.yaml"
KNOWN = ("113", "5656", "1900 0368", "dichvucong.gov.vn")


def contacts(text: str) -> list[str]:
    passage = Passage(Place("a.yaml", 7, "TB-01"), Kind.CARD, "thẻ 1", text)
    return [one.text for one in contact_problems(passage, KNOWN)]


def told(folder: Any) -> list[str]:
    return [str(problem) for problem in examine(folder.path)[1]]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Gọi 0912 345 678 nhé.", "0912 345 678"),
        ("Gọi 0912.345.678 nhé.", "0912.345.678"),
        ("Gọi 091-234-5678.", "091-234-5678"),
        ("Gọi (0208) 385 5113.", "(0208) 385 5113"),
        ("Gọi +84 912 345 678.", "+84 912 345 678"),
        ("Số 0912345678.", "0912345678"),
        ("Tổng đài 18001096.", "18001096"),
        ("Gọi 1900.0369.", "1900.0369"),
        ("Thì gọi 116.", "116"),
        ("Gọi 113 hoặc 141 ngay.", "141"),
        ("Nhắn tới 8938.", "8938"),
        ("Tài khoản 1234567890.", "1234567890"),
    ],
)
def test_a_number_outside_the_whitelist_is_refused(text: str, shown: str) -> None:
    assert contacts(text) == [
        (
            f"thẻ 1 nêu số “{shown}” không có trong contacts.yaml. Dùng chỗ trống như "
            "{cong_an_phuong}, hoặc thêm số đã kiểm tra vào contacts.yaml."
        )
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Gọi 113.",
        "Nhắn tới 5656 hoặc gọi 1900.0368, 19000368.",
        "Mất 20 triệu, 500 nghìn, 150 nghìn và 48k.",
        "Tức 10.000.000 đồng, 1.500.000 đ hay 150.000 đồng.",
        "Từ 10.000.000-20.000.000 đồng.",
        "Năm 2026, giai đoạn 2025-2030, ngày 22/5/2027, 22-5-2027.",
        "Lúc 19 giờ 30, từ 07:30–20:00.",
        "Mật khẩu 123456 dễ đoán, mã 1234 cũng vậy.",
        "Lớp có 120 người, đi 100 km, đạt 100 %.",
        "Nghị định 142/2026, điều 101.",
        "Nhắn 1, 2 hoặc 3. Chọn 1 3 4.",
        "Gọi {cong_an_phuong} trước năm 2027.",
        "Gọi lại vào năm 2027.",
    ],
)
def test_money_years_and_counts_are_no_phone_numbers(text: str) -> None:
    assert contacts(text) == []


@pytest.mark.parametrize(
    ("text", "host", "written"),
    [
        (
            "Trang dichvucong-gov.com là giả.",
            "dichvucong-gov.com",
            "dichvucong-gov (chấm) com",
        ),
        (
            "Vào https://dichvucong.gov.vn.xyz/a?b nhé.",
            "dichvucong.gov.vn.xyz",
            "dichvucong (chấm) gov (chấm) vn (chấm) xyz",
        ),
        ("Vào dichvucong.gov.com.", "dichvucong.gov.com", "dichvucong (chấm) gov (chấm) com"),
        ("Thư a@lua-dao.net.", "lua-dao.net", "lua-dao (chấm) net"),
        ("Vào http://10.0.0.1/ nhé.", "http://10.0.0.1/", "10 (chấm) 0 (chấm) 0 (chấm) 1/"),
        ("Bấm BIT.LY/abc.", "BIT.LY", "BIT (chấm) LY"),
    ],
)
def test_a_live_address_outside_the_whitelist_is_refused(
    text: str, host: str, written: str
) -> None:
    assert contacts(text) == [
        (
            f"thẻ 1 có địa chỉ “{host}” không có trong contacts.yaml. "
            f"Viết “{written}” để không ai bấm nhầm."
        )
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Vào dichvucong.gov.vn.",
        "Vào https://dichvucong.gov.vn/ nhé.",
        "Vào www.dichvucong.gov.vn nhé.",
        "Đuôi .gov.vn là của nhà nước, đuôi .com thì không.",
        "dichvucong-gov (chấm) com là giả.",
        "Xong rồi.Có thể nghỉ.",
        "Bước 1.Mở máy.",
    ],
)
def test_known_addresses_and_defused_ones_are_left_alone(text: str) -> None:
    assert contacts(text) == []


def test_a_phone_number_in_a_lesson_is_told_with_its_line(folder: Any) -> None:
    folder.replace(TB, "Nút âm lượng ở cạnh máy.", "Hỏi số 0912345678.")

    assert told(folder) == [
        (
            "lessons/library/TB-01.yaml dòng 31, bài TB-01: lời giải thích của câu hỏi 3 nêu số "
            "“0912345678” không có trong contacts.yaml. Dùng chỗ trống như {cong_an_phuong}, "
            "hoặc thêm số đã kiểm tra vào contacts.yaml."
        )
    ]


def test_a_lesson_may_only_leave_open_what_the_ward_fills_in(folder: Any) -> None:
    folder.replace(TB, "Nút âm lượng ở cạnh máy.", "Hỏi {cong_an_phuong}.")
    folder.replace(TB, "Không thích thì kéo về như cũ.", "Hỏi {to_truong}.")

    assert told(folder) == [
        (
            "lessons/library/TB-01.yaml dòng 27, bài TB-01: lời giải thích của câu hỏi 2 có chỗ trống "
            "{to_truong} không ai điền. Chỉ dùng: {cong_an_phuong}, {hoi_cong_an}, {carer}."
        )
    ]
