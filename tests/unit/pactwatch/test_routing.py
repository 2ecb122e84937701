"""Routes that name rules which are not in force."""

from __future__ import annotations

from core.errors import RuleFileError
from core.settings import RouteSettings, Settings
from pactwatch.routing import idle_names, strange_names
from pipeline.rulebook import Rule
from tests.unit.pipeline.reading import knowledge

RULE = Rule(id="ai-alliances", title="AI alliances", query="event:alliance")


def settings(*names: str) -> Settings:
    return Settings(routes=(RouteSettings(name="daily", channel="console", rules=names),))


def test_a_route_whose_rule_is_missing_or_switched_off_is_named():
    [line] = idle_names(settings("ai-alliances", "ai-deals"), [RULE], [])
    assert line == ("route 'daily' names the rule 'ai-deals', which is missing or switched off; "
                    "rules in force: ai-alliances")


def test_a_route_for_every_rule_is_in_order():
    assert idle_names(settings("*"), [], []) == []


def test_a_rule_whose_file_is_broken_is_not_named_twice():
    broken = RuleFileError("'title' is empty", file="/desk/rules/ai-deals.yaml", line=1)
    assert idle_names(settings("ai-deals"), [RULE], [broken]) == []


def test_an_organisation_of_a_route_is_written_as_articles_parties_are():
    names = "Samsung Electronics", "@watch", "SKT", "Nobody & Co"
    route = RouteSettings(name="ours", channel="console", organisations=names)
    [alias, unknown] = strange_names(Settings(routes=(route,)), knowledge())
    assert alias == ("route 'ours' names the organisation 'SKT', which is another name of 'SK Telecom': "
                     "routes go by that one")
    assert "'Nobody & Co', which the knowledge does not have" in unknown
    first = RouteSettings(name="first", channel="console", first_link=[["SKT", "country:KR"], ["type:university"]])
    [alias] = strange_names(Settings(routes=(first,)), knowledge())
    assert "'SKT', which is another name of 'SK Telecom'" in alias
