"""Signs that say yes without a word."""

_LIKES = frozenset("👍👌❤🥰😍👏💯✅🙏😊🙂😀")
_SKIN_TONES = ("\U0001f3fb", "\U0001f3ff")


def is_like(text: str) -> bool:
    """Whether a message is nothing but a thumb, a heart or the like."""
    signs = text.replace("\ufe0f", "").strip()
    first, last = _SKIN_TONES
    return bool(signs) and all(sign in _LIKES or first <= sign <= last for sign in signs)
