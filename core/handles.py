"""How many files and connections a process may have open at once."""

from __future__ import annotations

import sys

_WANTED = 16_384  # shells give 1,024, though the system allows far more


def allowed_handles() -> int:
    """Raise the limit of this process as far as it may itself, within reason; what holds then."""
    if sys.platform == "win32":
        return 512
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _WANTED if hard == resource.RLIM_INFINITY else min(_WANTED, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return wanted
