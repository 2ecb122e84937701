"""What every request passes on its way out and back: robots and pace, redirects, compression."""
