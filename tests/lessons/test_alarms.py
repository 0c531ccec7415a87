"""The three alarm lanes: every tuned phrase in its lane, and hardly anything else in one.

All phrases here are learnt from; what the lanes reach on authors they never saw stands in
training/README.md. Nobody who pastes a scam is in danger for that.
"""

import importlib.util
import time
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from lessons._evidence import Weights, WeightsError, read_weights
from lessons.alarms import LANES, AlarmTableError, Lanes, lane_of, read_lanes
from lessons.text import fold

TESTS = Path(__file__).parents[1]
LESSONS = TESTS.parent / "lessons"
HARMLESS = "harmless"


def load(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


WEIGHTS_FILE = LESSONS / "alarms_weights.txt"


@cache
def weights() -> Weights:
    return read_weights(WEIGHTS_FILE.read_text(encoding="utf-8"))


@cache
def lanes() -> Lanes:
    return read_lanes(load(LESSONS / "alarms.yaml"), weights())


@pytest.fixture(autouse=True, scope="module")
def _tables_are_compiled_before_a_test_is_timed() -> None:
    lanes()


TUNED = load(TESTS / "data" / "alarms_tuned.yaml")
LEARNT = [
    load(path)
    for path in (
        *sorted((TESTS / "data").glob("alarms_tuned_*.yaml")),
        *sorted((TESTS.parent / "training" / "data").glob("author_*.yaml")),
        TESTS / "lessons" / "alarms_more.yaml",
    )
]
PASTED = [message["text"] for message in load(TESTS / "data" / "scam_messages.yaml")]


def astray(phrases: list[str], lane: str | None) -> dict[str, str | None]:
    found = {phrase: lane_of(phrase, lanes()) for phrase in phrases}
    return {phrase: got for phrase, got in found.items() if got != lane}


@pytest.mark.parametrize("lane", LANES)
def test_every_tuned_phrase_opens_its_own_lane(lane: str) -> None:
    assert astray(TUNED[lane], lane) == {}


@pytest.mark.parametrize("lane", LANES)
def test_tuned_phrases_open_their_lane_without_diacritics_too(lane: str) -> None:
    folded = [fold(phrase) for phrase in TUNED[lane]]

    assert len(astray(folded, lane)) <= len(folded) * 0.04


def test_harmless_tuned_phrases_open_no_lane() -> None:
    assert astray(TUNED[HARMLESS], None) == {}


@pytest.mark.parametrize("lane", LANES)
def test_phrases_learnt_from_open_their_lane(lane: str) -> None:
    phrases = [phrase for author in LEARNT for phrase in author[lane]]

    assert len(astray(phrases, lane)) <= len(phrases) * 0.03


def test_harmless_phrases_learnt_from_open_hardly_any_lane() -> None:
    phrases = [phrase for author in LEARNT for phrase in author[HARMLESS]]

    assert len(astray(phrases, None)) <= len(phrases) * 0.01


def test_no_pasted_scam_or_notice_opens_a_lane() -> None:
    assert len(PASTED) > 50
    assert astray(PASTED, None) == {}


def titles_and_options() -> Iterator[str]:
    for path in sorted((LESSONS / "library").glob("*.yaml")):
        lesson = load(path)
        yield lesson["title"]
        for question in lesson["quiz"]:
            yield from question["options"]


def test_no_title_or_option_of_a_lesson_opens_a_lane() -> None:
    texts = list(titles_and_options())

    assert len(texts) > 100
    assert astray(texts, None) == {}
    assert astray([fold(text) for text in texts], None) == {}


def test_no_command_or_answer_word_opens_a_lane() -> None:
    document = load(LESSONS / "intents.yaml")
    triggers = [
        word
        for talk in document["conversations"].values()
        for word in (talk["title"], *talk["words"])
    ]
    words = [word for group in document["word_sets"].values() for word in group]

    assert astray([*triggers, *words, *document["polite"]], None) == {}
    assert astray([fold(word) for word in (*triggers, *words)], None) == {}


@pytest.mark.parametrize(
    "text",
    [
        "tu tu", "cuu", "mat tien", "bi lua", "nguy hiem", "từ từ", "cựu", "cứu", "mất tiền", "chay",
        "bị lừa", "nguy hiểm", "chết", "cháy", "113", "otp", "Dũng", "Huy", "Thời", "Cứu", "", " ",
        "muốn từ từ học", "toi muon tu tu hoc", "toi muon tu van vay von", "tra cuu",
    ],
)  # fmt: skip
def test_a_bare_word_opens_no_lane(text: str) -> None:
    assert lane_of(text, lanes()) is None


@pytest.mark.parametrize(
    ("report", "denied_or_asked"),
    [
        ("tôi lỡ chuyển tiền cho nó rồi", "tôi chưa chuyển tiền cho nó"),
        ("mẹ tôi vừa đọc mã cho nó rồi", "nếu mẹ tôi đọc mã cho nó thì làm sao"),
        ("tôi bị lừa mất 5 triệu rồi", "bị lừa thì báo ai"),
        ("tài khoản của tôi bị trừ sạch rồi", "làm sao để khỏi bị trừ tiền"),
        ("tôi cài ứng dụng lạ nó gửi rồi", "nó bảo tôi cài ứng dụng lạ có nên không"),
        ("nhà tôi đang cháy", "cháy nhà thì gọi số nào"),
        ("con tôi bị điện giật", "cho tôi học bài phòng điện giật"),
        ("ông nhà tôi đột quỵ rồi", "đột quỵ có dấu hiệu gì"),
        ("tôi không muốn sống nữa", "tôi không muốn học nữa"),
        ("tôi muốn chết", "nóng muốn chết"),
        ("cả nhà tôi mắc kẹt trên nóc", "nghe nói có nhà mắc kẹt trên nóc"),
    ],
)  # fmt: skip
def test_a_report_opens_a_lane_and_a_question_about_it_does_not(
    report: str, denied_or_asked: str
) -> None:
    assert lane_of(report, lanes()) is not None
    assert lane_of(denied_or_asked, lanes()) is None


@pytest.mark.parametrize(
    ("text", "lane"),
    [
        ("tôi bị lừa hết tiền rồi, tôi muốn chết", "self_harm"),
        ("vợ tôi bị lừa mất tiền, uống thuốc sâu tự tử, đang co giật", "self_harm"),
        ("nó lừa tôi mất 20 triệu rồi đang cầm dao ngoài cửa dọa giết tôi", "danger"),
    ],
)
def test_the_graver_lane_wins_over_the_others(text: str, lane: str) -> None:
    assert lane_of(text, lanes()) == lane


@pytest.mark.parametrize(
    ("text", "lane"),
    [
        ("  CHÁY NHÀ RỒI!!!  ", "danger"),
        ("cháyyyy nhà rồiiii", "danger"),
        ("chayr nhaf rooif", "danger"),
        ("ddang chays nhaf tooi cuwus vowis", "danger"),
        ("tooi bij luwaf maats 5 trieeuj rooif", "money_gone"),
        ("tôi bị nó nừa hết tiền rồi", "money_gone"),
        ("k muon song nua", "self_harm"),
    ],
)
def test_keyboards_and_dialects_do_not_hide_an_alarm(text: str, lane: str | None) -> None:
    assert lane_of(text, lanes()) == lane


@given(st.sampled_from([phrase for lane in (*LANES, HARMLESS) for phrase in TUNED[lane]]))
def test_the_lane_does_not_depend_on_the_unicode_form(phrase: str) -> None:
    composed, decomposed = (unicodedata.normalize(form, phrase) for form in ("NFC", "NFD"))

    assert lane_of(composed, lanes()) == lane_of(decomposed, lanes())


@given(st.text())
def test_any_text_is_looked_at_without_an_error(text: str) -> None:
    assert lane_of(text, lanes()) in {None, *LANES}


@pytest.mark.parametrize(
    "text",
    [
        "a" * 100_000,
        "nó lừa tôi chuyển tiền cho nó mất rồi, " * 3000,
        "tôi mẹ tôi vợ tôi con tôi bị đang vừa đã " * 3000,
        "tài khoản tiền mất hết chuyển đọc mã nạp " * 3000,
        "|" * 100_000,
        "." * 100_000,
    ],
    ids=["letters", "reports", "people", "money", "bars", "dots"],
)
def test_a_hundred_thousand_characters_cost_under_five_milliseconds(text: str) -> None:
    lane_of(text, lanes())
    seconds = []

    for _ in range(7):
        started = time.process_time()
        lane_of(text, lanes())
        seconds.append(time.process_time() - started)

    assert min(seconds) < 0.005


# --- The tables ----------------------------------------------------------------------------------


def tables(*patterns: str, **more: Any) -> dict[str, Any]:
    """Return a small sound document whose danger lane has these patterns."""
    rule = {"patterns": list(patterns), **more}
    return {
        "denials": ["không", "chưa"],
        "short_for": {"ko": "khong"},
        "heard": {"nừa": "lừa"},
        "classes": {"ai": ["(mẹ|bố) tôi", "tôi"]},
        "guards": {"học": ["bài ..1 về"]},
        "speaker": ["tôi"],
        "lanes": {"self_harm": {}, "danger": {"one": rule}, "money_gone": {}},
    }


@pytest.mark.parametrize(
    ("pattern", "text", "opens"),
    [
        ("{ai} ..2 ngã", "mẹ tôi vừa bị ngã", True),
        ("{ai} ..2 ngã", "me toi nga", True),
        ("{ai} ..2 ngã", "mẹ tôi vừa mới bị ngã", False),
        ("{ai} ..2 ngã", "mẹ tôi không ngã", False),
        ("{ai} ..2 ngã", "mẹ tôi đây. Ngã ba", False),
        ("bị lừa", "không bị lừa", False),
        ("bị lừa", "bị nừa", True),
        ("bị lừa", "bị lửa", False),
        ("bị lừa!", "bi lua", False),
        ("bị lừa!", "bị lừa", True),
        ("mất [đi|luôn] # (triệu|tr)", "mất luôn 5tr", True),
        ("mất [đi|luôn] # (triệu|tr)", "mất 20 triệu", True),
        ("mất [đi|luôn] # (triệu|tr)", "mất hai triệu", False),
        ("^ cứu $", "Cứu!", True),
        ("^ cứu $", "cứu tôi", False),
        ("(bốc cháy|cháy to)", "cháy to", True),
        ("(bốc cháy|cháy to)", "chạy to", False),
        ("đọc mã", "doc ma cho toi nghe", True),
        ("không chịu", "ko chiu", True),
        ("gãy & (chân|tay)", "tay tôi gãy. Đau", True),
        ("gãy & (chân|tay)", "tay tôi không gãy", False),
        ("gãy & (chân|tay)", "gãy cành", False),
    ],
)
def test_a_pattern_means_what_the_head_of_the_file_says(
    pattern: str, text: str, opens: bool
) -> None:
    assert (lane_of(text, read_lanes(tables(pattern))) == "danger") is opens


@pytest.mark.parametrize(
    ("more", "text", "opens"),
    [
        ({"unless": ["học"]}, "bài học về cháy nhà", False),
        ({"unless": ["học"]}, "cháy nhà", True),
        ({"max_words": 3}, "cháy nhà ở kia", False),
        ({"max_words": 4}, "cháy nhà ở kia.", True),
        ({"not_after": ["phòng"]}, "phòng cháy nhà", False),
        ({"not_pasted": True}, "cháy nhà xem https://tin.example", False),
    ],
)
def test_a_rule_holds_back_where_its_table_says_so(
    more: dict[str, Any], text: str, opens: bool
) -> None:
    assert (lane_of(text, read_lanes(tables("cháy nhà", **more))) == "danger") is opens


@pytest.mark.parametrize(
    ("pattern", "more", "message"),
    [
        ("{bạn tôi} ngã", {}, "không hiểu"),
        ("{ban} ngã", {}, "nhóm “ban” chưa có"),
        ("(ngã", {}, "thiếu dấu đóng ngoặc"),
        ("ngã)", {}, "thừa “\\)”"),
        ("[ngã] ..2", {}, "không có từ nào bắt buộc"),
        ("ngã?", {}, "Không đọc được từ “ngã\\?”"),
        ("ngã", {"unles": []}, "không có mục “unles”"),
        ("ngã", {"unless": ["hoc"]}, "chưa có nhóm “hoc” trong “guards”"),
    ],
)
def test_a_table_that_cannot_be_read_is_named_in_one_sentence(
    pattern: str, more: dict[str, Any], message: str
) -> None:
    with pytest.raises(AlarmTableError, match=message):
        read_lanes(tables(pattern, **more))


def test_a_missing_table_or_lane_is_named_in_one_sentence() -> None:
    document = tables("ngã")
    without = {name: part for name, part in document.items() if name != "guards"}

    with pytest.raises(AlarmTableError, match="thiếu mục “guards”"):
        read_lanes(without)
    with pytest.raises(AlarmTableError, match="đúng ba làn"):
        read_lanes({**document, "lanes": {"danger": {}}})


# --- What was learnt -----------------------------------------------------------------------------


def training_phrases() -> ModuleType:
    path = TESTS.parent / "training" / "phrases.py"
    spec = importlib.util.spec_from_file_location("training_phrases", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_weights_were_learnt_from_the_phrases_that_are_there() -> None:
    assert weights().training_data == training_phrases().digest(), "run `make train`"


def test_the_weights_are_small_enough_to_be_read_at_every_start() -> None:
    assert WEIGHTS_FILE.stat().st_size <= 250_000
    assert [lane.name for lane in weights().lanes] == list(LANES)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "không đọc được"),
        ("training data: a\ndanger: x 1\n\ncháy\t1\n", "không đọc được"),
        ("training data: a\ndanger: 1\n\ncháy\t1\n", "không đọc được"),
        ("danger: 1 1\n\ncháy\t1\n", "không đọc được"),
        ("training data: a\ndanger: 1 1\n\ncháy\t1\t2\n", "thừa hay thiếu"),
        ("training data: a\ndanger: 1 1\n\ncháy\tx\n", "không đọc được"),
    ],
)
def test_weights_that_cannot_be_read_are_refused(text: str, message: str) -> None:
    with pytest.raises(WeightsError, match=message):
        read_weights(text)


@pytest.mark.parametrize(
    ("text", "opens"),
    [
        ("có gì ngoài sân", False),
        ("ở ngoai san", True),
        ("ngoài sân", False),
        ("cười ở ngoài sân", False),
    ],
)
def test_what_was_learnt_opens_a_lane_unless_the_table_says_never(text: str, opens: bool) -> None:
    little = read_weights("training data: a\ndanger: 1 -5\n\nngoai\t9\nsan\t9\n^ co\t-30\n")
    table = {**tables("ngã"), "never": ["cười"]}

    assert (lane_of(text, read_lanes(table, little)) == "danger") is opens
