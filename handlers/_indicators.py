"""The five targets of the plan as indicators: what is counted, of how many, and what may not be read into it.

    a  A1          people of the offices who passed the staff lessons     of those the offices state
    b  B1          pupils taught                                          of pupils, both stated by schools
    c  C1 C2 C3    reached · core lessons passed · able to do it          of adults that Công an phường states
    d  D0          confirmed on VNeID: a published number, never counted  of adults
       D1 D2       what people or members say of VNeID: no such figures yet
    đ  Đ1 Đ2 Đ3    workers taught · units that state figures · household businesses, not named by the target

A part is never compared with a whole of other places: where a place has no total, its part is left out and the
note says so. Two figures that may hold the same people are never added.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from handlers._printed import number
from handlers._requests.report import Indicator, Measure, Stated, TdpLine, UnitLine
from handlers._requests.stated import UnitKind

OF_WHOLE_WARD = "Tổng số là số chung của cả phường."
"""The note of an indicator whose whole was stated in one number: all units are counted, with one or without."""
ON_THE_SYSTEM = "đếm trên hệ thống"
NOT_YET = "Hệ thống chưa ghi số này."
SEVERAL = 3
"""So many names are written out; more are counted."""
FROM_16 = "Kết quả tính người từ 16 tuổi (tự khai), tổng số tính người từ đủ 18 tuổi."
REFERENCE = "số liệu tham khảo, chưa phải số xác nhận trên VNeID"


@dataclass(frozen=True, slots=True)
class Counted:
    """What the indicators are made of. `day` is the local day until which the system was counted.

    reached, core   distinct confirmed people
    units           those that exist; what an office's people passed counts for one office alone, so that
                    offices may be added
    tdps            those that exist, with the adults stated of them; lines without an id are left out
    whole_ward      the adults of the whole ward, where somebody stated them in one number
    whole_staff     all who work for the ward's offices, where somebody stated them in one number
    staff_rule, core_rule
                    what must have been passed, in words
    """

    day: date
    reached: int
    core: int
    units: tuple[UnitLine, ...]
    tdps: tuple[TdpLine, ...]
    unit_word: str
    whole_ward: Stated | None
    vneid: Stated | None
    staff_rule: str
    core_rule: str
    whole_staff: Stated | None = None


@dataclass(frozen=True, slots=True)
class Whole:
    """A total of several stated numbers, or None with what is missing."""

    value: int | None
    source: str
    as_of: date | None
    note: str


def indicators(of: Counted) -> tuple[Indicator, ...]:
    """All indicators in the order of the plan."""
    return (*_staff(of), *_pupils(of), *_adults(of), *_vneid(of), *_workers(of))


# ---------------------------------------------------------------- a, b, đ: by units


def _staff(of: Counted) -> Iterable[Indicator]:
    offices = _of_kind(of, UnitKind.OFFICE)
    whole, counted = _staff_of(of, offices)
    yield Indicator(
        "A1",
        "a",
        "Người của cơ quan hoàn thành phần dành cho cán bộ",
        Measure.SHARE,
        "người",
        sum(one.taught.value for one in counted if one.taught) if offices else None,
        ON_THE_SYSTEM if offices else "",
        of.day if offices else None,
        whole.value,
        whole.source,
        whole.as_of,
        f"Kết quả: người khác nhau, đã xác nhận, thuộc một cơ quan của phường và {of.staff_rule}. "
        "Tổng số: cán bộ, công chức, viên chức, người lao động, số chung của phường hoặc do từng cơ quan báo.",
        "Đạt bài học chưa có nghĩa là “sử dụng tốt”.",
        whole.note,
    )


def _staff_of(of: Counted, offices: Sequence[UnitLine]) -> tuple[Whole, Sequence[UnitLine]]:
    """All staff as stated in one number, else those of the offices that state theirs; and who is counted."""
    known = [one for one in offices if one.total]
    together = [one.total for one in known if one.total]
    notes = [] if offices else ["Chưa có cơ quan nào trong danh sách đơn vị nên chưa đếm được."]
    if of.whole_staff is not None:
        notes.append(OF_WHOLE_WARD)
        added = sum(one.value for one in together)
        if known and known == offices and added != of.whole_staff.value:
            notes.append(f"Số của các cơ quan cộng lại là {number(added)}.")
        return whole_of([of.whole_staff], " ".join(notes)), offices
    if known:
        return whole_of(together, _without(offices, known, "số biên chế")), known
    notes.append("Chưa có số cán bộ, công chức, viên chức, người lao động.")
    return Whole(None, "", None, " ".join(notes)), offices


def _pupils(of: Counted) -> Iterable[Indicator]:
    yield _reported(
        of,
        (UnitKind.SCHOOL,),
        ("B1", "b", "Học sinh được học ở trường", "học sinh"),
        "Kết quả, tổng số: nhà trường báo số chung của trường, không có tên học sinh.",
        "Số trường báo, hệ thống không đếm được.",
    )


def _workers(of: Counted) -> Iterable[Indicator]:
    firms = (UnitKind.ENTERPRISE, UnitKind.COOPERATIVE)
    caveat = "Số đơn vị báo, hệ thống không đếm được."
    yield _reported(
        of,
        firms,
        ("Đ1", "đ", "Lao động của doanh nghiệp, hợp tác xã đã được học", "người"),
        "Kết quả, tổng số: doanh nghiệp, hợp tác xã báo.",
        caveat,
    )
    joined = [one for one in _of_kind(of, *firms) if one.taught and one.taught.value]
    yield _count(
        of,
        ("Đ2", "đ", "Doanh nghiệp, hợp tác xã đã báo có người học", "đơn vị"),
        len(joined) if _of_kind(of, *firms) else None,
        "Số doanh nghiệp, hợp tác xã đã báo có ít nhất một lao động được học.",
    )
    yield _reported(
        of,
        (UnitKind.HOUSEHOLD,),
        ("Đ3", "đ", "Lao động của hộ kinh doanh đã được học", "người"),
        "Kết quả, tổng số: hộ kinh doanh báo.",
        "Chỉ tiêu đ không nói đến hộ kinh doanh nên để riêng, không cộng vào Đ1.",
    )


def _reported(
    of: Counted,
    kinds: Sequence[UnitKind],
    named: tuple[str, str, str, str],
    definition: str,
    caveat: str,
) -> Indicator:
    """A share whose both parts the units state; a unit that states one of them alone is left out."""
    units = _of_kind(of, *kinds)
    known = [one for one in units if one.taught and one.total]
    taught = whole_of([one.taught for one in known if one.taught], "")
    whole = whole_of([one.total for one in known if one.total], _without(units, known, "đủ hai số"))
    code, target, title, counted = named
    return Indicator(
        code,
        target,
        title,
        Measure.SHARE,
        counted,
        taught.value,
        taught.source,
        taught.as_of,
        whole.value,
        whole.source,
        whole.as_of,
        definition,
        caveat,
        whole.note,
    )


def _of_kind(of: Counted, *kinds: UnitKind) -> list[UnitLine]:
    wanted = {kind.value for kind in kinds}
    return [one for one in of.units if one.kind in wanted]


def _without(units: Sequence[UnitLine], known: Sequence[UnitLine], what: str) -> str:
    names = [one.name for one in units if one not in known]
    return f"Chưa tính {listed(names)} vì chưa có {what}." if names else ""


# ---------------------------------------------------------------- c, d: adults


def _adults(of: Counted) -> Iterable[Indicator]:
    whole = adults_of(of)
    for code, title, value, definition in (
        (
            "C1",
            "Người đã tham gia học, từ 16 tuổi (tự khai)",
            of.reached,
            "đã đồng ý lưu kết quả học hoặc đã học trên hệ thống, không tính việc nhận vai trò",
        ),
        ("C2", "Người học đủ các bài cốt lõi, từ 16 tuổi (tự khai)", of.core, of.core_rule),
    ):
        yield Indicator(
            code,
            "c",
            title,
            Measure.SHARE,
            "người",
            value,
            ON_THE_SYSTEM,
            of.day,
            whole.value,
            whole.source,
            whole.as_of,
            f"Kết quả: người khác nhau, đã xác nhận, {definition}. Tổng số: người từ đủ 18 tuổi.",
            FROM_16,
            whole.note,
        )
    yield Indicator(
        "C3",
        "c",
        "Người được hướng dẫn tại nhà và tự làm được",
        Measure.SHARE,
        "người",
        None,
        "",
        None,
        whole.value,
        whole.source,
        whole.as_of,
        "Kết quả: người được Tổ công nghệ số cộng đồng đến nhà hướng dẫn và tự làm được. "
        "Tổng số: người từ đủ 18 tuổi.",
        "Không cộng với C1, C2: có thể là cùng một người.",
        whole.note,
    )


def _vneid(of: Counted) -> Iterable[Indicator]:
    whole, stated = adults_of(of), of.vneid
    yield Indicator(
        "D0",
        "d",
        "Người được xác nhận đạt phổ cập trên VNeID (số chính thức)",
        Measure.SHARE,
        "người",
        stated.value if stated else None,
        ", ".join(filter(None, (stated.source, stated.document))) if stated else "",
        stated.as_of if stated else None,
        whole.value,
        whole.source,
        whole.as_of,
        "Kết quả: số do cơ quan có thẩm quyền công bố, cán bộ nhập kèm số văn bản; hệ thống không tự tính. "
        "Tổng số: người từ đủ 18 tuổi.",
        "" if stated is None or stated.document else "Chưa ghi số văn bản của số công bố.",
        whole.note,
    )
    yield _count(
        of,
        ("D1", "d", f"Người tự khai đã được xác nhận ({REFERENCE})", "người"),
        None,
        "Người tự khai.",
        NOT_YET,
    )
    yield _count(
        of,
        ("D2", "d", f"Người mà Tổ công nghệ số thấy đã được xác nhận ({REFERENCE})", "người"),
        None,
        "Thành viên Tổ công nghệ số cộng đồng ghi lại.",
        NOT_YET,
    )


def adults_of(of: Counted) -> Whole:
    """How many adults the ward has: as stated in one number, else its TDPs together, else nobody knows."""
    lines = [one for one in of.tdps if one.id is not None]
    missing = [one.name for one in lines if one.adults is None]
    together = whole_of([one.adults for one in lines if one.adults], "")
    if of.whole_ward is not None:
        apart = lines and not missing and together.value != of.whole_ward.value
        note = f"Số của các {of.unit_word} cộng lại là {number(together.value)}." if apart else ""
        return whole_of([of.whole_ward], note)
    if lines and not missing:
        return together
    if len(missing) < len(lines):
        return Whole(None, "", None, f"Chưa có số người từ đủ 18 tuổi của {listed(missing)}.")
    return Whole(None, "", None, "Chưa có số người từ đủ 18 tuổi.")


# ---------------------------------------------------------------- parts


def _count(
    of: Counted,
    named: tuple[str, str, str, str],
    value: int | None,
    definition: str,
    caveat: str = "",
) -> Indicator:
    code, target, title, counted = named
    known = value is not None
    return Indicator(
        code,
        target,
        title,
        Measure.COUNT,
        counted,
        value,
        ON_THE_SYSTEM if known else "",
        of.day if known else None,
        None,
        "",
        None,
        definition,
        caveat,
        "",
    )


def whole_of(stated: Sequence[Stated], note: str) -> Whole:
    """Several stated numbers as one: their sum, who they come from, the oldest of their days."""
    if not stated:
        return Whole(None, "", None, note)
    days = [one.as_of for one in stated]
    if max(days) != min(days):
        apart = f"Số liệu của nhiều ngày, từ {min(days):%d/%m/%Y} đến {max(days):%d/%m/%Y}."
        note = f"{note} {apart}".strip()
    sources = [", ".join(filter(None, (one.source, one.document))) for one in stated]
    return Whole(sum(one.value for one in stated), listed(sources, "nguồn"), min(days), note)


def listed(names: Iterable[str], what: str = "nơi") -> str:
    """Names in a sentence, each once; from the fourth on they are counted."""
    once = list(dict.fromkeys(names))
    shown, rest = once[:SEVERAL], len(once) - SEVERAL
    return ", ".join(shown) + (f" và {rest} {what} khác" if rest > 0 else "")
