"""A page that collects unrelated news is read item by item."""

import pytest

from pipeline.views import views
from tests.unit.pipeline.reading import annotated, article, knowledge

SHORTS = {
    "headed": (
        "Samsung and SK Telecom form an alliance\n{a}\n\nNaver opens a garden\n{b}\n\n"
        "Toyota paints a bridge\n{c}\n\nSiemens sells a lamp\n{d}"
    ),
    "numbered": "1. {a}\n2. {b}\n3. {c}\n4. {d}",
    "bulleted": "• {a}\n• {b}\n• {c}\n• {d}",
    "timed": "09:15 {a}\n10:20 {b}\n11:45 {c}\n12:00 {d}",
    "bold": "**Samsung and SK Telecom ally** {a}\n\n- **Naver** {b}\n\n- **Toyota** {c}\n\n- **Siemens** {d}",
    "wired": "SEOUL (Reuters) - {a}\nSEOUL (AFP) - {b}\nTOKYO (Kyodo) - {c}\nBERLIN (dpa) - {d}",
}
NEWS = {
    "a": "Samsung Electronics and SK Telecom formed a partnership on ships. It starts in May.",
    "b": "Naver opened a garden near its offices. Artificial intelligence waters it every day.",
    "c": "Toyota Motor painted a bridge in a new colour. It is blue and everybody likes it.",
    "d": "Siemens sold a lamp to a museum in the north. The museum has many lamps already.",
}


def events_of(text: str, title: str):
    return [event for event in annotated(text, title).events if event.family == "alliance"]


@pytest.mark.parametrize("shape", SHORTS)
@pytest.mark.parametrize("title", ["The Week: news briefing", "Seven days in pictures"])
def test_an_item_lends_its_topic_to_no_other(shape, title):
    if (shape, title) == ("bold", "Seven days in pictures"):
        return                             # three marks only: nothing says that this is a collection
    events = events_of(SHORTS[shape].format(**NEWS), title)
    assert {party.organisation for event in events for party in event.parties} == {"Samsung Electronics", "SK Telecom"}
    assert all("ai" not in event.topics for event in events)


def test_the_two_companies_are_those_of_the_item():
    text = (
        "• Naver and Kakao met.\n• Samsung Electronics met SK Telecom. The two companies will form a joint venture.\n"
        "• Toyota Motor met Siemens.\n• OpenAI met Oracle."
    )
    events = events_of(text, "Weekly digest")
    assert [{party.organisation for party in event.parties} for event in events] == [
        {"Samsung Electronics", "SK Telecom"}]


def test_a_paragraph_that_goes_on_belongs_to_the_item_before_it():
    text = ("Samsung Electronics met SK Telecom in Seoul.\n\nThe two companies will form a joint venture in AI.\n\n"
            "Toyota Motor sold a car.")
    event = events_of(text, "News round-up: what happened in Asia")[0]
    assert {party.organisation for party in event.parties} == {"Samsung Electronics", "SK Telecom"}


def test_places_of_items_are_those_of_the_article():
    text = SHORTS["headed"].format(**NEWS)
    for event in annotated(text, "The Week: news briefing").events:
        for span in (event.sentence, event.relation, *(party.span for party in event.parties)):
            assert span.field == "text"
            assert text[span.start : span.end] == span.text


def test_each_headline_of_a_title_is_an_item():
    events = events_of("", "AI日报：三星与SK电讯合作造船；Naver发布新模型；丰田卖车")
    assert all("ai" not in event.topics for event in events)


ORDINARY = {
    "삼성전자와 SK텔레콤 동맹":
        "삼성전자와 SK텔레콤이 인공지능 동맹을 맺었다.\n\n양사는 만났다.\n\n시장은 반겼다.",
    "Samsung and SK Telecom form a consortium":
        "The consortium has four aims:\n• Naver: speech\n• Kakao: maps\n• Samsung: chips\n• SK Telecom: networks",
    "Samsung publishes its newsletter policy": "Samsung has a policy.\n\nIt is long.\n\nNaver has none.",
    "How Samsung works": "\n\n".join(
        f"{head} in short\nSamsung does this well in Seoul." for head in ("Design", "Tests", "Sales", "Care")),
}


@pytest.mark.parametrize(("title", "text"), ORDINARY.items())
def test_an_ordinary_article_stays_whole(title, text):
    assert len(knowledge().items.split(*views(article(text, title)), knowledge().gazetteer.find)) == 1


@pytest.mark.parametrize("title", [
    "This Week in AI", "Morning briefing: chips and ships", "TechNews Weekly Roundup", "The Robot Newsletter #12",
    "Live updates: the chip summit", "AI早报：三星", "[AI 브리핑] 삼성",
    "今週のニュースまとめ", "KI-Newsletter: die Woche",
    "Revue de presse du 3 mai", "Resumen semanal de noticias",
])
def test_titles_of_collections_are_known_in_several_languages(title):
    text = "Samsung met Naver.\n\nToyota met Siemens.\n\nOpenAI met Oracle."
    assert len(knowledge().items.split(*views(article(text, title)), knowledge().gazetteer.find)) > 2


def test_a_text_that_welcomes_to_a_newsletter_is_a_collection():
    text = "Welcome to Robots Weekly, all the news.\n\nSamsung met Naver.\n\nToyota met Siemens."
    assert len(knowledge().items.split(*views(article(text, "All robots must rhyme")), knowledge().gazetteer.find)) == 4
