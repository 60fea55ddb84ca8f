"""`manage.py office`: the only way to a new office."""

import sys
from io import StringIO
from typing import Any

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import Account, User
from accounts.plans import Plan
from base import vault
from funnel.models import Sender
from funnel.transport.smtp import Relay
from pipeline.models import Column


def office(*arguments: str) -> str:
    out = StringIO()
    call_command("office", *arguments, stdout=out, stderr=out)
    return out.getvalue()


CREATE = ["create", "--name", "Neue Heimat", "--plan", "starter", "--admin", "Chefin@heimat.example"]


def test_create_makes_an_empty_office_with_its_columns_and_mails_the_link(db: None) -> None:
    said = office(*CREATE)
    account = Account.objects.get(name="Neue Heimat")
    admin = User.objects.of(account).get()
    assert (account.plan, admin.email, admin.role) == (Plan.STARTER, "chefin@heimat.example", "administrator")
    assert Column.objects.of(account).count() == 7
    assert [message.to for message in mail.outbox] == [["chefin@heimat.example"]]
    assert "Die Einladung an chefin@heimat.example ist verschickt." in said


def test_create_prints_the_link_that_works(db: None) -> None:
    link = office(*CREATE, "--print-link").splitlines()[-1]
    assert mail.outbox == []
    assert link.startswith("http://testserver/invitation/")
    assert Client().get(link.removeprefix("http://testserver")).status_code == 200


def test_create_prints_the_link_when_the_mail_server_is_down(db: None, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    said = office(*CREATE)
    assert "ließ sich nicht verschicken" in said
    assert said.splitlines()[-1].startswith("http://testserver/invitation/")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"--plan": "gold"}, "Das Paket „gold“ gibt es nicht. Möglich: starter, expert."),
        ({"--admin": "chefin"}, "E-Mail-Adresse: "),
        ({"--admin": "sofia@krueger.example"}, "sofia@krueger.example hat schon einen Zugang"),
        ({"--name": " "}, "Name: "),
        ({"--name": "x" * 121}, "Name: "),
    ],
)
def test_create_reports_errors_and_creates_nothing(sofia: User, changes: dict[str, str], sentence: str) -> None:
    arguments = list(CREATE)
    for option, value in changes.items():
        arguments[arguments.index(option) + 1] = value
    with pytest.raises(CommandError) as error:
        office(*arguments)
    assert str(error.value).startswith(sentence)
    assert Account.objects.count() == 1
    assert mail.outbox == []


def test_plan_is_changed(krueger: Account) -> None:
    assert "Starter" in office("plan", "--id", str(krueger.pk), "--plan", "starter")
    krueger.refresh_from_db()
    assert krueger.plan == Plan.STARTER


def test_plan_of_an_unknown_office_is_an_error(krueger: Account) -> None:
    with pytest.raises(CommandError, match="Es gibt kein Büro 0"):
        office("plan", "--id", "0", "--plan", "starter")


def test_list_names_every_office(anna: User, paul: User) -> None:
    assert office("list").splitlines() == [
        f"{anna.account.pk}\texpert\t1\tKrüger Immobilien",
        f"{paul.account.pk}\tstarter\t1\tHansen & Partner",
    ]


def test_the_address_of_a_mail_server_comes_from_the_environment(
    krueger: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OFFICE_RELAY", "smtp+tls://user:geheim@mail.example:587")
    said = office("relay", "--id", str(krueger.pk))
    stored = Sender.objects.of(krueger).get().relay
    assert "geheim" not in said + stored
    assert vault.unseal(vault.RELAY, stored) == "smtp+tls://user:geheim@mail.example:587"
    monkeypatch.setenv("OFFICE_RELAY", "")
    office("relay", "--id", str(krueger.pk))
    assert Sender.objects.of(krueger).get().relay == ""


def test_the_address_of_a_mail_server_comes_from_standard_input(
    krueger: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OFFICE_RELAY", raising=False)
    monkeypatch.setattr(sys, "stdin", StringIO("smtp://mail.example\n"))
    office("relay", "--id", str(krueger.pk))
    assert Sender.objects.of(krueger).get().relay != "smtp://mail.example"
    assert Relay.of(Sender.objects.of(krueger).get()).config["EMAIL_HOST"] == "mail.example"


def test_the_address_of_a_mail_server_is_refused_on_the_command_line(krueger: Account) -> None:
    with pytest.raises(CommandError):
        office("relay", "--id", str(krueger.pk), "--url", "smtp://user:geheim@mail.example")
