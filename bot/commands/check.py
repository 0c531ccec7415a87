"""`hocso check`: may the chatbot go out as it is? Reads config, content and database; sends nothing."""

import asyncio
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import typer

from bot.commands._frame import ConfigFile, DataFolder, administrator, configured
from bot.config import Config
from bot.house import now, open_ward, read_tdps, used_phrases
from handlers._requests.lesson import OpenLesson, TakeLesson
from lessons import Content, Problem, examine
from storage import perform, tdps

SHOWN = 8
"""So many names stand in one line; of more only the number."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the answer; `is_todo`: works as it is, but somebody should see to it."""

    text: str
    is_todo: bool = False

    def __str__(self) -> str:
        return f"{'Nên làm:' if self.is_todo else 'Được:   '} {self.text}"


@dataclass(frozen=True, slots=True)
class Stored:
    """What the ward's database knows that config and content do not."""

    approved: frozenset[str] = frozenset()
    placeholders: int | None = None


def check(context: typer.Context, *, config: ConfigFile = None, data: DataFolder = None) -> None:
    """Kiểm tra cấu hình và nội dung; không gửi gì cho ai."""
    chosen = configured(context, config, data)
    today = now().astimezone(ZoneInfo(chosen.ward.timezone)).date()
    content, problems = examine(chosen.content_folder, used_phrases(chosen), today)
    errors = [problem for problem in problems if not problem.is_warning]
    if content is None or errors:
        _fail(errors)
    assert content is not None
    stored = asyncio.run(_stored(chosen, content))
    findings = [
        *_config(chosen),
        _telegram(chosen),
        *_lessons(chosen, content, stored.approved),
        *_reviews(content),
        *_tdps(chosen, stored),
        *(Finding(str(problem), is_todo=True) for problem in problems),
    ]
    for finding in findings:
        typer.echo(str(finding))
    left = sum(finding.is_todo for finding in findings)
    typer.echo(f"Chạy được. Còn {left} việc nên làm." if left else "Chạy được, không thiếu gì.")


def _fail(errors: Sequence[Problem]) -> None:
    for problem in errors:
        sys.stderr.write(f"{problem}\n")
    sys.stderr.write(f"Nội dung chưa dùng được: {len(errors)} lỗi phải sửa.\n")
    raise typer.Exit(2)


async def _stored(config: Config, content: Content) -> Stored:
    """What stands in the database; a file that does not exist yet is not made."""
    if config.database_file is not None and not config.database_file.exists():
        return Stored()
    async with open_ward(config) as ward, ward.database.reading(now()) as tx:
        by = administrator()
        opened = [await perform(tx, by, TakeLesson(lesson)) for lesson in content.lessons]
        return Stored(
            frozenset(
                one.lesson.id for one in opened if isinstance(one, OpenLesson) and one.is_approved
            ),
            await tdps.placeholders(tx),
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
        return Finding("Telegram đang tắt (chưa có mã bot).")
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
            f"{len(waiting)} bài chờ duyệt: {', '.join(waiting)}; {_effect(config)}. "
            f"Duyệt bằng: hocso approve {waiting[0]} --name TÊN --office NƠI",
            is_todo=True,
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


def _tdps(config: Config, stored: Stored) -> Iterator[Finding]:
    rows = read_tdps(config.folder / "tdps.csv")
    unit = config.ward.unit_word
    if stored.placeholders:
        yield Finding(
            f"dữ liệu còn {stored.placeholders} {unit} tên mẫu. Danh sách chỉ nạp một lần: "
            "sửa tdps.csv rồi bắt đầu lại với thư mục dữ liệu mới, trước khi bà con dùng.",
            is_todo=True,
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
    else:
        yield Finding(f"danh sách {unit} không còn tên mẫu.")


def _some(names: Iterable[str]) -> str:
    listed = list(names)
    rest = len(listed) - SHOWN
    return ", ".join(listed[:SHOWN]) + (f" và {rest} nữa" if rest > 0 else "")
