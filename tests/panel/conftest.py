"""The panel in a browser is tested where there is one to test: it is nobody's to keep here."""

import os

collect_ignore = [] if "MANAGEMENT_PANEL" in os.environ else ["test_in_browser.py"]
