"""Knowledge is read in layers, and a mistake in it is named with its place."""

import pytest

from core.errors import KnowledgeFileError
from pipeline.annotate import annotate
from pipeline.knowledge import load_knowledge, shipped_knowledge
from tests.unit.pipeline.reading import article, knowledge


def written(folder, files):
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def loaded(folder, files):
    return load_knowledge(shipped_knowledge(), written(folder, files))


def test_a_users_organisation_is_known(tmp_path):
    mine = loaded(
        tmp_path, {"organisations/mine.yaml": "Tarvela Robotics: {type: company, country: EE, aliases: [TVR]}"}
    )
    assert mine.organisations["Tarvela Robotics"].country == "EE"
    assert annotate(article("TVR grew."), mine).mentions[0].organisation == "Tarvela Robotics"


def test_a_users_entry_of_the_same_name_wins_whole(tmp_path):
    mine = loaded(tmp_path, {"organisations.yaml": "SK Telecom: {country: KR, aliases: [SKTX]}"})
    assert mine.organisations["SK Telecom"].aliases == ["SKTX"]
    assert mine.gazetteer.resolve("SKT") == set()


def test_a_users_frame_finds_events(tmp_path):
    mine = loaded(
        tmp_path,
        {
            "frames/mine.yaml": (
                "language: en\nframes:\n  - {id: en.pool, family: alliance, type: partnership, strength: 0.7,"
                " words: [pool their ships], shapes: [verb]}\n"
            )
        },
    )
    events = annotate(article("Samsung and SK Telecom pool their ships."), mine).events
    assert events[0].relation.text == "pool their ships"
    assert annotate(article("Samsung and SK Telecom join forces."), mine).events


def test_a_users_topic_and_status_cue_are_used(tmp_path):
    mine = loaded(tmp_path, {
        "topics.yaml": "ships: {title: Ships, terms: [{weight: 1, words: ['ship{,s}']}]}",
        "status.yaml": "mine.rumoured: {status: rumoured, words: [so the birds sing]}"})
    event = annotate(article("Samsung and SK Telecom join forces on ships, so the birds sing."), mine).events[0]
    assert (event.topics, event.status) == (("ships",), "rumoured")


def test_the_version_changes_with_the_files_only(tmp_path):
    assert loaded(tmp_path / "a", {}).version == knowledge().version
    assert loaded(tmp_path / "b", {"organisations.yaml": "Tarvela: {}"}).version != knowledge().version


@pytest.mark.parametrize(
    ("name", "text", "line", "words"),
    [
        (
            "organisations.yaml",
            "Tarvela:\n  type: company\n  colour: red\n",
            3,
            "unknown key 'colour'; allowed: type, country",
        ),
        ("organisations.yaml", "Tarvela:\n  aliases: TVR\n", 2, "aliases: must be a list, not 'TVR'"),
        ("organisations.yaml", "Tarvela:\n  type: firm\n", 2, "must be 'company', 'university'"),
        (
            "organisations.yaml",
            "Tarvela:\n  type: company\n  country: ZZ\n",
            3,
            "'ZZ' is no country; allowed: two-letter codes of ISO 3166",
        ),
        ("organisations.yaml", "Tarvela:\n  parent: Nobody Known\n", 2, "unknown parent 'Nobody Known'"),
        ("organisations.yaml", "Tarvela:\n  extends: true\n", 2, "there is no organisation 'Tarvela' to extend"),
        ("topics.yaml", "ships:\n  title: Ships\n  terms:\n    - weight: 3\n      words: [ship]\n", 4, "3"),
        (
            "status.yaml",
            "mine:\n  status: perhaps\n  words: [x]\n",
            2,
            "'announced', 'planned', 'rumoured', 'denied', 'ended' or 'background'",
        ),
        (
            "frames/mine.yaml",
            "language: en\nframes:\n  - {id: x, family: a, type: b, strength: 0.5, words: [x], shapes: [nouns]}\n",
            3,
            "unknown shapes 'nouns'; did you mean 'noun'",
        ),
        ("frames/mine.yaml", "language: en\nshapes:\n  odd:\n    - {id: o, pattern: '{A} ('}\n", 4, "not a pattern"),
        (
            "frames/mine.yaml",
            "language: en\nshapes:\n  odd:\n    - {id: o, pattern: '{A} <nothing>'}\n",
            4,
            "unknown group 'nothing'",
        ),
        ("people.yaml", "x: y\n", None, "unknown knowledge file 'people.yaml'; allowed: organisations.yaml"),
        ("organisations.yaml", "Tarvela: [\n", 2, "YAML"),
    ],
)
def test_a_mistake_is_named_with_file_line_and_what_is_allowed(tmp_path, name, text, line, words):
    with pytest.raises(KnowledgeFileError) as failure:
        loaded(tmp_path, {name: text})
    assert name.split("/")[-1] in str(failure.value)
    assert words in str(failure.value)
    assert failure.value.line == line


def test_an_organisation_twice_in_one_folder_is_refused(tmp_path):
    with pytest.raises(KnowledgeFileError, match=r"'Tarvela' is also in a\.yaml"):
        loaded(tmp_path, {"organisations/a.yaml": "Tarvela: {}", "organisations/b.yaml": "Tarvela: {}"})


def test_an_alias_of_two_organisations_is_refused_with_both_names_and_places(tmp_path):
    files = {"organisations.yaml": "Tarvela:\n  aliases: [TVR]\nQuillon:\n  aliases:\n    - QLN\n    - TVR\n"}
    with pytest.raises(KnowledgeFileError) as failure:
        loaded(tmp_path, files)
    assert failure.value.line == 6
    assert "'TVR' names 'Quillon' here and 'Tarvela' in organisations.yaml:2" in str(failure.value)


def test_two_organisations_may_share_an_alias_that_both_guard(tmp_path):
    mine = loaded(tmp_path, {"organisations.yaml": (
        "Tarvela: {aliases: [TVR], guards: {TVR: {near: [robot]}}}\n"
        "Quillon: {aliases: [TVR], guards: {TVR: {near: [bakery]}}}\n")})
    mentions = annotate(article("TVR baked. The bakery grew."), mine).mentions
    assert [mention.organisation for mention in mentions] == ["Quillon"]


def test_a_users_alias_wins_over_a_shipped_one(tmp_path):
    mine = loaded(tmp_path, {"organisations.yaml": "Tarvela Robotics: {aliases: [SKT]}"})
    assert annotate(article("SKT grew."), mine).mentions[0].organisation == "Tarvela Robotics"


def test_a_users_entry_that_extends_only_adds(tmp_path):
    mine = loaded(tmp_path, {"organisations.yaml": "SK Telecom: {extends: true, aliases: [SKTX], tickers: [SKTX.X]}"})
    entry, below = mine.organisations["SK Telecom"], knowledge().organisations["SK Telecom"]
    assert entry.aliases == [*below.aliases, "SKTX"]
    assert (entry.type, entry.country, entry.ko) == (below.type, below.country, below.ko)
    assert mine.gazetteer.resolve("SKT") == mine.gazetteer.resolve("sktx") == {"SK Telecom"}


def test_a_folder_that_does_not_exist_holds_nothing(tmp_path):
    assert load_knowledge(shipped_knowledge(), tmp_path / "none").version == knowledge().version


def test_every_shipped_shape_is_a_pattern():
    patterns = [shape.pattern for frame in knowledge().frames.frames for shape in frame.shapes]
    assert len(patterns) > 100
