"""What must hold of the staff page before any browser opens it: old PCs, strict CSP, contrast, plain macros."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.web.staff._templates import day, number, templates

WEB = Path(__file__).parents[4] / "bot" / "web"
CSS = re.sub(r"/\*.*?\*/", "", (WEB / "static" / "staff.css").read_text("utf-8"), flags=re.DOTALL)
PAGES = sorted((WEB / "pages" / "staff").glob("*.html"))
NEWER_THAN_CHROME_70 = (
    r"\b(clamp|min|max)\(|\d(dvh|svh|lvh)\b|:(is|where|has)\(|aspect-ratio|(?<![\w-])(inset|gap)\s*:"
    r"|(margin|padding|inset)-(inline|block)|@(layer|container|property)|:\s*anywhere|subgrid"
)
AA_ENHANCED = 7


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_no_page_holds_what_its_policy_forbids(page: Path) -> None:
    source = re.sub(r"\{#.*?#\}", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)

    assert not re.findall(r"<script|<style|\sstyle=|\son[a-z]+=|javascript:|https?://", source)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_what_a_form_changes_is_never_asked_by_get(page: Path) -> None:
    forms = re.findall(r"<form\b[^>]*>", page.read_text(encoding="utf-8"))

    assert all('method="post"' in form or 'method="get"' in form for form in forms)


def test_the_styles_need_nothing_newer_than_an_old_office_pc_has() -> None:
    assert not re.findall(NEWER_THAN_CHROME_70, CSS)


def rules() -> list[tuple[str, dict[str, str]]]:
    found = re.findall(r"([^{}]+)\{([^{}]*)\}", CSS)
    pairs = re.compile(r"([\w-]+)\s*:\s*([^;]+)")
    return [(selector.strip(), dict(pairs.findall(body))) for selector, body in found]


def luminance(colour: str) -> float:
    parts = [int(colour.strip()[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_every_text_stands_out_from_what_is_behind_it() -> None:
    palette = next(declared for selector, declared in rules() if selector == ":root")

    def colour(declared: str) -> str:
        named = re.fullmatch(r"var\((--[\w-]+)\)", declared.strip())
        return palette[named[1]] if named else declared.strip()

    pairs = [
        (selector, colour(declared["color"]), colour(declared["background"]))
        for selector, declared in rules()
        if "color" in declared
    ]
    behind_all = [palette["--paper"], palette["--sheet"]]
    assert len(pairs) > 20
    for selector, text, behind in pairs:
        for sheet in behind_all if behind == "transparent" else [behind]:
            assert contrast(text, sheet) >= AA_ENHANCED, selector


NUMBERS = [
    (0, "0"),
    (25736, "25.736"),
    (1234567, "1.234.567"),
    (12.5, "12,5"),
    (1234.5, "1.234,5"),
    (-1200, "-1.200"),
    (None, ""),
]


@pytest.mark.parametrize(("value", "shown"), NUMBERS)
def test_numbers_are_printed_as_offices_write_them(value: float | None, shown: str) -> None:
    assert number(value) == shown


def test_days_and_moments_are_those_of_the_ward(ward: Any) -> None:
    drawn = templates(ward).from_string("{{ at | moment }} · {{ day | day }} · {{ none | day }}")

    text = drawn.render(
        at=datetime(2026, 11, 22, 18, 30, tzinfo=UTC), day=date(2026, 1, 2), none=None
    )

    assert text == "01:30 23/11/2026 · 02/01/2026 · "
    assert day(None) == ""


@pytest.mark.parametrize("is_sample", [True, False])
def test_made_up_data_is_called_so_on_every_page(ward: Any, is_sample: bool) -> None:
    house = replace(ward.house, is_sample=is_sample)

    drawn = templates(replace(ward, house=house)).get_template("staff/told.html")

    text = drawn.render(me=None, pages=(), here=None, code=404)
    assert ("DỮ LIỆU MẪU" in text) is is_sample


def test_what_people_typed_is_text_in_every_macro(ward: Any) -> None:
    bad = '<b onclick="x">'
    source = (
        "{{ parts.table((bad, bad), [(bad, bad)], bad) }}{{ parts.notice(bad) }}{{ parts.button(bad) }}"
        "{{ parts.field('n', bad, bad, hint=bad, error=bad) }}{{ parts.field('n', bad, bad, kind='area') }}"
        "{{ parts.select('n', bad, [(bad, bad)], bad) }}{{ parts.to(bad, bad, about=bad) }}"
        "{{ parts.post(bad, bad, about=bad) }}{{ parts.chart('<svg></svg>', (bad,), [(bad,)], bad) }}"
    )

    text = templates(ward).from_string(source).render(bad=bad)

    assert "<b " not in text
    assert text.count("&lt;b onclick=&#34;x&#34;&gt;") > 15
    assert "<svg></svg>" in text
