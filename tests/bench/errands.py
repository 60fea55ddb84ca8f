"""Pieces of work inside a product, run by `products.Product.errand` with the modules of its own checkout.

They stand in one file for all commits, so that an older product is measured by the same work.
"""

import json
import os
import re
import sys
from pathlib import Path

import django

django.setup()

from allauth.usersessions.models import UserSession  # noqa: E402
from django.test import Client  # noqa: E402

from accounts.models import User  # noqa: E402
from funnel.models import Message  # noqa: E402
from pipeline.models import Column, Import  # noqa: E402
from tests.funnel.bulk import due_messages  # noqa: E402
from tests.funnel.mailing import MONDAY, ready, steps  # noqa: E402
from tests.pipeline import importing  # noqa: E402

try:
    from funnel.sending import worker
    from pipeline.imports import steps as imports
    from pipeline.imports.plan import mapping_of
except ImportError:  # at 54cb30c
    from pipeline.import_plan import mapping_of

    from funnel import outbox as worker
    from pipeline import imports

ANNA = "anna@krueger.example"


def login(email: str) -> dict[str, str]:
    """Return a session of this user: its cookies and the CSRF token."""
    client = Client(headers={"host": "localhost"})
    user = User.objects.get(email=email)
    client.force_login(user)
    UserSession.objects.create(user=user, ip="127.0.0.1", session_key=client.session.session_key)  # as the form does
    page = client.get("/contacts/board/").content
    token = re.search(rb'name="csrf-token"\s+content="(\w+)"', page)
    assert token
    cookies = "; ".join(f"{name}={client.cookies[name].value}" for name in ("sessionid", "csrftoken"))
    return {"cookie": cookies, "token": token[1].decode()}


def due_mails(count: str) -> int:
    """Create this many due mails, and no others. Return the number of contacts added."""
    anna = User.objects.get(email=ANNA)
    column = Column.objects.of(anna.account).get(key=Column.Key.CONTACTED)
    ready(anna.account)
    if not column.sequence.steps.exists():
        steps(column.sequence, 0)
    Message.objects.all().delete()
    return len(due_messages(anna, column, int(count), MONDAY))


def drain(seconds: str) -> None:
    """Send due mails for this many seconds, with less priority than the web processes as in `make run`."""
    os.nice(10)
    worker.sweep(now=MONDAY, seconds=int(seconds))


def upload(path: str) -> int:
    """A file that is read and has its columns assigned: the worker is to check it. Returns the import's id."""
    source = importing.received(User.objects.get(email=ANNA), Path(path).read_text())
    imports.configure(source=source, mapping=mapping_of(source), options={})
    return source.pk


def start_import(pk: str) -> None:
    imports.start(source=Import.objects.get(pk=int(pk)))


if __name__ == "__main__":
    does, *arguments = sys.argv[1:]
    print(json.dumps(globals()[does](*arguments)))
