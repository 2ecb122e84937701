"""A mistake in a user's knowledge is one line: the file, the line, what is written, what is allowed."""

import json
import re
import shutil
import subprocess
import sys

import pytest
from pydantic import TypeAdapter

from core.errors import KnowledgeFileError
from pipeline import checked, pattern_trial
from pipeline import knowledge as module
from pipeline.annotate import annotate
from pipeline.expressions import Attempt, read_patterns
from pipeline.frames import FrameFile, bare_shape, role_pattern
from pipeline.knowledge import default_alert_score, load_knowledge, shipped_knowledge
from pipeline.knowledge_files import Boilerplate, LatinNames, Names, Refinement, Topic, Veto
from tests.unit.pipeline.reading import article, knowledge

VETO = "mine:\n  scope: title\n  score: -0.2\n  patterns:\n    - abc\n    - '{pattern}'\n"
TOPIC = "q:\n  title: Q\n  terms: [{weight: 1, words: [quantum]}]\n"
FRAME = ("language: en\nframes:\n  - id: mine\n    family: alliance\n    type: partnership\n    strength: 0.6\n"
         "    words: [weds]\n    shapes: [noun]\n")
SHAPE = "language: en\nshapes:\n  mine:\n    - id: a\n      pattern: 'PATTERN'\n"


@pytest.fixture(scope="module")
def lean(tmp_path_factory):
    """The shipped knowledge with a few organisations and one language: reading all of it takes most of a second."""
    folder = tmp_path_factory.mktemp("lean") / "knowledge"
    (folder / "frames").mkdir(parents=True)
    shipped = shipped_knowledge()
    for path in [*shipped.glob("*.yaml"), shipped / "frames" / "en.yaml"]:
        shutil.copyfile(path, folder / path.relative_to(shipped))
    (folder / "organisations.yaml").write_text("OpenAI: {}\nSK Telecom: {}\nSamsung Electronics: {aliases: [Samsung]}\n"
                                               "Naver: {}\nKakao: {}\n")
    return folder


@pytest.fixture(autouse=True)
def _lean_is_shipped(lean, monkeypatch):
    knowledge()          # in full, before its folder is another one
    monkeypatch.setattr("pipeline.knowledge.shipped_knowledge", lambda: lean)


def loaded(folder, name, text):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return load_knowledge(module.shipped_knowledge(), folder)


def mistake(folder, name, text):
    with pytest.raises(KnowledgeFileError) as failure:
        loaded(folder, name, text)
    assert failure.value.file == str(folder / name)
    assert "\n" not in str(failure.value)
    return failure.value


@pytest.mark.parametrize(("name", "text", "line"), [
    ("vetoes.yaml", VETO.replace("{pattern}", "(abc"), 6),
    ("vetoes.yaml", VETO.replace("{pattern}", "x") + "  unless:\n    - '(abc'\n", 8),
    ("topics.yaml", TOPIC + "  decoration:\n    - x\n    - '(abc'\n", 6),
    ("topics.yaml", TOPIC + "  asides: ['(abc']\n", 4),
    ("latin_names.yaml", "nl:\n  patterns: ['(abc']\n  openers: []\n  common: []\n  places: []\n  kinds: []\n", 2),
    ("boilerplate.yaml", "datelines:\n  - '(abc'\n", 2),
    ("boilerplate.yaml", "sections:\n  - '(abc'\n", 2),
    ("boilerplate.yaml", "lines: ['(abc']\n", 1),
    ("boilerplate.yaml", "passages: ['(abc']\n", 1),
    ("boilerplate.yaml", "words:\n  wire: ['(abc']\n", 2),
    ("boilerplate.yaml", "digests:\n  titles: ['(abc']\n", 2),
    ("boilerplate.yaml", "digests:\n  marks: {number: '(abc'}\n", 2),
    ("names.yaml", "native_patterns: ['(abc']\n", 1),
    ("names.yaml", "native_maybe: ['(abc']\n", 1),
    ("names.yaml", "unnamed:\n  nl: {nouns: [bank], before: '(abc'}\n", 2),
    ("refinements.yaml", "mou:\n  weight: 1\n  patterns: {en: '(abc'}\n", 3),
    ("frames/mine.yaml", SHAPE.replace("PATTERN", "{A} ({R} {B}"), 5),
    ("frames/mine.yaml", "language: en\ndescriptions:\n  - '(abc'\n", 3),
    ("frames/mine.yaml", "language: en\nseparators: ['(abc']\n", 2),
    ("frames/mine.yaml", "language: en\ngroups:\n  make: ['(abc']\n", 3),
])
def test_a_pattern_that_cannot_be_read_is_named_with_its_line(tmp_path, name, text, line):
    found = mistake(tmp_path, name, text)
    assert found.line == line
    assert re.search(r"pattern '.*\(.*' .*unterminated subpattern", str(found))


@pytest.mark.parametrize(("name", "text"), [
    ("vetoes.yaml", VETO.replace("{pattern}", "(a+)+$")),
    ("vetoes.yaml", VETO.replace("{pattern}", r"x(\w+\s?)*y")),
    ("vetoes.yaml", VETO.replace("{pattern}", "(a|a)*$")),
    ("boilerplate.yaml", "passages: ['(?:\\w+ ?)+[.]']\n"),
    ("names.yaml", "native_patterns: ['((?:[가-힣]+ ?)+)은행']\n"),
    ("frames/mine.yaml", "language: en\nseparators: ['(a+)+']\n"),
    ("frames/mine.yaml", SHAPE.replace("PATTERN", "{A}(( [a-z]+)+)+ {R} {B}!")),
])
def test_a_pattern_that_can_run_for_ever_is_refused(tmp_path, name, text):
    assert "can take very long" in str(mistake(tmp_path, name, text))


def shipped_patterns():
    folder = shipped_knowledge()
    kinds = {"vetoes": Veto, "topics": Topic, "latin_names": LatinNames, "refinements": Refinement}
    for name, model in kinds.items():
        path = folder / f"{name}.yaml"
        mapping = TypeAdapter(dict[str, model])  # type: ignore[valid-type]
        yield from read_patterns(path, checked.read(path, mapping, error=KnowledgeFileError))
    for name, model in {"names": Names, "boilerplate": Boilerplate}.items():
        path = folder / f"{name}.yaml"
        yield from read_patterns(path, checked.read(path, TypeAdapter(model), error=KnowledgeFileError))
    by_language: dict[str, FrameFile] = {}       # a language may have several files, which share their groups
    for path in sorted((folder / "frames").glob("*.yaml")):
        file = checked.read(path, TypeAdapter(FrameFile), error=KnowledgeFileError)
        yield from read_patterns(path, file)
        by_language[file.language] = by_language[file.language].under(file) if file.language in by_language else file
    for path, file in ((folder / "frames", file) for file in by_language.values()):
        for name, shapes in file.shapes.items():
            for shape in shapes:
                yield Attempt(path, (name, shape.id), bare_shape(file, shape), fragment=False)
        for kind, patterns in file.roles.items():
            for number, pattern in enumerate(patterns):
                yield Attempt(path, (kind, number), role_pattern(file, pattern), fragment=False)


def test_a_copy_of_a_shipped_file_passes_the_trial():
    tried = list(shipped_patterns())
    given = json.dumps([(one.pattern, one.fragment) for one in tried])
    done = subprocess.run([sys.executable, "-I", "-S", pattern_trial.__file__], input=given, capture_output=True,
                          text=True, check=True)
    assert len(tried) > 1000
    assert [tried[number].place for number in json.loads(done.stdout)] == []


@pytest.mark.parametrize(("name", "text", "line", "words"), [
    ("vetoes.yaml", VETO.replace("{pattern}", "(?P<x>a)"), 6, "names a group"),
    ("vetoes.yaml", VETO.replace("{pattern}", "(?i)a"), 6, "begins with (?i)"),
    ("vetoes.yaml", VETO.replace("{pattern}", ""), 6, "is empty"),
    ("vetoes.yaml", "mine:\n  scope: title\n  score: -0.2\n  patterns: []\n", 4, "must not be empty"),
    ("vetoes.yaml", VETO.replace("{pattern}", "x") + "  families: [allianz]\n", 7,
     "mine: unknown family 'allianz'; allowed: acquisition, alliance, customer"),
    ("names.yaml", "native_patterns: ['은행']\n", 1, "has no (…) around the name"),
    ("frames/mine.yaml", FRAME.replace("partnership", "marriage"), 5, "unknown type 'marriage'; allowed: acquisition"),
    ("frames/mine.yaml", FRAME.replace("alliance", "allianz"), 4, "unknown family 'allianz'; allowed: acquisition"),
    ("frames/mine.yaml", FRAME.replace("noun", "nooun"), 8, "unknown shapes 'nooun'; allowed: "),
    ("frames/mine.yaml", FRAME.replace("[weds]", "['wed{s,ded']"), 7, "a brace without its partner in 'wed{s,ded'"),
    ("frames/mine.yaml", FRAME.replace("0.6", "true"), 6, "must be a number, not true"),
    ("frames/mine.yaml", "language: english\n", 1, "language: 'english' is no language; write two letters"),
    ("frames/mine.yaml", SHAPE.replace("PATTERN", "{A} {C} {R} {B}"), 5, "unknown slot '{C}'; allowed: {A}, {B}"),
    ("frames/mine.yaml", SHAPE.replace("PATTERN", "{A} and {B}"), 5, "has no {R}"),
    ("frames/mine.yaml", SHAPE.replace("PATTERN", "{A} <foo>{R} {B}"), 5, "unknown group 'foo'; allowed: body"),
    ("frames/mine.yaml", SHAPE.replace("PATTERN", "{A} {R} {A}"), 5, "redefinition of group name 'A'"),
    ("status.yaml", "mine: {status: denied, words: ['abc{d,e']}\n", 1, "a brace without its partner"),
    ("status.yaml", "mine:\n  status: denied\n  within: -5\n  words: [x]\n", 3, "within: must be at least 0, not -5"),
    ("topics.yaml", TOPIC.replace("quantum", "'quant{um'"), 3, "a brace without its partner"),
    ("topics.yaml", TOPIC + "  makers:\n    - OpenAI\n    - Open AI Inc\n", 6, "no organisation has the name 'Open AI"),
    ("themes.yaml", "mine: ['a{b']\n", 1, "a brace without its partner"),
    ("refinements.yaml", "marriage:\n  weight: 1\n", 1, "unknown type of event 'marriage'; allowed: acquisition"),
    ("refinements.yaml", "mou:\n  weight: 1\n  party_types: {firm: 1}\n", 3, "'company', 'university'"),
    ("weights.yaml", "titel: 0.2\n", 1, "unknown key 'titel'; allowed: alert_score, title, lead"),
    ("weights.yaml", "title: high\n", 1, "title: must be a number, not 'high'"),
    ("weights.yaml", "title: true\n", 1, "title: must be a number, not true"),
    ("organisations/a.yml", "Tarvela: {}\n", None, "ends in .yml; rename it to a.yaml"),
    ("organisations.yaml", "Tarvela:\n  country: EE\n  country: FI\n", 3, "the key 'country' is there twice"),
    ("organisations.yaml", "Tarvela: {}\nTarvela: {}\n", 2, "the key 'Tarvela' is there twice"),
    ("organisations.yaml", "Tarvela:\n  parent: Tarvela\n", 2, "its parent leads back to itself: Tarvela -> Tarvela"),
    ("organisations.yaml", "A corp:\n  parent: B corp\nB corp:\n  parent: A corp\n", 2, "A corp -> B corp -> A corp"),
    ("organisations.yaml", "A corp:\n  successor: B corp\nB corp: {successor: A corp}\n", 2, "its successor leads"),
    ("organisations.yaml", "Tarvela:\n  successor: Nobody\n", 2, "unknown successor 'Nobody'"),
    ("organisations.yaml", "Tarvela:\n  aliases: [TVR]\n  guards:\n    TVX: {near: [x]}\n", 4,
     "a guard for 'TVX', which is none of its names; its names: Tarvela, TVR"),
    ("organisations.yaml", "Tarvela:\n  guards:\n    Tarvela: {nearr: [x]}\n", 3,
     "unknown key 'nearr'; allowed: near, not_near"),
    ("organisations.yaml", "Tarvela:\n  aliases:\n    - TVR\n    - ''\n", 4, "the name '' has no letter"),
    ("organisations.yaml", "Tarvela:\n  aliases: [The]\n", 2, "'The' is a common word"),
    ("organisations.yaml", "Tarvela:\n  aliases: [T]\n", 2, "'T' is one letter"),
])
def test_a_name_that_nothing_has_and_a_value_that_means_nothing_are_refused(tmp_path, name, text, line, words):
    found = mistake(tmp_path, name, text)
    assert words in str(found)
    assert found.line == line


def test_every_maker_of_a_shipped_topic_is_an_organisation():
    known = knowledge()
    assert [maker for topic in known.topics.topics.values() for maker in topic.makers
            if maker not in known.organisations] == []


def test_every_type_and_family_of_a_shipped_frame_is_declared():
    path = shipped_knowledge() / "event_types.yaml"
    declared = checked.read(path, TypeAdapter(dict[str, dict[str, str]]), error=KnowledgeFileError)
    frames = knowledge().frames
    assert frames.types <= declared.keys()
    assert frames.families <= {one["family"] for one in declared.values()}


def test_a_user_may_add_a_type_of_event(tmp_path):
    (tmp_path / "event_types.yaml").write_text("marriage: {family: alliance}\n")
    mine = loaded(tmp_path, "frames/mine.yaml", FRAME.replace("partnership", "marriage").replace("noun", "verb, noun"))
    (found,) = annotate(article("Samsung weds SK Telecom."), mine).events or annotate(
        article("Samsung weds with SK Telecom."), mine).events
    assert (found.type, found.family) == ("marriage", "alliance")


def test_of_weights_a_user_writes_only_what_changes(tmp_path):
    mine = loaded(tmp_path, "weights.yaml", "title: 0.2\nalert_score: 0.9\n").frames.weights
    shipped = knowledge().frames.weights
    assert (mine.title, mine.lead) == (0.2, shipped.lead)
    assert default_alert_score(shipped_knowledge(), tmp_path) == 0.9


def test_of_word_lists_a_user_may_replace_one_or_add_to_it(tmp_path):
    shipped = knowledge().names.lists
    mine = loaded(tmp_path, "names.yaml", "honorifics: [Lord]\nfirst_names: {add: [Zorblat], remove: [James]}\n"
                                          "both_companies: {the pair of labs: 2}\n").names.lists
    assert mine.honorifics == ["Lord"]
    assert mine.never == shipped.never
    assert set(mine.first_names) == {*shipped.first_names, "Zorblat"} - {"James"}
    assert mine.both_companies == {**shipped.both_companies, "the pair of labs": 2}


def test_of_boilerplate_a_user_may_add_a_line(tmp_path):
    mine = loaded(tmp_path, "boilerplate.yaml", "sections: []\nlines: {add: ['zorblat says hello']}\n")
    text = "About us:\nSamsung and SK Telecom join forces.\nZorblat says hello to Naver and Kakao, who join forces."
    assert {party.organisation for event in annotate(article(text), mine).events for party in event.parties} == {
        "Samsung Electronics", "SK Telecom"}
