"""The archive for people and machines: pages, JSON API, feeds, and a server for assistants.

What it needs of the application is handed to it (`web.tools`); it never fetches and never sends by itself.
"""
