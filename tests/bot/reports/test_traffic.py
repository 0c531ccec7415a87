"""What stands in the outbox, in words: no key, no text, nothing a terminal would obey."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.reports import traffic as printed
from storage.accounts import AccountState
from storage.outbox import TRANSITIONS, Cause, Kind, State
from storage.traffic import (
    AccountTraffic,
    Hurdle,
    Oldest,
    Standing,
    Traffic,
    Undecidable,
    UnknownEnd,
)

HERE = ZoneInfo("Asia/Ho_Chi_Minh")
NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
NOON = NOW - timedelta(hours=3)
END = UnknownEnd(
    row=12,
    account="telegram",
    address=7,
    kind=Kind.ANNOUNCEMENT,
    created_at=NOON,
    at=NOON,
    why=Cause.UNDECIDED,
    reason="TimeoutError",
    hurdle=None,
)


def said(*accounts: AccountTraffic, unknown: tuple[UnknownEnd, ...] = ()) -> list[str]:
    return list(printed.lines(Traffic(accounts, unknown), NOW, HERE))


def account(
    counts: Mapping[State, Mapping[Kind, int]] | None = None, **state: datetime | str
) -> AccountTraffic:
    return AccountTraffic(AccountState("telegram", **state), counts or {})


def test_every_state_kind_reason_and_hurdle_has_its_words() -> None:
    unknown = {cause for cause, (_, target) in TRANSITIONS.items() if target is State.UNKNOWN}

    assert set(printed.STATES) == set(State)
    assert set(printed.KINDS) == set(Kind)
    assert set(printed.WHYS) == unknown
    assert set(printed.HURDLES) == set(Hurdle)


AGES = [
    (timedelta(seconds=-5), "chưa đầy một phút"),
    (timedelta(seconds=59), "chưa đầy một phút"),
    (timedelta(minutes=1), "1 phút"),
    (timedelta(minutes=125, seconds=59), "2 giờ 5 phút"),
    (timedelta(hours=2), "2 giờ"),
    (timedelta(days=1, minutes=59), "1 ngày"),
    (timedelta(days=1200, hours=3), "1.200 ngày 3 giờ"),
]


@pytest.mark.parametrize(("since", "words"), AGES, ids=[words for _, words in AGES])
def test_an_age_is_told_in_its_two_largest_units(since: timedelta, words: str) -> None:
    assert printed.age(since) == words


def test_states_are_counted_with_their_kinds_and_dots_between_thousands() -> None:
    lines = said(
        account({State.WAITING: {Kind.REPLY: 3, Kind.REMINDER: 1200}, State.SENT: {Kind.ALERT: 9}})
    )

    assert "  Chờ gửi: 1.203 tin (3 tin trả lời, 1.200 tin nhắc học)." in lines
    assert "  Đã gửi: 9 tin cảnh báo." in lines


def test_a_hold_is_told_to_the_second_and_only_while_it_lasts() -> None:
    held = "  Telegram bảo gửi chậm lại: nghỉ đến 15:00:30 ngày 22/11/2026, rồi máy tự gửi tiếp."

    assert held in said(account(held_until=NOW + timedelta(seconds=30)))
    assert not [line for line in said(account(held_until=NOW)) if "nghỉ đến" in line]


def test_a_paused_account_says_since_when_why_and_what_to_do() -> None:
    lines = said(account(paused_at=NOON, paused_reason="401 Unauthorized"))

    assert "  TẠM DỪNG từ 12:00 ngày 22/11/2026, đã 3 giờ. Lý do: 401 Unauthorized." in lines
    assert [line for line in lines if line.startswith("  Cần làm: kiểm tra mã bot của telegram")]
    assert lines[-1] == "Cần người làm: sửa cho telegram gửi lại được."


def test_the_oldest_row_says_why_it_waits_and_until_when() -> None:
    oldest = Oldest(31, Kind.REPLY, NOON, NOW + timedelta(minutes=10), "ClientConnectorError 111")

    (line,) = [
        line for line in said(replace(account(), oldest=oldest)) if line.startswith("  Chờ lâu")
    ]

    assert line == (
        "  Chờ lâu nhất: tin số 31 (tin trả lời), từ 12:00 ngày 22/11/2026, đã 3 giờ. "
        "Lần trước gửi không xong (ClientConnectorError 111). Hẹn gửi lúc 15:10 ngày 22/11/2026."
    )


def test_what_a_terminal_would_obey_is_never_printed() -> None:
    reason = "502\x1b[2J\x07\r\nBad\u202e Gateway."

    lines = said(
        account(paused_at=NOON, paused_reason=reason), unknown=(replace(END, reason=reason),)
    )

    assert all(line.isprintable() for line in lines)
    assert "(502 [2J Bad Gateway)." in "\n".join(lines)


def test_many_unknown_rows_are_cut_short_and_decided_as_all() -> None:
    ends = tuple(replace(END, row=row) for row in range(1, 1301))

    lines = said(account(), unknown=ends)

    assert len(lines) < printed.SHOWN + 15
    assert "  Và 1.280 tin nữa, xem đủ: hocso outbox --format json" in lines
    assert "  Gửi lại: hocso outbox --again all" in lines
    assert "  Bỏ: hocso outbox --drop all" in lines
    assert lines[-1] == "Cần người làm: quyết định 1.300 thông báo chưa rõ."


def test_what_can_only_be_dropped_is_not_offered_to_be_sent_again() -> None:
    lines = said(account(), unknown=(replace(END, hurdle=Hurdle.EXPIRED),))

    assert [line for line in lines if line.endswith("Chỉ bỏ được: đã quá hạn.")]
    assert not [line for line in lines if "--again" in line]


def test_a_refusal_names_at_most_so_many_rows() -> None:
    rows = tuple(Standing(row, Kind.REPLY, State.SENT, None) for row in range(1, 101))

    sentence = printed.undecidable(Undecidable(rows, (999,)))

    assert "số 20 là tin trả lời đã gửi và 81 tin nữa. Xem số" in sentence
    assert "\n" not in sentence


def test_json_lists_every_unknown_row_however_many() -> None:
    ends = tuple(replace(END, row=row) for row in range(1, 101))

    document = json.loads(printed.as_json(Traffic((account(),), ends), NOW, HERE))

    assert document["at"] == "2026-11-22T15:00:00+07:00"
    assert document["accounts"][0]["oldest_waiting"] is None
    assert [end["row"] for end in document["unknown"]] == list(range(1, 101))
    assert document["unknown"][0]["unknown_since"] == "2026-11-22T12:00:00+07:00"
