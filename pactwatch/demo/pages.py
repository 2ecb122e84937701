"""The HTML of an outlet: article pages with the furniture of a news site, and pages of cards."""

import json
from collections.abc import Sequence
from html import escape

from pactwatch.demo.content import Edition, Outlet
from pactwatch.demo.feeds import Document, iso

HTML = "text/html; charset=utf-8"
LABELS = {
    "en": {"home": "Home", "latest": "Latest", "most_read": "Most read", "related": "Read next",
           "by": "By the {name} newsdesk", "updated": "Updated", "about": "About us", "contact": "Contact",
           "letter": "Get the morning newsletter", "letter_text": "Five stories before your first coffee.",
           "sign_up": "Sign up", "address": "Your e-mail address",
           "rights": "Every organisation on these pages is invented.",
           "cookies": "We use one cookie, to remember that you have read this."},
    "ko": {"home": "홈", "latest": "최신 기사", "most_read": "많이 본 뉴스", "related": "이어서 읽기",
           "by": "{name} 편집국", "updated": "수정", "about": "회사 소개", "contact": "문의",
           "letter": "아침 뉴스레터 받기", "letter_text": "출근길에 읽는 다섯 가지 소식.",
           "sign_up": "구독", "address": "이메일 주소", "rights": "이 지면의 모든 기관은 지어낸 것입니다.",
           "cookies": "이 안내를 읽었는지 기억하기 위해 쿠키 한 개를 씁니다."},
}


def _links(items: Sequence[Edition]) -> str:
    return "".join(f'<li><a href="{item.article.path}">{escape(item.title)}</a></li>' for item in items)


def _metadata(outlet: Outlet, base: str, item: Edition) -> str:
    url, title, summary = f"{base}{item.article.path}", escape(item.title), escape(item.article.summary)
    organisation = {"@type": "NewsMediaOrganization", "name": outlet.masthead, "url": f"{base}/"}
    data = {
        "@context": "https://schema.org", "@type": "NewsArticle", "headline": item.title,
        "description": item.article.summary, "datePublished": iso(item.published),
        "dateModified": iso(item.updated), "inLanguage": outlet.language,
        "articleSection": item.article.section, "mainEntityOfPage": url,
        "author": organisation, "publisher": organisation,
    }
    script = json.dumps(data, ensure_ascii=False).replace("</", "<\\/")
    return (
        f'<link rel="canonical" href="{url}">\n<meta name="description" content="{summary}">\n'
        f'<meta property="og:type" content="article">\n<meta property="og:title" content="{title}">\n'
        f'<meta property="og:description" content="{summary}">\n<meta property="og:url" content="{url}">\n'
        f'<meta property="og:site_name" content="{escape(outlet.masthead)}">\n'
        f'<meta property="article:published_time" content="{iso(item.published)}">\n'
        f'<meta property="article:modified_time" content="{iso(item.updated)}">\n'
        f'<script type="application/ld+json">{script}</script>\n')


def _frame(outlet: Outlet, title: str, head: str, main: str, side: str) -> Document:
    """The page around the content: header, navigation, column at the side, footer."""
    text = LABELS[outlet.language]
    sections = sorted({article.section for article in outlet.articles})
    menu = "".join(f'<a href="/topics/{name}">{name.replace("-", " ").title()}</a> ' for name in sections)
    return HTML, f"""<!doctype html>
<html lang="{outlet.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)} | {escape(outlet.masthead)}</title>
{head}</head>
<body>
<header class="site-header"><a class="logo" href="/">{escape(outlet.masthead)}</a>
<p class="tagline">{escape(outlet.tagline)}</p>
<nav class="main-menu"><a href="/">{text["home"]}</a> <a href="/latest">{text["latest"]}</a> {menu}</nav>
</header>
<div class="cookie-notice">{text["cookies"]}</div>
<main>
{main}</main>
<aside class="sidebar">{side}
<section class="newsletter"><h3>{text["letter"]}</h3><p>{text["letter_text"]}</p>
<form action="/newsletter" method="post"><input type="email" name="address" placeholder="{text["address"]}">
<button>{text["sign_up"]}</button></form></section></aside>
<footer><a href="/about">{text["about"]}</a> <a href="/contact">{text["contact"]}</a>
<p>© {escape(outlet.masthead)}. {text["rights"]}</p></footer>
</body>
</html>
"""


def article_page(outlet: Outlet, base: str, item: Edition, others: Sequence[Edition]) -> Document:
    """One article, with links to the other ones around it."""
    text = LABELS[outlet.language]
    shown = item.published.strftime("%Y-%m-%d %H:%M UTC")
    updated = ""
    if item.updated != item.published:
        updated = (f' <span class="updated">{text["updated"]} <time datetime="{iso(item.updated)}">'
                   f'{item.updated.strftime("%Y-%m-%d %H:%M UTC")}</time></span>')
    body = "\n".join(f"<p>{escape(paragraph)}</p>" for paragraph in item.paragraphs)
    main = f"""<article class="story">
<p class="kicker"><a href="/topics/{item.article.section}">{escape(item.article.section)}</a></p>
<h1>{escape(item.title)}</h1>
<p class="standfirst">{escape(item.article.summary)}</p>
<p class="byline">{escape(text["by"].format(name=outlet.masthead))}
<time datetime="{iso(item.published)}">{shown}</time>{updated}</p>
<div class="article-body">
{body}
</div>
</article>
<section class="related"><h2>{text["related"]}</h2><ul>{_links(others[:3])}</ul></section>
"""
    side = f'<section class="most-read"><h3>{text["most_read"]}</h3><ol>{_links(others[3:8])}</ol></section>'
    return _frame(outlet, item.title, _metadata(outlet, base, item), main, side)


def amp_page(outlet: Outlet, base: str, item: Edition) -> Document:
    """The AMP variant, whose canonical link names the main page."""
    body = "\n".join(f"<p>{escape(paragraph)}</p>" for paragraph in item.paragraphs)
    return HTML, f"""<!doctype html>
<html amp lang="{outlet.language}">
<head><meta charset="utf-8"><title>{escape(item.title)} | {escape(outlet.masthead)}</title>
<link rel="canonical" href="{base}{item.article.path}">
<meta name="viewport" content="width=device-width"></head>
<body><header><a href="/">{escape(outlet.masthead)}</a></header>
<article><h1>{escape(item.title)}</h1><time datetime="{iso(item.published)}"></time>
{body}
</article></body>
</html>
"""


def listing_page(outlet: Outlet, title: str, items: Sequence[Edition]) -> Document:
    """A page of cards, newest first."""
    text = LABELS[outlet.language]
    cards = "".join(
        f'<article class="card"><p class="kicker">{escape(item.article.section)}</p>'
        f'<h2><a href="{item.article.path}">{escape(item.title)}</a></h2>'
        f"<p>{escape(item.article.summary)}</p>"
        f'<time datetime="{iso(item.published)}">{item.published:%Y-%m-%d}</time></article>\n'
        for item in items)
    side = f'<section class="most-read"><h3>{text["most_read"]}</h3><ol>{_links(items[:5])}</ol></section>'
    return _frame(outlet, title, "", f'<h1>{escape(title)}</h1>\n<div class="cards">\n{cards}</div>\n', side)


def plain_page(outlet: Outlet, title: str) -> Document:
    """A page that is no article, such as the imprint."""
    main = f"<h1>{escape(title)}</h1>\n<p>{escape(outlet.masthead)}: {escape(outlet.tagline)}.</p>\n"
    return _frame(outlet, title, "", main, "")
