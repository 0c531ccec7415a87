"""The one small file a ward hands on: its indicators of a period, and nothing of any person.

{"format": "hocso-so-lieu", "version": 1, "ward_code": "05899", "ward": "phường Trung Thành",
 "is_sample": false, "period": {"kind": "month", "since": "2026-10-15", "until": "2026-11-14"},
 "definitions": {"version": 1, "hash": "5f0c21ab"},
 "cut_off": "2026-11-15T08:00:00+07:00", "made_at": "2026-11-20T16:31:00+07:00",
 "indicators": [{"code": "C2", "target": "c", "title": …, "measure": "share", "counted": "người",
                 "numerator": 184, "counted_from": "đếm trên hệ thống", "counted_on": "2026-11-14",
                 "denominator": 28140, "source": "Công an phường", "as_of": "2026-11-01"}, …],
 "checksum": "…"}

`checksum` is the SHA-256 of everything before it. Whoever reads a file believes nothing: keys,
types, lengths and the checksum are looked at, and what is wrong is one sentence.
"""

import json
from collections.abc import Sequence
from datetime import date, datetime
from hashlib import sha256
from typing import Annotated, Any, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, model_validator

from handlers._requests.report import Indicator, Measure, PeriodKind, ReportFigures

FORMAT = "hocso-so-lieu"
VERSION = 1
MAX_BYTES = 256 * 1024
"""Ten times what any file of ours has."""
MOST = 1_000_000_000
LONGEST = 400
"""Letters of a text; a longer list of sources is cut."""
CODE = r"^[A-ZĐ][0-9]{1,2}$"
WARD_CODE = r"^[0-9]{5}$"

Text = Annotated[str, Field(max_length=LONGEST)]
Short = Annotated[str, Field(max_length=120)]
Count = Annotated[int, Field(ge=0, le=MOST)]


class NotAnExchange(ValueError):
    """A file cannot be used; the message says why, for whoever sent it."""


class _Strict(BaseModel):
    """Nothing is converted, nothing more is taken."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Span(_Strict):
    """The days of a period, both included."""

    kind: PeriodKind
    since: date
    until: date

    @model_validator(mode="after")
    def _is_in_order(self) -> Self:
        if self.since > self.until:
            raise ValueError("ngày đầu kỳ sau ngày cuối kỳ")
        return self


class Definitions(_Strict):
    """How the figures were counted: those of two wards may be added where both are the same."""

    version: Annotated[int, Field(ge=1, le=9999)]
    hash: Annotated[str, Field(max_length=64, pattern=r"^[0-9a-f]*$")]

    def __str__(self) -> str:
        return f"{self.version}-{self.hash}"


class Figure(_Strict):
    """One indicator, with where both of its numbers come from; None: nobody knows, which is not 0."""

    code: Annotated[str, Field(pattern=CODE)]
    target: Annotated[str, Field(max_length=2)]
    title: Text
    measure: Measure
    counted: Short
    numerator: Count | None
    counted_from: Text
    counted_on: date | None
    denominator: Count | None
    source: Text
    as_of: date | None


def _each_once(figures: Sequence[Figure]) -> None:
    codes = [one.code for one in figures]
    if len(set(codes)) < len(codes):
        raise ValueError("một chỉ tiêu có hai lần")


class Exchange(_Strict):
    """A ward's file."""

    format: Literal["hocso-so-lieu"]
    version: Literal[1]
    ward_code: Annotated[str, Field(pattern=WARD_CODE)]
    ward: Annotated[str, Field(min_length=1, max_length=120)]
    is_sample: bool
    period: Span
    definitions: Definitions
    cut_off: AwareDatetime
    made_at: AwareDatetime
    indicators: Annotated[tuple[Figure, ...], Field(min_length=1, max_length=60)]

    @model_validator(mode="after")
    def _has_each_once(self) -> Self:
        _each_once(self.indicators)
        return self


# ---------------------------------------------------------------- writing


def exchange_of(figures: ReportFigures, made_at: datetime) -> Exchange:
    """What a frozen report hands on."""
    version, _, hashed = figures.definitions.partition("-")
    period = figures.period
    return Exchange(
        format="hocso-so-lieu",
        version=1,
        ward_code=figures.ward_code,
        ward=figures.ward,
        is_sample=figures.is_sample,
        period=Span(kind=period.kind, since=period.since, until=period.until),
        definitions=Definitions(version=int(version), hash=hashed),
        cut_off=figures.cut_off,
        made_at=made_at,
        indicators=tuple(map(_figure, figures.indicators)),
    )


def _figure(one: Indicator) -> Figure:
    return Figure(
        code=one.code,
        target=one.target,
        title=one.title,
        measure=one.measure,
        counted=one.counted,
        numerator=one.numerator,
        counted_from=_short(one.counted_from),
        counted_on=one.counted_on,
        denominator=one.denominator,
        source=_short(one.source),
        as_of=one.as_of,
    )


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def as_text(exchange: Exchange) -> str:
    """The file's text, the same for the same figures."""
    document = exchange.model_dump(mode="json")
    return _written({**document, "checksum": _checksum(document)}) + "\n"


def _written(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=1)


def _checksum(document: dict[str, Any]) -> str:
    canonical = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(canonical.encode()).hexdigest()


# ---------------------------------------------------------------- reading


def read_exchange(body: bytes) -> Exchange:
    """Return what a file says.

    Raises:
        NotAnExchange: it is no file of this kind, or was changed on its way.
    """
    document = _document(body)
    if document.get("format") != FORMAT:
        raise NotAnExchange("không phải tệp số liệu do hocso report --exchange làm ra")
    if document.get("version") != VERSION:
        raise NotAnExchange(
            f"tệp thuộc phiên bản {_shown(document.get('version'))[:20]}, máy này đọc được phiên bản {VERSION}"
        )
    checksum = document.pop("checksum", None)
    try:
        found = Exchange.model_validate_json(json.dumps(document))
    except ValidationError as error:
        raise NotAnExchange(_first_fault(error)) from None
    if checksum != _checksum(document):
        raise NotAnExchange("mã kiểm tra không khớp, tệp đã bị sửa hoặc hỏng; xin gửi lại")
    return found


def _document(body: bytes) -> dict[str, Any]:
    if len(body) > MAX_BYTES:
        raise NotAnExchange(f"tệp quá lớn (trên {MAX_BYTES // 1024} kB)")
    try:
        document = json.loads(body.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise NotAnExchange("không phải chữ UTF-8") from None
    except json.JSONDecodeError as error:
        raise NotAnExchange(f"nội dung tệp hỏng ở dòng {error.lineno}, cột {error.colno}") from None
    except (ValueError, RecursionError):
        raise NotAnExchange("nội dung tệp hỏng") from None
    if not isinstance(document, dict):
        raise NotAnExchange("không phải tệp số liệu do hocso report --exchange làm ra")
    return document


_FAULTS = {
    "missing": "còn thiếu",
    "extra_forbidden": "không có trong mẫu",
    "string_pattern_mismatch": "viết sai mẫu",
    "string_too_long": "quá dài",
    "greater_than_equal": "không được âm",
    "less_than_equal": "lớn quá mức",
    "value_error": "không hợp lý",
}


def _shown(found: object) -> str:
    """Something out of a file without what a terminal would obey or nothing can write."""
    return "".join(one if one.isprintable() else "?" for one in str(found))


def _first_fault(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    where = ".".join(_shown(part)[:40] for part in first["loc"]) or "tệp"
    reason = _FAULTS.get(first["type"], "không đúng kiểu")
    cause = first.get("ctx", {}).get("error")
    return f"mục “{where}” {reason}" + (f" ({cause})" if cause else "")
