"""The language of a text: from its script, else what the page says if the text bears it out, else by py3langid."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache

_KANA = re.compile("[\u3041-\u30fe]")
_HANGUL = re.compile("[\uac00-\ud7a3]")
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_WORD = re.compile(r"[^\W\d_]+")
_SAMPLE = 3_000          # characters of text that are looked at
_ENOUGH_LETTERS = 20
_ENOUGH_WORDS = 25       # below this the small words prove nothing
_SMALL_WORDS_SHARE = 0.12

# A declared language is believed when these small words make up an eighth of the text. This spares the model of
# py3langid (half a second to load) on nearly every page of an outlet that declares its language rightly.
_SMALL_WORDS = {
    "en": "the of and to in a is that for it on with as was be by are from at this have an has its not but said",
    "de": "der die das und in den von zu mit ist im für auf des sich ein eine dem nicht auch als es an werden aus hat",
    "fr": "de la le et les des à en un une du que est pour dans qui sur au par plus pas il ce se avec sont",
    "es": "de la que el en y a los se del las un por con una para es su al lo como más no ha",
    "it": "di e che la il un in a per è una sono del con non le si della i da al nel gli dei come ha",
    "pt": "de a o que e do da em um para com uma os no se na por mais as dos não ao das é",
    "nl": "de het een van en in is dat op te voor met zijn die niet aan er om ook als bij naar wordt door",
    "sv": "och i att det som en på är av för med den till inte har de ett om var från vi kan",
    "da": "og i at det er en til på som af for med de den har et ikke der fra var vi kan",
    "no": "og i det er på som en til av for med at har de ikke et den fra om var vi kan",
    "pl": "w i na z że do się nie o to jest jak od po za przez oraz dla są ale ma",
    "cs": "a v na se je že s z do o to i ve k pro za by jako jsou ale které",
    "tr": "ve bir bu da de için ile olarak çok daha olan gibi en sonra var kadar ise ancak",
    "fi": "ja on ei se että oli joka mutta myös kun ovat hän mukaan tai jo sen ole",
    "id": "yang dan di ini itu dengan untuk dari pada dalam tidak akan juga ke oleh ada adalah bisa",
    "vi": "và của là các có được cho trong không một với những này đã người khi để từ đến",
    "ro": "de și în a la cu pe care din o un că nu pentru este mai au sunt prin",
    "hu": "a az és hogy nem is egy ez meg csak van volt de még már mint el",
}
_WORD_SETS = {language: frozenset(words.split()) for language, words in _SMALL_WORDS.items()}
_CYRILLIC, _ARABIC, _DEVANAGARI = (re.compile(f"[{r}]") for r in ("\u0400-\u04ff", "\u0600-\u06ff", "\u0900-\u097f"))
# A declared language is also believed when the text is in its script and the script is not Latin.
_SCRIPTS = {
    **dict.fromkeys(("ru", "uk", "bg", "sr", "mk", "be", "kk"), _CYRILLIC),
    **dict.fromkeys(("ar", "fa", "ur"), _ARABIC),
    **dict.fromkeys(("hi", "mr", "ne"), _DEVANAGARI), "el": re.compile("[\u0370-\u03ff]"),
    "he": re.compile("[\u0590-\u05ff]"), "th": re.compile("[\u0e00-\u0e7f]"),
}
_ALIASES = {"nb": "no", "nn": "no", "iw": "he", "in": "id", "cn": "zh", "jp": "ja", "kr": "ko", "ua": "uk", "cz": "cs"}


def language_of(text: str, *claims: str | None) -> str | None:
    """Two letters for the language of `text`, or None where there is too little of it.

    `claims` are what the page and the source say (`en-US`, `ko_KR`), the most trusted first.
    """
    sample = text[:_SAMPLE].lower()
    believed = [code for code in map(_code, claims) if code]
    found = _WORD.findall(sample)
    letters = sum(map(len, found))
    if letters < _ENOUGH_LETTERS:
        return believed[0] if believed else None
    if not sample.isascii() and (script := _by_script(sample, letters)):
        return script
    if len(found) < _ENOUGH_WORDS and believed:
        return believed[0]
    words = Counter(found)
    shares = {language: sum(words[w] for w in small) / len(found) for language, small in _WORD_SETS.items()}
    ranked = sorted(shares, key=lambda language: -shares[language])
    best, lead = ranked[0], shares[ranked[0]] / (shares[ranked[1]] or 0.001)
    for claim in believed:
        letters_of_claim = _SCRIPTS.get(claim)
        if letters_of_claim and len(letters_of_claim.findall(sample)) > 0.5 * letters:
            return claim
        # Neighbouring languages share small words, hence the comparison with the best one.
        if shares.get(claim, 0.0) >= max(_SMALL_WORDS_SHARE, 0.8 * shares[best]):
            return claim
        if claim == best and shares[best] > 0.05 and lead > 1.25:
            return claim
    unclear = shares[best] < _SMALL_WORDS_SHARE
    if unclear and believed and believed[0] not in _WORD_SETS and believed[0] not in _SCRIPTS:
        return believed[0]  # nobody declares Icelandic or Lithuanian by mistake
    return best if not unclear and lead > 1.4 else _by_model(sample)


def _code(claim: str | None) -> str | None:
    code = re.split(r"[-_,;\s]", (claim or "").strip().lower(), maxsplit=1)[0]
    code = _ALIASES.get(code, code)
    return code if len(code) in {2, 3} and code.isascii() and code.isalpha() else None


def _by_script(sample: str, letters: int) -> str | None:
    """Korean, Japanese and Chinese by their letters; a few foreign names in a text do not decide."""
    hangul, kana, han = (len(p.findall(sample)) for p in (_HANGUL, _KANA, _HAN))
    if hangul + kana + han < 0.3 * letters:
        return None
    if hangul >= max(kana, han):
        return "ko"
    return "ja" if kana > 0.1 * (kana + han) else "zh"


@cache
def _classifier() -> object:
    from pipeline.languagemodel import identifier

    return identifier()


def _by_model(sample: str) -> str | None:
    language: str = _classifier().classify(sample)[0]  # type: ignore[attr-defined]
    return _ALIASES.get(language, language)
