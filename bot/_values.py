"""What single values of config.yaml must look like; a wrong one is a ValueError in Vietnamese.

The key and, unless it may hold a secret, the value are put before it in bot/config.py.
"""

import re
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import SecretStr

TOKEN = re.compile(r"[0-9]+:[A-Za-z0-9_-]{35,}")
"""What @BotFather gives: the bot's number, a colon, at least 35 characters."""
WEBHOOK_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
"""“1-256 characters. Only characters A-Z, a-z, 0-9, _ and - are allowed.” (Bot API, setWebhook)"""
WEBHOOK_PATH = "/telegram"
"""Where updates are posted to when telegram.webhook_url names a host alone."""
_OUR_PATHS = ("/api", "/static", "/media", "/healthz", "/metrics", "/can-bo")
_PATH = re.compile(r"(?:/[A-Za-z0-9_.~-]+)*/?")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


METRICS_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,200}")


def metrics_token(given: SecretStr) -> SecretStr:
    """What a monitor must show to read /metrics from another machine; empty: nobody may."""
    if given.get_secret_value() and not METRICS_TOKEN.fullmatch(given.get_secret_value()):
        raise ValueError("phải gồm 16–200 ký tự A-Z, a-z, 0-9, gạch nối, gạch dưới")
    return given


def timezone(name: str) -> str:
    """A time zone that this machine knows."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("không có múi giờ này; ví dụ Asia/Ho_Chi_Minh") from None
    return name


def origin(url: str) -> str:
    """An address a page can be embedded on or reached at: https (bare on this machine), nothing behind."""
    if any(character in url for character in " ;,'\""):
        raise ValueError("không được có dấu cách, dấu phẩy, dấu chấm phẩy")
    parts = _url(url, may_be_bare=False)
    if url != f"{parts.scheme}://{parts.netloc}" or parts.username is not None:
        raise ValueError("phải bắt đầu bằng https://, chỉ gồm tên miền và không có / ở cuối")
    return url


def public_origin(url: str) -> str:
    """The same for everybody, so https alone; or nothing."""
    if url and not origin(url).startswith("https://"):
        raise ValueError("phải bắt đầu bằng https://")
    return url


def _url(url: str, *, may_be_bare: bool) -> SplitResult:
    """The parts of an address of a server; `may_be_bare`: http is good enough.

    The sentences do not repeat it: addresses are where passwords and tokens end up.
    """
    try:
        parts = urlsplit(url)
        is_address = bool(parts.hostname) and parts.port != 0
    except ValueError:
        raise ValueError("không phải là một địa chỉ") from None
    schemes = ("https", "http") if may_be_bare or parts.hostname in _LOOPBACK else ("https",)
    if parts.scheme not in schemes or not is_address or not url.isprintable() or " " in url:
        wanted = "http:// hoặc https://" if may_be_bare else "https://"
        raise ValueError(f"phải là một địa chỉ bắt đầu bằng {wanted}, không có dấu cách")
    return parts


def token(value: SecretStr) -> SecretStr:
    """A bot's token, or none; the sentence does not repeat it."""
    given = value.get_secret_value()
    if given and not TOKEN.fullmatch(given):
        raise ValueError(
            "mã bot có dạng số, dấu hai chấm, rồi ít nhất 35 chữ và số; chép lại nguyên cả mã từ @BotFather"
        )
    return value


def webhook_secret(secret: SecretStr) -> SecretStr:
    """What a webhook request must carry, or nothing."""
    given = secret.get_secret_value()
    if given and not WEBHOOK_SECRET.fullmatch(given):
        raise ValueError("chỉ gồm 1 đến 256 ký tự A-Z, a-z, 0-9, _ và -")
    return secret


def api_base(url: str) -> str:
    """Where a Bot API is: what stands before /bot<token>."""
    parts = _url(url, may_be_bare=True)
    if url.endswith("/") or parts.query or parts.fragment or re.search(r"/bot[0-9]", parts.path):
        raise ValueError("chỉ ghi phần đứng trước /bot, không có / ở cuối")
    return url


def proxy(url: str) -> str:
    """An HTTP proxy, or none."""
    if url:
        _url(url, may_be_bare=True)
    return url


def webhook_url(url: str) -> str:
    """Where updates are posted to, or nothing; a host alone means its WEBHOOK_PATH."""
    if not url:
        return url
    parts = _url(url, may_be_bare=False)
    if parts.query or parts.fragment or parts.username or not _PATH.fullmatch(parts.path):
        raise ValueError("chỉ gồm tên miền và đường dẫn, ví dụ https://hoc.phuong.gov.vn/telegram")
    if parts.path.startswith(_OUR_PATHS):
        raise ValueError(
            "đường dẫn này là của trang trò chuyện; dùng đường dẫn khác, ví dụ /telegram"
        )
    return url.rstrip("/") if parts.path.strip("/") else url.rstrip("/") + WEBHOOK_PATH
