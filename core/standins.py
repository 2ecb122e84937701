"""What answers in an article's place: "no such page", a consent or login page, a check of visitors, a parked domain.

Words alone, in the languages of the catalogue. Whoever asks has to know first that the page is no article: one about
lost pages or about cookies uses the same words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from core.records import Outcome

# A page's title, or a part of it between bars and dashes, that says nothing but this. One alternative a line.
_TITLES = {
    Outcome.SOFT_404: r"""
        (?:http )?(?:error |erreur |fehler )?404(?: error)?(?: ?[:,.!-]? ?(?:error|(?:page |file )?not found))?
        (?:oops|sorry|ooh|uh oh|whoops)[,!. ]*(?:(?:that|this|the) )?(?:page|article|file)(?: is)? (?:not found|missing)
        (?:the |this |that |your )?(?:requested )?(?:page|article|story|file|url|content|document)(?: you requested)?(?: was| is)?
            (?:not found|not available|unavailable|missing|no longer available|gone|removed|deleted)
        not found|nothing (?:was )?found(?: (?:at this location|here))?
        (?:error )?451(?: ?[:-]? ?unavailable (?:due to|for) legal reasons)?|unavailable (?:due to|for) legal reasons
        (?:the |this |that )?(?:page|article|story|content)(?: you requested)? (?:could not|couldn't|cannot|can't) be found
        (?:the |this |that )?(?:page|article|story|content) (?:does not|doesn't|no longer) exists?
        (?:sorry, )?we (?:could not|couldn't|cannot|can't) find (?:that|this|the|your) (?:page|article|story).{0,30}
        (?:요청하신 )?(?:페이지|기사|콘텐츠)(?:를|을|가)? ?(?:찾을 수 ?없(?:습니다|음|어요)|존재하지 않습니다|없습니다)
        (?:존재하지 않는|삭제된|잘못된) ?(?:페이지|기사|주소)(?: ?입니다)?
        (?:お探しの|指定された|ご指定の)?(?:ページ|記事)(?:は|が)(?:見つかりません(?:でした)?|存在しません|ありません|削除されました)
        (?:抱歉[，,])?(?:您(?:访问|查看|要找)的|您訪問的|您要找的)?(?:页面|頁面|网页|網頁|文章|内容|內容)(?:不存在|未找到|找不到(?:了)?|没有找到|已(?:被)?(?:删除|刪除))
        (?:找不到|未找到|没有找到)(?:该|該|此|您要的)?(?:页面|頁面|网页|網頁|文章)
        (?:die |diese )?(?:angeforderte )?(?:seite|artikel|inhalt)(?: wurde| ist)?(?: leider)? nicht (?:gefunden|verfügbar|mehr verfügbar|vorhanden)
        (?:la |cette )?(?:page|article)(?: demandée?)?(?: est)? (?:introuvable|non trouvée?|indisponible)
        (?:cette |la )?page n['’]existe (?:pas|plus)
        (?:la )?(?:página|pagina|nota|noticia)(?: solicitada)? (?:no (?:encontrada|existe|disponible)|non trovata|não encontrada)
        (?:no (?:se )?(?:ha |hemos )?encontr(?:ado|amos|ó)|no podemos encontrar) (?:la|esta) página
    """,
    Outcome.CONSENT_PAGE: r"""
        before you continue(?: to .{1,40})?
        (?:your )?(?:privacy|cookie) (?:choices|settings|preferences|consent|wall)
        (?:we value your privacy|we care about your privacy|cookie consent|cookies?|consent)
        (?:쿠키|개인정보) ?(?:사용|수집)? ?(?:동의|설정)
        (?:cookie|クッキー)の?(?:同意|設定)
        (?:cookie|隐私|隱私)(?:同意|设置|設定)
        (?:ihre )?(?:datenschutz|cookie|privatsphäre)[- ]?(?:einstellungen|zustimmung|hinweis(?:e)?)
        (?:gestion|paramètres|choix) des cookies|votre vie privée
        (?:configuración|preferencias|uso|aviso) de (?:las )?cookies|tu privacidad
    """,
    Outcome.LOGIN_PAGE: r"""
        (?:please )?(?:log ?in|sign ?in|login)(?: (?:to|required|page|or register).{0,40})?
        (?:member|subscriber|user|account) (?:log ?in|sign ?in)
        (?:회원 ?)?로그인(?: ?페이지)?
        ログイン(?:ページ|画面)?|会員ログイン
        (?:用户|用戶|会员|會員)?(?:登录|登入|登錄)(?:页面|頁面)?
        (?:anmelden|anmeldung|einloggen|login)
        (?:se connecter|connexion|identifiez-vous)
        (?:iniciar sesión|inicia sesión|acceso (?:de )?(?:usuarios|suscriptores))
    """,
    Outcome.BOT_WALL: r"""
        just a moment|client challenge|robot challenge screen|(?:\w+ )?security checkpoint|(?:429 ?[:-]? ?)?too many requests
        making sure (?:that )?you(?:'re| are) not a (?:ro)?bot|checking (?:that )?you(?:'re| are) (?:human|not a (?:ro)?bot)
        attention required!?
        (?:checking your browser|please wait|one moment,? please|security check|human verification|bot verification).{0,40}
        (?:access (?:denied|to this page has been denied)|pardon our interruption|request (?:blocked|rejected|unsuccessful)|blocked)
        (?:are you (?:a robot|human)|verify (?:you are|that you are|you're) (?:a )?human|robot check|captcha)
        (?:접근|접속)이? ?(?:차단|거부|제한)(?:되었습니다|됨)?|자동 ?등록 ?방지
        アクセスが(?:拒否|制限)されました|ロボットではありません(?:か)?
        (?:安全验证|人机验证|安全驗證|访问(?:受限|被拒绝|验证)|請稍候|请稍候)
        (?:zugriff verweigert|sicherheitsprüfung|einen moment(?:, bitte)?)
        (?:accès refusé|vérification de sécurité|un instant)
        (?:acceso denegado|comprobación de seguridad|un momento)
    """,
    Outcome.MAINTENANCE: r"""
        (?:(?:site |website )?(?:is )?(?:down for|under|in|undergoing) (?:scheduled |planned )?)?(?:scheduled |planned |site )?maintenance(?: mode| page)?
        (?:we(?:'ll| will) be (?:right )?back(?: soon| shortly)?|be right back|service (?:temporarily )?unavailable|temporarily unavailable)
        (?:시스템|서버|서비스|사이트)? ?(?:정기 ?)?점검(?: ?(?:중|안내))?(?:입니다)?
        (?:システム|サーバー|サイト)?(?:ただいま)?メンテナンス(?:中(?:です)?|のお知らせ)?
        (?:系统|系統|网站|網站)?(?:维护|維護|升级)(?:中|公告)?
        (?:wartungsarbeiten|wartungsmodus|wartung|vorübergehend nicht verfügbar)
        (?:site )?(?:en )?maintenance|service indisponible
        (?:sitio )?en mantenimiento|mantenimiento
    """,
    Outcome.PARKED: r"""
        \S+\.\w{2,10} (?:is for sale|steht zum verkauf|est à vendre|está en venta|is available for purchase)
        (?:this |the )?domain(?: name)? (?:is |may be )?(?:for sale|parked|expired|available)(?: .{0,30})?
        (?:buy|purchase) (?:this|the) domain|parked (?:domain|page)|domain parking|account suspended
        default web ?page|apache2? (?:ubuntu|debian) default page.{0,20}|welcome to nginx!?|(?:web)?site is under construction|coming soon|index of /
    """,
}
# What stands in the text of such a page. Only asked of pages with little text.
_TEXTS = {
    Outcome.BOT_WALL: r"""
        checking (?:your browser|(?:if )?the site connection)|too many requests|rate limit exceeded
        (?:verify|confirm|prove)(?:ing)? (?:that )?you(?:['’]re| are) (?:not a (?:ro)?bot|(?:a )?human)
        enable javascript and cookies to continue|complete the (?:security check|captcha)
        (?:unusual|suspicious|automated) (?:traffic|activity|requests?) (?:from|on|coming)
        you (?:have been|are being|don't have permission) .{0,40}(?:block(?:ed)?|access)|reference #[\w.]{6,}|ray id: ?\w{6}
        비정상적인 ?(?:접근|접속|트래픽)|자동화된 ?(?:접근|요청|프로그램)|로봇이 아닙니다
        (?:不正な|自動化された|通常と異なる)(?:アクセス|トラフィック|リクエスト)|私はロボットではありません
        (?:异常|異常)(?:访问|流量|訪問)|(?:请|請)(?:完成|进行|進行)(?:安全)?(?:验证|驗證)|我不是机器人
        ungewöhnliche[nr]? (?:datenverkehr|aktivität|zugriffe?)|ich bin kein roboter
        (?:trafic|activité) (?:inhabituelle?|suspecte?)|je ne suis pas un robot
        (?:tráfico|actividad) (?:inusual|sospechos[oa])|no soy un robot
    """,
    Outcome.CONSENT_PAGE: r"""
        (?:we|our (?:site|partners)|this (?:web)?site) (?:and our (?:\d+ )?partners )?(?:use|uses|store) .{0,70}cookies
        (?:accept|agree to|consent to) .{0,30}cookies|we value your privacy
        쿠키를 ?(?:사용|수집)|쿠키 ?사용에 ?동의
        cookie(?:を使用|の使用|（クッキー）)|クッキーを(?:使用|利用)
        (?:使用|接受) ?cookies?|我们使用cookie
        (?:wir|unsere partner) (?:verwenden|nutzen|setzen) .{0,30}cookies|mit werbung und .{0,40}(?:cookies|tracking)
        (?:nous|nos partenaires) .{0,30}(?:utilisons|utilisent|déposons) .{0,30}cookies
        (?:utilizamos|usamos|utilizan) .{0,30}cookies
    """,
    Outcome.LOGIN_PAGE: r"""
        (?:please|you (?:must|need to)|you have to) (?:log ?in|sign ?in)\b
        (?:로그인|회원가입)(?:이 필요|을 해|하신 후|후 이용|해 ?주세요)
        ログイン(?:して(?:ください|下さい)|が必要)
        (?:请|請)(?:先)?(?:登录|登入|登錄)
        bitte (?:melden sie sich an|loggen sie sich ein|einloggen|anmelden)
        veuillez vous (?:connecter|identifier)
        (?:por favor,? )?(?:inicie|inicia) sesión
    """,
    Outcome.MAINTENANCE: r"""
        (?:is|are|currently) (?:down for|under(?:going)?|performing) (?:scheduled |planned |routine )?maintenance
        (?:we(?:'ll| will) be back (?:soon|shortly)|temporarily unavailable)
        (?:점검|작업) ?중(?:입니다|이오니|으로)|서비스(?:가)? ?일시 ?중단
        メンテナンス(?:中です|を(?:行って|実施して)|のため)|アクセスが集中し
        (?:维护|維護|升级)中|(?:系统|系統|网站|網站)正在(?:维护|維護|升级)
        wartungsarbeiten|vorübergehend nicht (?:erreichbar|verfügbar)
        en (?:cours de )?maintenance|momentanément indisponible
        en mantenimiento|temporalmente fuera de servicio
    """,
    Outcome.PARKED: r"""
        (?:this |the )?domain(?: name)? (?:\S+ )?(?:is|may be) (?:for sale|parked|available for purchase)|buy this domain
        (?:\S+\.\w{2,10}) (?:is for sale|steht zum verkauf|est à vendre|está en venta)
        도메인(?:을|이)? ?(?:판매|구매|등록)|このドメイン(?:は|を)|此域名|该域名
        diese domain (?:steht|ist)|ce (?:nom de )?domaine est|este dominio está
        this account has been suspended|related searches privacy policy
    """,
    Outcome.SOFT_404: r"""
        (?:page|article|story|content|file|address|url|document)[^.]{0,60}(?:could not|couldn['’]t|cannot|can['’]t|was not|wasn['’]t|not) be found
        (?:page|article|story|content|file|url|document)[^.]{0,60}(?:not found|no longer (?:available|exists?)|does(?:n['’]t| not) exist)
        (?:page|article|story|content)[^.]{0,40}(?:has been|was|have been) (?:removed|deleted|moved|taken down|unpublished)
        (?:can['’]t|cannot|couldn['’]t|could not) find (?:the|that|this) (?:page|article|story)|nothing was found at this location
        unavailable (?:due to|for) legal reasons
        (?:페이지|기사|게시물)(?:를|을|가|는|은)?[^.]{0,20}(?:찾을 수 ?없|존재하지 않|삭제되었|삭제된)|(?:존재하지 않는|삭제된) ?(?:페이지|기사|게시물)
        (?:ページ|記事)[^。]{0,20}(?:見つかりません|存在しません|削除(?:され|した)|移動(?:され|した)|公開(?:を|期間が)終了)
        (?:页面|頁面|网页|網頁|文章|内容|內容)[^。]{0,20}(?:不存在|找不到|未找到|没有找到|已(?:被)?(?:删除|刪除|下线))
        (?:seite|artikel|inhalt|beitrag)[^.]{0,60}(?:nicht (?:gefunden|mehr verfügbar|verfügbar)|existiert nicht|gelöscht)
        (?:page|article|contenu)[^.]{0,60}(?:introuvable|n['’]existe (?:pas|plus)|n['’]est plus disponible|a été supprimée?)
        (?:página|artículo|nota|noticia|contenido)[^.]{0,60}(?:no (?:existe|encontrad|está disponible)|ya no (?:existe|está)|ha sido eliminad|no se (?:encuentra|ha encontrado))
    """,
    Outcome.PAYWALL: r"""
        (?:subscribe|register|sign up|log ?in)[^.]{0,30} to (?:continue|keep|read|unlock|access|view)
        (?:this|the) (?:article|story|content|page) is (?:only |exclusively )?(?:for|available to|reserved for) [^.]{0,20}(?:subscribers|members)
        (?:already|not yet) a subscriber|you(?:['’]ve| have) (?:reached|read) your .{0,30}(?:limit|free articles)|to read the full (?:story|article)
        (?:유료|프리미엄|구독|정기) ?(?:회원|독자|구독자)?[^.]{0,12}(?:전용|만 (?:볼|읽을|이용)|에게만)|(?:구독|결제)(?:하고|하시면|후|해야)[^.]{0,20}(?:읽|볼|이용)|회원 ?전용
        (?:有料|会員|購読者)(?:会員)?(?:限定|の方のみ|向け)|(?:続きを読む|全文を読む|続き)には|この記事は(?:会員|有料)
        (?:订阅|訂閱|付费|付費|会员|會員)[^。]{0,10}(?:阅读|閱讀|专享|專享|后|後)|(?:仅|僅)限(?:会员|會員|订阅)
        (?:nur für|exklusiv für) (?:abonnenten|mitglieder)|(?:jetzt )?(?:abonnieren|weiterlesen)[^.]{0,20}(?:mit|um|abo)|(?:bereits|schon) abonnent
        (?:article |contenu )?(?:réservé|exclusif)[^.]{0,15}(?:aux|pour les) abonnés|abonnez-vous[^.]{0,20}pour|déjà abonné|la suite est réservée
        (?:exclusivo|solo|sólo)[^.]{0,15}para (?:suscriptores|socios)|suscríbete[^.]{0,20}para|ya eres suscriptor
    """,
}
# Scripts that only a page has which checks its visitor: many sites put milder ones into every article.
_CHALLENGE = re.compile(
    r"_cf_chl_opt|cf-browser-verification|cf_captcha_kind|captcha-delivery\.com/c\.js|px-captcha|_Incapsula_Resource|"
    r"sec/cp_challenge|awsWafCookieDomainList|gokuProps|ddos-guard/check|distil_r_captcha|/_guard/|data-dd-captcha", re.ASCII)
_PARTS = re.compile(r"\s[|·•»–—-]\s|\s*(?:::|\||»|「|」|【|】)\s*|\s-(?=\s)")
_EXCLAIMED = re.compile(r"^(?:oops|ooops|sorry|whoops|uh[- ]oh|ooh)[,.!… ]+(?=\w)", re.IGNORECASE)
_SITE_NAME = 45      # letters beside the words: more is a headline, not the name of a site


def _one_of(alternatives: str) -> re.Pattern[str]:
    lines: list[str] = []
    for line in alternatives.strip("\n").splitlines():
        if not line.strip():
            continue
        # A line that is set in further than the others goes on where the one before it stopped.
        if line.startswith(" " * 12) and lines:
            lines[-1] += " " + line.strip()
        else:
            lines.append(line.strip())
    return re.compile("|".join(f"(?:{line})" for line in lines), re.IGNORECASE)


_TITLE_SIGNS = {outcome: _one_of(lines) for outcome, lines in _TITLES.items()}
_TEXT_SIGNS = {outcome: _one_of(lines) for outcome, lines in _TEXTS.items()}


def by_title(titles: Iterable[str]) -> tuple[Outcome, str] | None:
    """The outcome that a title stands for where it, or a part of it, says nothing else; and the words."""
    for title in titles:
        for part in (title, *_PARTS.split(title)):
            words = _EXCLAIMED.sub("", " ".join(part.split()).strip(" .!?…-").replace("’", "'"))
            if not words or len(title) - len(words) > _SITE_NAME:
                continue
            for outcome, sign in _TITLE_SIGNS.items():
                if sign.fullmatch(words):
                    return outcome, words
    return None


def by_text(text: str, outcomes: Iterable[Outcome] = tuple(_TEXTS)) -> tuple[Outcome, str] | None:
    """The outcome that the words of a short page stand for, in this order; and the words."""
    for outcome in outcomes:
        if found := _TEXT_SIGNS[outcome].search(text):
            return outcome, found[0]
    return None


def is_challenge(source: str) -> bool:
    """Whether a page's source holds the script of a check that visitors have to pass first."""
    return _CHALLENGE.search(source) is not None
