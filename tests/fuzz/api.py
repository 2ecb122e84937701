"""Ask the API all that its description allows, and more: python -m tests.fuzz.api EXAMPLES. `make fuzz-api` starts it.

Schemathesis reads the OpenAPI document of a desk over the demo's newsroom and sends what it makes up. Ends with 1 where
an answer is none that the document names, or the server failed. A text that is no query is refused, though the
document, which knows texts only, calls it valid: that check is left out.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from pactwatch.demo import Newsroom
from tests.journeys.newsdesk import Newsdesk
from tests.served import served

ROUTE = '[[routes]]\nname = "daily"\nchannel = "console"\nat = ["23:59"]\nzone = "UTC"\n'


def main(examples: str) -> int:
    """Fill a desk, serve it and let Schemathesis ask."""
    with tempfile.TemporaryDirectory(prefix="pactwatch-api-") as folder, Newsroom() as newsroom:
        desk = Newsdesk(Path(folder) / "home", newsroom, ROUTE)
        desk.call("run", "--all")
        with served(desk.home) as url:
            schemathesis = [str(Path(sys.executable).with_name("schemathesis")), "run", f"{url}/api/v1/openapi.json"]
            return subprocess.run([*schemathesis, "--max-examples", examples, "--exclude-checks",
                                   "positive_data_acceptance"], cwd=folder, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
