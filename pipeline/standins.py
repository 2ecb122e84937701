"""Tell an article from what some sites send in its place, and a whole one from the part before a paywall.

Two mistakes are possible, and they weigh differently: a page that says "not found" in the archive is a nuisance, an
article that is thrown away is lost. So every sign that the page is the article it was announced as goes first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml.html import HtmlElement

from core import standins
from core.errors import SkipDocument
from core.records import Outcome
from core.text import search_tokens
from pipeline.head import Head, inner_text, one_line

_SHORT = 900            # characters of text; only below is a page judged by its words
_SHORT_CJK = 400        # the same in scripts that say more with a letter
_NOTICE = 400           # what stands in for an article that was not announced by its title
_NOTICE_CJK = 200
_LONG = 3000            # above, a title alone condemns nobody
_TEASER = 120           # characters without the request to subscribe: less is no teaser
_AGREE = 0.5            # share of the announced title's words that make a page the announced one
_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_UNREAD = {"script", "style", "noscript", "template", "svg", "nav", "footer", "select", "option"}
_ACCEPT = re.compile(
    r"accept|agree|consent|got it|동의|수락|허용|同意|許可|接受|akzeptier|zustimm|einverstanden|"
    r"accepter|j['’]accepte|aceptar|acepto",
    re.IGNORECASE)
_OF_CONSENT = re.compile(
    r"cookies?|consent|privacy|partners?|personal(?:i[sz]ed)? (?:data|ads)|browsing|쿠키|개인정보|동의|クッキー|同意|"
    r"プライバシー|隐私|datenschutz|einwillig|zustimm|confidentialité|consentement|partenaires|privacidad|consentimiento",
    re.IGNORECASE)
_WITHOUT_SCRIPT = re.compile(
    r"(?:enable|requires?|turn on|activate) javascript|javascript (?:is |to be )?(?:disabled|required|enabled)|"
    r"(?:자바스크립트|javascript)(?:를|가) ?(?:활성|켜|필요)|javascript(?:を|が)(?:有効|必要|無効)|"
    r"(?:启用|啟用) ?javascript|"
    r"javascript (?:aktivieren|activer|activé)|(?:activez|habilit[ea]) javascript", re.IGNORECASE)
_SHELL = re.compile(
    r"""<(div|app-root|main)\b[^>]{0,200}\bid=["']?(?:root|app|__next|__nuxt|main-app|application|svelte)["']?[^>]{0,200}>\s*(?:<!--.{0,200}?-->\s*)*</\1>""",
    re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Sight:
    """What is known of a page when it is judged."""

    tree: HtmlElement
    source: str          # as it came, for a parsed page has lost scripts and emptiness
    head: Head
    text: str            # what was extracted as the article
    title_hint: str | None


def judge(page: Sight) -> bool:
    """Whether the article is cut off by a paywall. Raises SkipDocument where the page is something else."""
    titles = [page.head.title, *(inner_text(h) for h in page.head.headings[:3])]
    announced = _agrees(page.title_hint, titles)
    declared = _is_declared(page.head)
    if not announced and not declared and len(page.text) < _LONG and (found := standins.by_title(titles)):
        raise SkipDocument(f"the page says “{found[1]}”", outcome=found[0])
    if page.title_hint and not announced and not declared and _asks_for_consent(page):
        raise SkipDocument("the page asks for consent to cookies", outcome=Outcome.CONSENT_PAGE)
    if not _is_short(page.text):
        return False
    if not _is_short(visible := _visible(page.tree)) and (announced or declared or page.text):
        return _is_cut(page.text)
    if not announced and standins.is_challenge(page.source):
        raise SkipDocument("the page checks its visitor first", outcome=Outcome.BOT_WALL)
    if _needs_script(page, visible):
        raise SkipDocument("the page has its text only with JavaScript", outcome=Outcome.NEEDS_JAVASCRIPT)
    if announced or declared:
        return _walled(page)
    found = standins.by_text(visible[:_SHORT])
    if found and found[0] is Outcome.PAYWALL:
        return _walled(page)
    # A notice is shorter than all but the shortest articles; a request for consent may be long, but has its button.
    if found and (_is_notice(visible) or (found[0] is Outcome.CONSENT_PAGE and _has_choice(page.tree))):
        raise SkipDocument(f"the page says “{found[1][:80]}”", outcome=found[0])
    return False


def _agrees(hint: str | None, titles: list[str]) -> bool:
    """Whether the page bears the title under which it was announced."""
    wanted = set(search_tokens(hint or ""))
    if not wanted or (hint and standins.by_title([hint])):
        return False
    return any(len(wanted & set(search_tokens(title))) >= _AGREE * len(wanted) for title in titles if title)


def _is_declared(head: Head) -> bool:
    """Whether the page calls itself an article with a date: what stands in for articles has none."""
    return bool(head.first("article:published_time", "datepublished", "article.published")) or any(
        "datePublished" in script and "Article" in script for script in head.scripts)


def _is_short(text: str) -> bool:
    return len(text) < _SHORT and (len(text) < _SHORT_CJK or len(_CJK.findall(text)) < len(text) / 3)


def _is_notice(visible: str) -> bool:
    return len(visible) < (_NOTICE_CJK if len(_CJK.findall(visible)) > len(visible) / 3 else _NOTICE)


def _visible(tree: HtmlElement) -> str:
    """The text that a reader sees, without navigation; only its beginning where it is long."""
    body = tree.find("body") if tree.tag == "html" else tree
    parts: list[str] = []
    size = 0
    todo = [body] if body is not None else []
    while todo and size < 4 * _SHORT:
        element = todo.pop()
        if isinstance(element, str):
            parts.append(element)
            size += len(element)
        elif isinstance(element.tag, str) and element.tag not in _UNREAD:
            inner = [element.text or "", *(x for child in element for x in (child, child.tail or ""))]
            todo += reversed([x for x in inner if not isinstance(x, str) or x.strip()])
    return one_line(" ".join(parts))


def _needs_script(page: Sight, visible: str) -> bool:
    if len(visible) > 250 or "<script" not in page.source.lower():
        return False
    return _SHELL.search(page.source) is not None or _WITHOUT_SCRIPT.search(page.source) is not None


def _walled(page: Sight) -> bool:
    """The verdict on a short page that bears the right title: its text may be a wall's all the same."""
    start = page.text[:200]
    if (found := standins.by_text(start, (Outcome.CONSENT_PAGE,))) and len(page.text) < 500 and _has_choice(page.tree):
        raise SkipDocument(f"the page says “{found[1][:80]}”", outcome=found[0])
    if (found := standins.by_text(start, (Outcome.LOGIN_PAGE,))) and len(page.text) < _TEASER + len(found[1]):
        raise SkipDocument(f"the page says “{found[1][:80]}”", outcome=found[0])
    if not _is_cut(page.text):
        return False
    rest = "\n".join(line for line in page.text.split("\n") if not standins.by_text(line, (Outcome.PAYWALL,)))
    if len(rest) < (_TEASER // 2 if _CJK.search(rest) else _TEASER):
        raise SkipDocument("nothing but the request to subscribe", outcome=Outcome.PAYWALL)
    return True


def _asks_for_consent(page: Sight) -> bool:
    """Whether all of a longer text is about cookies and partners, with a button to agree."""
    text = page.text
    return (len(text) < _LONG and len(_OF_CONSENT.findall(text)) > max(4, len(text) / 150)
            and _has_choice(page.tree) and standins.by_text(text, (Outcome.CONSENT_PAGE,)) is not None)


def _is_cut(text: str) -> bool:
    """Whether the text ends in a request to subscribe."""
    return standins.by_text("\n".join(text.split("\n")[-4:]), (Outcome.PAYWALL,)) is not None


def _has_choice(tree: HtmlElement) -> bool:
    """Whether there is a button to agree: an article about consent has none."""
    return any(_ACCEPT.search(inner_text(e) or e.get("value") or "") for e in tree.iter("button", "input", "a"))
