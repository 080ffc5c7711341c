"""The demo: the whole of it on one machine, with a stand-in for the binary and one for the providers."""
