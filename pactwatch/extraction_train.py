"""Fit the line filter of the extraction to labelled pages, and prove it on other sites: `make train-extraction`."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from core.errors import UserError
from pactwatch.progress import bar, track
from pipeline.extraction_corpus import read_corpus
from pipeline.extraction_scores import Score
from pipeline.linefilter import FILE, line_filter
from pipeline.linetraining import cross_validate, example, feature_names, fit, table, write_weights


def described(before: Mapping[str, Score], after: Mapping[str, Score]) -> Iterator[str]:
    """The scores of each set without the filter and with weights that know no page of its site."""
    yield f"{'set':<14}{'without the filter':>24}{'cross-validated by site':>28}"
    yield f"{'':<14}" + f"{'P':>10}{'R':>7}{'F1':>7}" + f"{'P':>14}{'R':>7}{'F1':>7}"
    for name, score in before.items():
        left = "".join(f"{value:>7.4f}" for value in score)
        right = "".join(f"{value:>7.4f}" for value in after[name])
        yield f"{name:<14}{left:>24}{right:>28}"


def main(arguments: Sequence[str]) -> int:
    """Fit to the folder that the arguments name; with --write the weights go into the filter's file."""
    folders = [one for one in arguments if one != "--write"]
    if len(folders) != 1:
        sys.stderr.write("Name a folder of labelled pages: make train-extraction CORPUS=folder [WRITE=--write]\n")
        return 2
    try:
        pages = read_corpus(Path(folders[0]))
    except UserError as mistake:
        sys.stderr.write(f"{mistake}\n")
        return 2
    judging = line_filter()
    examples = [one for page in track(pages, "reading pages", len(pages)) if (one := example(page, judging))]
    if not examples:
        sys.stderr.write(f"{folders[0]}: no page has a text\n")
        return 2
    with bar("cross-validating", len(examples)) as advance:
        texts = cross_validate(examples, judging, advance)
    before = table(examples, ["\n".join(one.lines) for one in examples])
    for line in described(before, table(examples, texts)):
        sys.stdout.write(line + "\n")
    weights = fit(examples, feature_names(examples))
    if "--write" in arguments:
        write_weights(weights)
        sys.stdout.write(f"wrote {len(weights)} weights into {FILE}\n")
    else:
        sys.stdout.write("Nothing was written; WRITE=--write writes the weights.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
