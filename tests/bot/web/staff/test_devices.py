"""What a browser is called in the list of devices."""

import pytest

from bot.web.staff._devices import device_name

CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/109.0.0.0 Safari/537.36"
PHONE = "Mozilla/5.0 (Linux; Android 10; SM-A105F) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/96.0 Mobile Safari/537.36"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 16_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.5 Mobile/15E148 Safari/604.1"
NAMES = [
    (CHROME, "Chrome, Windows"),
    (f"{CHROME} Edg/109.0", "Edge, Windows"),
    (f"{PHONE} Zalo android/12100 ZaloTheme/light", "Zalo, Android"),
    (PHONE, "Chrome, Android"),
    (IPHONE, "Safari, iPhone"),
    ("Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/115.0", "Firefox, Linux"),
    ("", "trình duyệt khác, máy khác"),
    ("<b>Nguyễn Thị Lan" * 50, "trình duyệt khác, máy khác"),
]


@pytest.mark.parametrize(("user_agent", "name"), NAMES)
def test_a_device_is_called_by_words_of_our_own(user_agent: str, name: str) -> None:
    assert device_name(user_agent) == name
    assert len(name) <= 60
