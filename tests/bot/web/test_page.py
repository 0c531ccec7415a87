"""What must hold of the chat page before any browser opens it: old phones, strict CSP, words, contrast."""

import re
from html.parser import HTMLParser
from pathlib import Path

import esprima
import pytest
import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined

ROOT = Path(__file__).parents[3]
STATIC = ROOT / "bot" / "web" / "static"
PAGES = ROOT / "bot" / "web" / "pages"
TEMPLATE = (PAGES / "chat.html").read_text(encoding="utf-8")
CSS = re.sub(r"/\*.*?\*/", "", (STATIC / "chat.css").read_text(encoding="utf-8"), flags=re.DOTALL)
SCRIPTS = {path.name: path.read_text(encoding="utf-8") for path in sorted(STATIC.glob("*.js"))}
PHRASES = yaml.safe_load((ROOT / "lessons" / "phrases" / "page.yaml").read_text(encoding="utf-8"))

NEWER_THAN_ES2017 = (
    r"\.(at|flat|flatMap|replaceAll|matchAll|trimStart|trimEnd|finally|replaceChildren)\("
    r"|Object\.(fromEntries|hasOwn)|Promise\.(allSettled|any)|globalThis|structuredClone|randomUUID"
    r"|AbortSignal\.|WeakRef|queueMicrotask|BigInt"
)
TEXT_BECOMES_CODE = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function"
NEWER_THAN_CHROME_70 = (
    r"\b(clamp|min|max)\(|\d(dvh|svh|lvh)\b|:(is|where|has)\(|aspect-ratio|(?<![\w-])(inset|gap)\s*:"
    r"|(margin|padding|inset)-(inline|block)|@(layer|container|property)|:\s*anywhere"
)


class Tags(HTMLParser):
    """Every element of a page with its attributes, and the text inside scripts and styles."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.inline = ""
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.found and self.found[-1][0] in {"script", "style"}:
            self.inline += data.strip()

    def values(self, name: str) -> list[str]:
        return [value for _, attrs in self.found if (value := attrs.get(name)) is not None]


@pytest.fixture(scope="module")
def page() -> Tags:
    pages = FileSystemLoader(PAGES)
    house = Environment(loader=pages, autoescape=True, undefined=StrictUndefined)
    name = 'Bình dân học vụ số – phường "Trung Thành" <b>'
    return Tags(house.get_template("chat.html").render(bot_name=name, page=PHRASES, is_sample=True))


def rules(css: str) -> list[tuple[str, dict[str, str]]]:
    found = re.findall(r"([^{}]+)\{([^{}]*)\}", css)
    pairs = re.compile(r"([\w-]+)\s*:\s*([^;]+)")
    return [(selector.strip(), dict(pairs.findall(body))) for selector, body in found]


def palette(dark: bool) -> dict[str, str]:
    light, night = [declared for selector, declared in rules(CSS) if selector == ":root"][:2]
    return {**light, **night} if dark else light


def luminance(colour: str) -> float:
    parts = [int(colour.strip()[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def colours_named(declared: dict[str, str], *names: str) -> str | None:
    for name in names:
        if found := re.fullmatch(r"var\((--[\w-]+)\)", declared.get(name, "").strip()):
            return found[1]
    return None


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_scripts_hold_nothing_newer_than_es2017(name: str) -> None:
    esprima.parseModule(SCRIPTS[name])

    assert not re.findall(NEWER_THAN_ES2017, SCRIPTS[name])


def test_a_newer_syntax_would_be_found_by_the_parser() -> None:
    with pytest.raises(esprima.Error):
        esprima.parseModule("const a = b?.c;")


@pytest.mark.parametrize("name", SCRIPTS)
def test_no_text_of_a_message_can_become_code(name: str) -> None:
    assert not re.findall(TEXT_BECOMES_CODE, SCRIPTS[name])


@pytest.mark.parametrize("name", SCRIPTS)
def test_no_script_sets_or_reads_a_cookie(name: str) -> None:
    assert "cookie" not in re.sub(r"/\*.*?\*/", "", SCRIPTS[name], flags=re.DOTALL)


def test_no_sentence_a_resident_reads_stands_in_a_script() -> None:
    tokens = [token for source in SCRIPTS.values() for token in esprima.tokenize(source)]

    words = [token.value for token in tokens if token.type in {"String", "Template"}]

    assert words
    assert all(word.isascii() for word in words)


def test_nothing_is_asked_of_any_other_address(page: Tags) -> None:
    icon = (STATIC / "icon.svg").read_text(encoding="utf-8")
    sources = [TEMPLATE, CSS, *SCRIPTS.values(), icon.replace("http://www.w3.org/2000/svg", "")]
    links = page.values("src") + page.values("href")

    assert not [source for source in sources if re.search(r"https?://|url\(|@import", source)]
    assert not [link for link in links if link.startswith("/") or ":" in link]


def test_every_linked_file_stands_beside_the_page(page: Tags) -> None:
    links = [link for link in page.values("src") + page.values("href") if link.startswith("static")]

    assert len(links) >= 3
    assert all((STATIC.parent / link).is_file() for link in links)


def test_the_page_holds_no_inline_script_or_style(page: Tags) -> None:
    attributes = [name for _, attrs in page.found for name in attrs]

    assert page.inline == ""
    assert "style" not in attributes
    assert not [name for name in attributes if name.startswith("on")]
    assert all("src" in attrs for tag, attrs in page.found if tag == "script")


def test_the_name_of_the_ward_is_escaped_in_the_page(page: Tags) -> None:
    assert "b" not in [tag for tag, _ in page.found]


def test_every_id_a_script_asks_for_stands_once_in_the_page(page: Tags) -> None:
    source = "".join(SCRIPTS.values())
    wanted = set(re.findall(r'byId\("([\w-]+)"\)', source)) | set(re.findall(r'"#([\w-]+)', source))
    ids = page.values("id")

    assert len(wanted) >= 8
    assert wanted <= set(ids)
    assert len(ids) == len(set(ids))


def test_every_label_and_skip_link_leads_to_something(page: Tags) -> None:
    anchors = [link[1:] for link in page.values("href") if link.startswith("#")]

    assert anchors
    assert {*anchors, *page.values("for")} <= set(page.values("id"))


def test_scripts_use_exactly_the_sentences_the_page_hands_them(page: Tags) -> None:
    body = next(attrs for tag, attrs in page.found if tag == "body")
    given = {re.sub(r"-(\w)", lambda m: m[1].upper(), name[5:]) for name in body}

    assert set(re.findall(r"phrases\.(\w+)", "".join(SCRIPTS.values()))) == given


def test_the_template_uses_every_sentence_and_no_other() -> None:
    used = re.findall(r"\{\{ page\.(\w+) \}\}", TEMPLATE)

    assert set(used) == set(PHRASES)
    assert not set(used) & set(dir(dict))  # Jinja would find the method instead of the sentence


def test_the_sentences_of_the_page_have_no_gaps_to_fill() -> None:
    assert all(isinstance(text, str) and not re.search(r"[{}]", text) for text in PHRASES.values())


def test_the_page_never_shows_the_name_of_the_product() -> None:
    shown = TEMPLATE + "".join(PHRASES.values())

    assert not re.search(r"h(ọ|o)c ?s(ố|o)\b", shown, re.IGNORECASE)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_text_stands_out_seven_to_one_from_its_background(dark: bool) -> None:
    colours = palette(dark)
    coloured = [(name, rule) for name, rule in rules(CSS) if "color" in rule]

    assert len(coloured) >= 15
    for selector, declared in coloured:
        text = colours_named(declared, "color")
        ground = colours_named(declared, "background", "background-color")
        assert text, f"{selector}: a text colour outside the palette"
        assert ground, f"{selector}: a text colour without its background"
        assert contrast(colours[text], colours[ground]) >= 7, f"{selector}: {text} on {ground}"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_border_and_focus_ring_can_be_seen(dark: bool) -> None:
    colours = palette(dark)

    for line in ("--edge", "--accent", "--focus", "--alarm"):
        for ground in ("--paper", "--sheet"):
            assert contrast(colours[line], colours[ground]) >= 3, f"{line} on {ground}"


def test_no_text_is_smaller_than_eighteen_pixels() -> None:
    root = next(rule for selector, rule in rules(CSS) if selector == "html")["font-size"]
    sizes = [
        rule["font-size"] for name, rule in rules(CSS) if "font-size" in rule and name != "html"
    ]

    assert root == "125%"
    assert sizes
    assert all(size.endswith("rem") and float(size[:-3]) * 20 >= 18 for size in sizes)


def test_the_style_sheet_holds_nothing_newer_than_chrome_70() -> None:
    assert not re.findall(NEWER_THAN_CHROME_70, CSS)
