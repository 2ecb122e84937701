"""One spelling for each page: canonical addresses, without trackers, session ids, AMP and mobile variants."""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import SplitResult, unquote, urljoin, urlsplit, urlunsplit

from w3lib.url import safe_url_string

LONGEST = 2083
_PORTS = {"http": 80, "https": 443}

# Parameters that say where a reader came from, never which page is meant.
_TRACKERS = re.compile(
    r"(?:utm|mtm|pk|hsa|at|stm|wt|oly|vero|trk|sc|mkt|itm)_[a-z_]+|(?:fb|g|d|msclk|yclk|y|yc|tw|tt)clid|[gw]braid|gclsrc|igsh(?:id)?|mc_[ce]id|"
    r"_ga|_gl|_hsenc|_hsmi|hsctatracking|s_cid|ns_[a-z]+|ref(?:_?(?:src|url))?|referr?er|spref|cmp(?:id)?|ncid|ocid|soc_(?:src|trk)|smid|smtyp|"
    r"srsltid|li_fat_id|gad_source|mibextid|_openstat|vgo_ee|rb_clickid|sr_share|wtrid|xtor|__twitter_impression|shared?|from_rss|spm|icid|ftag|emc|guccounter|guce_referrer(?:_sig)?",
    re.IGNORECASE,
)
_SESSIONS = re.compile(
    r"jsessionid|phpsessid|aspsessionid\w*|asp\.net_sessionid|oscsid|zenid|cfid|cftoken|session_?id|sess(?:ion)?|sid|s",
    re.IGNORECASE,
)
# A short id may name a page (`?sid=101` is a section of a portal); a long mix of letters and digits is a session.
_TOKEN = re.compile(r"(?=[a-z-]*\d)(?=[\d-]*[a-z])[a-z0-9-]{16,}", re.IGNORECASE)
_ALWAYS_SESSION = re.compile(r"jsessionid|phpsessid|oscsid|zenid|aspsessionid\w*|cfid|cftoken", re.IGNORECASE)
# The second is of ASP.NET where a browser takes no cookies.
_PATH_SESSION = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/?#]*|/\([SF]\([A-Za-z0-9]{20,}\)\)(?=/)", re.IGNORECASE)
_VARIANTS = {
    ("amp", ""),
    ("amp", "1"),
    ("amp", "true"),
    ("m", "amp"),
    ("output", "amp"),
    ("outputtype", "amp"),
    ("output_type", "amp"),
    ("outputtype", "chromeless"),
    ("print", ""),
    ("print", "1"),
    ("print", "true"),
    ("print", "yes"),
    ("print", "y"),
    ("view", "print"),
    ("format", "print"),
}
_ESCAPE = re.compile("%[0-9a-f]{2}", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029\u200b\ufeff]+")
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?\.?")
_SECOND_LEVEL = {"ac", "co", "com", "edu", "go", "gov", "ne", "net", "or", "org"}
# A mobile page keeps its path on the main host only where the path itself names the article.
_NAMES_AN_ARTICLE = re.compile(r"\d{5,}|/\d{4}/\d{1,2}/|[^/-]+(?:-[^/-]+){3}")
_SCRIPT = re.compile(r"\.(?:php|aspx?|jsp|do|cgi|nhn)$", re.IGNORECASE)


def canonical(url: str, base: str | None = None) -> str | None:
    """The canonical form of a web address, or None where it is not one that can be fetched.

    Only http and https, host in lower case and IDNA, no default port, no fragment, no user name, no trackers or
    session ids; AMP and, where safe, mobile addresses become the main one. The order of the query is kept, for
    some sites depend on it. Giving the result again returns it unchanged.
    """
    try:
        return _canonical(url, base)
    except (ValueError, UnicodeError):  # urllib and the IDNA codec refuse by ValueError
        return None


@lru_cache(maxsize=4096)
def _host(name: str) -> str | None:
    """The host in lower case and IDNA; None where no such host can be."""
    name = name.lower().rstrip(".")
    if ":" in name:
        return f"[{ip_address(name.partition('%')[0]).compressed}]"
    if not name.isascii():
        name = name.encode("idna").decode("ascii")
    return name if _HOST.fullmatch(name) and ".." not in name and len(name) < 254 else None


def _canonical(url: str, base: str | None) -> str | None:
    text = _CONTROL.sub(" ", url).strip().replace(" ", "%20")
    if base is not None:
        text = urljoin(base, text)
    if len(text) > LONGEST:
        return None
    parts = urlsplit(text)
    for _ in range(3):  # an AMP address may hold another one
        inner = _unwrap(parts)
        if inner is None:
            break
        parts = inner
    if parts.scheme not in _PORTS or not parts.hostname or "@" in parts.netloc:
        return None
    host, port = _host(unquote(parts.hostname)), parts.port
    if host is None or port == 0:
        return None
    path, query = _PATH_SESSION.sub("", parts.path) or "/", _query(parts.query)
    path = _without_amp(path)
    host = _main_host(host, path, query)
    netloc = host if port in {None, _PORTS[parts.scheme]} else f"{host}:{port}"
    result = safe_url_string(urlunsplit((parts.scheme, netloc, path, query, "")))
    result = _ESCAPE.sub(lambda escape: escape[0].upper(), result)
    return result if len(result) <= LONGEST else None


def _query(query: str) -> str:
    if not query:
        return ""
    kept = []
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        name = unquote(name).removeprefix("amp;")  # feeds escape & twice
        if not pair or (name.lower(), value.lower()) in _VARIANTS or _TRACKERS.fullmatch(name):
            continue
        if _SESSIONS.fullmatch(name) and (_ALWAYS_SESSION.fullmatch(name) or _TOKEN.fullmatch(value)):
            continue
        kept.append(pair)
    return "&".join(kept)


def _unwrap(parts: SplitResult) -> SplitResult | None:
    """The address inside one of an AMP cache."""
    host = (parts.hostname or "").lower()
    if host.endswith("cdn.ampproject.org"):
        found = re.fullmatch(r"/[a-z]/(s/)?(.+)", parts.path)
    elif re.fullmatch(r"(?:www\.)?google\.[a-z.]+", host):
        found = re.fullmatch(r"/amp/(s/)?(.+\..+)", parts.path)
    else:
        return None
    return (
        urlsplit(f"http{'s' if found[1] else ''}://{found[2]}{'?' + parts.query if parts.query else ''}")
        if found
        else None
    )


def _without_amp(path: str) -> str:
    """The path of the page that this AMP path is a variant of."""
    while True:
        lower = path.lower()
        if lower.endswith(("/amp", "/amp/")):
            shorter = path[: lower.rindex("/amp")]
            shorter = shorter + "/" if lower.endswith("/") or not shorter else shorter
        elif lower.endswith((".amp.html", ".amp.htm")):
            shorter = path[: lower.rindex(".amp.")] + path[lower.rindex(".htm") :]
        elif lower.endswith(".amp"):
            shorter = path[:-4]
        elif lower.startswith("/amp/") and _NAMES_AN_ARTICLE.search(path):
            shorter = path[4:]
        else:
            return path
        path = shorter


def _main_host(host: str, path: str, query: str) -> str:
    """The main host of a host for AMP or mobile pages, where the same path exists there."""
    while True:
        kind, _, rest = host.partition(".")
        names = rest.split(".")
        if len(names) < 2 or not names[-1].isalpha():
            return host
        mobile = kind in {"m", "mobile"} and not query and _NAMES_AN_ARTICLE.search(path) and not _SCRIPT.search(path)
        if kind != "amp" and not mobile:
            return host
        registrable = len(names) == 2 or (len(names) == 3 and names[-2] in _SECOND_LEVEL)
        host = "www." + rest if registrable else rest
