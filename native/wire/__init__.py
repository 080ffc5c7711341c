"""The wire protocols: one module each, pure: bytes and values in, bytes and values out, no I/O."""
