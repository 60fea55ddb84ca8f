"""Every page of the login library is German, formal, in our design, and without inline code."""

import gettext
import re
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.template.response import TemplateResponse
from django.test import Client
from django.urls import reverse

from accounts import entrance
from accounts.models import User
from tests.accounts.test_sign_in import work
from tests.factories import PASSWORD

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = ROOT / "locale" / "de" / "LC_MESSAGES"
INFORMAL = re.compile(r"\b(du|dich|dir|dein\w*|euch|euer|eure\w*|gib|bist|hast)\b", re.IGNORECASE)
ENGLISH = re.compile(r"\b(the|your|you|sign in|password|email address|please|security key)\b", re.IGNORECASE)
ARGUMENTS = {
    "account_reset_password_from_key": {"uidb36": "1", "key": "x-y"},
    "mfa_edit_webauthn": {"pk": 1},
    "mfa_remove_webauthn": {"pk": 1},
}
PAGES = [pattern.name for pattern in entrance.urlpatterns]


@pytest.fixture
def inside(anna: User) -> Client:
    client = Client()
    client.post("/accounts/login/", {"login": anna.email, "password": PASSWORD})
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


def text_of(html: str) -> str:
    """Return the visible text: without tags, with attributes that are read aloud or shown."""
    spoken = re.findall(r'(?:placeholder|title|alt|aria-label)="([^"]*)"', html)
    return " ".join([re.sub(r"<script.*?</script>|<[^>]*>", " ", html, flags=re.DOTALL), *spoken])


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("method", ["get", "post"])
def test_pages_of_the_login_library_are_ours(inside: Client, name: str, method: str) -> None:
    address = reverse(name, kwargs=ARGUMENTS.get(name))
    for client in (Client(), inside):
        answer = getattr(client, method)(address)
        assert answer.status_code in (200, 302, 401, 404, 405)
        if answer.status_code != 200 or not isinstance(answer, TemplateResponse):
            continue
        html = answer.content.decode()
        if answer["Content-Type"].startswith("text/plain"):
            continue
        origins = [template.origin.name for template in answer.templates if template.origin]
        pages = [origin for origin in origins if origin.endswith(".html") and "django/forms" not in origin]
        foreign = [page for page in pages if ROOT / "templates" not in Path(page).parents]
        assert [page for page in foreign if not re.search(r"/base(_\w+)?\.html$", page)] == []
        assert INFORMAL.findall(text_of(html)) == []
        assert ENGLISH.findall(text_of(html)) == []
        assert re.search(r'\sstyle="|<style|\son\w+="', html) is None
        assert [s for s in re.findall(r"<script[^>]*>", html) if "src=" not in s and "json" not in s] == []


def test_messages_and_mails_are_formal(inside: Client, anna: User) -> None:
    inside.post("/accounts/sessions/")
    form = {"oldpassword": PASSWORD, "password1": "ein-neues-Passwort", "password2": "ein-neues-Passwort"}
    page = inside.post("/accounts/password/change/", form, follow=True).content.decode()
    assert "Alle anderen Sitzungen sind abgemeldet." in page
    assert "Ihr Passwort ist geändert." in page
    page = inside.post("/accounts/logout/", {"next": "/accounts/login/"}, follow=True).content.decode()
    assert "Sie haben sich abgemeldet." in page
    Client().post("/accounts/password/reset/", {"email": anna.email})
    work()
    assert INFORMAL.findall(mail.outbox[0].body) == []


def entries(source: str) -> dict[str, str]:
    found = re.findall(r'^msgid "(.*)"\nmsgstr "(.*)"$', source, re.MULTILINE)
    return {key.replace('\\"', '"'): text.replace('\\"', '"') for key, text in found if key}


def test_compiled_catalogue_is_up_to_date() -> None:
    written = entries((CATALOGUE / "django.po").read_text(encoding="utf-8"))
    with (CATALOGUE / "django.mo").open("rb") as file:
        compiled: dict[str, Any] = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    assert len(written) > 20
    assert {key: text for key, text in compiled.items() if key} == written
    assert [text for text in written.values() if INFORMAL.search(text)] == []
