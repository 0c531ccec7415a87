"""Names for made-up people: common Vietnamese parts, put together by chance; nobody in particular is meant."""

import random
from dataclasses import dataclass

FAMILY = (
    "Nguyễn",
    "Trần",
    "Lê",
    "Phạm",
    "Hoàng",
    "Vũ",
    "Phan",
    "Đặng",
    "Bùi",
    "Đỗ",
    "Hồ",
    "Ngô",
    "Dương",
    "Lý",
    "Đào",
    "Đinh",
    "Trịnh",
    "Mai",
    "Lương",
    "Tạ",
)
FAMILY_WEIGHTS = (38, 11, 10, 7, 5, 4, 4, 3, 3, 3, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1)
MIDDLE_OF_WOMEN = (
    "Thị",
    "Thị",
    "Thị",
    "Thu",
    "Thanh",
    "Hồng",
    "Bích",
    "Minh",
    "Ngọc",
    "Kim",
)
GIVEN_OF_WOMEN = (
    "Lan",
    "Hoa",
    "Hương",
    "Hằng",
    "Hà",
    "Nga",
    "Thủy",
    "Thảo",
    "Yến",
    "Oanh",
    "Hạnh",
    "Phượng",
    "Loan",
    "Nhung",
    "Huệ",
    "Liên",
    "Mai",
    "Dung",
    "Vân",
    "Tuyết",
)
MIDDLE_OF_MEN = (
    "Văn",
    "Văn",
    "Văn",
    "Đức",
    "Hữu",
    "Quang",
    "Minh",
    "Xuân",
    "Ngọc",
    "Công",
)
GIVEN_OF_MEN = (
    "Hùng",
    "Dũng",
    "Tuấn",
    "Hải",
    "Sơn",
    "Thắng",
    "Long",
    "Bình",
    "Huy",
    "Tùng",
    "Cường",
    "Phúc",
    "Khánh",
    "Toàn",
    "Thành",
    "Lâm",
    "Nam",
    "Việt",
    "Đạt",
    "Kiên",
)
FORMS_OF_WOMEN = ("bà", "cụ", "bác", "cô", "chị", "em")
FORMS_OF_MEN = ("ông", "cụ", "bác", "chú", "anh", "em")
FORM_WEIGHTS = (26, 6, 24, 18, 20, 6)
"""Many of those who learn are over sixty."""
_NO_NAME, _NO_FORM, _TWO_WORDS = 0.14, 0.06, 0.25


@dataclass(frozen=True, slots=True)
class Called:
    """How a made-up person is called: in full for a list of members, and as they would say it themselves.

    `form` (“bà”) and `name` (“Hồng Lan”) are None where they skipped the question.
    """

    full: str
    form: str | None
    name: str | None


def somebody(chance: random.Random) -> Called:
    """Make up one name."""
    is_woman = chance.random() < 0.58
    middle = chance.choice(MIDDLE_OF_WOMEN if is_woman else MIDDLE_OF_MEN)
    given = chance.choice(GIVEN_OF_WOMEN if is_woman else GIVEN_OF_MEN)
    (family,) = chance.choices(FAMILY, FAMILY_WEIGHTS)
    (form,) = chance.choices(FORMS_OF_WOMEN if is_woman else FORMS_OF_MEN, FORM_WEIGHTS)
    is_bare, has_no_form = chance.random() < _NO_NAME, chance.random() < _NO_FORM
    is_long = chance.random() < _TWO_WORDS and middle not in {"Thị", "Văn"}
    said = f"{middle} {given}" if is_long else given
    return Called(
        f"{family} {middle} {given}",
        None if is_bare or has_no_form else form,
        None if is_bare else said,
    )
