"""Texts as the server takes them: UTF-8, and JSON that is YAML too."""

from __future__ import annotations

import json
import re
from typing import Any

# In YAML an escape is one character, never half of a pair as in JSON; so what lies above U+FFFF stands
# there as it is. The rest stays escaped: some of it YAML does not allow, or takes for a line break.
_TO_ESCAPE = re.compile("[^\x00-\x7e\U00010000-\U0010ffff]")
_HALF = re.compile("[\ud800-\udfff]")
_SHOWN = 20  # characters to either side of what is wrong


def json_text(document: Any) -> str:
    """The document as text.

    Raises:
        ValueError: A text in it has half of a character.
    """
    text = check_text(json.dumps(document, ensure_ascii=False))
    return _TO_ESCAPE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def check_text(text: str) -> str:
    """The text itself.

    Raises:
        ValueError: It has half of a character, as the names of files do that are not UTF-8.
    """
    half = _HALF.search(text)
    if half is None:
        return text
    around = text[max(0, half.start() - _SHOWN) : half.end() + _SHOWN]
    raise ValueError(
        f"{ascii(half[0])} is half of a character, which cannot be sent to the server; it is in "
        f"{ascii(around)}"
    )


def for_people(text: str) -> str:
    """The text, with what cannot be sent of it spelled out."""
    return text.encode(errors="backslashreplace").decode()
