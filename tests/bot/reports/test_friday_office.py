"""The files are opened by a real office program: every page is there, and reads as it was written."""

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.reports.friday_docx import as_docx
from bot.reports.friday_xlsx import as_xlsx
from handlers._requests.praise import Commended
from handlers._requests.report import ReportFigures, ReportKept

pytestmark = pytest.mark.office

Print = Callable[[str, bytes], Path]
Keep = Callable[..., ReportKept]


@pytest.fixture
def print_file(soffice: str, tmp_path: Path) -> Callable[[str, bytes], Path]:
    """Let LibreOffice print a file as PDF, with settings of its own so that several may run at once."""

    def printed(name: str, body: bytes) -> Path:
        file = tmp_path / name
        file.write_bytes(body)
        command = [
            soffice,
            f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}",
            "--headless",
        ]
        command += ["--convert-to", "pdf", "--outdir", str(tmp_path), str(file)]
        subprocess.run(command, check=True, capture_output=True, timeout=180)
        return file.with_suffix(".pdf")

    return printed


def pages(pdf: Path) -> list[str]:
    """What stands on each page, as it lies there."""
    command = [shutil.which("pdftotext") or "pdftotext", "-layout", str(pdf), "-"]
    done = subprocess.run(command, check=True, capture_output=True, timeout=60)
    return done.stdout.decode().split("\f")[:-1]


def sizes(pdf: Path) -> set[tuple[int, int]]:
    command = [shutil.which("pdfinfo") or "pdfinfo", "-f", "1", "-l", "99", str(pdf)]
    done = subprocess.run(command, check=True, capture_output=True, timeout=60)
    found = re.findall(r"size:\s+([0-9.]+) x ([0-9.]+) pts", done.stdout.decode())
    return {(round(float(width)), round(float(height))) for width, height in found}


def ink(pdf: Path) -> int:
    """How many points of the first page are dark: a page that lost its words has hardly any."""
    command = [
        shutil.which("pdftoppm") or "pdftoppm",
        "-r",
        "50",
        "-gray",
        "-f",
        "1",
        "-l",
        "1",
        str(pdf),
    ]
    done = subprocess.run(command, check=True, capture_output=True, timeout=60)
    _, _, _, pixels = done.stdout.split(b"\n", 3)
    return sum(pixel < 128 for pixel in pixels)


def test_the_report_opens_and_prints_as_a_paper_of_the_office(
    november: ReportFigures, keep: Keep, form: Any, names: tuple[Commended, ...], print_file: Print
) -> None:
    pdf = print_file("bao-cao.docx", as_docx(keep(november), form, names))

    found = pages(pdf)
    assert sizes(pdf) == {(595, 842), (842, 595)}
    assert 4 <= len(found) <= 12
    assert re.search(r"UBND PHƯỜNG TRUNG THÀNH\s+CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", found[0])
    assert not re.match(r"\s*1\s*\n", found[0])
    assert [re.match(r"\s*([0-9]+)\s*\n", page)[1] for page in found[1:]] == [  # type: ignore[index]
        str(number) for number in range(2, len(found) + 1)
    ]
    assert all("DỰ THẢO" in page for page in found)
    assert "96,40" in "".join(found)
    assert "Phụ lục I" in "".join(found)
    assert ink(pdf) > 3_000


def test_the_annex_opens_and_prints_every_sheet(
    november: ReportFigures, keep: Keep, print_file: Print
) -> None:
    pdf = print_file("phu-luc.xlsx", as_xlsx(keep(november)))

    found = pages(pdf)
    assert sizes(pdf) == {(842, 595)}
    for title in ("Kết quả theo 5 chỉ tiêu", "Số liệu theo tổ dân phố", "Cách tính"):
        assert any(title in page for page in found), title
    assert ink(pdf) > 2_000
