"""What the page says of each kind of item: what it is, what to do, and where to click."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from bot.web.staff.desk import ROOT
from handlers._requests.items import Item, ItemKind

MANY = 4
"""From so many on, items of one kind stand on the page as one."""


@dataclass(frozen=True, slots=True)
class Words:
    """One kind: a title that may name {about} or {due}, what to do, and a link below ROOT with its label.

    In a link {code} is what stands behind the colon of the item's subject. `together`: the title of many at
    once ({count}), whose link is the one of `link` without {code}; "" where each stands for itself.
    """

    title: str
    to_do: str
    link: str
    label: str
    together: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """What the page shows: one item, or the first of `count` that stand together; `link` is a path or ""."""

    item: Item
    title: str
    to_do: str
    link: str
    label: str
    count: int = 1


WORDS: Mapping[ItemKind, Words] = MappingProxyType(
    {
        ItemKind.HELP_ASKED: Words(
            "Có người nhờ giúp",
            "Xem tên rồi đến gặp; người này đã đồng ý cho biết. Giúp xong thì bấm “Xong”.",
            "",
            "Xem tên người nhờ",
        ),
        ItemKind.HEALTH: Words(
            "Máy chạy trợ lý có chỗ cần xem",
            "Trang “Tình trạng hệ thống” nói rõ chỗ nào và phải làm gì.",
            "/suc-khoe",
            "Xem tình trạng hệ thống",
        ),
        ItemKind.CODES_GUESSED: Words(
            "Có người gõ sai mã mời nhiều lần",
            "Ba chữ của mọi lời mời đã tạm khóa một giờ, mã QR vẫn dùng được. Hỏi những người vừa được mời xem "
            "có ai gõ nhầm không; không phải thì hủy các lời mời chưa nhận rồi mời lại.",
            "/nguoi",
            "Xem các lời mời",
        ),
        ItemKind.LESSON_WAITING: Words(
            "Bài “{about}” chờ duyệt",
            "Đọc từng phần như bà con sẽ thấy, rồi duyệt hoặc ghi chỗ cần sửa.",
            "/bai-hoc/{code}",
            "Đọc bài",
            "{count} bài chờ duyệt",
        ),
        ItemKind.LESSON_REVIEW: Words(
            "Bài “{about}” đến hạn xem lại",
            "Đọc lại xem còn đúng không, rồi duyệt lại hoặc ghi chỗ cần sửa.",
            "/bai-hoc/{code}",
            "Đọc lại bài",
            "{count} bài đến hạn xem lại",
        ),
        ItemKind.LESSON_TO_MEND: Words(
            "Bài “{about}” cần sửa",
            "Xem chỗ cần sửa, nhờ người soạn bài sửa. Sửa xong bài tự quay lại chờ duyệt.",
            "/bai-hoc/{code}",
            "Xem chỗ cần sửa",
            "{count} bài cần sửa",
        ),
        ItemKind.REPORT_DUE: Words(
            "Đến kỳ báo cáo tháng, số liệu tính đến hết ngày {due}",
            "Lập báo cáo, đọc kỹ, rồi bấm “Chốt báo cáo”.",
            "/bao-cao",
            "Lập báo cáo",
        ),
        ItemKind.TASKS_LATE: Words(
            "Có nhiệm vụ của kế hoạch đã quá hạn",
            "Nhiệm vụ nào xong rồi thì ghi ngày xong; nhiệm vụ nào chưa thì nhắc đơn vị chủ trì.",
            "/nhiem-vu",
            "Xem các nhiệm vụ",
        ),
        ItemKind.INVITE_OVER: Words(
            "Có lời mời đã hết hạn mà chưa ai nhận",
            "Hỏi lại người được mời rồi mời lại nếu vẫn cần. Không cần nữa thì bấm “Xong”.",
            "/nguoi",
            "Mời lại",
        ),
    }
)


def rows(items: Sequence[Item]) -> tuple[Row, ...]:
    """Return what the page shows, in the order of the items; many of one kind stand where their first is."""
    alike = Counter((item.kind, item.is_late) for item in items)
    shown: dict[object, Row] = {}
    for item in items:
        key = item.kind, item.is_late
        if WORDS[item.kind].together and alike[key] >= MANY:
            shown.setdefault(key, _together(item, alike[key]))
        else:
            shown[item.id] = _alone(item)
    return tuple(shown.values())


def _alone(item: Item) -> Row:
    words = WORDS[item.kind]
    due = "" if item.due_on is None else f"{item.due_on:%d/%m/%Y}"
    below = words.link.format(code=item.subject.partition(":")[2])
    title = words.title.format(about=item.about, due=due)
    return Row(item, title, words.to_do, ROOT + below if below else "", words.label)


def _together(first: Item, count: int) -> Row:
    words = WORDS[first.kind]
    below = words.link.partition("/{")[0]
    return Row(
        first, words.together.format(count=count), words.to_do, ROOT + below, "Xem các bài", count
    )
