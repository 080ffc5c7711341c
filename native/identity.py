"""What native says of its build where the legacy says it of its own."""

VERSION = {"X-CPA-VERSION": "dev", "X-CPA-COMMIT": "none", "X-CPA-BUILD-DATE": "unknown"}
"""Headers of every management answer, as a build of the legacy has them that was told nothing."""
