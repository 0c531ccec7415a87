"""Paper as an office wants it: page, letters, lines, tables, page numbers, and a file whose bytes never differ.

Sizes are those of Nghị định 30/2020/NĐ-CP, phụ lục I: A4, margins 20 mm above and below, 30 left, 15–20 right,
Times New Roman 13–14, paragraphs 6 pt apart, first lines indented by 1–1,27 cm, page numbers centred above.
"""

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from docx import Document
from docx.document import Document as Paper
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Mm, Pt
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph
from docx.text.run import Run

FONT = "Times New Roman"
TEXT_PT, TABLE_PT, NOTE_PT = 14, 12, 11
WIDTH_MM, HEIGHT_MM = 210, 297
ABOVE_MM, BELOW_MM, LEFT_MM, RIGHT_MM = 20, 20, 30, 17
TEXT_MM = WIDTH_MM - LEFT_MM - RIGHT_MM
LONG_TEXT_MM = HEIGHT_MM - LEFT_MM - RIGHT_MM
NOT_IN_XML = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")
ZIP_TIME = (1980, 1, 1, 0, 0, 0)
"""The earliest a zip file can say; the report's own moment stands in its properties."""


class Align(Enum):
    """Where a line stands."""

    LEFT = WD_ALIGN_PARAGRAPH.LEFT
    CENTRE = WD_ALIGN_PARAGRAPH.CENTER
    RIGHT = WD_ALIGN_PARAGRAPH.RIGHT
    BOTH = WD_ALIGN_PARAGRAPH.JUSTIFY


def new_paper(title: str, at: datetime) -> Paper:
    """An empty A4 page in the office's letters; its properties say `at` and nothing of this computer."""
    paper = Document()
    normal = paper.styles["Normal"]
    normal.font.name, normal.font.size = FONT, Pt(TEXT_PT)
    fonts = normal.element.get_or_add_rPr().get_or_add_rFonts()
    for name in ("w:eastAsia", "w:cs"):
        fonts.set(qn(name), FONT)
    lang = OxmlElement("w:lang")
    lang.set(qn("w:val"), "vi-VN")
    normal.element.get_or_add_rPr().append(lang)
    normal.paragraph_format.space_after = Pt(0)
    _set_page(paper.sections[0], is_long=False)
    properties = paper.core_properties
    properties.title, properties.author, properties.comments = title, "", ""
    properties.last_modified_by = ""
    properties.created = properties.modified = at.astimezone(UTC).replace(tzinfo=None)
    return paper


def long_page(paper: Paper) -> Section:
    """Go on upon a page that lies on its side, for wide tables; it has the header of the one before."""
    section: Section = paper.add_section(WD_SECTION.NEW_PAGE)
    _set_page(section, is_long=True)
    section.different_first_page_header_footer = False
    return section


def _set_page(section: Section, *, is_long: bool) -> None:
    section.orientation = WD_ORIENT.LANDSCAPE if is_long else WD_ORIENT.PORTRAIT
    section.page_width = Mm(HEIGHT_MM if is_long else WIDTH_MM)
    section.page_height = Mm(WIDTH_MM if is_long else HEIGHT_MM)
    section.top_margin, section.bottom_margin = Mm(ABOVE_MM), Mm(BELOW_MM)
    section.left_margin, section.right_margin = Mm(LEFT_MM), Mm(RIGHT_MM)
    section.header_distance = section.footer_distance = Mm(10)


# ---------------------------------------------------------------- lines of text


def write(
    paragraph: Paragraph,
    text: str,
    *,
    bold: bool = False,
    italic: bool = False,
    size: float | None = None,
    grey: bool = False,
) -> Run:
    """Add words to a line; what no document may hold is left out."""
    run = paragraph.add_run(NOT_IN_XML.sub("", text))
    run.bold, run.italic = bold or None, italic or None
    if size is not None:
        run.font.size = Pt(size)
    if grey:
        shade = OxmlElement("w:shd")
        for name, value in (("w:val", "clear"), ("w:color", "auto"), ("w:fill", "E7E6E6")):
            shade.set(qn(name), value)
        run._element.get_or_add_rPr().append(shade)  # noqa: SLF001 - python-docx knows no shading
    return run


def line(
    where: Paper | _Cell,
    text: str = "",
    *,
    align: Align = Align.LEFT,
    bold: bool = False,
    italic: bool = False,
    size: float | None = None,
    before: float = 0,
    after: float = 0,
    indent_mm: float = 0,
) -> Paragraph:
    """Add a line or a paragraph; a cell's own first empty one is used before another is made."""
    is_first = isinstance(where, _Cell) and len(where.paragraphs) == 1 and not where.text
    paragraph = where.paragraphs[0] if is_first else where.add_paragraph()
    paragraph.alignment = align.value
    form = paragraph.paragraph_format
    form.space_before, form.space_after = Pt(before), Pt(after)
    form.first_line_indent = Mm(indent_mm) if indent_mm else None
    if text:
        write(paragraph, text, bold=bold, italic=italic, size=size)
    return paragraph


def rule_below(where: Paper | _Cell, width_mm: float, whole_mm: float, size: float = 3) -> None:
    """Draw a thin line of this width in the middle of a column, as below Tiêu ngữ."""
    paragraph = line(where, align=Align.CENTRE)
    form = paragraph.paragraph_format
    form.left_indent = form.right_indent = Mm((whole_mm - width_mm) / 2)
    form.line_spacing = Pt(size)
    borders = OxmlElement("w:pBdr")
    borders.append(_border("w:top", "single", 6))
    paragraph._p.get_or_add_pPr().insert_element_before(  # noqa: SLF001 - python-docx knows no borders
        borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc"
    )


def _border(name: str, kind: str, size: int) -> Any:
    border = OxmlElement(name)
    for key, value in (("val", kind), ("sz", str(size)), ("space", "0"), ("color", "000000")):
        border.set(qn(f"w:{key}"), value)
    return border


# ---------------------------------------------------------------- tables


def grid(where: Paper, rows: int, widths_mm: Sequence[float], *, lined: bool = True) -> Table:
    """A table with columns of these widths; `lined`: with lines around every cell."""
    table: Table = where.add_table(rows, len(widths_mm))
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    if lined:
        table.style = "Table Grid"
    for column, width in zip(table.columns, widths_mm, strict=True):
        column.width = Mm(width)
        for cell in column.cells:
            cell.width = Mm(width)
    return table


def repeat_head(table: Table) -> None:
    """Show the first row again on every page, and let no row break in two."""
    for number, row in enumerate(table.rows):
        properties = row._tr.get_or_add_trPr()  # noqa: SLF001 - python-docx has no word for either
        properties.append(OxmlElement("w:cantSplit"))
        if number == 0:
            properties.append(OxmlElement("w:tblHeader"))


# ---------------------------------------------------------------- heads of pages


def head_pages(section: Section, marks: Sequence[str]) -> None:
    """Put the page number above every page but the first, and marks such as “DỰ THẢO” above all."""
    section.different_first_page_header_footer = True
    _mark(section.first_page_header.paragraphs[0], marks)
    header = section.header.paragraphs[0]
    header.alignment = Align.CENTRE.value
    _field(write(header, "", size=TEXT_PT), "PAGE")
    if marks:
        below = section.header.add_paragraph()
        below.paragraph_format.space_after = Pt(6)
        _mark(below, marks)


def _mark(paragraph: Paragraph, marks: Sequence[str]) -> None:
    paragraph.alignment = Align.RIGHT.value
    if marks:
        write(paragraph, " – ".join(marks), bold=True, size=TABLE_PT)


def _field(run: Run, code: str) -> None:
    """A field that the reading program fills in, such as the page's number."""
    for kind in ("begin", "separate", "end"):
        if kind == "separate":
            instruction = OxmlElement("w:instrText")
            instruction.set(qn("xml:space"), "preserve")
            instruction.text = code
            run._r.append(instruction)  # noqa: SLF001 - python-docx knows no fields
        mark = OxmlElement("w:fldChar")
        mark.set(qn("w:fldCharType"), kind)
        run._r.append(mark)  # noqa: SLF001 - same


# ---------------------------------------------------------------- the file


def as_bytes(paper: Paper) -> bytes:
    """The document as a file: the same bytes for the same words, whenever and wherever it is made."""
    written = io.BytesIO()
    paper.save(written)
    even = io.BytesIO()
    with zipfile.ZipFile(written) as old, zipfile.ZipFile(even, "w") as new:
        for name in sorted(old.namelist()):
            entry = zipfile.ZipInfo(name, ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 0
            new.writestr(entry, old.read(name))
    return even.getvalue()
