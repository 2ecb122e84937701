"""Ask an address and exit 0 where it answers 200: the health check of a container that has no curl."""

import os
import sys
import urllib.request


def main() -> int:
    """Ask the address of the command line, else PROBE_URL, past any proxy."""
    url = sys.argv[1] if len(sys.argv) > 1 else os.environ["PROBE_URL"]
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=4) as answer:
            return 0 if answer.status == 200 else 1
    except (OSError, ValueError) as failure:
        sys.stderr.write(f"{url}: {failure}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
