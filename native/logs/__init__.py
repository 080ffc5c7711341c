"""What the server says of itself and of requests, in files laid out as the legacy's.

Laws: nothing here delays a request or fails it: what is written is handed to a thread, and what that has no room for is
dropped and counted; secrets in headers and addresses are masked; only the owner may read.
"""
