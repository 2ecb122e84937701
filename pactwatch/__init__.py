"""The application: command line, crawl, workers, scheduler, demo. The only package that knows all others."""
