"""A workspace whose sources are the running newsroom's outlets."""

from datetime import timedelta
from pathlib import Path
from shutil import copyfile
from typing import Any

import yaml

from core.clock import now
from pactwatch.demo.newsroom import Newsroom, OutletInfo

KNOWLEDGE = Path(__file__).parent / "knowledge" / "organisations" / "demo.yaml"
SETTINGS = """\
[crawl]
contact = "demo@example.org"
allow_networks = ["127.0.0.0/8"]           # the newsroom lives on loopback
delay = 0.0

[catalog]
builtin = false                            # only the newsroom's outlets

[[routes]]
name = "daily"
rules = ["ai-alliances"]
channel = "console"
send = "digest"
at = ["{soon}"]                             # a few minutes ahead, so that the demo shows a digest to come
zone = "UTC"
"""
SOON = timedelta(minutes=10)


def write_workspace(directory: Path, newsroom: Newsroom) -> None:
    """Write settings, one source file an outlet and the demo's organisations into directory.

    The ports of a newsroom change from run to run: the files of an earlier one are overwritten.
    RuntimeError when the newsroom is closed.
    """
    sources = directory / "sources"
    organisations = directory / "knowledge" / "organisations"
    for folder in (sources, organisations):
        folder.mkdir(parents=True, exist_ok=True)
    for outlet in newsroom.outlets:
        text = yaml.safe_dump(_source(outlet), sort_keys=False, allow_unicode=True)
        (sources / f"{outlet.id}.yaml").write_text(text, encoding="utf-8")
    copyfile(KNOWLEDGE, organisations / "demo.yaml")
    (directory / "pactwatch.toml").write_text(SETTINGS.format(soon=f"{now() + SOON:%H:%M}"), encoding="utf-8")


def _source(outlet: OutletInfo) -> dict[str, Any]:
    entry = "feed" if outlet.entry_kind in {"rss", "atom"} else outlet.entry_kind
    point: dict[str, str] = {entry: outlet.entry_url}
    if entry == "listing":
        point["links"] = "article.card h2 a"
    source: dict[str, Any] = {
        "name": outlet.name, "home": f"{outlet.base_url}/", "country": outlet.country,
        "language": outlet.language, "topics": list(outlet.topics), "entry_points": [point],
    }
    if outlet.publisher:
        source["publisher"] = outlet.publisher
    return source
