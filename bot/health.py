"""Whether the machine and the ward's data are well, said before it hurts: one sentence and what to do.

Pure: what is known of disk, clock, copies, accounts and queues is gathered in bot/facts.py.

    good    nothing to do
    soon    works, but somebody should see to it in the next days
    bad     something does not work, or will not any more when it is needed
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

from storage.health import Stored
from storage.rollups import LONGEST_TAIL

GB = 10**9
MB = 10**6
DISK_SOON, DISK_SOON_SHARE, DISK_BAD = GB, 0.1, 200 * MB
CLOCK_BACK = timedelta(minutes=2)
SKEW_SOON, SKEW_BAD = 60.0, 600.0
COPY_SOON, COPY_BAD = timedelta(hours=26), timedelta(hours=72)
WAITS_SOON, WAITS_BAD = timedelta(minutes=15), timedelta(hours=2)
PURGE_SOON = timedelta(hours=3)
INBOX_SOON = 200
RESTORED_TOLD = timedelta(days=7)


class Level(Enum):
    """How urgent it is."""

    GOOD = "good"
    SOON = "soon"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at; `name` is a code (“disk”), `todo` is empty when all is well.

    `is_unset`: nobody has set it up yet, which is no news for a log.
    """

    name: str
    level: Level
    sentence: str
    todo: str = ""
    is_unset: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known at a moment; None: could not be found out, or there is no such thing.

    `stored` None: the database does not answer. `target`: the folder of copies as configured, "" for none;
    `is_same_disk`: it is on the disk of the data. `is_server`: asked by a running server, not by a command.
    `platforms`: the accounts that the config names.
    """

    now: datetime
    zone: ZoneInfo
    version: str
    data: str
    stored: Stored | None = None
    free: int | None = None
    total: int | None = None
    is_sqlite: bool = True
    target: str = ""
    is_target_there: bool = False
    is_same_disk: bool = False
    skew_seconds: float | None = None
    is_server: bool = True
    platforms: frozenset[str] = field(default=frozenset())


def checks(facts: Facts) -> tuple[Check, ...]:
    """Look at everything; the order is that of the page."""
    found: list[Check] = []
    for check in CHECKS:
        found += check(facts)
    return tuple(found)


def worst(found: tuple[Check, ...]) -> Level:
    """Return the most urgent level among them."""
    levels = [check.level for check in found]
    return next((one for one in (Level.BAD, Level.SOON) if one in levels), Level.GOOD)


# ---------------------------------------------------------------- machine


def database(facts: Facts) -> Iterator[Check]:
    """Whether the database answers, and how large it is."""
    if facts.stored is None:
        yield Check(
            "database",
            Level.BAD,
            "Cơ sở dữ liệu không trả lời.",
            "Xem ổ đĩa còn chỗ không, máy chủ dữ liệu có chạy không, rồi khởi động lại trợ lý.",
        )
        return
    size = _size(facts.stored.size)
    yield Check("database", Level.GOOD, f"Cơ sở dữ liệu trả lời tốt, lớn {size}. {facts.version}.")


def disk(facts: Facts) -> Iterator[Check]:
    """Whether the disk of the data has room."""
    if facts.free is None or facts.total is None:
        return
    told = f"Ổ đĩa có dữ liệu còn trống {_size(facts.free)} trên {_size(facts.total)}"
    if facts.free < DISK_BAD:
        level, end = Level.BAD, ", sắp không ghi được nữa."
    elif facts.free < DISK_SOON or facts.free < facts.total * DISK_SOON_SHARE:
        level, end = Level.SOON, ", sắp đầy."
    else:
        level, end = Level.GOOD, "."
    todo = f"Dọn bớt tệp không cần trên ổ đĩa có thư mục {facts.data}."
    yield Check("disk", level, told + end, "" if level is Level.GOOD else todo)


def clock(facts: Facts) -> Iterator[Check]:
    """Whether the clock can be right."""
    todo = "Đặt lại ngày giờ của máy và bật tự lấy giờ qua mạng, rồi khởi động lại trợ lý."
    newest = facts.stored.newest if facts.stored else None
    if newest is not None and newest - facts.now > CLOCK_BACK:
        late = _moment(newest, facts.zone)
        told = f"Dữ liệu đã có việc lúc {late}, sau giờ của máy: đồng hồ máy chậm, hoặc trước đó đã chạy nhanh."
        yield Check("clock", Level.BAD, told, todo)
        return
    skew = facts.skew_seconds
    if skew is not None and abs(skew) > SKEW_SOON:
        word = "nhanh" if skew > 0 else "chậm"
        level = Level.BAD if abs(skew) > SKEW_BAD else Level.SOON
        told = f"Đồng hồ máy {word} hơn giờ trên mạng {_span(timedelta(seconds=abs(skew)))}."
        yield Check("clock", level, told, todo)
        return
    yield Check("clock", Level.GOOD, f"Giờ của máy: {_moment(facts.now, facts.zone)}.")


# ---------------------------------------------------------------- copies


def copy(facts: Facts) -> Iterator[Check]:
    """Whether there is a copy that is young enough, and of one piece."""
    if facts.stored is None:
        return
    if not facts.is_sqlite:
        told = "Dữ liệu ở máy chủ PostgreSQL: trợ lý không tự làm bản sao."
        todo = "Hỏi người giữ máy chủ về pg_dump mỗi đêm."
        yield Check("backup", Level.SOON, told, todo, is_unset=True)
        return
    if not facts.target:
        told = "Chưa có nơi cất bản sao: hỏng máy là mất hết."
        todo = "Ghi backup.target trong config.yaml (ổ đĩa ngoài)."
        yield Check("backup", Level.BAD, told, todo, is_unset=True)
        return
    yield _last_copy(facts)
    if facts.stored.copy and facts.stored.copy.broken_audit is not None:
        told = f"Nhật ký bị sửa từ dòng {facts.stored.copy.broken_audit}."
        yield Check(
            "audit", Level.BAD, told, "Báo người phụ trách; giữ các bản sao cũ để đối chiếu."
        )


def _last_copy(facts: Facts) -> Check:
    assert facts.stored is not None
    last, failed = facts.stored.copy, facts.stored.copy_failed
    todo = failed.reason if failed else "Gõ thử: hocso backup, rồi làm theo dòng máy in ra."
    if last is None:
        is_untried = failed is None  # the first one is made in a minute
        return Check("backup", Level.BAD, "Chưa có bản sao nào.", todo, is_unset=is_untried)
    age = facts.now - last.at
    told = f"Bản sao gần nhất làm lúc {_moment(last.at, facts.zone)}, {_size(last.size)}."
    if age > COPY_BAD:
        return Check("backup", Level.BAD, f"{told} Đến nay đã {_span(age)}.", todo)
    if age > COPY_SOON:
        return Check("backup", Level.SOON, f"{told} Bản mới chưa làm được.", todo)
    if failed:  # there may be a copy, and no list of erased people beside it
        return Check("backup", Level.SOON, f"{told} Lần sao lưu gần nhất chưa xong.", todo)
    return Check("backup", Level.GOOD, told)


def target(facts: Facts) -> Iterator[Check]:
    """Whether the place of the copies is there, and is another disk."""
    if not facts.target or not facts.is_sqlite:
        return
    if not facts.is_target_there:
        told = f"Không thấy nơi cất bản sao {facts.target}."
        yield Check("target", Level.SOON, told, "Cắm lại ổ đĩa ngoài, hoặc nối lại thư mục mạng.")
    elif facts.is_same_disk:
        told = f"Bản sao ở {facts.target} nằm cùng ổ đĩa với dữ liệu: hỏng ổ đĩa là mất cả hai."
        yield Check("target", Level.SOON, told, "Cất bản sao ở ổ đĩa ngoài hoặc thư mục mạng.")
    else:
        yield Check("target", Level.GOOD, f"Nơi cất bản sao {facts.target} đang nối, ở ổ đĩa khác.")


# ---------------------------------------------------------------- traffic


def accounts(facts: Facts) -> Iterator[Check]:
    """Whether every platform still takes our messages."""
    if facts.stored is None:
        return
    known = {one.account: one for one in facts.stored.accounts}
    for name in sorted(facts.platforms):
        state = known.get(name)
        if state is None or state.paused_at is None:
            yield Check(f"account_{name}", Level.GOOD, f"Tài khoản {name} đang gửi tin được.")
            continue
        since = _moment(state.paused_at, facts.zone)
        told = f"Tài khoản {name} bị dừng từ {since}: {state.paused_reason or 'không rõ'}."
        todo = f"Xem mã bot của {name} còn đúng không (docs/van-hanh.md), ghi mã mới rồi chạy lại."
        yield Check(f"account_{name}", Level.BAD, told, todo)


def outbox(facts: Facts) -> Iterator[Check]:
    """Whether what should leave leaves."""
    if facts.stored is None:
        return
    waits = {name: facts.now - at for name, at in facts.stored.oldest.items()}
    name, longest = max(waits.items(), key=lambda one: one[1], default=("", timedelta()))
    if longest <= WAITS_SOON:
        yield Check("outbox", Level.GOOD, "Tin gửi đi không bị ứ lại.")
        return
    level = Level.BAD if longest > WAITS_BAD else Level.SOON
    told = f"Có tin gửi qua {name} chờ đã {_span(longest)}."
    yield Check("outbox", level, told, "Gõ hocso outbox để xem vì sao.")


def inbox(facts: Facts) -> Iterator[Check]:
    """Whether what comes in is answered."""
    if facts.stored is None:
        return
    waiting, parked = facts.stored.inbox_waiting, facts.stored.inbox_parked
    if waiting > INBOX_SOON:
        told = f"{waiting} tin của bà con đang chờ trả lời."
        yield Check(
            "inbox", Level.SOON, told, "Khởi động lại trợ lý; vẫn vậy thì báo người phát triển."
        )
    elif parked:
        told = f"Có {parked} tin trợ lý bị trục trặc, không trả lời được."
        todo = "Xem máy ghi gì (docs/van-hanh.md), gửi những dòng có error_id cho người phát triển."
        yield Check("inbox", Level.SOON, told, todo)
    else:
        yield Check("inbox", Level.GOOD, "Tin của bà con đều được trả lời.")


# ---------------------------------------------------------------- upkeep


def purge(facts: Facts) -> Iterator[Check]:
    """Whether what may not be kept is forgotten in time."""
    if facts.stored is None or not facts.is_server:
        return
    ran = facts.stored.purged_at
    if ran is None or facts.now - ran > PURGE_SOON:
        told = "Mấy giờ qua, việc tự xóa dữ liệu hết hạn lưu giữ chưa chạy."
        yield Check("purge", Level.SOON, told, "Khởi động lại trợ lý, chờ một phút rồi xem lại.")
    else:
        yield Check("purge", Level.GOOD, "Dữ liệu hết hạn lưu giữ được tự xóa đều mỗi giờ.")


def rollup(facts: Facts) -> Iterator[Check]:
    """Whether the figures are added up."""
    behind = facts.stored.behind if facts.stored else 0
    if behind > LONGEST_TAIL:
        told = f"Còn {behind} việc chưa cộng vào số liệu, nên trang số liệu mở chậm."
        yield Check("rollup", Level.SOON, told, "Chờ vài phút; vẫn vậy thì khởi động lại trợ lý.")


def restored(facts: Facts) -> Iterator[Check]:
    """For a week: that the data are those of a copy."""
    found = facts.stored.restored if facts.stored else None
    if found is None or facts.now - found.at > RESTORED_TOLD:
        return
    before, after = _moment(found.copy_at, facts.zone), _moment(found.at, facts.zone)
    told = f"Dữ liệu khôi phục từ bản sao: phần từ {before} đến {after} đã mất."
    todo = "Xem lại vai trò đã thu hồi; ai rút đồng ý, nhắn DỪNG trong lúc ấy thì nhờ nhắn lại."
    yield Check("restored", Level.SOON, told, todo)


CHECKS: tuple[Callable[[Facts], Iterator[Check]], ...] = (
    database,
    disk,
    clock,
    copy,
    target,
    accounts,
    outbox,
    inbox,
    purge,
    rollup,
    restored,
)


# ---------------------------------------------------------------- words


def _size(number: int) -> str:
    if number >= GB:
        return f"{number / GB:.1f} GB".replace(".", ",")
    return f"{number / MB:.0f} MB" if number >= MB else "chưa đến 1 MB"


def _moment(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%H:%M ngày %d/%m/%Y}"


def _span(span: timedelta) -> str:
    minutes = int(span.total_seconds()) // 60
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days} ngày {hours} giờ"
    return f"{hours} giờ {minutes} phút" if hours else f"{minutes} phút"
