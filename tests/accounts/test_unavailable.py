"""Faults outside the request and the program: 503, a sentence, and Retry-After."""

import errno
from types import SimpleNamespace

import psycopg
import pytest
from django.db import DataError, InterfaceError, InternalError, OperationalError
from django.test import RequestFactory

from base.unavailable import answer_to


def caused(outer: type[Exception], cause: type[Exception]) -> Exception:
    error = outer("words of PostgreSQL")
    error.__cause__ = cause()
    return error


FRAGMENT = {"HX-Request": "true"}
CASES = [
    (
        caused(OperationalError, psycopg.errors.LockNotAvailable),
        "Hier wird gerade etwas anderes geändert.",
        "5",
    ),
    (
        caused(OperationalError, psycopg.errors.DeadlockDetected),
        "Hier wird gerade etwas anderes geändert.",
        "5",
    ),
    (
        caused(OperationalError, psycopg.errors.SerializationFailure),
        "Hier wird gerade etwas anderes geändert.",
        "5",
    ),
    (caused(OperationalError, psycopg.errors.QueryCanceled), "Das hat zu lange gedauert", "5"),
    (caused(InternalError, psycopg.errors.IdleInTransactionSessionTimeout), "Das hat zu lange gedauert", "5"),
    (caused(OperationalError, psycopg.errors.DiskFull), "Zurzeit kann nichts gespeichert werden.", "15"),
    (
        caused(InternalError, psycopg.errors.ReadOnlySqlTransaction),
        "Zurzeit kann nichts gespeichert werden.",
        "15",
    ),
    (
        caused(OperationalError, psycopg.errors.AdminShutdown),
        "Die Datenbank ist gerade nicht erreichbar.",
        "5",
    ),
    (OperationalError("the connection is closed"), "Die Datenbank ist gerade nicht erreichbar.", "5"),
    (InterfaceError("connection already closed"), "Die Datenbank ist gerade nicht erreichbar.", "5"),
    (OSError(errno.ENOSPC, "No space left on device"), "Zurzeit kann nichts gespeichert werden.", "15"),
]


@pytest.mark.parametrize("headers", [{}, FRAGMENT], ids=["page", "fragment"])
@pytest.mark.parametrize(("error", "sentence", "seconds"), CASES)
def test_the_503_needs_no_database_and_does_not_quote_it(error, sentence, seconds, headers):
    request = RequestFactory().get("/contacts/", headers=headers)
    request.resolver_match = SimpleNamespace(view_name="pipeline:list")
    answer = answer_to(error, request)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, seconds)
    text = answer.content.decode()
    assert sentence in text
    assert "PostgreSQL" not in text
    assert ("<html" in text) == (not headers)


@pytest.mark.parametrize(
    "error",
    [
        DataError("value too long"),
        caused(InternalError, psycopg.errors.InternalError_),
        OSError(errno.ENOENT, "No such file"),
        ZeroDivisionError(),
        None,
    ],
)
def test_a_fault_of_our_own_stays_a_500(error):
    assert answer_to(error, RequestFactory().get("/")) is None
