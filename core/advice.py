"""What to do next about a fetch that failed or a source that goes wrong: one plain sentence for each name."""

from __future__ import annotations

import re

_STATUS = re.compile(r"\bHTTP (\d{3})\b")

_BY_STATUS = {
    "401": "the outlet wants a login: look for another feed, or disable the source",
    "403": "the outlet refuses us: ask it for permission, look for another feed, or disable the source",
    "404": "look up the outlet's present feed and change the address in the source file",
    "410": "the outlet has given this feed up for good: look for another one, or disable the source",
    "429": "nothing now: the outlet asked for patience; a longer `every:` helps if it does so again",
    "451": "the outlet may not serve this here: disable the source",
}
_BY_NAME = {
    "dns_error": "nothing for a day; then see whether the outlet has a new address",
    "tls_error": "nothing for a day; then tell the outlet that its certificate is wrong, or look for a new address",
    "timeout": "nothing: it is tried again by itself",
    "connection_error": "nothing: it is tried again by itself",
    "robots_denied": "look for a feed that robots.txt allows, or disable the source",
    "blocked_address": "correct the address; for a host of your own, add its network to crawl.allow_networks",
    "too_large": "take a smaller feed, or raise crawl.max_feed_mb",
    "not_a_feed": "look up the outlet's present feed and change the address in the source file",
    "empty": "see whether the outlet has moved its feed",
    "invalid": "correct the source file; `pactwatch sources check` says where",
    "bot_wall": "ask the outlet for permission, look for a feed without the check, or disable the source",
    "parked": "the domain is no outlet any more: look for its new one, or disable the source",
    "login_page": "the outlet wants a login: look for another feed, or disable the source",
    "maintenance": "nothing: it is tried again by itself",
    "silent": "open the outlet's page: if it still publishes, its feed has moved",
    "burst": "look at its latest articles: a new template or spam; `sources disable` stops it",
    "extraction": "open one of its latest articles and compare: the outlet has a new template or a wall",
    "holiday": "nothing; if there is none, see whether a proxy on the way serves old pages",
    "network": "see to this machine's network, name service or proxy",
}


def next_step(name: str | None, reason: str | None = "") -> str:
    """What to do next about an outcome of a fetch, or a kind of trouble."""
    found = _STATUS.search(reason or "")
    if found and name in {"http_error", "broken"}:
        known = _BY_STATUS.get(found[1])
        return known or ("nothing: it is tried again by itself" if found[1] >= "500" else _BY_NAME["not_a_feed"])
    if name == "robots_denied" and "cannot be read" in (reason or ""):
        return "nothing: until its robots.txt can be read the outlet is left alone; it is tried again by itself"
    return _BY_NAME.get(name or "", "look at `pactwatch sources list` and the outlet's page")
