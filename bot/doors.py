"""Whether public channels may open to residents, and what is missing until they may.

    a named place to turn to     Công an phường's number, with the day on which somebody called it
    whose data it is             ward.controller
    where people live            the ward's own list of TDPs
    what they are taught         the lessons of learning.first_week, approved
    by whom                      three people with the role of approver, by name
    how it is reached            an https address
    what is left of it           a folder for the nightly copies that can be written to

While one is missing, residents hear on public channels that the ward still prepares (handlers/doors.py).
The state is looked at when the server starts, at every tick, and whenever somebody has committed.
"""

import asyncio
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import structlog

from bot.config import Config
from bot.house import POLICE, Ward
from lessons import Content
from storage import doors
from storage.doors import Parts

APPROVERS = 3

DISK_SECONDS = 3.0
"""A disk that says nothing for so long counts as one that cannot be written to."""

log = structlog.get_logger()


def missing(
    config: Config, content: Content, parts: Parts, today: date, *, can_keep_copies: bool
) -> tuple[str, ...]:
    """Return what is missing, each as one sentence that says what to do; nothing: the doors are open."""
    return (
        *_police(config, today),
        *_tdps(config, parts),
        *_controller(config),
        *_lessons(config, content, parts),
        *_address(config),
        *_copies(config, can_keep_copies=can_keep_copies),
        *_approvers(parts),
    )


def can_keep_copies(config: Config) -> bool:
    """Tell whether the folder for copies is there, is not the data folder itself, and can be written to."""
    if not config.backup.target:
        return False
    target, data = Path(config.backup.target).resolve(), config.data.resolve()
    if target == data or data in target.parents:
        return False
    try:
        with tempfile.TemporaryFile(dir=target):
            return True
    except OSError:
        return False


@dataclass(slots=True)
class Doors:
    """What is known of the doors of one ward; closed until somebody has looked."""

    are_open: bool = False
    _can_keep_copies: bool = field(default=False, repr=False)
    _disk: asyncio.Task[bool] | None = field(default=None, repr=False)

    async def look(self, ward: Ward, now: datetime) -> None:
        """Look at everything: the disk for copies, and the database."""
        await self._look_at_disk(ward.config)
        await self.look_again(ward, now)

    async def look_again(self, ward: Ward, now: datetime) -> None:
        """Look at the database alone: somebody has written to it."""
        async with ward.database.reading(now) as tx:
            found = await doors.parts(tx)
            today = tx.today
        content = ward.house.content
        left = missing(ward.config, content, found, today, can_keep_copies=self._can_keep_copies)
        if self.are_open == bool(left):
            log.info("doors are open" if not left else "doors are closed", missing=len(left))
        self.are_open = not left

    async def _look_at_disk(self, config: Config) -> None:
        """Off the event loop, one look at a time: a network folder that is away answers after minutes."""
        if self._disk is None or self._disk.done():
            looking = asyncio.to_thread(can_keep_copies, config)
            self._disk = asyncio.get_running_loop().create_task(looking)
        await asyncio.wait([self._disk], timeout=DISK_SECONDS)
        self._can_keep_copies = self._disk.done() and self._disk.result()


# ---------------------------------------------------------------- one line each


def _police(config: Config, today: date) -> Iterator[str]:
    found = next((one for one in config.ward.contacts if one.key == POLICE), None)
    if found is None or not found.phone:
        yield (
            "Chưa có số điện thoại của Công an phường. Gọi thử, rồi trong config.yaml ghi số vào phone "
            f"và ngày gọi vào checked_on, ở mục có key là {POLICE}."
        )
    elif found.checked_on is None:
        yield (
            f"Số {found.phone} của {found.name} chưa ghi ngày gọi thử. Gọi thử, rồi ghi ngày vào "
            f"checked_on trong config.yaml, ví dụ {today.isoformat()}."
        )
    elif found.checked_on > today:
        yield (
            f"Ngày gọi thử số của {found.name} là {found.checked_on:%d/%m/%Y}, chưa tới. "
            "Sửa checked_on trong config.yaml."
        )


def _tdps(config: Config, parts: Parts) -> Iterator[str]:
    unit = config.ward.unit_word
    how = "Nạp danh sách thật của phường: hocso import tdps TỆP"
    if parts.placeholders:
        yield f"Danh sách {unit} còn {parts.placeholders} tên mẫu. {how}"
    elif not parts.tdps:
        yield f"Chưa có danh sách {unit}. {how}"


def _controller(config: Config) -> Iterator[str]:
    if not config.ward.controller:
        yield (
            "Chưa ghi cơ quan chịu trách nhiệm về dữ liệu của bà con. Ghi vào ward.controller trong "
            f"config.yaml, ví dụ “UBND {config.ward.name}”."
        )


def _lessons(config: Config, content: Content, parts: Parts) -> Iterator[str]:
    if not config.learning.first_week:
        yield "Chưa chọn bài cho tuần đầu. Ghi mã bài vào learning.first_week trong config.yaml."
    for wanted in config.learning.first_week:
        lesson = content.lessons.get(wanted)
        if lesson is None:
            yield f"Bài {wanted} của tuần đầu không có. Sửa learning.first_week trong config.yaml."
        elif wanted not in parts.approved:
            yield (
                f"Bài {wanted} “{lesson.title}”: bản đang dùng chưa được duyệt. Người duyệt nhắn "
                "“duyệt bài” cho trợ lý, hoặc mở trang cán bộ, mục Bài học."
            )


def _address(config: Config) -> Iterator[str]:
    if not config.web.public_url:  # it is https, or config.yaml is refused
        yield (
            "Chưa có địa chỉ https cho bà con vào. Làm theo mục “Tên miền và https” trong docs/mo-cua.md, "
            "rồi ghi vào web.public_url trong config.yaml."
        )


def _copies(config: Config, *, can_keep_copies: bool) -> Iterator[str]:
    target = config.backup.target
    if not target:
        yield (
            "Chưa có nơi cất bản sao dữ liệu. Ghi một thư mục ở ổ đĩa khác vào backup.target trong config.yaml."
        )
    elif not can_keep_copies:
        yield (
            f"Không ghi được bản sao vào {target}. Cắm lại ổ đĩa, hoặc tạo thư mục ấy ngoài thư mục dữ liệu "
            "và cho phép ghi."
        )


def _approvers(parts: Parts) -> Iterator[str]:
    lacking = APPROVERS - parts.approvers
    if lacking <= 0:
        return
    told = [f"Mới có {parts.approvers} trên {APPROVERS} người duyệt có họ tên."]
    if parts.invited:
        told.append(
            f"Còn {parts.invited} lời mời người duyệt chưa ai nhận: "
            "nhắc người được mời nhắn “mã mời” cho trợ lý."
        )
    if lacking > parts.invited:
        told.append(
            f"Mời thêm {lacking - parts.invited} người: "
            "hocso invite --role approver --name TÊN --office NƠI"
        )
    yield " ".join(told)
