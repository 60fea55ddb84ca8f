"""A body is refused unread if it is larger than its address accepts from this caller."""

import pytest

from config.middleware import RefuseLargeBodies
from pipeline.imports.steps import MAX_FILE_SIZE

FORM = "multipart/form-data; boundary=x"
JUST_TOO_LARGE = RefuseLargeBodies.ANYBODY + 1


class Unread:
    """A body that must not be read."""

    def read(self, *_args: object) -> bytes:
        raise AssertionError("the body was read")

    close = readline = read


def sent(client, path: str, length: int, kind: str = FORM):
    return client.post(path, CONTENT_TYPE=kind, **{"wsgi.input": Unread(), "CONTENT_LENGTH": str(length)})


@pytest.mark.parametrize("path", ["/accounts/login/", "/u/", "/contacts/new/", "/nowhere/", "/cards/1/position/"])
@pytest.mark.parametrize("length", [JUST_TOO_LARGE, 100_000_000])
def test_a_large_body_of_a_stranger_is_refused_at_every_address(client, db, path, length, unwritten):
    with unwritten():
        answer = sent(client, path, length)
    assert answer.status_code == 413
    assert "Das ist zu groß. Es wurde nichts gespeichert." in answer.content.decode()


def test_a_stranger_with_a_file_is_asked_to_log_in(client, db, unwritten):
    with unwritten():
        assert sent(client, "/contacts/import/", 40_000_000).status_code == 401


@pytest.mark.parametrize(
    ("path", "length"),
    [
        ("/contacts/new/", 2_500_000 + JUST_TOO_LARGE),
        ("/contacts/import/", MAX_FILE_SIZE + JUST_TOO_LARGE),
    ],
)
def test_a_body_of_a_user_above_the_limit_is_refused(login, anna, path, length, unwritten):
    client = login(anna)
    with unwritten():
        assert sent(client, path, length).status_code == 413


def test_a_large_form_at_the_webhook_is_refused(client, db):
    assert sent(client, "/webhooks/mail/", JUST_TOO_LARGE).status_code == 413


def test_a_provider_without_its_secret_is_not_read(client, db):
    assert sent(client, "/webhooks/mail/", JUST_TOO_LARGE, "application/json").status_code == 404
