"""`/v0/management/…`: the server's settings, keys, log-ins, statistics and logs, for its owner.

Law: every endpoint here is behind the management key (`access.py`) and declared through `route` (`call.py`).
"""
