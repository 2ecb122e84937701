"""The database: tables, sessions, writes, search. The only package that speaks SQL."""
