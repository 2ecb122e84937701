"""The generated parts of docs/reference: what commands, settings, files, outcomes and errors there are.

A page holds blocks between `<!-- begin NAME -->` and `<!-- end NAME -->`; the text around them is written by hand.
`python -m pactwatch.reference docs/reference` fills the blocks; a test compares them.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from enum import Enum, StrEnum
from pathlib import Path
from typing import Any

from pydantic import BaseModel

BLOCK = re.compile(r"(<!-- begin ([a-z-]+) -->\n).*?(<!-- end \2 -->)", re.DOTALL)


def fill(page: str) -> str:
    """A page with each of its blocks written anew. A block that nobody generates raises KeyError."""
    return BLOCK.sub(lambda found: f"{found[1]}\n{BLOCKS[found[2]]().strip()}\n\n{found[3]}", page)


def write(folder: Path) -> list[Path]:
    """Fill the blocks of every page in the folder; the pages that changed."""
    changed = []
    for page in sorted(folder.glob("*.md")):
        before = page.read_text(encoding="utf-8")
        after = fill(before)
        if after != before:
            page.write_text(after, encoding="utf-8")
            changed.append(page)
    return changed


def commands() -> str:
    """Every command of the command line: what it does, its example, its arguments and options."""
    return "\n\n".join(_command_section(path, command) for path, command in walk_commands())


def walk_commands() -> Iterator[tuple[str, Any]]:
    """Every command that does something, as (`pactwatch sources add`, the command)."""
    import typer.main

    from pactwatch.cli import application

    def walk(path: str, command: Any) -> Iterator[tuple[str, Any]]:
        members = getattr(command, "commands", None)
        if members is None:
            yield path, command
        else:
            for name, member in members.items():
                if not member.hidden:
                    yield from walk(f"{path} {name}", member)

    return walk("pactwatch", typer.main.get_command(application()))


def _command_section(path: str, command: Any) -> str:
    text, example = _split_example(inspect.cleandoc(command.help or ""))
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    options = [p for p in command.params if p.param_type_name == "option" and not p.hidden]
    usage = " ".join([path, *(["[OPTIONS]"] if options else []), *(_argument_name(a) for a in arguments)])
    parts = [f"## {path.removeprefix('pactwatch ')}", f"`{usage}`", text]
    if example:
        parts.append(f"```\n{example}\n```")
    rows = [(f"`{_argument_name(a)}`", a.help or "", "") for a in arguments]
    rows += [(_option_name(o), o.help or "", _option_default(o)) for o in options]
    if rows:
        parts.append(_table(("argument or option", "meaning", "default"), rows))
    return "\n\n".join(part for part in parts if part)


def _split_example(text: str) -> tuple[str, str]:
    """The help text and the commands of its `Example:`."""
    before, _, after = text.partition("Example:")
    paragraphs = [" ".join(p.split()) for p in before.strip().split("\n\n")]
    return "\n\n".join(paragraphs), "\n".join(line.strip() for line in after.strip().splitlines())


def _argument_name(argument: Any) -> str:
    if argument.metavar:
        return str(argument.metavar)
    name = argument.name.upper() + ("..." if argument.nargs != 1 else "")
    return name if argument.required else f"[{name}]"


def _option_name(option: Any) -> str:
    names = ", ".join(f"`{name}`" for name in [*option.opts, *option.secondary_opts])
    if option.is_flag:
        return names
    kind = option.type_descriptor.annotation
    if isinstance(kind, type) and issubclass(kind, Enum):
        return f"{names} " + ", ".join(f"`{member.value}`" for member in kind)
    return f"{names} {option.metavar or option.opts[0].lstrip('-').upper()}"


def _option_default(option: Any) -> str:
    value = option.default
    if callable(value) or value in (None, False, (), []):
        return ""
    return f"`{getattr(value, 'value', value)}`"


def settings() -> str:
    """Every setting by section, with its values, default and environment variable."""
    from core.settings import ChannelSettings, RouteSettings, Settings
    from core.workspace import PREFIX

    parts = []
    for section, field in Settings.model_fields.items():
        model: Any = {"routes": RouteSettings, "channels": ChannelSettings}.get(section, field.annotation)
        if not (isinstance(model, type) and issubclass(model, BaseModel)):
            continue
        header = {"routes": "[[routes]]", "channels": "[channels.NAME]"}.get(section, f"[{section}]")
        inside = {"channels": "CHANNELS__NAME"}.get(section, section.upper())
        rows = []
        for name, values, default, meaning in fields_of(model):
            variable = "" if section == "routes" else f"`{PREFIX}{inside}__{name.upper()}`"
            rows.append((f"`{name}`", meaning, values, default, variable))
        columns = ("key", "meaning", "values", "default", "environment variable")
        width = 4 if section == "routes" else 5
        parts += [f"## {header}", _one_line(model.__doc__), _table(columns[:width], [row[:width] for row in rows])]
    return "\n\n".join(parts)


def source_file() -> str:
    """The keys of a source file, of its entry points and of its limits."""
    from scrapers.source import Checked, EntryPoint, Extraction, Limits, SourceFile

    return _models({"Keys of the file": SourceFile, "Keys of an entry point": EntryPoint, "Keys of `limits`": Limits,
                    "Keys of `extract`": Extraction, "Keys of `checked`": Checked})


def packs() -> str:
    """The shipped packs, and the keys of a pack."""
    from core.workspace import shipped
    from pactwatch.outletpage import pack_rows
    from scrapers.packs import Pack

    table = _table(("pack", "what it is", "outlets"), pack_rows(shipped("scrapers", "")))
    return f"## Packs\n\n{table}\n\n" + _models({"Keys of a pack": Pack})


def outlets() -> str:
    """The shipped outlets by country, and how the addresses of each are known."""
    from core.workspace import shipped
    from pactwatch.outletpage import by_country, figures

    folder = shipped("scrapers", "")
    columns = ("source", "outlet", "language", "topics", "announced by", "seen in", "newest", "watched")
    parts = ["## Outlets", figures(folder)]
    for country, rows in by_country(folder):
        parts += [f"### {country}", _table(columns, rows)]
    return "\n\n".join(parts)


def rule_file() -> str:
    """The keys of a rule file and of its examples."""
    from pipeline.rulebook import RuleExample, RuleFile

    return _models({"Keys of the file": RuleFile, "Keys of an example": RuleExample})


def event_kinds() -> str:
    """What `event:` can ask for, and the parts that the parties of an event play."""
    from core.records import BY_STATUS, COOPERATION, ROLES
    from pipeline.knowledge import load_knowledge, shipped_knowledge

    types: dict[str, set[str]] = {}
    frames = load_knowledge(shipped_knowledge()).frames
    for frame in frames.frames:
        types.setdefault(frame.family, set()).add(frame.type)
    types[COOPERATION] |= frames.types - set().union(*types.values())
    kinds = [(f"`{family}`", ", ".join(f"`{one}`" for one in sorted(held))) for family, held in sorted(types.items())]
    kinds += [(f"`{kind}`", f"`{COOPERATION}` whose status is `{status}`") for kind, status in BY_STATUS.items()]
    roles = [(f"`{role}`", meaning) for role, meaning in ROLES.items()]
    return "\n\n".join([
        "## Kinds of event", "`event:` takes a kind, which holds its types, or one of these types.",
        _table(("kind", "types"), kinds),
        "## Roles of parties",
        "`rules explain` and `show` name the part that each party plays, where the text says so.",
        _table(("role", "the party"), roles),
    ])


def _models(models: dict[str, type[BaseModel]]) -> str:
    parts = []
    for title, model in models.items():
        rows = [(f"`{name}`", meaning, values, default) for name, values, default, meaning in fields_of(model)]
        parts += [f"## {title}", _one_line(model.__doc__), _table(("key", "meaning", "values", "default"), rows)]
    return "\n\n".join(parts)


def fields_of(model: type[BaseModel]) -> list[tuple[str, str, str, str]]:
    """The keys of a model that a user may write, as (key, allowed values, default, meaning)."""
    schema = model.model_json_schema(by_alias=True, mode="validation")
    rows = []
    for name, field in model.model_fields.items():
        if field.exclude:
            continue
        key = field.alias or name
        entry = schema["properties"][key]
        defined = schema.get("$defs", {})
        value = entry.get("default")
        default = "" if value in (None, [], "") or isinstance(value, dict) else f"`{_toml(value)}`"
        if field.is_required():
            default = "required"
        rows.append((key, _values(entry, defined), default, field.description or ""))
    return rows


def _values(entry: dict[str, Any], defined: dict[str, Any]) -> str:
    """The allowed values of a JSON schema entry, in words."""
    entry = defined.get(entry.get("$ref", "").rpartition("/")[2], entry)
    if "enum" in entry:
        return ", ".join(f"`{str(value).lower() if isinstance(value, bool) else value}`" for value in entry["enum"])
    if "anyOf" in entry:
        return ", or ".join(_values(option, defined) for option in entry["anyOf"] if option.get("type") != "null")
    if entry.get("type") == "object":
        return "keys, see below"
    if entry.get("type") == "array":
        return f"list of {_values(entry['items'], defined)}"
    words = {"string": "text", "integer": "whole number", "number": "number", "boolean": "`true`, `false`"}
    formats = {"path": "path", "password": "secret", "duration": "interval"}
    word = formats.get(entry.get("format", "")) or words[entry["type"]]
    signs = {"minimum": "from", "exclusiveMinimum": "over", "maximum": "to", "exclusiveMaximum": "under"}
    return " ".join([word, *(f"{sign} {entry[key]:g}" for key, sign in signs.items() if key in entry)])


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return f'"{value}"' if isinstance(value, str) else f"{value:g}"


def outcomes() -> str:
    """The named states and outcomes, each with what the code says of it."""
    from archive.setbacks import Weight
    from archive.troubles import Kind
    from core.captures import Left
    from core.records import AddressState, EventStatus, Outcome

    parts = []
    kinds = {"States of an address": AddressState, "Outcomes of a fetch": Outcome, "Statuses of an event": EventStatus,
             "Weights of a failed poll": Weight, "Troubles of a source": Kind,
             "Records that a backfill leaves out": Left}
    for title, kind in kinds.items():
        rows = [(f"`{name}`", meaning) for name, meaning in members_of(kind)]
        parts += [f"## {title}", _one_line(kind.__doc__), _table(("name", "meaning"), rows)]
    return "\n\n".join(parts)


def members_of(kind: type[StrEnum]) -> list[tuple[str, str]]:
    """The members of an enumeration, each with the comment that stands beside it."""
    comments = dict(re.findall(r'^\s+\w+ = "(\w+)"\s*#\s*(.+)$', inspect.getsource(kind), re.MULTILINE))
    return [(member.value, comments.get(member.value, "")) for member in kind]


def views() -> str:
    """The views of the database, with their columns."""
    from archive.tables.views import VIEWS

    parts = []
    for view in VIEWS:
        rows = [(f"`{name}`", meaning) for name, _, meaning in view.columns]
        parts += [f"## {view.name}", view.about, _table(("column", "meaning"), rows)]
    return "\n\n".join(parts)


def metrics() -> str:
    """The figures of `/metrics`: those of a process, and those of the archive."""
    from core.metrics import PROCESS
    from web.figures import ArchiveFigures

    parts = []
    for title, about, figures in (
        ("Figures of the archive", "The same in every process that shows them: take the largest, add none up.",
         ArchiveFigures().figures),
        ("Figures of a process", "Add them up over all processes. Beside them stand `process_…`, from the system.",
         PROCESS),
    ):
        rows = [(f"`{one.name}`", one.kind, ", ".join(f"`{label}`" for label in one.labels), one.about)
                for one in sorted(figures.described, key=lambda one: one.name)]
        parts += [f"## {title}", about, _table(("name", "kind", "labels", "meaning"), rows)]
    return "\n\n".join(parts)


def log_events() -> str:
    """The events of the logs."""
    from pactwatch.logbook import MEANINGS, events

    rows = [(f"`{name}`", ", ".join(sorted(one.levels)), ", ".join(sorted(one.components)),
             ", ".join(f"`{field}`" for field in sorted(one.fields)), MEANINGS.get(name, ""))
            for name, one in sorted(events().items())]
    return _table(("event", "level", "component", "fields", "meaning"), rows)


def errors() -> str:
    """The tree of errors: the first level is the policy."""
    from core.errors import PactwatchError

    parts = []
    for policy in PactwatchError.__subclasses__():
        rows = [(f"`{error.__name__}`", _one_line(error.__doc__)) for error in subclasses_of(policy)]
        parts += [f"## {policy.__name__}", _one_line(policy.__doc__)]
        if rows:
            parts.append(_table(("error", "message"), rows))
    return "\n\n".join(parts)


def subclasses_of(error: type[Exception]) -> list[type[Exception]]:
    """All errors below this one that core.errors defines."""
    found = []
    for child in error.__subclasses__():
        if child.__module__ == "core.errors":
            found += [child, *subclasses_of(child)]
    return found


def _one_line(text: str | None) -> str:
    return " ".join((text or "").split())


def _table(columns: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [columns, tuple("---" for _ in columns), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


BLOCKS: dict[str, Callable[[], str]] = {
    "commands": commands,
    "settings": settings,
    "source-file": source_file,
    "packs": packs,
    "outlets": outlets,
    "rule-file": rule_file,
    "event-kinds": event_kinds,
    "outcomes": outcomes,
    "errors": errors,
    "metrics": metrics,
    "log-events": log_events,
    "views": views,
}

if __name__ == "__main__":
    for path in write(Path(sys.argv[1])):
        sys.stdout.write(f"wrote {path}\n")
