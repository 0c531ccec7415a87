"""The places of a made-up ward: its TDPs, its units, its plan, and what was stated of them.

Every name says that it is made up (“mẫu”), so that no table or picture of it passes for a real ward's.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from handlers._requests.stated import UnitKind
from storage.tdps import TdpRow

SOURCE = "dữ liệu mẫu"
"""Where every stated number of a sample comes from."""
FORMER_WARDS = ("Mẫu Đông", "Mẫu Đoài", "Mẫu Nam", "Mẫu Bắc")
_TDP_NAMES = (
    *("Tân Hòa", "Hoa Ban", "Bến Tre", "Đồng Mận", "Gò Sim", "Cây Đa"),
    *("Tân Hòa", "Đình Cả", "Ao Sen", "Rừng Thông", "Chợ Phiên", "Cầu Gạch"),
    *("Giếng Mới", "Đồi Chè", "Bãi Dâu", "Xóm Lẻ", "Vườn Nhãn", "Cổng Đá"),
    *("Ngã Ba", "Nhà Dài", "Hồ Cá", "Đê Trên", "Đê Dưới", "Kho Thóc"),
)
"""Six in each former ward; one name stands in two of them, as it does in real wards."""
TDPS = tuple(
    TdpRow(
        code=f"mau-{place:02}",
        name=f"Tổ mẫu {name}",
        number=str(place),
        former_ward=FORMER_WARDS[(place - 1) // 6],
        is_placeholder=True,
    )
    for place, name in enumerate(_TDP_NAMES, start=1)
)
"""In the order of their numbers in the database, from 1."""
_ADULTS = (640, 1980)
"""The fewest and the most adults of a TDP."""


@dataclass(frozen=True, slots=True)
class SampleUnit:
    """A unit and how many belong to it: staff, pupils or workers."""

    kind: UnitKind
    name: str
    size: int


UNITS = (
    SampleUnit(UnitKind.OFFICE, "Văn phòng mẫu HĐND và UBND phường", 14),
    SampleUnit(UnitKind.OFFICE, "Phòng mẫu Văn hóa – Xã hội", 11),
    SampleUnit(UnitKind.OFFICE, "Phòng mẫu Kinh tế, Hạ tầng và Đô thị", 12),
    SampleUnit(UnitKind.OFFICE, "Trung tâm mẫu Phục vụ hành chính công", 13),
    SampleUnit(UnitKind.OFFICE, "Trung tâm mẫu Dịch vụ tổng hợp", 9),
    SampleUnit(UnitKind.OFFICE, "Công an phường mẫu", 16),
    SampleUnit(UnitKind.OFFICE, "Ủy ban mẫu MTTQ phường", 8),
    SampleUnit(UnitKind.SCHOOL, "Trường Tiểu học mẫu số 1", 612),
    SampleUnit(UnitKind.SCHOOL, "Trường Tiểu học mẫu số 2", 548),
    SampleUnit(UnitKind.SCHOOL, "Trường Tiểu học mẫu số 3", 497),
    SampleUnit(UnitKind.SCHOOL, "Trường THCS mẫu số 1", 655),
    SampleUnit(UnitKind.SCHOOL, "Trường THCS mẫu số 2", 583),
    SampleUnit(UnitKind.SCHOOL, "Trường THPT mẫu", 1204),
    SampleUnit(UnitKind.ENTERPRISE, "Công ty mẫu May Hoa Ban", 412),
    SampleUnit(UnitKind.ENTERPRISE, "Công ty mẫu Điện tử Đồng Mận", 968),
    SampleUnit(UnitKind.ENTERPRISE, "Công ty mẫu Vật liệu Gò Sim", 87),
    SampleUnit(UnitKind.ENTERPRISE, "Công ty mẫu Cơ khí Cầu Gạch", 143),
    SampleUnit(UnitKind.ENTERPRISE, "Công ty mẫu Bao bì Đê Trên", 61),
    SampleUnit(UnitKind.ENTERPRISE, "Công ty mẫu Vận tải Ngã Ba", 34),
    SampleUnit(UnitKind.ENTERPRISE, "Công ty mẫu Thức ăn chăn nuôi Bãi Dâu", 118),
    SampleUnit(UnitKind.ENTERPRISE, "Công ty mẫu Gỗ Rừng Thông", 49),
    SampleUnit(UnitKind.COOPERATIVE, "HTX mẫu Chè Đồi Chè", 38),
    SampleUnit(UnitKind.COOPERATIVE, "HTX mẫu Rau sạch Vườn Nhãn", 22),
    SampleUnit(UnitKind.COOPERATIVE, "HTX mẫu Thủy sản Hồ Cá", 17),
    SampleUnit(UnitKind.COOPERATIVE, "HTX mẫu Dịch vụ Kho Thóc", 26),
    SampleUnit(UnitKind.HOUSEHOLD, "Hộ kinh doanh mẫu ở Chợ Phiên", 73),
)
"""In the order of their numbers in the database, from 1."""


@dataclass(frozen=True, slots=True)
class SampleNumber:
    """One stated number; TDPs and units by their numbers."""

    key: str
    value: int
    as_of: date
    tdp: int | None = None
    unit: int | None = None
    document: str = ""


def adults(chance: random.Random, people: int) -> tuple[int, ...]:
    """How many adults live in each TDP: more where more people are made up, so that no share exceeds all."""
    scale = max(1.0, people / 11_000)
    return tuple(int(chance.randint(*_ADULTS) * scale) for _ in TDPS)


def stated(chance: random.Random, grown: Sequence[int], last: date) -> Iterator[SampleNumber]:
    """What was stated of the ward at the beginning of the story, half a year later and near its end."""
    begun, middle, late = (last - timedelta(days=days) for days in (400, 210, 20))
    for tdp, number in enumerate(grown, start=1):
        yield SampleNumber("adults", number - chance.randint(3, 25), begun, tdp=tdp)
        yield SampleNumber("adults", number, middle, tdp=tdp)
    for unit, one in enumerate(UNITS, start=1):
        key = _KEYS[one.kind]
        yield SampleNumber(
            key, one.size, begun if one.kind is UnitKind.OFFICE else middle, unit=unit
        )
        if key != "staff":
            for share, day in ((0.15, begun + timedelta(days=90)), (0.45, middle), (0.75, late)):
                taught = int(one.size * min(1.0, share * chance.uniform(0.7, 1.3)))
                yield SampleNumber(f"{key}_taught", taught, day, unit=unit)
    for share, day in ((0.18, middle), (0.31, late)):
        document = f"CV mẫu số {day.month:02}, {day:%d/%m/%Y}"
        yield SampleNumber("vneid", int(sum(grown) * share), day, document=document)


_KEYS = {
    UnitKind.OFFICE: "staff",
    UnitKind.SCHOOL: "pupils",
    UnitKind.ENTERPRISE: "workers",
    UnitKind.COOPERATIVE: "workers",
    UnitKind.HOUSEHOLD: "households_business",
}


@dataclass(frozen=True, slots=True)
class SampleTask:
    """A task of the ward's plan. Days count back from the story's last one; `due` None: all along."""

    code: str
    content: str
    lead: str
    together: str
    result: str
    due: int | None
    done: int | None = None
    note: str = ""


_VHXH, _DVTH, _TDP = "Phòng VH-XH", "Trung tâm Dịch vụ tổng hợp", "Các tổ dân phố"
_POLICE, _SCHOOLS, _TRADE = "Công an phường", "Các trường học", "Phòng KT-HT-ĐT"
TASKS = (
    SampleTask("1.1", "Ban hành kế hoạch của phường", _VHXH, "Văn phòng", "Kế hoạch", 400, 405),
    SampleTask(
        *("1.2", "Kiện toàn Tổ công nghệ số cộng đồng ở từng tổ dân phố", _VHXH, _TDP),
        *("24 quyết định", 370, 352, "Chậm do chờ danh sách của 3 tổ"),
    ),
    SampleTask("1.3", "Họp giao ban hằng quý", _VHXH, "Các đơn vị", "Biên bản họp", None),
    SampleTask("2.1", "Phát thanh bài “Kiểm tra lừa đảo”", _DVTH, _POLICE, "52 lượt phát", None),
    SampleTask("2.2", "Treo áp phích có mã QR ở nhà văn hóa", _TDP, _DVTH, "24 điểm", 330, 335),
    SampleTask(
        *("2.3", "Chuyên mục trên trang thông tin điện tử", _DVTH, _VHXH, "Mỗi tuần một tin"),
        *(300, 298),
    ),
    SampleTask("3.1", "Tập huấn thành viên Tổ công nghệ số", _VHXH, _POLICE, "4 lớp", 310, 310),
    SampleTask("3.2", "Bồi dưỡng cán bộ, công chức của phường", _VHXH, "Các phòng", "80% đạt", 60),
    SampleTask("3.3", "Dạy kỹ năng số trong trường học", _SCHOOLS, _VHXH, "6 trường", 45, 48),
    SampleTask("3.4", "Lớp tại doanh nghiệp, hợp tác xã", _TRADE, _VHXH, "12 đơn vị", 14),
    SampleTask(
        "3.5", "Kèm tại nhà cho người cao tuổi", _TDP, "Đoàn Thanh niên", "Sổ theo dõi", None
    ),
    SampleTask(
        "4.1", "Rà soát số người trưởng thành từng tổ", _POLICE, _TDP, "Bảng số liệu", 200, 210
    ),
    SampleTask("4.2", "Xác nhận phổ cập trên VNeID", _POLICE, _VHXH, "90% người trưởng thành", -45),
    SampleTask("5.1", "Báo cáo sơ kết sáu tháng", _VHXH, "Các đơn vị", "Báo cáo", 150, 149),
    SampleTask(
        "5.2", "Báo cáo tổng kết năm, đề nghị khen thưởng", _VHXH, "Các đơn vị", "Báo cáo", -20
    ),
)
"""The ward's plan: most done, some of it late, some still ahead."""
