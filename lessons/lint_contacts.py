"""Rules for phone numbers and addresses: only those of contacts.yaml may reach a resident.

A look-alike address must not be live (chat programs make a link of it): it is written
“dichvucong-gov (chấm) com”. Money, dates, years and counts are not contacts.
"""

import re
from collections.abc import Collection, Iterator

from lessons.passages import Passage
from lessons.phrases import PLACEHOLDER
from lessons.problems import Problem

# Endings seen in links sent to Vietnamese phones; an ending that is no word anybody writes.
_ENDINGS = (
    "vn|com|net|org|info|biz|gov|edu|mil|int|xyz|top|vip|club|shop|store|online|site|website|space|"
    "live|link|click|icu|app|dev|page|asia|pro|tech|cloud|work|world|today|fun|bet|win|loan|money|"
    "finance|support|help|center|services|digital|network|mobi|name|cc|io|me|tv|tk|ml|ga|cf|gq|ws|"
    "ly|la|us|uk|eu|ru|cn|hk|tw|sg|jp|kr|kh|th|in|id|my|ph|ai|gg|to|co|pw|su"
)
_HOST = re.compile(
    rf"(?<![\w.-])(?:[^\W_](?:[\w-]*[^\W_])?\.)+(?:{_ENDINGS})(?![\w-]|\.\w)", re.IGNORECASE
)
_SCHEME = re.compile(r"\b(?:https?|hxxps?|ftp)://\S*|(?<!\w)www\.\S+", re.IGNORECASE)

# Digits that are no contact: money in groups of three, days, years.
_NO_CONTACT = re.compile(
    r"(?<![\d.,+])(?<!\d )[1-9]\d{0,2}(?:[.,]\d{3})+(?![\d]|[.,]\d)"  # 1.500.000
    r"|(?<!\d)\d{1,2}([-./ ])\d{1,2}\1(?:19|20)\d\d(?!\d)"  # 22-5-2027
    r"|(?<!\d)(?:19|20)\d\d\s?[-–]\s?(?:19|20)\d\d(?!\d)"  # 2025-2030
)
_DIGITS = re.compile(r"(?<![\w])\+?\(?\d(?:[ .()\u00a0-]{0,2}\d)*(?!\w)")
_LONG = 8  # digits: every Vietnamese phone and most service numbers (1900 0368)

_UNITS = (
    "nghìn|ngàn|triệu|tỷ|tỉ|đồng|đ|k|%|phần trăm|người|hộ|nhà|tiếng|phút|giây|giờ|ngày|tuần|tháng|"
    "năm|tuổi|km|m|cm|mm|mét|cây|kg|cân|tạ|tấn|g|lít|ml|lần|lượt|chữ|ký tự|từ|câu|bài|trang|điểm|"
    "độ|mb|gb|tin|cuộc|mẫu|suất|cái|chiếc|con|học sinh|em|cụ|bước|số điện"
)
# 1xx: all three-digit service numbers; whatever counts something is not one.
_SHORT = re.compile(
    rf"(?<![\w.,/:+-])(?<!điều )(?<!trang )(?<!định )(?<!quyết )1\d\d"
    rf"(?!\w|[/:]\d|[.,]\d|\s?(?:{_UNITS})(?!\w))",
    re.IGNORECASE,
)
# Four digits are a contact only where one is told to call or to write to them.
_CALLED = re.compile(
    r"(?:gọi|nhắn|tổng đài|đầu số|hotline|liên hệ|đường dây nóng)(?:\s+(?:\w+\s+){0,3})"
    r"[(“\"]?(\d{4})(?![\w/]|[.,]\d)",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?:19|20)\d\d")


def contact_problems(passage: Passage, known: Collection[str]) -> Iterator[Problem]:
    """Yield the numbers and addresses of a text that are not among the known contacts."""
    hosts = {value.casefold() for value in known}
    digits = {_bare(value) for value in known if not re.search(r"[^\W\d]", value)}
    text = PLACEHOLDER.sub("·", passage.text)
    for host in _hosts(text):
        if host.casefold().removeprefix("www.") not in hosts:
            yield _problem(
                passage,
                f"có địa chỉ “{host}” không có trong contacts.yaml. "
                f"Viết “{_unlinked(host)}” để không ai bấm nhầm.",
            )
    for number in _numbers(_without_hosts(text)):
        if _bare(number) not in digits:
            yield _problem(
                passage,
                f"nêu số “{number}” không có trong contacts.yaml. Dùng chỗ trống như "
                "{cong_an_phuong}, hoặc thêm số đã kiểm tra vào contacts.yaml.",
            )


def _hosts(text: str) -> list[str]:
    found = [match[0] for match in _HOST.finditer(text)]
    links = (match[0] for match in _SCHEME.finditer(text))
    return [*found, *(link for link in links if not _HOST.search(link))]


def _without_hosts(text: str) -> str:
    return _HOST.sub("·", _SCHEME.sub("·", text))


def _numbers(text: str) -> Iterator[str]:
    rest = _NO_CONTACT.sub("·", text)
    for match in _DIGITS.finditer(rest):
        if len(_bare(match[0])) >= _LONG:
            yield match[0]
    short = _DIGITS.sub(lambda match: match[0] if len(_bare(match[0])) < _LONG else "·", rest)
    for match in _SHORT.finditer(short):
        yield match[0]
    for match in _CALLED.finditer(short):
        if not _YEAR.fullmatch(match[1]):
            yield match[1]


def _bare(number: str) -> str:
    return re.sub(r"\D", "", number)


def _unlinked(host: str) -> str:
    name = re.sub(r"^\w+://", "", host)
    return name.replace(".", " (chấm) ")


def _problem(passage: Passage, said: str) -> Problem:
    place = passage.place
    return Problem(place.file, place.line, place.lesson, f"{passage.name} {said}")
