"""Invites on paper: eight cards a page to be cut out, each with a QR code and the words beside it.

The sheet holds what opens roles: it is printed, handed out and thrown away.
"""

import io
import json
from collections.abc import Sequence

import segno
import typst

from bot.lists.kinds import ROLES
from handlers._requests.invites import Invited

HOW = (
    "Quét mã bằng máy ảnh điện thoại, hoặc nhắn “mã mời” cho trợ lý rồi gõ ba chữ trên. "
    "Mã chỉ dùng một lần: đừng chụp gửi cho ai."
)
HOW_BY_WORDS = (
    "Nhắn “mã mời” cho trợ lý rồi gõ ba chữ trên. Chưa có địa chỉ https nên mã QR chưa mở được trên "
    "điện thoại. Mã chỉ dùng một lần: đừng chụp gửi cho ai."
)
"""Where a phone would find nothing behind the QR code."""
PAGE = """
#let d = json(bytes(sys.inputs.data))
#set document(title: "Mã mời")
#set page(paper: "a4", margin: 10mm)
#set text(font: "Libertinus Serif", size: 10pt, lang: "vi")
#set par(leading: 0.55em)
#let card(c) = block(width: 95mm, height: 69.25mm, inset: 5mm, breakable: false,
  stroke: (paint: gray, thickness: 0.5pt, dash: "dashed"))[
  #text(size: 8.5pt, fill: luma(90))[#d.ward]
  #v(0.5mm)
  #grid(columns: (1fr, 31mm), column-gutter: 3mm,
    [#text(size: 13pt, weight: "bold")[#c.name] \\
     #c.role \\
     #if c.place != none [#c.place]
     #v(1.5mm)
     #text(size: 15pt, weight: "bold")[#c.words]],
    image(bytes(c.qr), format: "svg", width: 31mm))
  #v(1fr)
  #text(size: 9pt)[#c.how]
  #v(0.5mm)
  #text(size: 9pt)[Dùng đến hết ngày #c.day.]
]
#grid(columns: 2, ..d.cards.map(card))
"""


def invite_sheet(ward: str, invited: Sequence[Invited]) -> bytes:
    """Return the cards of some invites as a PDF.

    Args:
        ward: whose invites they are, as it stands on every card: “phường Trung Thành”.
        invited: the answers to `InvitePerson`, whose words and tokens nobody can read again.
    """
    told = {"ward": ward, "cards": [_card(one) for one in invited]}
    page: bytes = typst.compile(
        PAGE.encode(),
        format="pdf",
        sys_inputs={"data": json.dumps(told)},
        ignore_system_fonts=True,  # the same sheet on every computer
    )
    return page


def _card(invited: Invited) -> dict[str, str | None]:
    qr = io.BytesIO()
    segno.make(invited.url, error="m", micro=False).save(qr, kind="svg", border=2)
    return {
        "name": invited.name,
        "role": ROLES[invited.role],
        "place": invited.tdp_name,
        "words": invited.words,
        "qr": qr.getvalue().decode(),
        "how": HOW if invited.opens_elsewhere else HOW_BY_WORDS,
        "day": f"{invited.expires_at:%d/%m/%Y}",
    }
