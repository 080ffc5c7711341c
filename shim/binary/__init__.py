"""The real binary, run on a record: what `record`, `drift` and the legacy-against-legacy lane have in common."""
