"""What the files under knowledge/ may hold."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel, field_validator

from core.records import EventStatus
from pipeline.countries import COUNTRIES


class Guard(BaseModel):
    """Words that must, or must not, stand near an ambiguous alias."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    near: tuple[str, ...] = ()
    not_near: tuple[str, ...] = ()


class Organisation(BaseModel):
    """An organisation: what it is and how texts name it. Keyed by its canonical name."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    type: Literal["company", "university", "institute", "government", "association", "foundation", "lab"] = "company"
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
    weight: float = Field(ge=0, le=1)
    exact: bool = False                  # upper and lower case as written
    languages: list[str] = Field(default_factory=list)       # only in texts of these languages
    not_languages: list[str] = Field(default_factory=list)
    unless: list[str] = Field(default_factory=list)          # beside these words they mean something else
    words: list[str]


class Topic(BaseModel):
    """A subject that texts and events can be about. Keyed by its id."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    title: str
    terms: list[TermGroup]
    makers: list[str] = Field(default_factory=list)       # organisations whose products are the topic
    decoration: list[str] = Field(default_factory=list)   # patterns in which a term only adorns a thing: `AI-powered`
    asides: list[str] = Field(default_factory=list)       # patterns in which it says nothing: `in the age of AI`
    others: list[str] = Field(default_factory=list)       # objects of a relation that are not what its parties make
    elsewhere: list[str] = Field(default_factory=list)    # sentences that turn to other news of a party


class Theme(RootModel[list[str]]):
    """Words of all languages that tell what a deal is about. Keyed by the theme."""


class StatusCue(BaseModel):
    """Words that tell the status of the relation they stand near.

    A cue of status `announced` holds phrases that only look like another status: "end-to-end", "said it would".
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    status: EventStatus
    words: list[str]
    side: Literal["before", "after", "any"] = "any"       # of the relation word
    within: int = 60                                      # characters
    unless: list[str] = Field(default_factory=list)       # patterns between word and relation: it is said of another
    silences: list[str] = Field(default_factory=list)     # cues that say nothing beside this one


class Veto(BaseModel):
    """A pattern that says that the text is of another kind, and what that costs an event's score."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    scope: Literal["title", "sentence", "text"]
    families: list[str] = Field(default_factory=lambda: ["alliance"])
    spares: list[Literal["title", "lead", "lead_start"]] = Field(default_factory=list)
    patterns: list[str]
    unless: list[str] = Field(default_factory=list)       # patterns of a headline or a first sentence that let it be
    score: float


class Refinement(BaseModel):
    """A kind of alliance that the headline, the sentence, the first lines or the type of a party tells.

    Keyed by the type it gives. Patterns are keyed by language, `eu` for the Latin ones but English, `any` for all.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    weight: float                        # against other kinds told in the same place
    opening: float = 0.0                 # what a word in the first lines counts against one in the headline
    patterns: dict[Literal["any", "eu", "en", "de", "fr", "es", "it", "pt", "ko", "ja", "zh", "ru"], str] = Field(
        default_factory=dict)            # in lower case
    party_types: dict[str, float] = Field(default_factory=dict)   # and what such a party counts, likewise
    maker_role: str | None = None        # of a party that makes what a topic is about, beside one that does not
    makers: list[str] = Field(default_factory=list)               # others that count as such makers here

    @field_validator("patterns")
    @classmethod
    def _can_be_read(cls, patterns: dict[str, str]) -> dict[str, str]:
        for pattern in patterns.values():
            try:
                re.compile(pattern)
            except re.error as failure:
                raise ValueError(f"not a pattern: {failure}") from failure
        return patterns


class Unnamed(BaseModel):
    """How a language counts organisations without naming them."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    before: str                          # a pattern that ends before the noun
    nouns: list[str]


class BeforeVerb(BaseModel):
    """Words that mean organisations only where one of some verbs follows. The verbs are patterns."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    words: list[str]
    verbs: list[str]


class Names(BaseModel):
    """Word lists for telling organisations from other names."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    legal_suffixes: list[str]
    organisation_nouns: list[str]
    organisation_heads: list[str]
    describing_nouns: list[str]
    native_patterns: list[str]
    native_maybe: list[str] = Field(default_factory=list)       # beside a known organisation
    native_pairs: dict[str, list[str]] = Field(default_factory=dict)  # by language; each group is names
    native_words: dict[str, str] = Field(default_factory=dict)  # what `<word>` stands for in the pairs
    native_common: list[str] = Field(default_factory=list)      # patterns of words that are no names in these scripts
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


class Digests(BaseModel):
    """What tells a page that collects unrelated news, and where its items begin."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    titles: list[str]
    openings: list[str] = Field(default_factory=list)    # in the first lines of the text
    marks: dict[str, str] = Field(default_factory=dict)  # kind of mark -> the start of an item
    continues: str = "(?!)"                              # a paragraph that goes on with the item before it


class LatinNames(BaseModel):
    """How names of organisations look in a language with Latin letters. Keyed by the language."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    patterns: list[str]                  # their form alone shows an organisation; group 1 is the name
    openers: list[str]                   # small words, cut from the front of a capitalised sequence
    common: list[str]                    # patterns of capitalised words that name nobody
    alone: list[str] = Field(default_factory=list)       # patterns that name nobody where they stand alone
    places: list[str]                    # what stands before a place
    kinds: list[str]                     # patterns of what stands before the name of an organisation
    heads: list[str] = Field(default_factory=list)       # words of names that stand for nobody by themselves
    states: list[str] = Field(default_factory=list)      # act where they stand beside an organisation or another state


class Boilerplate(BaseModel):
    """Patterns of what does not belong to the news: bylines, datelines, notes, descriptions of the firm."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    words: dict[str, list[str]] = Field(default_factory=dict)   # groups that datelines name as <group>
    datelines: list[str] = Field(default_factory=list)
    sections: list[str]                  # from a line that matches to the end of the text, early in it of the paragraph
    lines: list[str]                     # the line that begins so
    passages: list[str]                  # only what matches
    digests: Digests


class Weights(BaseModel):
    """What raises and lowers an event's score, apart from its frame, shape and vetoes."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    alert_score: float = Field(0.75, ge=0, le=1)
    title: float
    lead: float
    body: float
    repeated: float
    background: float
    implied_party: float
    unknown_party: float
    anonymous_party: float
    product_party: float
    topic_in_sentence: float
    topic_in_title: float
    topic_nearby: float
    topic_of_text: float
    topic_of_maker: float
    topic_least: float
