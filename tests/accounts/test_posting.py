"""The product's own mails survive an outage of the mail server; refused ones are not retried."""

import socket
from typing import Any

import pytest
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts import members, tasks
from accounts.models import Account, Role, User
from accounts.posting import NotTaken
from tests.cast import Login
from tests.funnel.sink import mail_server

NEW = "neu@krueger.example"
INVITATION = {"email": NEW, "first_name": "Nina", "last_name": "Neu", "role": "agent"}


@pytest.fixture
def port(settings: Any) -> int:
    """The port of a mail server that is down."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        number: int = free.getsockname()[1]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", number
    return number


def waiting(name: str) -> list[dict[str, Any]]:
    return [job.args for job in ProcrastinateJob.objects.filter(task_name=name, status="todo")]


def test_an_invitation_waits_for_the_mail_server_and_is_then_sent(anna: User, login: Login, port: int) -> None:
    client = login(anna)
    assert client.post("/settings/members/new/", INVITATION).status_code == 302
    page = client.get("/settings/members/").content.decode()
    assert f"Die Einladung an {NEW} geht hinaus, sobald der Mailserver wieder Mails annimmt." in page
    (job,) = waiting("send_invitation")
    for _ in range(3):
        with pytest.raises(NotTaken):
            tasks.send_invitation(**job)
    with mail_server(port) as server:
        tasks.send_invitation(**job)
        (mail,) = server.sent_to(NEW)
    assert "Anna Krüger (anna@krueger.example)" in mail.get_content()
    assert "/invitation/" in mail.get_content()


def test_an_invitation_that_was_withdrawn_meanwhile_is_not_mailed(krueger: Account, anna: User, port: int) -> None:
    user = members.invite(account=krueger, actor=anna, email=NEW, role=Role.AGENT)
    members.deactivate(actor=anna, member_id=user.pk)
    with mail_server(port) as server:
        tasks.send_invitation(user_id=user.pk, inviter_id=anna.pk)
        members.reactivate(actor=anna, member_id=user.pk)
        User.objects.filter(pk=anna.pk).update(role=Role.AGENT)
        tasks.send_invitation(user_id=user.pk, inviter_id=anna.pk)
        assert server.mails == []


def test_a_new_password_waits_for_the_mail_server_too(anna: User, port: int) -> None:
    Client().post("/accounts/password/reset/", {"email": anna.email})
    (job,) = waiting("send_reset")
    with pytest.raises(NotTaken):
        tasks.send_reset(**job)
    with mail_server(port) as server:
        tasks.send_reset(**job)
        assert len(server.sent_to(anna.email)) == 1


@pytest.mark.parametrize(("answer", "jobs"), [("550 5.1.1 no such user", 0), ("451 4.7.1 later", 1)])
def test_a_permanent_refusal_is_logged_and_not_retried(
    anna: User, login: Login, port: int, answer: str, jobs: int
) -> None:
    client = login(anna)
    with mail_server(port, answers={"RCPT": answer}):
        client.post("/settings/members/new/", INVITATION)
    assert len(waiting("send_invitation")) == jobs
    page = client.get("/settings/members/").content.decode()
    assert (f"Der Mailserver lehnt die Adresse {NEW} ab." in page) is (jobs == 0)


@pytest.mark.parametrize("phase", ["MAIL", "DATA"])
def test_a_fault_of_the_installation_is_retried(anna: User, login: Login, port: int, phase: str) -> None:
    with mail_server(port, answers={phase: "550 5.7.1 sender refused"}):
        login(anna).post("/settings/members/new/", INVITATION)
    assert len(waiting("send_invitation")) == 1
