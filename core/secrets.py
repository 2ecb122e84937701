"""What must not stand in a log or a trace, whatever sentence it is part of."""

from __future__ import annotations

import re

MASK = "********"
_SHORTEST = 6                            # letters of a known secret; shorter ones would mask half of every line
_known: set[str] = set()
# Without bounds of words: the colours of a terminal end in a letter.
_FORMS = re.compile(
    r"(?:xox[a-z]|xapp|xwfp)-[\w-]{6,}"                                # Slack's tokens
    r"|(?<=hooks\.slack\.com/)(?:services|workflows|triggers)/[\w/-]+"   # and addresses that are as good as one
    r"|whsec_[\w+/=-]{6,}"
    r"|(?<=://)[^\s/@\"']+:[^\s@\"']+(?=@)"                              # name and password in an address
    r"|(?i:(?<=bearer )|(?<=basic ))[\w.~+/=-]{8,}"
    r"|(?i:(?<=[?&]token=)|(?<=[?&]key=)|(?<=[?&]apikey=)|(?<=[?&]api_key=)|(?<=[?&]secret=)|(?<=[?&]password=))"
    r"[^\s&\"'#]+"
)


def know(secret: str) -> None:
    """Note a secret of the settings: from now on it is masked wherever it stands."""
    if len(secret) >= _SHORTEST:
        _known.add(secret)


def scrub(text: str) -> str:
    """A text without the secrets that are known, and without what looks like one."""
    for secret in _known:
        if secret in text:
            text = text.replace(secret, MASK)
    return _FORMS.sub(MASK, text)
