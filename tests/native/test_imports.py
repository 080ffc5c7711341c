import subprocess
import sys

WITHOUT = ("mitmproxy", "sqlite_utils", "deepdiff", "vcr", "shim", "addons", "typer", "rich", "prometheus_client")


def test_native_serves_without_anything_of_the_migration():
    code = f"""
import sys
for name in {WITHOUT!r}:
    sys.modules[name] = None
import native.__main__
from native import pairs, providers, surface
assert len(list(surface.collect())) > 40 and len(list(pairs.pairs().values())) > 15 and providers.collect()
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
