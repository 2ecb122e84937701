"""Fuzz the extraction: python -m tests.fuzz.run MINUTES [PAGES] [--finds FOLDER]. `make fuzz` starts it.

Coverage decides which inputs are mutated further (atheris, which is libFuzzer for Python). It begins with pages made
here and with the smaller ones of PAGES, a folder of real pages. What breaks stays in FOLDER (./fuzz-finds): the input,
and beside it the trace. Ends with 1 where something broke.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.warc_files import pages_of

HERE = Path(__file__).parent
LONGEST = 20_000  # bytes of an input: longer ones are slower than they are wild
A_HANG_S = 25     # of one input; the limit of the product for a page is less

STORY = (
    "<html lang='en'><head><title>Samsung Electronics and SK Telecom sign an AI partnership | News</title>"
    "<meta property='article:published_time' content='2020-01-06T09:00:00+09:00'>"
    "<script type='application/ld+json'>{\"@type\":\"NewsArticle\",\"headline\":\"Two firms\",\"author\":"
    "[{\"name\":\"Jane Doe\"}],\"datePublished\":\"2020-01-06\"}</script></head><body><article><h1>Samsung Electronics "
    "and SK Telecom sign an AI partnership</h1><p>Samsung Electronics and SK Telecom announced on Monday that they "
    "have signed a strategic partnership on artificial intelligence, said Park Jung-ho, CEO of SK Telecom.</p><p>The "
    "two companies will develop chips and language models together.</p></article></body></html>"
)
KOREAN = (
    "<html lang=ko><body><article><h1>삼성전자와 SK텔레콤, 인공지능 제휴</h1><p>삼성전자와 SK텔레콤은 인공지능 "
    "분야에서 전략적 제휴를 맺고 공동 연구소를 설립하기로 했다고 밝혔다.</p>"
    "<p>두 회사는 서울에서 양해각서를 체결했다.</p>"
)
LIST = "<html><body><ol>" + "".join(f"<li><h2>{n}. Naver and IBM join forces</h2><p>It is news {n}." for n in range(9))


def seeds(folder: Path | None) -> Iterator[bytes]:
    """Inputs to begin with; their first two bytes choose what is known of the page (see target.py)."""
    for source in (STORY, KOREAN, LIST):
        yield b"\1\1" + source.encode()
    yield b"\2\1" + KOREAN.encode("euc-kr")
    yield b"\6\1" + STORY.encode("utf-16")
    if folder is not None:
        yield from (b"\1\1" + body for _, body in pages_of(folder) if len(body) <= LONGEST)


def main() -> int:
    """Fuzz, and say what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("minutes", type=float)
    parser.add_argument("pages", nargs="?", type=Path)
    parser.add_argument("--finds", type=Path, default=Path("fuzz-finds"))
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pactwatch-fuzz-") as corpus:
        for number, seed in enumerate(seeds(asked.pages)):
            (Path(corpus) / f"seed-{number}").write_bytes(seed)
        ended = subprocess.run(
            [sys.executable, "-m", "tests.fuzz.target", str(asked.finds), corpus, f"-dict={HERE / 'tokens.txt'}",
             f"-max_len={LONGEST}", f"-timeout={A_HANG_S}", "-rss_limit_mb=1500", "-print_final_stats=1",
             f"-artifact_prefix={asked.finds}/", f"-max_total_time={int(asked.minutes * 60)}"], check=False)
    finds = sorted(path for path in asked.finds.iterdir() if path.suffix != ".txt") if asked.finds.is_dir() else []
    for path in finds:
        print(f"{path.stat().st_size:8} bytes  {path}")
    print(f"{len(finds)} finds" if finds else "nothing found")
    return 1 if finds or ended.returncode else 0


if __name__ == "__main__":
    sys.exit(main())
