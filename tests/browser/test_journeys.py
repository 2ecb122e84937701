"""What a reader and an editor do in a browser, from end to end, on the pages that are shipped."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import NEWCOMER, PICTURES, Desk

Open = Callable[..., Any]
PAGES = {
    "today": "/", "search": "/search?q=event:alliance", "search-wrong": "/search?q=orgg:samsung",
    "search-none": "/search?q=zyzzyva", "article": "/articles/3", "organisations": "/organisations",
    "organisation": "/organisations/Wrenfold%20AI", "rules": "/rules", "rule": "/rules/ai-alliances",
    "sources": "/sources", "source": "/sources/signal-wire", "add-source": "/sources/add",
    "deliveries": "/deliveries", "feedback": "/feedback", "api": "/api", "missing": "/nowhere",
}


def first_story(page: Any) -> str:
    return str(page.locator(".entry h3 a").first.get_attribute("href"))


def test_search_and_open_what_is_found(desk: Desk, open_page: Open) -> None:
    page = open_page("/")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "find"
    page.keyboard.type("event:alliance")
    page.keyboard.press("Enter")
    page.wait_for_selector(".hits")
    query = page.locator(".asked input[name=q]")
    query.fill("event:alliance lang:ko")
    query.press("Enter")
    page.wait_for_url("**lang%3Ako**")
    assert page.locator(".hits > li").count() >= 2
    title = page.locator(".hits h2 a").first
    words = title.inner_text()
    title.click()
    page.wait_for_selector("article.story")
    assert page.locator("h1").inner_text() == words
    assert page.locator("mark.party").count() >= 1


def test_narrow_a_search_by_a_facet_and_go_back(open_page: Open) -> None:
    page = open_page("/search?q=*")
    page.locator(".facets a", has_text="Wrenfold AI").click()
    page.wait_for_selector(".hits")
    assert 'org:"Wrenfold AI"' in page.locator(".asked input[name=q]").input_value()
    page.go_back()
    page.wait_for_selector(".facets")
    assert page.locator(".asked input[name=q]").input_value() == "*"


def test_say_what_a_story_is_worth(open_page: Open) -> None:
    page = open_page("/")
    where = first_story(page)
    page.locator(".entry h3 a").first.click()
    page.wait_for_selector("article.story")
    page.get_by_role("button", name="Relevant", exact=True).click()
    page.wait_for_selector(".noted")
    page.goto(page.url.partition("/stories")[0] + "/feedback")
    assert "relevant" in page.locator("main").inner_text()
    page.goto(page.url.partition("/feedback")[0] + where)
    assert page.get_by_role("button", name="Relevant", exact=True).get_attribute("aria-pressed") == "true"


def test_mute_an_organisation_and_lift_it(open_page: Open) -> None:
    page = open_page("/organisations/Onyra%20Silicon")
    page.get_by_role("button", name="Mute").click()
    page.wait_for_selector("text=Onyra Silicon")
    assert page.locator("td:has-text('lifted')").count() == 0
    page.get_by_role("button", name="Lift").click()
    page.wait_for_selector("td:has-text('lifted')")
    assert page.get_by_role("button", name="Lift").count() == 0


def test_walk_the_graph(open_page: Open) -> None:
    page = open_page("/organisations")
    page.locator("tbody a", has_text="Wrenfold AI").click()
    page.wait_for_selector(".graph svg")
    page.locator(".graph a.near").first.focus()
    name = page.evaluate("document.activeElement.querySelector('title').textContent")
    page.keyboard.press("Enter")
    page.wait_for_function("name => document.querySelector('h1').textContent === name", arg=name)
    page.locator(".graph a.near", has_text="Wrenfold AI").click()
    page.wait_for_function("document.querySelector('h1').textContent === 'Wrenfold AI'")
    assert page.locator(".graph a.near", has_text=name).count() == 1


def test_try_a_rule_and_save_it(desk: Desk, open_page: Open) -> None:
    page = open_page("/search?q=event:joint_venture")
    page.get_by_role("link", name="Make a rule of it").click()
    page.get_by_label("Name of the rule").fill("ventures")
    page.get_by_role("button", name="Try it on the archive").click()
    page.wait_for_selector("#forecast")
    assert "It has none" in page.locator("main").inner_text()
    picture(page, "rule-tried")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/rules/ventures")
    assert (desk.home / "rules" / "ventures.yaml").exists()


def test_add_a_source(desk: Desk, open_page: Open) -> None:
    page = open_page("/sources")
    page.get_by_role("link", name="Add a source").click()
    page.get_by_label("Address").fill(desk.outlet)
    page.get_by_role("button", name="Look at it").click()
    page.wait_for_selector("text=What a run would read", timeout=90_000)
    assert page.locator("tbody tr").count() >= 3
    picture(page, "proposal")
    page.get_by_label("Id").fill(NEWCOMER)
    page.get_by_role("button", name="Add it").click()
    page.wait_for_url(f"**/sources/{NEWCOMER}")
    assert (desk.home / "sources" / f"{NEWCOMER}.yaml").exists()


def test_all_of_it_works_without_scripts(open_page: Open) -> None:
    page = open_page("/", scripts=False)
    page.locator("#find").fill("event:alliance")
    page.locator("#find").press("Enter")
    page.wait_for_selector(".hits")
    page.locator(".hits h2 a").first.click()
    page.wait_for_selector("article.story")
    page.get_by_role("button", name="Not relevant").click()
    page.wait_for_selector("button[aria-pressed=true]")
    page.get_by_role("button", name="dark", exact=True).click()
    assert page.locator("html").get_attribute("data-theme") == "dark"


def test_the_keyboard_reaches_the_content_first(open_page: Open) -> None:
    page = open_page("/rules")
    page.keyboard.press("Tab")
    skip = page.locator(".skip")
    assert skip.evaluate("element => element === document.activeElement && element.getBoundingClientRect().top >= 0")
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#main"


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 1280), ("light", 390), ("dark", 390)])
def test_pages_are_accessible_and_fit(open_page: Open, axe: str, theme: str, width: int) -> None:
    wrong: list[str] = []
    page = open_page("/", theme=theme, width=width)
    base = page.url.rstrip("/")
    for name, path in {**PAGES, "story": first_story(page)}.items():
        if name in {"search-wrong", "missing"}:      # what Chromium says of the status is no mistake of the page
            page = page.context.new_page()
        page.goto(base + path)
        picture(page, f"{name}-{theme}-{width}")
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wrong.append(f"{name} is wider than the window")
        page.evaluate(axe)
        found = page.evaluate("axe.run({resultTypes: ['violations']})")
        wrong += [f"{name}: {one['id']}: {one['nodes'][0]['html'][:160]}: {one['nodes'][0]['failureSummary'][:200]}"
                  for one in found["violations"]]
    assert wrong == []


def picture(page: Any, name: str) -> None:
    """A picture for people to look at."""
    assert PICTURES is not None
    page.screenshot(path=str(Path(PICTURES) / f"{name}.png"), full_page=True)
