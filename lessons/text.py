"""Vietnamese text as people send it: cleaned for storage, folded and repaired for matching.

Folded text is for comparing only and is never shown to anyone: folding makes *dừng*, *dùng*, *đúng*
and *đừng* one word. What is stored and shown is `clean` text.
"""

import re
import unicodedata
from functools import lru_cache

# Invisible format characters (Unicode category Cf); ZWJ (U+200D) is decided apart, for emoji.
_INVISIBLE = (
    "\u00ad\u034f\u061c\u180e\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e007f"
)
_LINE_END = re.compile("\r\n|[\r\x85\u2028\u2029\x0b\x0c]")
_CONTROL = "\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff"
_EMOJI = "\u2190-\u2328\u232b-\u2bff\U0001f000-\U0001faff"
_REMOVED = re.compile(f"[{_CONTROL}{_INVISIBLE}]|(?<![{_EMOJI}\ufe0f])\u200d|\u200d(?![{_EMOJI}])")
_BLANKS = re.compile(r"[^\S\n]+")
_LINE_EDGE = re.compile(r" ?\n ?")
_EMPTY_LINES = re.compile(r"\n{3,}")

# Combining marks, variation selectors and invisible characters. The keycap (U+20E3) is no part of
# it: it must become a space, so that 2️⃣3️⃣ is "2 3".
_MARK_IN_WORD = re.compile(
    "[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20e2\u20e4-\u20ff"
    f"\ufe00-\ufe0f\ufe20-\ufe2f\u200d{_INVISIBLE}]+"
)
_D_LETTERS = str.maketrans({"đ": "d", "ð": "d"})  # neither decomposes under NFKD
_NO_WORD = re.compile(r"[^a-z0-9]+")

# grave, acute, circumflex, tilde, breve, hook above, horn, dot below
_VIETNAMESE_MARK = re.compile("[\u0300-\u0303\u0306\u0309\u031b\u0323đĐ]")


def clean(text: str) -> str:
    """Return the text as it is stored and shown: NFC, without invisible or control characters."""
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()
    plain = _REMOVED.sub("", unicodedata.normalize("NFC", _LINE_END.sub("\n", text)))
    lines = _LINE_EDGE.sub("\n", _BLANKS.sub(" ", unicodedata.normalize("NFC", plain)))
    return _EMPTY_LINES.sub("\n\n", lines).strip()


_LONGEST_REMEMBERED = 200  # characters; a cache of longer texts would only fill the memory


def fold(text: str) -> str:
    """Return only the [a-z0-9] words of a text, lower case, without diacritics, one space between.

    NFKD also opens full-width letters and digits, ligatures and keycap emoji.
    """
    if text.isascii():
        return _NO_WORD.sub(" ", text.lower()).strip()
    return _folded(text) if len(text) > _LONGEST_REMEMBERED else _remembered_fold(text)


def _folded(text: str) -> str:
    letters = _MARK_IN_WORD.sub("", unicodedata.normalize("NFKD", text)).casefold()
    bare = _MARK_IN_WORD.sub("", unicodedata.normalize("NFKD", letters)).translate(_D_LETTERS)
    return _NO_WORD.sub(" ", bare).strip()


_remembered_fold = lru_cache(maxsize=4096)(_folded)


def has_marks(text: str) -> bool:
    """Tell whether a text carries Vietnamese diacritics (đ counts)."""
    if text.isascii():
        return False
    return _VIETNAMESE_MARK.search(unicodedata.normalize("NFD", text)) is not None


def words(folded: str) -> list[str]:
    """Return the words of a folded text."""
    return folded.split()


_LONGEST_OWN_MESSAGE = 12  # words; what is longer was most likely pasted, not typed

# Top-level domains seen in links sent to Vietnamese phones. The short ones that are also folded
# Vietnamese words (co, me, to, la ...) count only before a slash: people type "rồi.có" too.
_TLD = (
    "com|net|org|vn|info|biz|xyz|top|cc|io|app|shop|online|site|club|vip|icu|link|live|store|asia|"
    "website|tech|click|space|fun|life|work|pro|win|bet|tv|ru|cn|cf|gq|tk|ml|page|dev|gov|edu|"
    "mobi|today|world|group|example|test|onl|one|cyou|buzz|cfd|sbs|bond|monster|best|ltd|ink"
)
_LINK = re.compile(
    r"https?:|hxxps?:|\bwww\s?\.|\(\s?(?:chấm|cham|dot)\s?\)|\[\.\]|"
    rf"[a-z0-9]\.(?:{_TLD})(?![a-z0-9])|[a-z0-9]\.[a-z]{{2,12}}/",
    re.IGNORECASE,
)


def names_link(text: str) -> bool:
    """Tell whether a message names an address on the web, also one spelt “(chấm) com”."""
    return _LINK.search(text) is not None


def is_pasted(text: str) -> bool:
    """Tell whether a message was most likely pasted: more than 12 words, or it names a link."""
    return len(text.split()) > _LONGEST_OWN_MESSAGE or names_link(text)


# --- Telex and VNI leftovers -------------------------------------------------------------------

_ONSETS = ("", *words("b c ch d g gh gi h k kh l m n ng ngh nh p ph qu r s t th tr v x"))
_RHYMES = words(
    "a ac ach ai am an ang anh ao ap at au ay e ec ech em en eng enh eo ep et eu i ia ich iec iem "
    "ien ieng iep iet ieu im in inh ip it iu o oa oac oach oai oam oan oang oanh oao oap oat oay "
    "oc oe oen oeo oet oi om on ong op ot u ua uan uang uat uay uc ue uech uenh ui um un ung uo "
    "uoc uoi uom uon uong uop uot uou up ut uu uy uya uych uyen uyet uynh uyt uyu y yem yen yet yeu"
)
_SYLLABLES = frozenset(onset + rhyme for onset in _ONSETS for rhyme in _RHYMES)

# Words people type that telex rules would turn into something else.
_FOREIGN = frozenset(
    words(
        "as or is us os if of so max min mix fix six tax fax box sos his has was yes bus gas "
        "car far for her our over user order visa pos gps sms ios mms news apps test text next "
        "list last best fast post cost host rest star start share store server offer sorry "
        "hello facebook tiktok chatbot robot ads mess messenger website link google viber "
        "telegram pass password reset internet wifi virus xu express max pro plus laptop "
        "desktop cmnd cccd vneid otp pin qr windows office word excel paypal shopee lazada grab "
        "samsung oppo vivo xiaomi iphone"
    )
)
_NUMBERED = re.compile(
    r"(to|tdp|khu|xom|ngo|bai|lop|thon|so|cau|phan|buoc|doi|tang|muc|chon(?!5))([0-9]{1,3})"
)
_VNI = re.compile(r"[a-z]+[1-9][a-z1-9]*")
_DIGIT = re.compile(r"[0-9]")
_TELEX_TRACE = re.compile(r"dd|aa|ee|oo|[aou]+[a-z]*w|w|[sfrxjz]|([aeo])[a-z]+\1")
_TONE_AFTER_VOWEL = re.compile(r"(?<=[aeiouy])[sfrxjz](?=[a-z]{0,2}$)|[sfrxjz]$")
_LATE_CIRCUMFLEX = re.compile(r"([aeo])([a-z]+)\1")
_DOUBLES = (("dd", "d"), ("aa", "a"), ("ee", "e"), ("oo", "o"))
_SHORTEST_REPAIR = 3  # letters: "as", "or", "ok" stay what they are


def repair(folded: str) -> str:
    """Return folded text with what Vietnamese keyboards left behind taken out.

    Only tokens that are no Vietnamese syllable are touched: "hocj baif" is "hoc bai",
    "kie6m3 tra" is "kiem tra"; a number after a counting word is a number: "to5" is "to 5".
    """
    return " ".join(map(_repaired, folded.split()))


@lru_cache(maxsize=4096)
def _repaired(token: str) -> str:
    if token in _SYLLABLES or token.isdigit():
        return token
    if numbered := _NUMBERED.fullmatch(token):
        return f"{numbered[1]} {numbered[2]}"
    if len(token) < _SHORTEST_REPAIR or token in _FOREIGN:
        return token
    if _VNI.fullmatch(token):
        letters = _DIGIT.sub("", token)
        return letters if letters in _SYLLABLES and len(letters) > 1 else token
    return _without_telex(token)


def _without_telex(token: str) -> str:
    if not token.isalpha() or not _TELEX_TRACE.search(token):
        return token
    plain = token
    for doubled, single in _DOUBLES:
        plain = plain.replace(doubled, single)
    plain = re.sub(r"(?<=[aou])w|(?<=[aou][a-z])w$", "", plain)
    plain = plain.replace("w", "u")
    toneless = _TONE_AFTER_VOWEL.sub("", plain, count=1)
    for candidate in (plain, toneless, _LATE_CIRCUMFLEX.sub(r"\1\2", toneless)):
        if candidate in _SYLLABLES:
            return candidate
    return token
