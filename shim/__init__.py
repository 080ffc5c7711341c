"""The migration: exchanges, flags, recorder, judge, gates, report and command line."""
