"""Which letters can be drawn on this machine, and by which fonts. DejaVu Sans comes with matplotlib.

It has Latin, Greek and Cyrillic. For Korean, Japanese and Chinese a font of the system is taken, where there is one. A
name that no font has all letters of is drawn as a number, and the message says which name the number stands for.
"""

from __future__ import annotations

from functools import cache

from matplotlib import font_manager

OWN = "DejaVu Sans"
# Fonts with Hangul, kana or Han as systems call them; the first ones are in Debian's fonts-noto-cjk and fonts-nanum.
EASTERN = ("Noto Sans CJK KR", "Noto Sans CJK JP", "Noto Sans KR", "Noto Sans JP", "Noto Sans SC", "NanumGothic",
           "Nanum Gothic", "NanumBarunGothic", "UnDotum", "Baekmuk Gulim", "Malgun Gothic", "Apple SD Gothic Neo",
           "AppleGothic", "Noto Sans CJK SC", "Source Han Sans KR", "Source Han Sans", "Hiragino Sans", "Yu Gothic",
           "IPAexGothic", "TakaoPGothic", "VL PGothic", "Microsoft YaHei", "PingFang SC", "WenQuanYi Zen Hei",
           "WenQuanYi Micro Hei", "Droid Sans Fallback", "Unifont")


def families() -> list[str]:
    """The families to draw with, in the order in which they are asked for a letter."""
    there = {font.name for font in font_manager.fontManager.ttflist}
    return [OWN, *(name for name in EASTERN if name in there)]


def drawable(text: str) -> bool:
    """Whether every letter of a text can be drawn."""
    return all(character.isspace() or any(_has(family, character) for family in families()) for character in text)


@cache
def _has(family: str, character: str) -> bool:
    font = font_manager.get_font(font_manager.findfont(family, fallback_to_default=False))
    return bool(font.get_char_index(ord(character)))
