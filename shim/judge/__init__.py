"""The judge: the only place where native is run against a record, and where two behaviours are compared."""
