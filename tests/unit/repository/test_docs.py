"""The documentation cannot fall behind: its tables are generated, its links lead somewhere, its commands exist."""

import re
import shlex

import pytest
from pydantic import BaseModel

from archive import outbox
from core import records
from core.captures import Left
from core.clock import now
from core.errors import PactwatchError
from core.settings import ChannelSettings, RouteSettings, Settings
from pactwatch import reference
from pactwatch.summary import PassSummary
from tests.unit.repository.code import ROOT

REFERENCE = ROOT / "docs" / "reference"
PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")] + sorted(
    (ROOT / "docs").rglob("*.md")
)
# A line of a code block, or a text between backticks, that calls the program.
CALL = re.compile(r"(?:^|`|\| )(?:\S+/bin/)?(pactwatch [a-z][^`\n|#<]*)", re.MULTILINE)


def page(name):
    return (REFERENCE / name).read_text(encoding="utf-8")


def called(text):
    """The longest prefix of a call that consists of plain words: `pactwatch sources list`."""
    words = shlex.split(text.strip().rstrip(".,:;"))
    plain = [w for w in words[:3] if re.fullmatch(r"[a-z-]+", w) and not w.startswith("-")]
    return " ".join(plain)


@pytest.mark.parametrize("path", sorted(REFERENCE.glob("*.md")), ids=lambda p: p.stem)
def test_the_generated_parts_are_up_to_date(path):
    written = path.read_text(encoding="utf-8")
    assert reference.BLOCK.search(written), "no block to fill"
    assert written == reference.fill(written), "run `make docs`"


def test_every_block_has_its_page():
    blocks = {
        found[2]
        for path in REFERENCE.glob("*.md")
        for found in reference.BLOCK.finditer(path.read_text(encoding="utf-8"))
    }
    assert blocks == set(reference.BLOCKS)


def test_every_command_has_a_section_an_explanation_and_an_example():
    sections = set(re.findall(r"^## (.+)$", page("commands.md"), re.MULTILINE))
    commands = dict(reference.walk_commands())
    assert sections == {path.removeprefix("pactwatch ") for path in commands}
    assert [
        path
        for path, command in commands.items()
        if f"Example: {path}" not in command.help and f"| {path}" not in command.help
    ] == []


def test_every_option_of_a_command_says_what_it_does():
    silent = [f"{path} {p.name}" for path, command in reference.walk_commands() for p in command.params
              if not getattr(p, "hidden", False) and not p.help]
    assert silent == []


def test_every_setting_has_a_description_and_stands_in_its_page():
    sections = {name: field.annotation for name, field in Settings.model_fields.items()} | {
        "routes": RouteSettings, "channels": ChannelSettings}
    models = {
        name: model for name, model in sections.items() if isinstance(model, type) and issubclass(model, BaseModel)
    }
    assert [f"{s}.{k}" for s, m in models.items() for k, f in m.model_fields.items() if not f.description] == []
    assert [
        f"{s}.{k}" for s, m in models.items() for k in m.model_fields if f"| `{k}` |" not in page("settings.md")
    ] == []


@pytest.mark.parametrize("kind", [records.AddressState, records.Outcome, records.EventStatus, Left])
def test_every_state_and_outcome_is_explained(kind):
    assert [name for name, meaning in reference.members_of(kind) if not meaning] == []
    assert [member for member in kind if f"| `{member}` |" not in page("outcomes.md")] == []


def test_every_state_of_a_delivery_is_explained():
    states = {*outbox.UNFINISHED, *PassSummary(started=now()).deliveries}
    assert [name for name in states if f"| `{name}` | " not in page("outcomes.md")] == []


def test_every_error_stands_in_its_page():
    names = [e.__name__ for e in reference.subclasses_of(PactwatchError)]
    assert [
        name for name in names if f"`{name}`" not in page("errors.md") and f"## {name}" not in page("errors.md")
    ] == []


@pytest.mark.parametrize("path", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_lead_to_files_that_exist(path):
    links = re.findall(r"\]\(([^)#\s]+)", path.read_text(encoding="utf-8"))
    local = [link for link in links if not link.startswith(("http://", "https://"))]
    assert [link for link in local if not (path.parent / link).exists()] == []


@pytest.mark.parametrize("path", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_the_commands_that_pages_tell_to_run_exist(path):
    known = {command for command, _ in reference.walk_commands()}
    calls = {called(found) for found in CALL.findall(path.read_text(encoding="utf-8"))}
    unknown = [c for c in calls if not any(c == k or c.startswith(f"{k} ") for k in known)]
    assert unknown == []


def test_a_command_that_does_not_exist_would_be_noticed():
    assert called("pactwatch sources frobnicate NAME") == "pactwatch sources frobnicate"
    assert CALL.findall("see `pactwatch rules test hbm`.\n  pactwatch run --all\n") == ["pactwatch rules test hbm"]
