"""The pages for people: one module for each place that the navigation names."""

from web.pages import (
    deliveries,
    door,
    feedback,
    organisations,
    rules,
    search,
    searches,
    sources,
    story,
    today,
)

PAGES = (door.router, today.router, search.router, searches.router, story.router, organisations.router, rules.router,
         sources.router, deliveries.router, feedback.router)
