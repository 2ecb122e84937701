"""Whose words a text is read by: those of one Latin language look like quite other words of another."""

from __future__ import annotations

import re
from collections import Counter

# Languages that are told apart here, by small words and letters that the others do not have.
_SMALL_WORDS = {
    "en": "the of and to for with on is at by from as its an it are will this that",
    "de": "der die das und mit für im zu den dem von auf ein eine einen bei wird sich ist zum zur wie als auch ki über "
          "nach am wollen gemeinsam werden nicht aus vor beim",
    "fr": "le les des et un une du dans avec pour sur au aux est leur leurs qui que par en ia ce cette la de se",
    "es": "el los las y un una del con para por su sus se al que en más e ia esta este la de",
    "it": "il gli e un una con per del della nel nella dei delle alla al di che si sono sul tra la intelligenza",
    "pt": "o os as e um uma do da com para em no na ao dos das pelo pela que se sobre inteligência ia de",
}
LATIN_LANGUAGES = frozenset(_SMALL_WORDS)
OTHER = ""                    # stands for every language of another script
_WORD_LANGUAGES: dict[str, list[str]] = {}
for _language, _words in _SMALL_WORDS.items():
    for _word in _words.split():
        _WORD_LANGUAGES.setdefault(_word, []).append(_language)
_LETTERS = [
    ("de", re.compile("[äöüß]")),
    ("fr", re.compile("[èêçœàâîû]|\\b[ldsn]['’][a-zéèêâôîh]")),
    ("es", re.compile("[ñ¿¡óí]|ción\\b")),
    ("pt", re.compile("[ãõ]|ção\\b")),
    ("it", re.compile("[òù]|\\b(?:dell|nell|all|sull)['’]")),
]
_WORD = re.compile(r"[^\W\d_]+")
_READ = 2_000
_KEY = re.compile(r"([a-z]{2})\.")


def is_small_word(word: str) -> bool:
    """Whether a word is one of the small words of a language, which every text has."""
    return word.strip().lower() in _WORD_LANGUAGES


def latin_language(text: str) -> str:
    """The language of a text in Latin letters, by its small words; English where nothing speaks for another."""
    sample = text[:_READ].lower()
    votes: dict[str, float] = dict.fromkeys(_SMALL_WORDS, 0.0)
    for word, count in Counter(_WORD.findall(sample)).items():
        languages = _WORD_LANGUAGES.get(word, ())
        for language in languages:
            votes[language] += count / len(languages)
    for language, letters in _LETTERS:
        votes[language] += min(3, len(letters.findall(sample))) * 0.6
    return max(_SMALL_WORDS, key=lambda language: (votes[language], language == "en"))


def of_key(key: str) -> str | None:
    """The language that the key of a knowledge entry names: `de.ended` is for German texts, `metaphor` for all."""
    match = _KEY.match(key)
    return match[1] if match else None


def speaks(own: str | None, language: str | None) -> bool:
    """Whether knowledge of the language `own` reads a text in `language`; English reads those of other scripts too."""
    if own is None or language is None or own == language:
        return True
    if own == "eu":
        return language in LATIN_LANGUAGES and language != "en"
    return language not in _SMALL_WORDS and (own == "en" or own not in _SMALL_WORDS)
