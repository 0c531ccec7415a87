"""The sheet that is kept in a safe: the ward's key, where the copies are, and how to come back in five steps.

It is all that is needed, with one copy, when the machine is gone. It says itself how to treat it.
"""

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import segno
import typst

STEPS = (
    "Cài trợ lý lên máy mới theo docs/cai-dat.md, mục 1 và mục 2, nhưng chưa chạy.",
    (
        "Cắm ổ đĩa có bản sao. Chép lại config.yaml, tdps.csv của phường (nếu đã cất). "
        "Tìm tệp mới nhất tên hocso-năm-tháng-ngày-giờ….sao."
    ),
    (
        "Vào thư mục hocso, gõ .venv/bin/hocso restore (Windows: .venv\\Scripts\\hocso restore), "
        "dấu cách, rồi kéo tệp ấy vào cửa sổ lệnh, bấm Enter."
    ),
    "Máy hỏi khóa: gõ 8 nhóm chữ trên tờ này (gõ không hiện ra), bấm Enter.",
    "Đọc những dòng máy in ra, rồi làm ba việc ghi ở cuối.",
)
CARE = (
    "Cất vào két, không chụp ảnh, không gửi qua Zalo hay email. "
    "Ai có tờ này và bản sao là đọc được hết dữ liệu."
)
NO_TARGET = "chưa ghi trong config.yaml (backup.target)"
PAGE = """
#let d = json(bytes(sys.inputs.data))
#set document(title: d.title)
#set page(paper: "a4", margin: 2cm)
#set text(font: "Libertinus Serif", size: 12pt, lang: "vi")
#set par(leading: 0.75em)
#align(center)[#text(size: 20pt, weight: "bold")[#d.title] \\ #text(size: 13pt)[#d.ward]]
#v(0.4cm)
#rect(width: 100%, inset: 10pt, stroke: 1.5pt)[#text(weight: "bold")[#d.care]]
#v(0.2cm)
== Khóa để mở bản sao
#grid(columns: (1fr, auto), column-gutter: 1cm, align: horizon,
  text(font: "DejaVu Sans Mono", size: 17pt)[#grid(columns: 2, column-gutter: 1cm, row-gutter: 0.7em,
    ..d.groups.enumerate().map(((n, g)) => [#text(size: 9pt)[#(n + 1)] #g]))],
  image(bytes(d.qr), format: "svg", width: 4.6cm))
#text(size: 10pt)[8 nhóm, mỗi nhóm tối đa 7 ký tự, chỉ có chữ A–Z và số 2–7 (không có số 0, 1, 8, 9). \\
Gạch nối, dấu cách, chữ hoa hay chữ thường đều được. Mã QR chứa đúng những chữ ấy.]
== Bản sao ở đâu
#table(columns: (auto, 1fr), stroke: 0.5pt, inset: 7pt, ..d.places.flatten())
== Khôi phục trong năm bước
#enum(..d.steps)
#v(1fr)
#text(size: 10pt)[In ngày #d.day. Người giữ tờ này: #box(width: 6cm, repeat[.])
Nơi cất: #box(width: 1fr, repeat[.])]
"""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the sheet says; `key` as it is typed: eight groups with hyphens."""

    ward: str
    key: str = field(repr=False)
    places: Sequence[tuple[str, str]]
    day: date

    @property
    def title(self) -> str:
        """Its heading."""
        return "TỜ KHÔI PHỤC DỮ LIỆU"

    @property
    def groups(self) -> tuple[str, ...]:
        """The eight groups of the key."""
        return tuple(self.key.split("-"))


def as_pdf(sheet: Sheet) -> bytes:
    """Return the sheet as one A4 page to print."""
    qr = io.BytesIO()
    segno.make(sheet.key, error="m", micro=False).save(qr, kind="svg", border=2)
    told = {
        "title": sheet.title,
        "ward": sheet.ward,
        "care": CARE,
        "groups": sheet.groups,
        "qr": qr.getvalue().decode(),
        "places": list(sheet.places),
        "steps": STEPS,
        "day": f"{sheet.day:%d/%m/%Y}",
    }
    page: bytes = typst.compile(
        PAGE.encode(),
        format="pdf",
        sys_inputs={"data": json.dumps(told)},
        ignore_system_fonts=True,
    )
    return page


def as_lines(sheet: Sheet) -> tuple[str, ...]:
    """Return the same for a terminal, without the picture."""
    first, second = "   ".join(sheet.groups[:4]), "   ".join(sheet.groups[4:])
    return (
        f"{sheet.title} – {sheet.ward}",
        CARE,
        "",
        f"Khóa:  {first}",
        f"       {second}",
        "",
        *(f"{name}: {value}" for name, value in sheet.places),
        "",
        *(f"{number}. {step}" for number, step in enumerate(STEPS, start=1)),
    )
