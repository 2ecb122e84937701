"""Words that every package uses: records, errors, settings, clock, addresses, text. Imports nothing of ours."""
