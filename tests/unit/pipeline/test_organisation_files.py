"""The shipped organisation files are consistent: names, aliases, parents, countries, guards."""

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parents[3] / "pipeline" / "knowledge" / "organisations"
TYPES = {"company", "university", "institute", "government", "association", "foundation", "lab"}
NAME_LISTS = ("aliases", "ko", "ja", "zh", "products")
KEYS = {"type", "country", "parent", "successor", "tickers", "guards", *NAME_LISTS}
HANGUL = re.compile(r"[가-힣]")


class _StrictLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Refuses a key that stands twice in one mapping, which YAML would silently overwrite."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value]
        twice = {key for key in keys if keys.count(key) > 1}
        if node.tag == "tag:yaml.org,2002:map" and twice:
            raise ValueError(f"{node.start_mark}: key twice: {sorted(twice)}")
        return super().construct_mapping(node, deep)  # type: ignore[no-any-return]


_StrictLoader.add_constructor("tag:yaml.org,2002:map", lambda loader, node: loader.construct_mapping(node, deep=True))


@cache
def _files() -> dict[str, dict[Any, Any]]:
    return {
        path.name: yaml.load(path.read_text(encoding="utf-8"), Loader=_StrictLoader)
        for path in sorted(FOLDER.glob("*.yaml"))
    }


def _entries() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for file, content in _files().items():
        for name, entry in content.items():
            yield file, name, entry


def _names(name: str, entry: dict[str, Any]) -> Iterator[str]:
    yield name
    for key in NAME_LISTS:
        yield from entry.get(key, ())


def test_each_canonical_name_stands_in_one_file_only() -> None:
    homes = defaultdict(list)
    for file, name, _ in _entries():
        homes[str(name).casefold()].append(f"{file}: {name}")
    assert [where for where in homes.values() if len(where) > 1] == []


def test_no_name_is_claimed_by_two_organisations() -> None:
    owners = defaultdict(set)
    for _, name, entry in _entries():
        for form in _names(name, entry):
            owners[form.casefold()].add(name)
    assert {form: sorted(who) for form, who in owners.items() if len(who) > 1} == {}


def test_no_name_stands_twice_in_an_entry() -> None:
    repeated = []
    for file, name, entry in _entries():
        for key in ("aliases", "products", "ko", "ja", "zh", "tickers"):
            values = entry.get(key, ())
            if len(set(values)) < len(values) or (key == "aliases" and name in values):
                repeated.append((file, name, key))
    assert repeated == []


def test_no_ticker_is_claimed_by_two_organisations() -> None:
    owners = defaultdict(list)
    for _, name, entry in _entries():
        for ticker in entry.get("tickers", ()):
            owners[ticker].append(name)
    assert {ticker: who for ticker, who in owners.items() if len(who) > 1} == {}


def test_every_name_is_text_without_stray_blanks() -> None:
    wrong = []
    for file, name, entry in _entries():
        for form in (*_names(name, entry), *entry.get("tickers", ())):
            text = isinstance(form, str) and form == " ".join(form.split())
            if not text or not form or (len(form) == 1 and not form.isupper()):
                wrong.append((file, name, form))
    assert wrong == []


def test_every_entry_uses_known_keys_and_lists_where_lists_belong() -> None:
    wrong = []
    for file, name, entry in _entries():
        lists = [entry[key] for key in (*NAME_LISTS, "tickers") if key in entry]
        if not entry.keys() <= KEYS or not all(isinstance(value, list) and value for value in lists):
            wrong.append((file, name))
    assert wrong == []


def test_every_type_is_allowed_and_every_country_is_a_two_letter_code() -> None:
    wrong = [
        (file, name, entry.get("type"), entry.get("country"))
        for file, name, entry in _entries()
        if entry.get("type") not in TYPES
        or not isinstance(entry.get("country"), str)
        or not re.fullmatch(r"[A-Z]{2}", entry["country"])
    ]
    assert wrong == []


def test_every_parent_exists_and_no_chain_of_parents_is_a_circle() -> None:
    parents = {name: entry.get("parent") for _, name, entry in _entries()}
    missing = {name: parent for name, parent in parents.items() if parent and parent not in parents}
    assert missing == {}
    circles = []
    for name in parents:
        seen, step = {name}, parents[name]
        while step and step not in seen:
            seen.add(step)
            step = parents[step]
        if step:
            circles.append(name)
    assert circles == []


def test_every_guard_is_for_a_name_of_its_entry_and_says_near_or_not_near() -> None:
    wrong = []
    for file, name, entry in _entries():
        for form, guard in entry.get("guards", {}).items():
            words = [word for key in guard for word in guard[key]]
            known = set(guard) <= {"near", "not_near"} and all(isinstance(word, str) for word in words)
            if form not in set(_names(name, entry)) or not words or not known or not all(words):
                wrong.append((file, name, form))
    assert wrong == []


def test_every_korean_organisation_has_a_korean_name() -> None:
    without = [
        (file, name)
        for file, name, entry in _entries()
        if entry["country"] == "KR" and not any(HANGUL.search(form) for form in entry.get("ko", ()))
    ]
    assert without == []


def test_the_gazetteer_is_large_enough_and_reads_korean() -> None:
    entries = [entry for _, _, entry in _entries()]
    korean = [entry for entry in entries if any(HANGUL.search(form) for form in entry.get("ko", ()))]
    assert len(entries) >= 300
    assert len(korean) >= 250


def test_press_short_names_belong_to_the_organisation_that_the_press_means() -> None:
    owner = {form: name for _, name, entry in _entries() for form in _names(name, entry)}
    expected = {
        "Samsung": "Samsung Electronics",
        "SKT": "SK Telecom",
        "SK": "SK Group",
        "LG": "LG Group",
        "LGU+": "LG Uplus",
        "Hyundai": "Hyundai Motor",
        "Toyota": "Toyota Motor",
        "Sony": "Sony Group",
        "AWS": "Amazon Web Services",
        "과기정통부": "Ministry of Science and ICT",
        "챗GPT": "OpenAI",
        "谷歌": "Google",
        "ソフトバンク": "SoftBank Group",
    }
    assert {form: owner.get(form) for form in expected} == expected
