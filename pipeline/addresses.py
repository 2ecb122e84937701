"""Addresses that a page gives of itself and of its picture."""

from __future__ import annotations

from urllib.parse import urldefrag, urljoin, urlsplit

from pipeline.head import clean


def absolute(address: str | None, base: str) -> str | None:
    """The address resolved against the page's, without fragment; None unless it is http(s)."""
    if not address:
        return None
    try:
        joined = urldefrag(urljoin(base, clean(address).strip())).url
        parts = urlsplit(joined)
    except ValueError:
        return None
    return joined if parts.scheme in {"http", "https"} and parts.hostname else None


def canonical_address(url: str, *declared_ones: str | None) -> str:
    """What the page declares as its own address, if that is another page of the same site."""
    own = absolute(url, url) or url
    for declared in declared_ones:
        address = absolute(declared, url)
        if not address or not same_site(address, own):
            continue
        # Some systems declare the front page on every page.
        if urlsplit(address).path.strip("/") or not urlsplit(own).path.strip("/"):
            return address
    return own


def same_site(a: str, b: str) -> bool:
    """Whether two addresses belong to one registered name (`m.example.co.kr` and `www.example.co.kr`)."""
    return _site(a) == _site(b)


def _site(url: str) -> str:
    host = (urlsplit(url).hostname or "").rstrip(".")
    labels = host.split(".")
    if ":" in host or labels[-1].isdigit() or len(labels) < 3:
        return host
    # Second-level registries (co.kr, com.cn, or.jp) have short names under a country's two letters.
    registry = len(labels[-1]) == 2 and len(labels[-2]) <= 3
    return ".".join(labels[-3:] if registry else labels[-2:])
