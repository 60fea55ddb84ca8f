"""Offices stay separate even if a view is wrong: in the database, in the browser, in caches."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from funnel.models import Sequence
from intake.models import Form, Inlet
from pipeline.models import Import
from tests.addresses import NEVER, address, browser, rows, walk
from tests.factories import ContactFactory
from tests.offices import OURS, THEIRS, Office, furnish, owned_models, stage

pytestmark = pytest.mark.django_db

# References between rows of accounts that have no account, and why.
SINGLE = {
    "pipeline_move.reverses_id": "written by one verb from a move of the own account; one more index for each move",
}
KEYS = """
SELECT conrelid::regclass::text, conname, confrelid::regclass::text, condeferrable,
       (SELECT array_agg(attname::text ORDER BY place) FROM unnest(conkey) WITH ORDINALITY AS k (number, place)
        JOIN pg_attribute ON attrelid = conrelid AND attnum = number),
       (SELECT array_agg(attname::text ORDER BY place) FROM unnest(confkey) WITH ORDINALITY AS k (number, place)
        JOIN pg_attribute ON attrelid = confrelid AND attnum = number)
FROM pg_constraint WHERE contype = 'f'
"""


@pytest.fixture(scope="module")
def offices(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[Office, Office]]:
    with django_db_blocker.unblock(), stage():
        yield furnish(OURS), furnish(THEIRS)


def keys() -> list[tuple[str, str, str, bool, list[str], list[str]]]:
    with connection.cursor() as cursor:
        cursor.execute(KEYS)
        return list(cursor.fetchall())


def references() -> set[str]:
    """Every column of a row with an account that names another row with an account."""
    return {
        f"{model._meta.db_table}.{one.column}"
        for model in owned_models()
        for one in model._meta.concrete_fields
        if one.related_model in owned_models()
    }


def test_every_reference_includes_the_account(offices: tuple[Office, Office]) -> None:
    """Checked at once: a deferred key would refuse after the view has answered."""
    composite = {
        f"{table}.{columns[0]}"
        for table, _name, _target, deferrable, columns, targets in keys()
        if len(columns) == 2 and (columns[1], targets[1], deferrable) == ("account_id", "account_id", False)
    }
    assert references() - composite == set(SINGLE)
    assert len(composite) >= 20


def test_the_database_refuses_every_reference_across_accounts(offices: tuple[Office, Office]) -> None:
    ours, theirs = (office.account.pk for office in offices)
    accepted = []
    # Whatever is unique to a contact, a sequence, an import, an inlet or a form is free.
    ContactFactory(account=offices[1].account, last_name="Neu", card=False)
    Sequence.objects.create(account=offices[1].account, name="Neu")
    Import.objects.create(account=offices[1].account, user=offices[1].people["administrator"])
    new = {"account": offices[1].account, "kind": "form", "name": "Neu", "created_at": timezone.now()}
    Form.objects.create(account=offices[1].account, inlet=Inlet.objects.create(**new), slug="neu", title="Neu")
    Inlet.objects.create(**new)
    with connection.cursor() as cursor:  # the order in a pair, which would refuse a foreign contact as well
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE pipeline_duplicate DROP CONSTRAINT duplicate_in_order")
    for table, name, target, _deferrable, columns, targets in keys():
        if len(columns) != 2:
            continue
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {targets[0]} FROM {target} WHERE account_id = %s ORDER BY 1 DESC LIMIT 1", [theirs])
            found = cursor.fetchone()
            assert found, f"the other office has no row of {target}, which {table} refers to"
            (foreign,) = found
            ours_only = f"(SELECT ctid FROM {table} WHERE account_id = %s LIMIT 1)"
            try:
                with transaction.atomic():
                    cursor.execute(f"UPDATE {table} SET {columns[0]} = %s WHERE ctid = {ours_only}", [foreign, ours])
                    accepted.append(f"{name}: {cursor.rowcount}")
            except IntegrityError as refusal:
                if name not in str(refusal):
                    accepted.append(f"{name}: {refusal}")
    assert accepted == []


def test_the_database_refuses_to_move_a_row_to_another_account(offices: tuple[Office, Office]) -> None:
    """While everything that refers to it stays where it is."""
    ours, theirs = offices
    for table, pk in (("contacts_contact", ours.refs["contact"]), ("pipeline_column", ours.refs["column"])):
        with (
            pytest.raises(IntegrityError, match="same_account"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"UPDATE {table} SET account_id = %s WHERE id = %s", [theirs.account.pk, pk])


def test_a_key_without_the_account_is_noticed(offices: tuple[Office, Office]) -> None:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE pipeline_card DROP CONSTRAINT pipeline_card_column_id_same_account")
        with pytest.raises(AssertionError, match="column_id"):
            test_every_reference_includes_the_account(offices)
        transaction.set_rollback(True)


POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "font-src": "'self'",
    "form-action": "'self'",
    "manifest-src": "'self'",
    "worker-src": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
# A mail that left is shown in a frame of its page, each with a policy of its own.
FRAMING = (POLICY | {"frame-src": "'self'"}, "DENY")
FRAMED = (
    {
        "default-src": "'none'",
        "style-src": "'unsafe-inline'",
        "img-src": "'self' data:",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'self'",
        "sandbox": "",
    },
    "SAMEORIGIN",
)
# Websites of the office show its forms in frames. They need no login, so that they are the same for everybody.
FORM = POLICY | {"frame-ancestors": f"https://{OURS.word}site.example"}
FORM["form-action"] = f"'self' https://{OURS.word}thanks.example"
for missing in ("connect-src", "manifest-src", "worker-src"):
    del FORM[missing]
FORM_PREVIEW = FORM | {"form-action": "'self'", "frame-ancestors": "'self'"}
EDITOR = r"(GET|POST) /funnel/(steps/\d+|sequences/\d+/steps/new)/ .*: (200|422)$"
ADDRESSES = dict(walk())


def answers(offices: tuple[Office, Office]) -> Iterator[tuple[str, Any]]:
    """Yield the response for each role at every address, as a page and as a fragment, refusals included."""
    ours, theirs = offices
    for user in (
        None,
        ours.people["administrator"],
        ours.people["marketing"],
        theirs.people["administrator"],
    ):
        another = browser(user)
        for name, row in rows().items():
            where = address(name, ADDRESSES[name], row, ours)
            for method in ("GET", "POST"):
                if (row.get if method == "GET" else row.post) != NEVER:
                    headers = {} if name.startswith(("account_", "mfa_")) else {"hx_request": "true"}
                    with transaction.atomic():
                        response = getattr(another(), method.lower())(where, headers=headers)
                        transaction.set_rollback(True)
                    yield f"{method} {where} {user and user.role}: {response.status_code}", response
    yield "nowhere", Client().get("/nowhere/")


def _guard(what: str) -> tuple[dict[str, str], str | None]:
    """Return the expected policy: the strict one, except for mails, forms, previews, and pages that frame them."""
    shown = r"GET /(funnel/messages/\d+/content|intake/\d+/mail)"
    if re.match(rf"({shown}|POST /funnel/(preview|test-mails))/ .*: (200|422)$", what):
        return FRAMED
    if re.match(r"(GET|POST) /f/(?!.*/puzzle/).*: (200|404|422)$", what):
        return FORM, None
    if re.match(r"GET /settings/forms/\d+/preview/ .*: 200$", what):
        return FORM_PREVIEW, None
    if (
        re.match(r"GET /settings/forms/\d+/ .*: 200$", what)
        or re.match(r"GET /funnel/messages/\d+/ .*: 200$", what)
        or re.match(EDITOR, what)
    ):
        return FRAMING
    return POLICY, "DENY"


def test_every_answer_has_protective_headers(offices: tuple[Office, Office]) -> None:
    """The strict policy, no framing, no guessing of types; personal responses stay out of shared caches."""
    faults = []
    for what, response in answers(offices):
        sent = response.headers
        parts = {
            name: value
            for part in sent.get("Content-Security-Policy", "x y").split(";")
            for name, _space, value in [part.strip().partition(" ")]
        }
        policy, frames = _guard(what)
        fixed = [sent.get(name) for name in ("X-Frame-Options", "X-Content-Type-Options", "Referrer-Policy")]
        kept = {part.strip() for part in sent.get("Cache-Control", "").split(",")}
        if parts != policy or fixed != [frames, "nosniff", "same-origin"]:
            faults.append(f"{what} is not guarded: {parts} {fixed}")
        if response.status_code not in (302, 405) and not what.startswith(OPEN) and not kept & {"private", "no-store"}:
            faults.append(f"{what} may be cached: {kept}")
        reads_cookies = not what.startswith((*OPEN, "POST /in/"))
        if response.status_code == 200 and "Cookie" not in sent.get("Vary", "") and reads_cookies:
            faults.append(f"{what} is the same for everybody: {sent.get('Vary')}")
    assert faults == []


OPEN = ("GET /healthz", "GET /readyz", "GET /service-worker.js", "GET /f/", "POST /f/", "nowhere")


def test_browsers_distinguish_fragments_from_pages(offices: tuple[Office, Office]) -> None:
    ours, _theirs = offices
    another = browser(ours.people["administrator"])
    for where in ("/contacts/", "/contacts/board/", f"/contacts/{ours.refs['contact']}/", "/contacts/1/"):
        assert "HX-Request" in another().get(where).headers["Vary"], where


HTTPS = """
import django
from django.conf import settings
from django.test import Client
django.setup()
names = "SESSION_COOKIE_SECURE CSRF_COOKIE_SECURE SESSION_COOKIE_HTTPONLY SECURE_SSL_REDIRECT SECURE_HSTS_PRELOAD"
print([getattr(settings, name) for name in names.split()], settings.SESSION_COOKIE_SAMESITE)
plain, safe = Client().get("/accounts/login/"), Client().get("/accounts/login/", secure=True)
print(plain.status_code, plain.headers["Location"])
cookie = safe.cookies["csrftoken"]
print(safe.headers["Strict-Transport-Security"], cookie["secure"], cookie["samesite"])
print(Client().get("/healthz").status_code)
"""


def test_under_https_cookies_stay_there() -> None:
    """Settings are read once, so another process reads them."""
    environment = os.environ | {"BASE_URL": "https://testserver", "ALLOWED_HOSTS": "testserver"}
    said = subprocess.run(
        [sys.executable, "-c", HTTPS],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert said.stdout.splitlines() == [
        "[True, True, True, True, False] Lax",
        "301 https://testserver/accounts/login/",
        "max-age=31536000 True Lax",
        "200",
    ], said.stderr[-2000:]


def test_the_session_cookie_is_hidden_from_scripts(offices: tuple[Office, Office]) -> None:
    ours, _theirs = offices
    client = Client()
    client.post("/accounts/login/", {"login": ours.refs["login"], "password": "pipeline-demo"})
    client.get("/contacts/")
    kept = {name: (one["httponly"], one["samesite"]) for name, one in client.cookies.items()}
    assert kept["sessionid"] == (True, "Lax")
    assert kept["view"] == (True, "Lax")
