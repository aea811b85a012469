"""Letters that nobody sees: what of Unicode's ignorable characters a script or an emoji needs, and what only hides.

A model reads them all: "ignore what was said" may stand in tag letters behind a full stop, or in the choice of a
hundred variation selectors. What shapes letters stays: joiners within Arabic and Indic words and within emoji, one
variation selector behind a Han character, symbol or emoji, Mongolian's own, the flags of England, Scotland and Wales.
"""

from __future__ import annotations

import re

# Unicode's property Default_Ignorable_Code_Point, and the interlinear annotation.
_IGNORABLE = (
    "\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
# Scripts whose letters change with a joiner: from Arabic to Sinhala, Tibetan and Myanmar, Khmer and Mongolian, the
# scripts of South East Asia, Arabic's presentation forms, historic Indic scripts.
_JOINED = (
    "\u0600-\u061b\u061d-\u0dff\u0f00-\u109f\u1780-\u17b3\u17b6-\u180a\u1810-\u1cff\ua800-\uabff\ufb50-\ufdff"
    "\ufe70-\ufefc\U00010a00-\U00011fff"
)
_EMOJI = "\xa9\xae\u203c-\u2049\u2122-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_NEEDED = (
    rf"(?<=[{_JOINED}])[\u200c\u200d]",
    rf"(?:(?<=[{_EMOJI}])|(?<=[{_EMOJI}]\ufe0f))\u200d(?=[{_EMOJI}])",
    rf"(?<=[#*0-9{_EMOJI}{_HAN}\u1000-\u109f\u2200-\u22ff\ua840-\ua87f])[\ufe00-\ufe0f]",
    rf"(?<=[{_HAN}])[\U000e0100-\U000e01ef]",
    r"(?<=[\u1807\u1820-\u18aa])[\u180b-\u180f]",
    r"(?<=[\u1100-\u115e])\u1160|\u115f(?=[\u1161-\u11a7])",  # old Korean syllables
    "(?<=\U0001f3f4)\U000e0067\U000e0062(?:\U000e0065\U000e006e\U000e0067|\U000e0073\U000e0063\U000e0074"
    "|\U000e0077\U000e006c\U000e0073)\U000e007f",
)
_NEEDED_OR_IGNORABLE = re.compile(rf"(?P<needed>{'|'.join(_NEEDED)})|[{_IGNORABLE}]")
_ANY_IGNORABLE = re.compile(f"[{_IGNORABLE}]")
# What can carry a message: letters of their own kind, or a row of others. A lone soft hyphen, byte order mark or sign
# of direction stands in many an honest file.
_TELLING = re.compile(
    rf"[\U000e0000-\U000e007f\U000e0100-\U000e01ef]|[{_IGNORABLE}]{{8,}}|(?<=[A-Za-z])[\ufe00-\ufe0f]"
)


def visible(text: str, instead: str = "") -> str:
    """Return the text without what only hides, or with ``instead`` for each such character."""
    if text.isascii() or _ANY_IGNORABLE.search(text) is None:
        return text
    return _NEEDED_OR_IGNORABLE.sub(lambda match: match[0] if match["needed"] else instead, text)


def hidden_characters(text: str) -> int:
    """Count the characters of the text that nobody sees and that may carry a message."""
    if text.isascii() or _ANY_IGNORABLE.search(text) is None:
        return 0
    only_hiding = _NEEDED_OR_IGNORABLE.sub(lambda match: "" if match["needed"] else match[0], text)
    return sum(len(match[0]) for match in _TELLING.finditer(only_hiding))
