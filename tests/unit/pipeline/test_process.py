"""A worker turns pages into articles with hits; a bad page costs only itself."""

from __future__ import annotations

import gc
import pickle
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.errors import KnowledgeFileError
from core.records import Outcome, Page
from core.text import search_form
from pipeline import process
from pipeline.dedupe import signature
from pipeline.knowledge import shipped_knowledge
from pipeline.process import Processor, warm, work
from tests.programs import processes

FETCHED = datetime(2020, 1, 7, tzinfo=UTC)
STORY = (
    "<html lang='en'><head><title>Samsung Electronics and SK Telecom to cooperate on AI</title></head><body><article>"
    "<h1>Samsung Electronics and SK Telecom to cooperate on AI</h1>"
    "<p>Samsung Electronics and SK Telecom announced on Monday that they have signed a strategic partnership on "
    "artificial intelligence.</p><p>The two companies will develop chips and language models together in a joint "
    "laboratory, a spokesperson said at the fair in Las Vegas.</p><p>The laboratory will open in spring with forty "
    "engineers of both sides, who will publish what they find.</p></article></body></html>"
)


def page(body: bytes = STORY.encode(), number: int = 1, **fields: object) -> Page:
    url = f"https://news.example.org/{number}"
    made = Page(number, "example", url, url, body, "utf-8", FETCHED)
    return replace(made, **fields)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("rules")
    example = 'examples:\n  - match: "Samsung Electronics and SK Telecom signed an AI partnership."\n'
    for name, query in (("everything", "*"), ("alliances", "event:alliance AND topic:ai"), ("broken", "(((")):
        rule = f"title: {name}\nquery: '{query}'\n{example}"
        (directory / f"{name}.yaml").write_text(rule, encoding="utf-8")
    return directory


@pytest.fixture(scope="module")
def processor(rules: Path) -> Processor:
    return Processor([shipped_knowledge()], [rules])


def test_a_page_becomes_an_article_with_signature_events_hits_and_search_forms(processor: Processor) -> None:
    done = processor.process(page(etag='"1"', last_modified="yesterday"))
    assert (done.outcome, done.reason, done.address_id, done.source_id) == (Outcome.OK, "", 1, "example")
    assert done.article is not None
    assert done.article.title == "Samsung Electronics and SK Telecom to cooperate on AI"
    assert {p.organisation for e in done.annotation.events for p in e.parties} >= {"Samsung Electronics", "SK Telecom"}
    assert {h.rule for h in done.hits} == {"everything", "alliances"}
    assert done.signature == signature(done.article.title, done.article.text)
    assert (done.search_title, done.search_text) == (search_form(done.article.title), search_form(done.article.text))
    assert (done.etag, done.last_modified, done.knowledge_version) == ('"1"', "yesterday", processor.knowledge.version)


def test_every_span_of_evidence_is_in_the_article(processor: Processor) -> None:
    done = processor.process(page())
    spans = [e.span for h in done.hits for e in h.evidence]
    assert spans
    assert all(getattr(done.article, s.field)[s.start : s.end] == s.text for s in spans)


def test_a_bad_page_has_a_named_outcome_and_the_others_go_on(processor: Processor) -> None:
    pages = [page(), page(b"", 2), page(b"%PDF-1.7", 3), page(b"<html><body></body></html>", 4), page(number=5)]
    done = processor.process_batch(pages)
    assert [d.outcome for d in done] == [Outcome.OK, Outcome.EMPTY, Outcome.NOT_HTML, Outcome.EMPTY, Outcome.OK]
    assert [d.address_id for d in done] == [1, 2, 3, 4, 5]
    assert all(d.reason and d.article is None for d in done[1:4])


def test_what_breaks_unforeseen_costs_one_page_and_is_reported(processor: Processor) -> None:
    broken = page(number=2, fetched_at="no time")
    done = processor.process_batch([broken, page()])
    assert done[0].outcome is Outcome.EXTRACTION_FAILED
    assert done[0].reason.startswith("AttributeError")
    assert done[1].outcome is Outcome.OK


def test_a_broken_rule_file_is_named_and_the_others_match(processor: Processor) -> None:
    assert [Path(e.file).name for e in processor.rule_errors] == ["broken.yaml"]


def test_wrong_knowledge_is_refused_at_once(tmp_path: Path, rules: Path) -> None:
    (tmp_path / "organisations").mkdir()
    (tmp_path / "organisations" / "mine.yaml").write_text("Acme: [not, a, mapping]\n", encoding="utf-8")
    with pytest.raises(KnowledgeFileError):
        Processor([shipped_knowledge(), tmp_path], [rules])


def test_a_cold_worker_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "_processor", None)
    with pytest.raises(RuntimeError, match="initializer"):
        work([page()])


def test_a_warm_worker_of_a_pool_gives_what_the_processor_gives(processor: Processor, rules: Path) -> None:
    context = processes()
    told = ([shipped_knowledge()], [rules])
    with ProcessPoolExecutor(1, mp_context=context, initializer=warm, initargs=told) as pool:
        assert pool.submit(work, [page(), page(b"", 2)]).result() == processor.process_batch([page(), page(b"", 2)])
        assert pool.submit(gc.get_freeze_count).result() > 10_000


def test_records_are_small_enough_to_cross_processes(processor: Processor) -> None:
    done = processor.process(page())
    assert pickle.loads(pickle.dumps(done)) == done
    assert len(pickle.dumps(done)) < 20 * len(done.search_text)
