"""Look at an outlet's addresses, measure what announces its articles, and choose what a source file should name."""
