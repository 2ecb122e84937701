"""From a fetched page to hits: extract, normalise, annotate, match. Pure functions, no database."""
