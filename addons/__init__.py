"""mitmproxy addons and nothing else: route (front), tap (egress), record (both)."""
