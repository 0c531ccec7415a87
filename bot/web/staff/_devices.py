"""What a browser calls itself, as its owner would recognise it: “Chrome, Windows”."""

BROWSERS = (
    ("Zalo", "Zalo"),
    ("Telegram", "Telegram"),
    ("CocCoc", "Cốc Cốc"),
    ("coc_coc_browser", "Cốc Cốc"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
"""What stands in a User-Agent, the more particular first: nearly all of them also name Chrome and Safari."""
SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def device_name(user_agent: str) -> str:
    """Return the browser and system a User-Agent names, of our own words alone."""
    browser = next((name for mark, name in BROWSERS if mark in user_agent), "trình duyệt khác")
    system = next((name for mark, name in SYSTEMS if mark in user_agent), "máy khác")
    return f"{browser}, {system}"
