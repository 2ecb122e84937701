"""The pages for people: one module for each place that the navigation names."""

from web.pages import door, feedback, search, story, today

PAGES = (door.router, today.router, search.router, story.router, feedback.router)
