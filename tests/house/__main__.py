"""The rules of the house by themselves: `python -m tests.house`, for `make check`.

They need neither the fixtures of the tests nor a database, so nothing is loaded but Django and pytest's plugin for it.
"""

import gc
import os
import sys

import pytest

PLUGINS = ["--noconftest", "-p", "pytest_django.plugin", "-p", "no:unraisableexception"]
RULES = ["tests/test_house_rules.py", "tests/test_documents.py"]

if __name__ == "__main__":
    gc.disable()  # the parsed sources stay to the end: walking over them again and again takes half of the time
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    sys.exit(pytest.main([*PLUGINS, "-q", *RULES]))
