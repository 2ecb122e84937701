"""Pages that are no article, look like none, or are far too large; and copies of one article."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.hostile.case import Case, Seen
from tests.hostile.cases_meaning import A, B, _feed, _told
from tests.hostile.texts import TITLES, item, page, paragraphs, salad
from tests.outlet_server import Reply


def _size(name: str, body: str | bytes, stored: Sequence[str], outcome: str) -> Case:
    return Case("page-size", name, {"/feed": _feed(item(A, "{base}/a-1"), item(B, "{base}/b-2")), "/a-1": Reply(body),
                                    "/b-2": _told(B)}, (B, *stored), outcomes={"/a-1": outcome, "/b-2": "ok"})


PAGE_SIZE = [
    _size("11 MB of HTML", page(A, body="<p>" + "word " * 2_200_000 + "</p>"), (), "too_large"),
    _size("6 MB of HTML", page(A, body="<p>" + "word " * 1_200_000 + "</p>"), (), "too_large"),
    _size("an article beside 3 MB of scripts", page(A, head="<script>" + "x=1;" * 750_000 + "</script>"), (A,), "ok"),
    _size("200,000 links", page(A, body="<a href='/x'>x</a>" * 200_000), (), "too_large"),
    _size("tags 5,000 deep", page(A, body="<div>" * 5_000 + paragraphs() + "</div>" * 5_000), (), "empty"),
    _size("tags 200 deep", page(A, body="<div>" * 200 + paragraphs() + "</div>" * 200), (A,), "ok"),
    _size("an attribute of 2 MB", page(A, head=f'<meta name="x" content="{"y" * 2_000_000}">'), (A,), "ok"),
    _size("one paragraph of 500,000 letters", page(A, body="<p>" + "The quay is wet. " * 30_000 + "</p>"), (A,), "ok"),
    _size("a picture under the name of a page", b"\x89PNG\r\n\x1a\n" + b"\0" * 2_000, (), "not_html"),
    _size("NUL bytes in an article", page(A).replace("<p>", "<p>\0"), (A,), "ok"),
]

_SITE = "Harbour News"


def _instead(name: str, outcome: str, title: str, text: str, *, hint: str = A, head: str = "", status: int = 200,
             headers: Mapping[str, str] | None = None, kind: str = "text/html; charset=utf-8") -> Case:
    """A page that stands in the place of the article `hint`; the good one beside it has to be stored."""
    body = (f"<!doctype html><html><head><title>{title}</title>{head}</head><body><header><a href='/'>{_SITE}</a></header>"
            f"<main><h1>{title}</h1>{text}</main><footer>© {_SITE}</footer></body></html>")
    return Case("soft-fail", name, {
        "/feed": _feed(item(hint, "{base}/a-1"), item(B, "{base}/b-2")),
        "/a-1": Reply(body, kind, status, dict(headers or {})), "/b-2": _told(B)}, (B,), outcomes={"/a-1": outcome})


def _true(name: str, title: str, text: str, *, hint: str | None = "", paywalled: bool | None = None,
          head: str = "", status: int = 200) -> Case:
    """A true article that looks like one of the above."""
    def check(passes: Sequence[Seen]) -> None:
        if paywalled is not None:
            assert [bool(a["paywalled"]) for a in passes[-1].articles] == [paywalled]
    told = item(title if hint == "" else hint, "{base}/a-1") if hint is not None else "<item><link>{base}/a-1</link></item>"
    return Case("soft-fail", f"true: {name}", {"/feed": _feed(told), "/a-1": Reply(page(title, body=text, head=head),
                                                                                  status=status)}, (title,), check=check)


def _led(name: str, to: str, outcome: str) -> Case:
    return Case("soft-fail", name, {
        "/feed": _feed(item(A, "{base}/news/2026/quay-one-reopens-today-1"), item(B, "{base}/b-2")), "/b-2": _told(B),
        "/news/2026/quay-one-reopens-today-1": Reply(status=302, headers={"Location": to}), "*": page(_SITE)}, (B,),
        outcomes={"/news/2026/quay-one-reopens-today-1": outcome})


_COOKIES = ("<p>We and our 842 partners use cookies and other technologies to store and access information on your device, "
            "to show advertising and to measure its success.</p><button>Accept all</button><button>Settings</button>")
_SHELL = '<div id="root"></div><script src="/static/main.js"></script>'
_TEASER = ("<p>The operator of the northern harbour said on Tuesday that it had begun to test a crane whose motors are "
           "enclosed, so that people who live near the quay can sleep at night again.</p>")

SOFT_FAIL = [
    _instead("not found in English", "soft_404", "Page not found", "<p>The page you requested could not be found.</p>"),
    _instead("404 in the title", "soft_404", "404 Not Found | Harbour News", "<p>Try our search or the front page.</p>"),
    _instead("not found in Korean", "soft_404", "오류", "<p>요청하신 페이지를 찾을 수 없습니다. 주소를 확인해 주세요.</p>"),
    _instead("a deleted article in Korean", "soft_404", "알림", "<p>존재하지 않는 기사이거나 삭제된 기사입니다.</p>"),
    _instead("not found in Japanese", "soft_404", "エラー", "<p>お探しのページは見つかりませんでした。移動または削除された可能性があります。</p>"),
    _instead("not found in Chinese", "soft_404", "提示", "<p>抱歉，您访问的页面不存在或已被删除，请返回首页。</p>"),
    _instead("not found in German", "soft_404", "Hoppla", "<p>Die angeforderte Seite wurde leider nicht gefunden.</p>"),
    _instead("not found in French", "soft_404", "Oups", "<p>La page que vous cherchez est introuvable ou n’existe plus.</p>"),
    _instead("not found in Spanish", "soft_404", "Vaya", "<p>La página que buscas no existe o ha sido eliminada.</p>"),
    _instead("an article that is no longer available", "soft_404", _SITE, "<p>This article is no longer available.</p>"),
    _instead("not found, with the day's best stories below", "soft_404", "Page not found - Harbour News", "<p>Sorry!</p>"
             "<ul>" + "<li><a href='/x'>The council votes on the bridge after a long debate about its price</a></li>" * 8
             + "</ul>" + "<p>The council votes on the bridge after a long debate about its price, and the mayor is glad.</p>"
             * 4),
    _led("leads to the front page", "/", "soft_404"),
    _led("leads to its section", "/news/", "soft_404"),
    _led("leads to an error page", "/error/404.html", "soft_404"),
    _led("leads to a login", "/login?return=/news", "login_page"),
    _led("leads to a consent page", "/consent/?url=x", "consent_page"),
    Case("soft-fail", "the same page for every address", {
        "/feed": _feed(*(item(f"{word} is opened by the mayor", f"{{base}}/{word.lower()}-1") for word in
                         ("Bridge", "Tower", "Station"))), "*": page("Harbour News", body=paragraphs())},
        check=lambda passes: _one_and_soft(passes, 2)),
    _instead("consent in English", "consent_page", "We value your privacy", _COOKIES),
    _instead("consent under the site's name", "consent_page", _SITE, _COOKIES),
    _instead("consent under the article's title", "consent_page", A, _COOKIES),
    _instead("consent in German", "consent_page", "Datenschutz-Einstellungen", "<p>Wir verwenden Cookies und ähnliche "
             "Verfahren, um Inhalte und Werbung anzupassen.</p><button>Alle akzeptieren</button>"),
    _instead("consent in French", "consent_page", "Votre vie privée", "<p>Nous et nos partenaires utilisons des cookies pour "
             "mesurer l’audience.</p><button>Tout accepter</button>"),
    _instead("consent in Korean", "consent_page", "안내", "<p>이 사이트는 쿠키를 사용합니다. 계속하려면 쿠키 사용에 동의해 주세요.</p>"
             "<button>동의</button>"),
    _instead("login page", "login_page", "Sign in - Harbour News", "<form><input name=u><input type=password><button>Sign in"
             "</button></form>"),
    _instead("login in Korean", "login_page", "로그인", "<p>로그인이 필요한 서비스입니다.</p><input type=password>"),
    _instead("login in Japanese", "login_page", "会員ログイン", "<p>この先はログインしてください。</p><input type=password>"),
    _instead("nothing but a request to subscribe", "paywall", A, "<p>Subscribe to continue reading this article. Already a "
             "subscriber? Log in.</p>"),
    _instead("nothing but a request to subscribe, in Korean", "paywall", A, "<p>이 기사는 유료회원 전용입니다. 구독하고 계속 읽어보세요.</p>"),
    _instead("nothing but a request to subscribe, in German", "paywall", A, "<p>Dieser Artikel ist exklusiv für Abonnenten. "
             "Jetzt weiterlesen mit dem Probeabo.</p>"),
    _instead("Cloudflare's challenge (403)", "bot_wall", "Just a moment...", "<script>window._cf_chl_opt={a:1}</script>"
             "<noscript>Enable JavaScript and cookies to continue</noscript>", status=403,
             headers={"cf-mitigated": "challenge", "Server": "cloudflare"}),
    _instead("Cloudflare's challenge (503)", "bot_wall", "Just a moment...", "<p>Checking your browser before accessing "
             "the site.</p>", status=503),
    _instead("Cloudflare's challenge (200)", "bot_wall", "Just a moment...", "<script>window._cf_chl_opt={a:1}</script>"),
    _instead("attention required", "bot_wall", "Attention Required! | Cloudflare", "<p>Sorry, you have been blocked. Ray ID: "
             "8f2a77c9</p>"),
    _instead("a captcha service", "bot_wall", "harbour.example", "<script src='https://ct.captcha-delivery.com/c.js'></script>"
             "<p>Please enable JS and disable any ad blocker</p>"),
    _instead("access denied by a network", "bot_wall", "Access Denied", "<p>You don't have permission to access this page on "
             "this server. Reference #18.2f7a1602.1790</p>"),
    _instead("unusual traffic", "bot_wall", _SITE, "<p>We have detected unusual traffic from your network.</p>"),
    _instead("a bot wall in Korean", "bot_wall", "안내", "<p>비정상적인 접근이 감지되었습니다. 잠시 후 다시 시도해 주세요.</p>"),
    _instead("a bot wall in Chinese", "bot_wall", "安全验证", "<p>请完成验证后继续访问。</p>"),
    _instead("202 and a script", "bot_wall", "", "<script>var awsWafCookieDomainList=[]</script>", status=202),
    Case("soft-fail", "202 and nothing", {"/feed": _feed(item(A, "{base}/a-1")), "/a-1": Reply("", status=202)}, (),
         outcomes={"/a-1": "bot_wall"}),
    _instead("a parked domain", "parked", "harbour-news.example is for sale", "<p>Buy this domain today. Related searches: "
             "Cranes, Ships, Insurance</p>"),
    _instead("a suspended account", "parked", "Account Suspended", "<p>This account has been suspended. Contact your "
             "provider.</p>"),
    _instead("a server's default page", "parked", "Welcome to nginx!", "<p>If you see this page, the nginx web server is "
             "successfully installed and working. Further configuration is required.</p>"),
    _instead("maintenance (200)", "maintenance", "Scheduled maintenance", "<p>Our site is undergoing maintenance. We'll be "
             "back shortly.</p>"),
    _instead("maintenance (503)", "maintenance", "Down for maintenance", "<p>We'll be back soon.</p>", status=503,
             headers={"Retry-After": "3600"}),
    _instead("maintenance in Korean", "maintenance", "시스템 점검 안내", "<p>더 나은 서비스를 위해 점검 중입니다.</p>"),
    _instead("maintenance in Japanese", "maintenance", "メンテナンス中", "<p>ただいまメンテナンス中です。</p>"),
    _instead("a page without text", "empty", "", ""),
    _instead("a shell of JavaScript", "needs_javascript", A, _SHELL),
    _instead("a shell that asks for JavaScript", "needs_javascript", _SITE, "<noscript>You need to enable JavaScript to run "
             "this app.</noscript><div id=app></div><script src=x.js></script>"),
    _true("about lost pages", "Page not found: why newspapers lose their links",
          "<p>Page not found is what readers of old articles see ever more often. The page you requested could not be found, "
          "says the server, and a piece of history is gone.</p>" + paragraphs()),
    _true("short, about a lost page", "City's flood map answers 404, page not found",
          "<p>The page with the city's flood map could not be found on Tuesday. A spokesman said that it would be back.</p>"),
    _true("about cookies", "Court forbids cookie banner without a refusal",
          "<p>We use cookies, said the banner, and offered nothing but consent. The court in Bonn now forbids that. The "
          "publisher has to pay a fine of two thousand euros and show a second button.</p>"),
    _true("about a paywall", "Newspaper ends its paywall after ten years",
          "<p>Subscribe to continue reading: readers of the Harbour News will not see these words again. From May on all of "
          "its articles are free, the publisher said on Monday, and advertising is to pay for the newsroom.</p>" + paragraphs()),
    _true("about captchas, without a title in the feed", "Why captchas ask for traffic lights",
          "<p>Verify you are human: everybody knows the sentence. Researchers in Lausanne have counted how long it takes.</p>"
          + paragraphs(), hint=None),
    _true("about maintenance", "Railway bridge is under maintenance until May",
          "<p>The railway bridge over the Elbe is under maintenance until May, and trains to the north are replaced by "
          "buses, the railway said on Thursday.</p>"),
    _true("about a domain for sale", "The domain island.example is for sale",
          "<p>The domain is for sale for a million euros, its owner told the newspaper on Friday. Two bidders have come "
          "forward, and both of them are travel agencies.</p>"),
    _true("very short", "Ferry runs again", "<p>The ferry to the island runs again, the harbour office said on Sunday.</p>"),
    _true("very short and Korean", "여객선 운항 재개", "<p>섬으로 가는 여객선이 다시 운항을 시작했다고 항만청이 일요일에 밝혔다.</p>"),
    _true("short, with Cloudflare's mild script", "Ferry stops", "<p>The ferry to the island has stopped, the harbour office "
          "said, for the wind is too strong; a notice on the quay says when it goes.</p>",
          head="<script src='/cdn-cgi/challenge-platform/scripts/jsd/main.js'></script>"),
    _true("with a consent banner over it", A, f"<div class=banner>{_COOKIES}</div>" + paragraphs()),
    _true("with a login in its head", B, "<form><input type=password><a href=/login>Sign in</a></form>" + paragraphs()),
    _true("answered with 202", A, paragraphs(), status=202),
    _true("a teaser before a paywall is stored and flagged", A, _TEASER + "<p>Subscribe to continue reading.</p>",
          paywalled=True),
    _true("a teaser in Korean", TITLES["ko"], "<p>북쪽 항만의 운영사는 화요일에 모터를 덮개로 감싼 새 크레인의 시험을 시작했다고 밝혔다. 부두 근처에 사는 "
          "주민들이 밤에 잠을 잘 수 있도록 하기 위한 것이다.</p><p>이 기사는 유료회원 전용입니다.</p>", paywalled=True),
    _true("free to read is not flagged", A, paragraphs(), paywalled=False),
]


def _one_and_soft(passes: Sequence[Seen], soft: int) -> None:
    outcomes = sorted(passes[-1].outcomes.values())
    assert outcomes == ["ok", *["soft_404"] * soft]


def _variants(name: str, addresses: Sequence[str], paths: Sequence[str], *, stored: int = 1,
              pages: Mapping[str, Any] | None = None) -> Case:
    """Spellings of one article: one record, and only these paths are in the ledger."""
    def check(passes: Sequence[Seen]) -> None:
        assert set(passes[-1].addresses) == set(paths), passes[-1].addresses
        assert len(passes[-1].articles) == stored
    return Case("trap", name, {"/feed": _feed(*(item(A, "{base}" + a) for a in addresses)), "*": _told(A), **(pages or {})},
                (A,) * stored, check=check)


def _bounded(most: int) -> Callable[[Sequence[Seen]], None]:
    def check(passes: Sequence[Seen]) -> None:
        assert len(passes[-1].asked) <= most, len(passes[-1].asked)
    return check


def _canonical(name: str, head: str, *, of_a: str = "/a-1", hosts: int = 1) -> Case:
    """Two stories on pages whose declared address lies: both are stored, under an address of their own site."""
    def check(passes: Sequence[Seen]) -> None:
        assert len({a["url"] for a in passes[-1].articles}) == 2
        assert all(a["canonical_url"].startswith(passes[-1].articles[0]["url"].rpartition("/")[0]) for a in passes[-1].articles)
        assert not any(path.startswith("/trap") for path in passes[-1].asked)
    return Case("trap", name, {
        "/feed": _feed(item(A, "{base}/a-1"), item(B, "{base}/b-2")), "/a-1": page(A, head=head, body=_body(A)),
        "/b-2": page(B, head=head, body=_body(B))}, (A, B), check=check, hosts=hosts)


def _body(title: str) -> str:
    return f"<p>{title}, says the harbour office in a note to all who use the quay by day or night.</p>" + salad(title)


def _calendar(asked: Any) -> str:
    """A month of a calendar without end: each links to the next ones."""
    months = "".join(f"<li><a href='/calendar/{year}/{month:02d}'>Events in the harbour, month {month} of {year}</a></li>"
                     for year in range(2020, 2080) for month in range(1, 13))
    return page(f"Calendar {asked.path}", body=f"<ul>{months}</ul>")


def _endless_index(asked: Any) -> Reply:
    base = asked.path.rstrip("x")
    inner = "".join(f"<sitemap><loc>{{base}}{base}{n}/sitemap.xml</loc></sitemap>" for n in range(50))
    return Reply(f"<sitemapindex>{inner}</sitemapindex>", "application/xml")


def _thousands(asked: Any) -> Reply:
    urls = "".join(f"<url><loc>{{base}}/lot{asked.path.replace('.xml', '')}-{n}</loc></url>" for n in range(1_000))
    return Reply(f"<urlset>{urls}</urlset>", "application/xml")


TRAP = [
    Case("trap", "a calendar without end in a listing", {"/feed": _calendar, "*": _calendar}, (), poll=None,
         entry="listing: {base}/feed", check=_bounded(10)),
    Case("trap", "numbered pages without end in a listing", {
        "*": lambda asked: page(f"Page {asked.path}", body="".join(
            f"<li><a href='/news/list?page={n}'>To page number {n} of all the news of the harbour</a></li>"
            for n in range(2_000)))}, (), poll=None, entry="listing: {base}/feed", check=_bounded(10)),
    Case("trap", "an index of indexes without end", {"*": _endless_index, "/feed": _endless_index}, (), poll=None,
         entry="sitemap: {base}/feed", check=_bounded(140)),
    Case("trap", "twenty sitemaps of a thousand pages", {
        "/feed": Reply("<sitemapindex>" + "".join(f"<sitemap><loc>{{base}}/m{n}.xml</loc></sitemap>" for n in range(20))
                       + "</sitemapindex>", "application/xml"), **{f"/m{n}.xml": _thousands for n in range(20)},
        "*": Reply("gone", status=410)}, (), poll=None, entry="sitemap: {base}/feed", check=_bounded(300)),
    Case("trap", "a sitemap index that lists itself", {
        "/feed": Reply("<sitemapindex><sitemap><loc>{base}/feed</loc></sitemap><sitemap><loc>{base}/m.xml</loc></sitemap>"
                       "</sitemapindex>", "application/xml"),
        "/m.xml": Reply("<urlset><url><loc>{base}/a-1</loc></url></urlset>", "application/xml"), "/a-1": _told(A)}, (A,),
         poll=None, entry="sitemap: {base}/feed", check=_bounded(5)),
    _variants("session ids", ["/a-1;jsessionid=" + c * 32 for c in "AB"] + ["/a-1?PHPSESSID=" + c * 26 for c in "cd"]
              + ["/a-1?sid=0a1b2c3d4e5f6a7b8c9d"], ["/a-1"]),
    _variants("tracking parameters", ["/a-1?" + p for p in (
        "utm_source=rss&utm_medium=feed", "fbclid=IwAR0x", "gclid=x1", "at_medium=rss", "ref=rss", "cmpid=a", "CMP=share",
        "mc_cid=1&mc_eid=2", "ns_mchannel=rss", "xtor=RSS-1", "_ga=1.2", "igshid=a", "spm=a2", "guccounter=1",
        "icid=x", "yclid=9", "wt_mc=rss", "s_cid=1", "ftag=CAD", "emc=rss", "smid=tw")], ["/a-1"]),
    _variants("a parameter that names the article stays", ["/read?idxno=1001&utm_source=rss", "/read?idxno=1002"],
              ["/read?idxno=1001", "/read?idxno=1002"], stored=2, pages={"/read?idxno=1002": page(A, body=_body(B))}),
    _variants("AMP variants", ["/news/2026/11/quay-one-reopens-today" + s for s in ("", "/amp", "/amp/", "?amp=1",
              "?outputType=amp", ".amp")], ["/news/2026/11/quay-one-reopens-today"]
              + ["/news/2026/11/quay-one-reopens-today/"]),
    _variants("print versions", ["/a-1?print=1", "/a-1?view=print", "/a-1"], ["/a-1"]),
    _variants("with and without slash at the end", ["/a-1", "/a-1/"], ["/a-1", "/a-1/"]),
    _variants("two slashes", ["/a-1", "//a-1"], ["/a-1", "//a-1"]),
    _variants("upper and lower case of an escape", ["/caf%C3%A9-1", "/caf%c3%a9-1", "/café-1"], ["/caf%C3%A9-1"]),
    _variants("the port written out", ["/a-1"], ["/a-1"]),
    _variants("the same text under two addresses", ["/a-1", "/economy/a-1"], ["/a-1", "/economy/a-1"]),
    Case("trap", "the same article on a second host", {
        "/feed": _feed(item(A, "{base}/a-1"), item(A, "{base2}/a-1")), "/a-1": _told(A), "2 /a-1": _told(A)}, (A,), hosts=2,
        check=lambda passes: None),
    Case("trap", "old addresses that lead to the new one", {
        "/feed": _feed(item(A, "{base}/old-1"), item(A, "{base}/older-1"), item(A, "{base}/a-1")), "/a-1": _told(A),
        "/old-1": Reply(status=301, headers={"Location": "/a-1"}),
        "/older-1": Reply(status=301, headers={"Location": "/old-1"})}, (A,)),
    Case("trap", "print version that names its original", {
        "/feed": _feed(item(A, "{base}/a-1"), item(A, "{base}/print.php?id=1")), "/a-1": _told(A),
        "/print.php?id=1": page(A, head='<link rel=canonical href="{base}/a-1">', body=_body(A) + "<p>Printed today.</p>")},
        (A,)),
    _canonical("canonical on another host", '<link rel=canonical href="http://other.example/trap">'),
    _canonical("canonical is the front page", '<link rel=canonical href="/">'),
    _canonical("canonical is one address for all", '<link rel=canonical href="/trap">'),
    _canonical("canonical is a script", '<link rel=canonical href="javascript:alert(1)">'),
    _canonical("canonical is empty", '<link rel=canonical href=""><meta property="og:url" content="">'),
    _canonical("og:url is one address for all", '<meta property="og:url" content="{base}/trap/all">'),
    Case("trap", "canonicals that name each other", {
        "/feed": _feed(item(A, "{base}/a-1"), item(B, "{base}/b-2")),
        "/a-1": page(A, head='<link rel=canonical href="{base}/b-2">', body=_body(A)),
        "/b-2": page(B, head='<link rel=canonical href="{base}/a-1">', body=_body(B))}, check=lambda passes: _holds_both(passes)),
    Case("trap", "a page that leads on to itself by refresh", {
        "/feed": _feed(item(A, "{base}/a-1")), "/a-1": '<html><meta http-equiv=refresh content="0;url=/a-1"></html>'}, (),
        outcomes={"/a-1": "empty"}, check=_bounded(3)),
]


def _holds_both(passes: Sequence[Seen]) -> None:
    assert len(passes[-1].articles) == 2


_AGENCY = "A crane of the northern harbour is tested for a month"


def _copied(name: str, dress: Callable[[int], tuple[str, str]], own: int = 1) -> Case:
    """The same agency text on five outlets: five articles, one story, `own` of them with a text of its own."""
    served: dict[str, Any] = {}
    for n in range(1, 6):
        base = "{base}" if n == 1 else f"{{base{n}}}"
        title, body = dress(n)
        served[f"{n} /feed"] = _feed(item(title, f"{base}/a-{n}"))
        served[f"{n} /a-{n}"] = page(title, body=body)

    def check(passes: Sequence[Seen]) -> None:
        articles = passes[-1].articles
        assert len(articles) == 5
        assert len({a["story_id"] for a in articles}) == 1
        assert sum(a["copy_of"] is None for a in articles) == own
    return Case("syndication", name, served, check=check, hosts=5, outlets=True)


SYNDICATION = [
    _copied("word for word", lambda n: (_AGENCY, salad("surveyor"))),
    _copied("under other titles", lambda n: (f"Outlet {n}: {'quiet ' * n}nights at the quay", salad("engineer"))),
    _copied("with the outlet's own first and last lines", lambda n: (_AGENCY, (
        f"<p>Outlet number {n}, from our correspondent.</p>{salad('inspector')}<p>Copyright of outlet {n}.</p>"))),
    _copied("cut after the eighth paragraph by some", lambda n: (_AGENCY, "</p>".join(
        salad("warden").split("</p>")[: 8 if n > 3 else 11]))),
    _copied("in another encoding's quotes and dashes", lambda n: (_AGENCY, salad("clerk").replace(
        "noise", "“noise”" if n % 2 else '"noise"').replace(", ", " – " if n % 2 else " - "))),
]
