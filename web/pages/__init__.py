"""The pages for people: one module for each place that the navigation names."""

from web.pages import door, feedback, organisations, search, story, today

PAGES = (door.router, today.router, search.router, story.router, organisations.router,
         feedback.router)
