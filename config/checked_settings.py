"""The settings as the type checker reads them, also in an editor: without a secret, and without a database."""

import os

os.environ.setdefault("DEBUG", "1")

from config.settings import *  # noqa: F403
