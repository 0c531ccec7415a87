"""What stands in the outbox as it is printed: sentences for reading, JSON for programs.

Pure. People are numbers of addresses here; no text, no name, no platform's key gets this far.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.reports.figures import number
from storage.outbox import Cause, Kind, State
from storage.traffic import (
    AccountTraffic,
    Hurdle,
    Oldest,
    Standing,
    Traffic,
    Undecidable,
    UnknownEnd,
)

SHOWN = 20
"""So many rows are listed one by one; of more only the number."""

KINDS = {
    Kind.REPLY: "tin trả lời",
    Kind.ALERT: "tin cảnh báo",
    Kind.ANNOUNCEMENT: "thông báo",
    Kind.REMINDER: "tin nhắc học",
}
STATES = {
    State.WAITING: "chờ gửi",
    State.SENDING: "đang gửi",
    State.SENT: "đã gửi",
    State.UNKNOWN: "chưa rõ",
    State.BLOCKED: "bị người nhận chặn",
    State.CLOSED: "quá thời gian được nhắn",
    State.REFUSED: "bị từ chối",
    State.GAVE_UP: "thử nhiều lần không được",
    State.CANCELLED: "đã hủy",
    State.EXPIRED: "đã quá hạn",
    State.DROPPED: "đã bỏ",
}
WHYS = {
    Cause.LEASE_OVER: "máy tắt giữa chừng",
    Cause.UNDECIDED: "gửi rồi không thấy trả lời rõ",
    Cause.RESTORED: "dữ liệu khôi phục từ bản sao, không biết đã gửi chưa",
}
HURDLES = {
    Hurdle.EXPIRED: "đã quá hạn",
    Hurdle.STOPPED: "người nhận đã nhắn DỪNG",
    Hurdle.BLOCKED: "người nhận đã chặn",
}
SECRETS = {"telegram": " (biến HOCSO_TELEGRAM_TOKEN hoặc telegram.token)"}
"""Where an account's access code stands, by channel."""
LOOK = "Xem số: hocso outbox"


# ---------------------------------------------------------------- for reading


def lines(traffic: Traffic, now: datetime, zone: ZoneInfo) -> Iterator[str]:
    """What stands in the outbox, line by line; times are the ward's own."""
    yield f"Tin gửi đi, lúc {moment(now, zone)}."
    if not traffic.accounts:
        yield "Chưa có tin nào."
    for one in traffic.accounts:
        yield ""
        yield f"{one.account.account}:"
        yield from (f"  {line}" for line in _account(one, now, zone))
    theirs = [end for end in traffic.unknown if end.is_for_a_person]
    machines = [end for end in traffic.unknown if not end.is_for_a_person]
    if theirs:
        yield ""
        yield f"Chưa rõ đã tới hay chưa, chờ người quyết định: {number(len(theirs))} tin."
        yield from _ends(theirs, zone)
        yield from _choices(theirs)
    if machines:
        yield ""
        yield f"Chưa rõ đã tới hay chưa, trợ lý đang chạy sẽ tự gửi lại hoặc bỏ: {number(len(machines))} tin."
        yield from _ends(machines, zone)
    yield ""
    yield _todo(traffic)


def _account(one: AccountTraffic, now: datetime, zone: ZoneInfo) -> Iterator[str]:
    yield from _pause(one, now, zone)
    for state, kinds in one.counts.items():
        yield f"{_capital(STATES[state])}: {_kinds(kinds)}."
    if not one.counts:
        yield "Chưa có tin nào."
    if one.overdue:
        yield (
            f"Trong số đang gửi có {number(one.overdue)} tin đã lâu chưa xong, có lẽ máy đã tắt giữa chừng. "
            "Chạy lại trợ lý để máy xem lại."
        )
    if one.oldest is not None:
        yield _oldest(one.oldest, now, zone)


def _pause(one: AccountTraffic, now: datetime, zone: ZoneInfo) -> Iterator[str]:
    account = one.account
    if account.paused_at is not None:
        key = SECRETS.get(account.account.partition(":")[0], "")
        yield (
            f"TẠM DỪNG từ {moment(account.paused_at, zone)}, đã {age(now - account.paused_at)}. "
            f"Lý do: {_plain(account.paused_reason or 'không rõ')}."
        )
        yield (
            f"Cần làm: kiểm tra mã bot của {account.account}{key}, "
            "sửa rồi chạy lại trợ lý. Tin vẫn chờ, không mất."
        )
    if account.held_until is not None and account.held_until > now:
        yield (
            f"{_capital(account.account)} bảo gửi chậm lại: "
            f"nghỉ đến {moment(account.held_until, zone, '%H:%M:%S')}, rồi máy tự gửi tiếp."
        )


def _oldest(one: Oldest, now: datetime, zone: ZoneInfo) -> str:
    since = f"từ {moment(one.since, zone)}, đã {age(now - one.since)}"
    parts = [f"Chờ lâu nhất: tin số {one.row} ({KINDS[one.kind]}), {since}."]
    if one.reason:
        parts.append(f"Lần trước gửi không xong ({_plain(one.reason)}).")
    if one.not_before is not None and one.not_before > now:
        parts.append(f"Hẹn gửi lúc {moment(one.not_before, zone)}.")
    return " ".join(parts)


def _kinds(kinds: Mapping[Kind, int]) -> str:
    """“4 trả lời”, or “15 tin (3 trả lời, 12 thông báo)”."""
    each = ", ".join(f"{number(count)} {KINDS[kind]}" for kind, count in kinds.items())
    return each if len(kinds) == 1 else f"{number(sum(kinds.values()))} tin ({each})"


def _ends(ends: Sequence[UnknownEnd], zone: ZoneInfo) -> Iterator[str]:
    for end in ends[:SHOWN]:
        is_stuck = end.is_for_a_person and end.hurdle
        also = f" Chỉ bỏ được: {HURDLES[is_stuck]}." if is_stuck else ""
        why = WHYS[end.why] + (f" ({_plain(end.reason)})" if end.reason else "")
        yield (
            f"  Số {end.row}: {KINDS[end.kind]}, {end.account}, địa chỉ số {end.address}, "
            f"{moment(end.at, zone)}; {why}.{also}"
        )
    if len(ends) > SHOWN:
        yield f"  Và {number(len(ends) - SHOWN)} tin nữa, xem đủ: hocso outbox --format json"


def _choices(ends: Sequence[UnknownEnd]) -> Iterator[str]:
    yield "Gửi lại thì có người có thể nhận hai lần; bỏ thì có người có thể không nhận được."
    again = [end.row for end in ends if not end.hurdle]
    if again:
        yield f"  Gửi lại: hocso outbox --again {_typed(again)}"
    yield f"  Bỏ: hocso outbox --drop {_typed([end.row for end in ends])}"


def _typed(rows: Sequence[int]) -> str:
    """Row numbers as they are typed behind --again and --drop."""
    return " ".join(map(str, rows)) if len(rows) <= SHOWN else "all"


def _todo(traffic: Traffic) -> str:
    """The last line: what a person has to do."""
    paused = [one.account.account for one in traffic.accounts if one.account.paused_at is not None]
    overdue = any(one.overdue for one in traffic.accounts)
    unknown = sum(end.is_for_a_person for end in traffic.unknown)
    todo = [
        *(f"sửa cho {name} gửi lại được" for name in paused),
        *(("chạy lại trợ lý",) if overdue and not paused else ()),
        *((f"quyết định {number(unknown)} thông báo chưa rõ",) if unknown else ()),
    ]
    return f"Cần người làm: {', '.join(todo)}." if todo else "Không có việc gì cần người làm."


# ---------------------------------------------------------------- what was decided


def decided(rows: Sequence[int], left: Sequence[Standing], *, is_sent_again: bool) -> Iterator[str]:
    """What came of --again or --drop."""
    if rows:
        listed = _listed(map(str, rows))
        what = "Sẽ gửi lại" if is_sent_again else "Đã bỏ"
        yield f"{what} {number(len(rows))} thông báo, số {listed}."
    elif not left:
        yield "Không có thông báo nào chưa rõ, nên không đổi gì."
    if left:
        each = _listed(f"số {row.row} ({HURDLES[row.hurdle]})" for row in left if row.hurdle)
        yield f"Không gửi lại {number(len(left))} thông báo, chỉ bỏ được: {each}."


def undecidable(found: Undecidable) -> str:
    """Why nothing was decided, in one sentence, and where the right numbers stand."""
    each = _listed(
        (*map(_standing, found.rows), *(f"số {row} không có" for row in found.missing)),
        separator="; ",
    )
    return f"Chưa đổi gì, vì chỉ quyết định được thông báo chưa rõ: {each}. {LOOK}"


def _standing(row: Standing) -> str:
    said = f"số {row.row} là {KINDS[row.kind]} {STATES[row.state]}"
    is_hindered = row.state is State.UNKNOWN and row.kind is Kind.ANNOUNCEMENT and row.hurdle
    return f"{said} nhưng {HURDLES[is_hindered]}, chỉ bỏ được" if is_hindered else said


def _listed(each: Iterable[str], separator: str = ", ") -> str:
    listed = list(each)
    rest = len(listed) - SHOWN
    return separator.join(listed[:SHOWN]) + (f" và {number(rest)} tin nữa" if rest > 0 else "")


# ---------------------------------------------------------------- words


def moment(at: datetime, zone: ZoneInfo, form: str = "%H:%M") -> str:
    """A moment on the ward's clock: “14:35 ngày 22/11/2026”."""
    local = at.astimezone(zone)
    return f"{local:{form}} ngày {local:%d/%m/%Y}"


def age(since: timedelta) -> str:
    """How long something lasts, in its two largest units: “2 giờ 5 phút”."""
    minutes = max(int(since.total_seconds()), 0) // 60
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{number(days)} ngày" + (f" {hours} giờ" if hours else "")
    if hours:
        return f"{hours} giờ" + (f" {minutes} phút" if minutes else "")
    return f"{minutes} phút" if minutes else "chưa đầy một phút"


def _plain(reason: str) -> str:
    """A reason without its full stop, and without what a terminal would obey."""
    shown = "".join(one if one.isprintable() else " " for one in reason)
    return " ".join(shown.split()).removesuffix(".")


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


# ---------------------------------------------------------------- for programs


def as_json(traffic: Traffic, now: datetime, zone: ZoneInfo) -> str:
    """The same as JSON text, with every unknown row; states and kinds as codes."""
    document = {
        "at": _iso(now, zone),
        "accounts": [_json_account(one, now, zone) for one in traffic.accounts],
        "unknown": [_json_end(end, zone) for end in traffic.unknown],
    }
    return json.dumps(document, ensure_ascii=False, indent=2)


def decided_as_json(rows: Sequence[int], left: Sequence[Standing], *, is_sent_again: bool) -> str:
    """What came of --again or --drop, as JSON text."""
    left_out = {str(row.row): row.hurdle.value for row in left if row.hurdle}
    name = "sent_again" if is_sent_again else "dropped"
    return json.dumps({name: list(rows), "left": left_out}, indent=2)


def _json_account(one: AccountTraffic, now: datetime, zone: ZoneInfo) -> dict[str, object]:
    account, oldest = one.account, one.oldest
    return {
        "account": account.account,
        "held_until": _iso(account.held_until, zone),
        "paused_at": _iso(account.paused_at, zone),
        "paused_reason": account.paused_reason,
        "states": {
            state.value: {kind.name.lower(): count for kind, count in kinds.items()}
            for state, kinds in one.counts.items()
        },
        "overdue": one.overdue,
        "oldest_waiting": oldest
        and {
            "row": oldest.row,
            "kind": oldest.kind.name.lower(),
            "since": _iso(oldest.since, zone),
            "age_seconds": int((now - oldest.since).total_seconds()),
            "not_before": _iso(oldest.not_before, zone),
            "reason": oldest.reason,
        },
    }


def _json_end(end: UnknownEnd, zone: ZoneInfo) -> dict[str, object]:
    return {
        "row": end.row,
        "account": end.account,
        "address": end.address,
        "kind": end.kind.name.lower(),
        "created_at": _iso(end.created_at, zone),
        "unknown_since": _iso(end.at, zone),
        "why": end.why.value,
        "reason": end.reason,
        "decided_by": "person" if end.is_for_a_person else "machine",
        "only_dropped": end.hurdle.value if end.hurdle and end.is_for_a_person else None,
    }


def _iso(at: datetime | None, zone: ZoneInfo) -> str | None:
    return None if at is None else at.astimezone(zone).isoformat()
