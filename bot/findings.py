"""What holds in a ward's settings and content, and what is still to do: told by `hocso check` and on the page.

`findings` is pure: whoever asks has read config, content, tdps.csv and database (`read_stored`) before.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from bot.config import Config
from handlers._requests.lesson import OpenLesson, TakeLesson
from lessons import Content, Problem
from storage import perform
from storage import tdps as list_of_tdps
from storage._tx import Tx
from storage.house import Actor
from storage.tdps import TdpRow

SHOWN = 8
"""So many names stand in one line; of more only the number."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the answer; `is_todo`: works as it is, but somebody should see to it.

    `command` says how at a terminal; a page leaves it out.
    """

    text: str
    is_todo: bool = False
    command: str = ""

    def __str__(self) -> str:
        said = f"{self.text} {self.command}".rstrip()
        return f"{'Nên làm:' if self.is_todo else 'Được:   '} {said}"


@dataclass(frozen=True, slots=True)
class Stored:
    """What the database knows that config and content do not; `placeholders` None: it is not made yet.

    `tdps_since`: the day staff last uploaded the ward's own list.
    """

    approved: frozenset[str] = frozenset()
    placeholders: int | None = None
    tdps_since: date | None = None


async def read_stored(tx: Tx, by: Actor) -> Stored:
    """Return what the database knows; lessons count as approved in the channel of who asks."""
    opened = [await perform(tx, by, TakeLesson(lesson)) for lesson in tx.house.content.lessons]
    approved = (one.lesson.id for one in opened if isinstance(one, OpenLesson) and one.is_approved)
    return Stored(
        frozenset(approved), await list_of_tdps.placeholders(tx), await list_of_tdps.imported_on(tx)
    )


def findings(
    config: Config,
    content: Content,
    stored: Stored,
    tdps: Sequence[TdpRow],
    problems: Iterable[Problem] = (),
) -> tuple[Finding, ...]:
    """Return every finding, in the order in which it is told; `tdps` are the rows of tdps.csv."""
    return (
        *_config(config),
        _telegram(config),
        *_lessons(config, content, stored.approved),
        *_reviews(content),
        *_tdps(config, stored, tdps),
        *(Finding(str(problem), is_todo=True) for problem in problems),
    )


def _config(config: Config) -> Iterator[Finding]:
    yield Finding(f"cấu hình của {config.ward.name}, dữ liệu ở {config.data.resolve()}.")
    for contact in config.ward.contacts:
        if not contact.phone:
            yield Finding(
                f"chưa có số của {contact.name}, trợ lý bảo bà con đến tận nơi. "
                "Gọi thử rồi ghi vào config.yaml.",
                is_todo=True,
            )
        elif contact.checked_on is None:
            yield Finding(
                f"số của {contact.name} chưa ghi ngày gọi thử (checked_on).", is_todo=True
            )


def _telegram(config: Config) -> Finding:
    if not config.telegram.is_on:
        beside = "Dịch vụ thì đọc mã ở /etc/hocso.env, lệnh này không thấy."
        return Finding("Telegram đang tắt (chưa có mã bot).", command=beside)
    if config.telegram.webhook_url:
        return Finding(f"Telegram đang bật, nhận tin qua webhook {config.telegram.webhook_url}.")
    return Finding("Telegram đang bật, trợ lý tự hỏi Telegram xem có tin mới không.")


def _lessons(config: Config, content: Content, approved: frozenset[str]) -> Iterator[Finding]:
    ids = tuple(content.lessons)
    done = [one for one in ids if one in approved]
    waiting = [one for one in ids if one not in approved]
    yield Finding(f"{len(ids)} bài học, {len(content.phrases)} câu chữ.")
    if done:
        yield Finding(f"{len(done)} bài phường đã duyệt: {', '.join(done)}.")
    if waiting:
        yield Finding(
            f"{len(waiting)} bài chờ duyệt: {', '.join(waiting)}; {_effect(config)}.",
            is_todo=True,
            command=f"Duyệt bằng: hocso approve {waiting[0]} --name TÊN --office NƠI",
        )


def _effect(config: Config) -> str:
    """What residents see of a lesson that nobody has approved."""
    doors = {"trang công khai": bool(config.web.public_url), "Telegram": config.telegram.is_on}
    closed = [name for name, is_public in doors.items() if is_public]
    if closed:
        return f"{' và '.join(closed)} chưa đưa ra các bài này"
    return "các bài này mở đầu bằng “Bản dùng thử”"


def _reviews(content: Content) -> Iterator[Finding]:
    """What is marked as still to be read by somebody who knows."""
    for contact in content.contacts:
        if contact.needs_review:
            yield Finding(f"xem lại số {contact.value}: {contact.review_note}", is_todo=True)
    for lesson in content.lessons.values():
        if lesson.needs_review:
            yield Finding(f"xem lại bài {lesson.id}: {lesson.review_note}", is_todo=True)
    for key in content.phrases:
        entry = content.phrases.entry(key)
        if entry.needs_review:
            yield Finding(f"xem lại câu {key}: {entry.review_note}", is_todo=True)


def _tdps(config: Config, stored: Stored, rows: Sequence[TdpRow]) -> Iterator[Finding]:
    unit = config.ward.unit_word
    if stored.placeholders:
        yield Finding(
            f"dữ liệu còn {stored.placeholders} {unit} tên mẫu. "
            "Tải danh sách thật lên ở trang cán bộ, mục Danh sách.",
            is_todo=True,
            command="Hoặc dùng lệnh: hocso import tdps TỆP",
        )
    elif stored.placeholders is None and (
        examples := [one.name for one in rows if one.is_placeholder]
    ):
        yield Finding(
            f"tdps.csv còn {len(examples)} tên mẫu: {_some(examples)}. "
            f"Thay bằng danh sách {unit} thật trước lần chạy đầu.",
            is_todo=True,
        )
    elif stored.placeholders is None and not rows:
        yield Finding(f"chưa có danh sách {unit}: đặt tệp tdps.csv cạnh config.yaml.", is_todo=True)
    elif stored.tdps_since is not None:
        yield Finding(
            f"danh sách {unit} đã tải lên ngày {stored.tdps_since:%d/%m/%Y}; tệp tdps.csv không còn dùng."
        )
    else:
        yield Finding(f"danh sách {unit} không còn tên mẫu.")


def _some(names: Iterable[str]) -> str:
    listed = list(names)
    rest = len(listed) - SHOWN
    return ", ".join(listed[:SHOWN]) + (f" và {rest} nữa" if rest > 0 else "")
