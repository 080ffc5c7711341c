"""The upstreams: one module a provider, saying its address, headers, credential use and errors."""
