"""The page and its files, read once at the start: compressed, named by what is in them, cached.

A file asked for with the hash of its content (“chat.css?v=…”, as the page links it) is kept by the browser for
a year; asked for without, it is asked for again every time and answered with 304 while it is the same.
"""

import gzip
import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from aiohttp import hdrs, web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from lessons import Phrases

HERE = Path(__file__).parent
TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".html": "text/html",
}
MEDIA = re.compile(r"[a-z0-9][a-z0-9_-]*\.(?:png|jpg|jpeg|webp|mp3|m4a|ogg)")
_LINK = re.compile(r'(?<=")static/([\w.-]+)(?=")')
FOREVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"


@dataclass(frozen=True, slots=True)
class File:
    """One file as it is sent; `version` is the beginning of its content's SHA-256."""

    content_type: str
    body: bytes
    packed: bytes
    version: str

    def response(self, request: web.Request, cache_control: str) -> web.Response:
        """Answer with the file, or with 304 when the browser has it already."""
        headers = {
            hdrs.CACHE_CONTROL: cache_control,
            hdrs.ETAG: f'W/"{self.version}"',
            hdrs.VARY: hdrs.ACCEPT_ENCODING,
        }
        if any(tag.value == self.version for tag in request.if_none_match or ()):
            return web.Response(status=304, headers=headers)
        takes_packed = "gzip" in request.headers.get(hdrs.ACCEPT_ENCODING, "")
        if takes_packed:
            headers[hdrs.CONTENT_ENCODING] = "gzip"
        return web.Response(
            body=self.packed if takes_packed else self.body,
            content_type=self.content_type,
            charset="utf-8",
            headers=headers,
        )


def make_file(suffix: str, body: bytes) -> File:
    """Return a file for a name that ends like this."""
    version = sha256(body).hexdigest()[:16]
    return File(TYPES[suffix], body, gzip.compress(body, mtime=0), version)


def static_files() -> Mapping[str, File]:
    """Return the files the page links, by name."""
    found = sorted(path for path in (HERE / "static").iterdir() if path.suffix in TYPES)
    return {path.name: make_file(path.suffix, path.read_bytes()) for path in found}


def chat_page(
    bot_name: str, phrases: Phrases, files: Mapping[str, File], *, is_sample: bool = False
) -> File:
    """Return the one page, its links naming the content of what they link; a sample's says what it is."""
    loader = FileSystemLoader(HERE / "pages")
    pages = Environment(loader=loader, autoescape=True, undefined=StrictUndefined)
    names = [key.removeprefix("page.") for key in phrases if key.startswith("page.")]
    sentences = {name: phrases.render(f"page.{name}", {}) for name in names}
    shown = {"bot_name": bot_name, "page": sentences, "is_sample": is_sample}
    text = pages.get_template("chat.html").render(shown)
    linked = _LINK.sub(lambda link: f"{link[0]}?v={files[link[1]].version}", text)
    return make_file(".html", linked.encode())


@dataclass(frozen=True, slots=True)
class Files:
    """Answers requests for the page, its files, and the pictures and sounds of lessons."""

    page: File
    static: Mapping[str, File]
    media_folder: Path

    async def show_page(self, request: web.Request) -> web.Response:
        """GET /: the chat."""
        return self.page.response(request, ASK_AGAIN)

    async def show_static(self, request: web.Request) -> web.Response:
        """GET /static/…: what the page links."""
        file = self.static.get(request.match_info["name"])
        if file is None:
            raise web.HTTPNotFound
        is_named = request.query.get("v") == file.version
        return file.response(request, FOREVER if is_named else ASK_AGAIN)

    async def show_media(self, request: web.Request) -> web.StreamResponse:
        """GET /media/…: a picture or a sound of a lesson, from the content's folder “media”."""
        name = request.match_info["name"]
        path = self.media_folder / name
        if not MEDIA.fullmatch(name) or not path.is_file():
            raise web.HTTPNotFound
        return web.FileResponse(path, headers={hdrs.CACHE_CONTROL: "public, max-age=3600"})
