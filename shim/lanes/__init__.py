"""The lanes in which the binary itself is played to: native's record judged by it, and its own by itself."""
