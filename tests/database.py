"""The database of the tests: an embedded server of their own, fast and careless, unless DATABASE_URL names one.

The first import of conftest.py, since Django's settings read the environment completed here. xdist's workers inherit
it, but for the name of the settings: pytest-django would read them before a worker comes here, with the folder of all.
"""

import gc
import os
import shutil
from pathlib import Path

import django
import pytest
from django.conf import settings

from config import embedded

CHECKOUT = Path(__file__).resolve().parent.parent
DATA_DIR = Path(os.environ.get("TEST_DATA_DIR") or CHECKOUT / "var" / "test")
OURS = "DATABASE_URL" not in os.environ
RUN = os.environ.setdefault("TEST_RUN", str(os.getpid()))  # the same in all processes of a run
COLLECTED = DATA_DIR / f"collected.{RUN}"  # the static files that the first instance of a run has collected
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")  # which of those that run side by side; "": the only one

LONG = (  # processes of their own, or a browser: they mostly wait
    *("tests/config/test_run.py", "tests/config/test_backup.py", "tests/config/test_bad_day.py", "tests/prove/"),
    *(
        "tests/live/test_handover.py",
        "tests/test_leaks",
        "tests/pipeline/test_stalled.py",
        "tests/pipeline/test_worker.py",
        "tests/browser/",
    ),
)

MAIL = ("EMAIL_URL", "WEBHOOK_SECRET", "MAIL_FROM", "MAIL_IN", "IMAP_URL", "AUTHSERV_ID", "OPERATOR_EMAIL")
for variable in ("DEBUG", "TRUSTED_PROXIES", "PORT", "HOST", *MAIL):
    os.environ.pop(variable, None)  # whatever the shell holds, the tests mean the defaults
if settings.configured:
    raise pytest.UsageError("The settings were read before the tests' environment: unset DJANGO_SETTINGS_MODULE.")
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
os.environ["SECRET_KEY"] = "the tests' own secret key, known to everybody"
os.environ["TOKEN_KEY"] = "the tests' own token key, known to everybody"
os.environ["ALLOWED_HOSTS"] = "testserver,localhost,127.0.0.1"
os.environ["BASE_URL"] = "http://testserver"
os.environ["DATA_DIR"] = str(DATA_DIR / WORKER)  # uploads and mails of one's own; the server is everybody's
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's synchronous interface runs an event loop
(DATA_DIR / WORKER / "static").mkdir(parents=True, exist_ok=True)  # WhiteNoise warns of every client otherwise
if OURS and not WORKER:
    os.environ["DATABASE_URL"] = embedded.url(DATA_DIR)
django.setup()

from tests import emptying  # noqa: E402  its imports read the settings

emptying.install()
settings.PASSWORD_HASHERS = ["tests.hashing.QuickHasher"]


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    if getattr(config.option, "numprocesses", None):
        del os.environ["DJANGO_SETTINGS_MODULE"]
    if OURS and not WORKER and not config.option.help:
        embedded.start(DATA_DIR, durable=False)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let a parallel run begin with the files that take long, so that it does not end with one process at work."""
    if WORKER:
        items.sort(key=lambda item: not item.nodeid.startswith(LONG))


def pytest_collection_finish(session: pytest.Session) -> None:
    """Keep what is loaded by now out of the search for garbage, which took a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 10)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server; another run in the same checkout that still uses it keeps it alive."""
    if not WORKER:
        shutil.rmtree(COLLECTED, ignore_errors=True)
    if OURS and not WORKER:
        embedded.stop(DATA_DIR)
