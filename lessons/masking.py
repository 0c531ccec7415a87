"""Numbers nobody should send to a chat (ID card, bank card, one-time codes), masked before they are kept."""

import re

MASK = "•••"
_SPACED = r"[ .\-]?"
_LONG = re.compile(rf"(?<!\d)\d(?:{_SPACED}\d){{11,18}}(?!\d)")
"""12 digits are a căn cước number, 13–19 a card or account number; spaces and dots between do not hide it."""
_CODE = re.compile(
    r"(?P<word>\b(?:otp|mã(?:\s+(?:otp|xác\s+(?:nhận|thực)))?|ma\s+(?:otp|xac\s+(?:nhan|thuc))|mật\s+khẩu|mat\s+khau|passcode|pin)"
    r"\b[^\d\n]{0,20})(?<!\d)\d{4,8}(?!\d)",
    re.IGNORECASE,
)


def mask(text: str) -> str:
    """The text with such numbers replaced; the same text when there are none."""
    if not any(character.isdigit() for character in text):
        return text
    return _CODE.sub(rf"\g<word>{MASK}", _LONG.sub(MASK, text))
