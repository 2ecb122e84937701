"""What the files under knowledge/ may hold."""

from __future__ import annotations

import re
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, RootModel, field_validator, model_validator

from core.records import EventStatus
from pipeline.countries import COUNTRIES
from pipeline.expressions import NamePattern, PartPattern, Pattern, Word


def _language(code: str) -> str:
    if len(code) != 2 or not ("aa" <= code <= "zz" and code.isascii() and code.isalpha()):
        raise ValueError(f"{code!r} is no language; write two letters of ISO 639, as en, ko or de")
    return code


Language = Annotated[str, AfterValidator(_language)]
Number = Annotated[float, Field(strict=True)]         # `true` is none, and neither is "0.5" in quotes
Whole = Annotated[int, Field(strict=True)]
OrganisationType = Literal["company", "university", "institute", "government", "association", "foundation", "lab"]
ORGANISATION_TYPES: tuple[str, ...] = get_args(OrganisationType)


class Guard(BaseModel):
    """Words that must, or must not, stand near an ambiguous alias."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    near: tuple[str, ...] = ()
    not_near: tuple[str, ...] = ()


class Organisation(BaseModel):
    """An organisation: what it is and how texts name it. Keyed by its canonical name."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    type: OrganisationType = "company"
    country: str | None = None           # ISO 3166 alpha-2
    parent: str | None = None
    successor: str | None = None         # what it became: a query for that one finds it too
    aliases: list[str] = Field(default_factory=list)
    ko: list[str] = Field(default_factory=list)
    ja: list[str] = Field(default_factory=list)
    zh: list[str] = Field(default_factory=list)
    tickers: list[str] = Field(default_factory=list)
    products: list[str] = Field(default_factory=list)
    guards: dict[str, Guard] = Field(default_factory=dict)
    extends: bool = False                # adds to the organisation of the same name in a folder below

    @field_validator("country")
    @classmethod
    def _is_country(cls, code: str | None) -> str | None:
        if code is not None and code not in COUNTRIES:
            raise ValueError(f"{code!r} is no country; allowed: two-letter codes of ISO 3166, as KR, US or DE")
        return code

    def names(self, canonical: str) -> list[str]:
        """Every way of naming the organisation itself, the canonical name first."""
        return list(dict.fromkeys([canonical, *self.aliases, *self.ko, *self.ja, *self.zh]))


class TermGroup(BaseModel):
    """Terms of a topic that weigh the same."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    weight: Number = Field(ge=0, le=1)
    exact: bool = False                  # upper and lower case as written
    languages: list[str] = Field(default_factory=list)       # only in texts of these languages
    not_languages: list[str] = Field(default_factory=list)
    unless: list[str] = Field(default_factory=list)          # beside these words they mean something else
    words: list[Word]


class Topic(BaseModel):
    """A subject that texts and events can be about. Keyed by its id."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    title: str
    terms: list[TermGroup]
    makers: list[str] = Field(default_factory=list)       # organisations whose products are the topic
    decoration: list[Pattern] = Field(default_factory=list)   # in these a term only adorns a thing: `AI-powered`
    asides: list[Pattern] = Field(default_factory=list)           # in these it says nothing: `in the age of AI`
    others: list[Pattern] = Field(default_factory=list)       # objects of a relation that are not what its parties make
    elsewhere: list[Pattern] = Field(default_factory=list)    # sentences that turn to other news of a party


class Theme(RootModel[list[Word]]):
    """Words of all languages that tell what a deal is about. Keyed by the theme."""


class StatusCue(BaseModel):
    """Words that tell the status of the relation they stand near.

    A cue of status `announced` holds phrases that only look like another status: "end-to-end", "said it would".
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    status: EventStatus
    words: list[Word]
    side: Literal["before", "after", "any"] = "any"       # of the relation word
    within: Whole = Field(60, ge=0)                       # characters
    unless: list[PartPattern] = Field(default_factory=list)    # between word and relation: it is said of another
    silences: list[str] = Field(default_factory=list)     # cues that say nothing beside this one


class Veto(BaseModel):
    """A pattern that says that the text is of another kind, and what that costs an event's score."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    scope: Literal["title", "sentence", "text"]
    families: list[str] = Field(default_factory=lambda: ["alliance"])
    spares: list[Literal["title", "lead", "lead_start"]] = Field(default_factory=list)
    patterns: list[Pattern] = Field(min_length=1)
    unless: list[Pattern] = Field(default_factory=list)   # of a headline or a first sentence: they let it be
    score: Number


class EventType(BaseModel):
    """A kind of event that frames may tell. Keyed by the type, which `event:` asks for as well as for the family."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    family: str


class Refinement(BaseModel):
    """A kind of alliance that the headline, the sentence, the first lines or the type of a party tells.

    Keyed by the type it gives. Patterns are keyed by language, `eu` for the Latin ones but English, `any` for all.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    weight: Number                       # against other kinds told in the same place
    opening: Number = 0.0                # what a word in the first lines counts against one in the headline
    patterns: dict[Literal["any", "eu", "en", "de", "fr", "es", "it", "pt", "ko", "ja", "zh", "ru"], Pattern] = Field(
        default_factory=dict)            # in lower case
    party_types: dict[OrganisationType, Number] = Field(default_factory=dict)   # and what such a party counts, likewise
    maker_role: str | None = None        # of a party that makes what a topic is about, beside one that does not
    makers: list[str] = Field(default_factory=list)               # others that count as such makers here


class Unnamed(BaseModel):
    """How a language counts organisations without naming them."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    before: PartPattern                  # a pattern that ends before the noun
    nouns: list[str]


class BeforeVerb(BaseModel):
    """Words that mean organisations only where one of some verbs follows. The verbs are patterns."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    words: list[str]
    verbs: list[str]


NATIVE_WORD = re.compile(r"<([a-z]+)>")    # in a pattern of native_pairs


class Names(BaseModel):
    """Word lists for telling organisations from other names."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    legal_suffixes: list[str]
    organisation_nouns: list[str]
    organisation_heads: list[str]
    describing_nouns: list[str]
    native_patterns: list[NamePattern]
    native_maybe: list[NamePattern] = Field(default_factory=list)   # beside a known organisation
    native_pairs: dict[str, list[NamePattern]] = Field(default_factory=dict)  # by language; each group is names
    native_words: dict[str, PartPattern] = Field(default_factory=dict)  # what `<word>` stands for in the pairs
    native_common: list[PartPattern] = Field(default_factory=list)  # words that are no names in these scripts
    public_bodies: list[str] = Field(default_factory=list)
    person_roles: list[str]
    role_modifiers: list[str] = Field(default_factory=list)     # "Prime Minister": no organisation before the role
    departments: list[str] = Field(default_factory=list)        # "VP of Sales" is no organisation
    honorifics: list[str]
    first_names: list[str]
    known_people: list[str] = Field(default_factory=list)    # whom headlines call by the last name
    roles: list[str] = Field(default_factory=list)              # what people are called beside their name
    native_first_names: list[str] = Field(default_factory=list)  # foreign ones, in Korean letters
    surnames: list[str] = Field(default_factory=list)           # first letters of Korean and Chinese names
    product_nouns: list[str]
    product_makers: list[str] = Field(default_factory=list)     # before a product: "el creador de" means its owner
    headline_verbs: list[str]
    never: list[str]
    strip: list[str]
    soft_strip: list[str] = Field(default_factory=list)         # stripped only where a sentence begins
    descriptors: list[str] = Field(default_factory=list)        # "AI Specialist Norvane"
    generic_plurals: list[str] = Field(default_factory=list)    # "Tech Companies"
    common_words: list[str] = Field(default_factory=list)       # begin sentences, seldom name anybody
    places: list[str]
    first_person: list[str]
    the_company: list[str]
    both_companies: dict[str, int]
    unnamed: dict[str, Unnamed] = Field(default_factory=dict)    # by language: "seven banks", parties without a name
    both_before_verb: BeforeVerb | None = None                  # those that stand for organisations only before a verb
    kinds: dict[str, list[str]] = Field(default_factory=dict)          # type -> nouns: "the Korean chipmaker"
    nationalities: dict[str, list[str]] = Field(default_factory=dict)  # country -> adjectives and cities

    @model_validator(mode="after")
    def _pairs_have_their_words(self) -> Names:
        """Each language of pairs has the words of its deals, and each `<word>` of a pair stands in native_words."""
        needed = [f"{language}deal" for language in self.native_pairs]
        needed += [word for patterns in self.native_pairs.values() for pattern in patterns
                   for word in NATIVE_WORD.findall(pattern)]
        for word in needed:
            if word not in self.native_words:
                raise ValueError(f"native_pairs: native_words has no {word!r}; it has {', '.join(self.native_words)}")
        return self


class Digests(BaseModel):
    """What tells a page that collects unrelated news, and where its items begin."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    titles: list[Pattern]
    openings: list[Pattern] = Field(default_factory=list)    # in the first lines of the text
    marks: dict[str, Pattern] = Field(default_factory=dict)  # kind of mark -> the start of an item
    continues: Pattern = "(?!)"                              # a paragraph that goes on with the item before it


class LatinNames(BaseModel):
    """How names of organisations look in a language with Latin letters. Keyed by the language."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    patterns: list[NamePattern]          # their form alone shows an organisation; group 1 is the name
    openers: list[str]                   # small words, cut from the front of a capitalised sequence
    common: list[Pattern]                # patterns of capitalised words that name nobody
    alone: list[Pattern] = Field(default_factory=list)   # patterns that name nobody where they stand alone
    places: list[PartPattern]            # what stands before a place
    kinds: list[PartPattern]             # patterns of what stands before the name of an organisation
    heads: list[str] = Field(default_factory=list)       # words of names that stand for nobody by themselves
    states: list[str] = Field(default_factory=list)      # act where they stand beside an organisation or another state


class Boilerplate(BaseModel):
    """Patterns of what does not belong to the news: bylines, datelines, notes, descriptions of the firm."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    words: dict[str, list[PartPattern]] = Field(default_factory=dict)   # groups that datelines name as <group>
    datelines: list[Pattern] = Field(default_factory=list)
    sections: list[Pattern]              # from a line that matches to the end of the text, early in it of the paragraph
    lines: list[Pattern]                 # the line that begins so
    passages: list[Pattern]              # only what matches
    digests: Digests


class Weights(BaseModel):
    """What raises and lowers an event's score, apart from its frame, shape and vetoes."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    alert_score: Number = Field(0.75, ge=0, le=1)
    title: Number
    lead: Number
    body: Number
    repeated: Number
    background: Number
    implied_party: Number
    unknown_party: Number
    anonymous_party: Number
    product_party: Number
    topic_in_sentence: Number
    topic_in_title: Number
    topic_nearby: Number
    topic_of_text: Number
    topic_of_maker: Number
    topic_least: Number
