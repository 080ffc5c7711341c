"""What the legacy does between one client protocol and one upstream protocol: a module a pair, its oddities named."""
