"""An office's own address is used only after a test mail from it came back with dmarc=pass."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.posting import NotTaken
from base import vault
from funnel import tasks
from funnel.letters import inbound
from funnel.letters.inbound import Purpose
from funnel.letters.sender_address import own_from as own_from_of
from funnel.models import Sender
from funnel.replies import inbox
from funnel.transport import verification
from tests.funnel.mailing import MONDAY, ready
from tests.funnel.sink import mail_server
from tests.funnel.test_inbound import open_mailbox, server  # noqa: F401  (the scene)
from tests.markup import page_of

OWN = "buero@krueger.example"
GOOD = "mx1.kontakte.example; spf=pass smtp.mailfrom=kontakte.example; dmarc=pass (p=none) header.from=krueger.example"


@pytest.fixture
def office(krueger, server, open_mailbox):  # noqa: F811
    open_mailbox.IMAP_URL = "imaps://post:x@imap.kontakte.example/INBOX"
    ready(krueger)
    Sender.objects.of(krueger).update(email=OWN)
    return krueger


def back(office, *results: str, sender: str = OWN) -> bytes:
    lines = [f"Authentication-Results: {line}" for line in results]
    to = inbound.address(Purpose.PROOF, office.pk)
    return "\n".join([*lines, f"From: Büro <{sender}>", f"To: {to}", "Subject: x", "", "x"]).encode()


def own_from(office) -> str:
    return own_from_of(Sender.objects.of(office).get())


@pytest.mark.parametrize(
    ("results", "proof"),
    [
        ((GOOD,), "passed"),
        (("kontakte.example; dmarc=fail header.from=krueger.example",), "failed"),
        (("kontakte.example; dmarc=none header.from=krueger.example",), "failed"),
        (("kontakte.example; dmarc=pass header.from=elsewhere.example",), "failed"),
        (("kontakte.example; spf=pass",), "unjudged"),
        (("kontakte.example; spf=pass (dmarc=pass); none", GOOD), "unjudged"),
        (("elsewhere.example; dmarc=pass header.from=krueger.example",), "unjudged"),
        (("kontakte.example; dmarc=fail", GOOD), "failed"),  # ours is on top, below may stand anything
        ((), "unjudged"),
    ],
)
def test_only_results_of_our_own_receiver_count(office, results, proof):
    assert own_from(office) == ""
    inbox.receive(back(office, *results), now=MONDAY)
    assert Sender.objects.of(office).get().proof == proof
    assert own_from(office) == (OWN if proof == "passed" else "")


def test_a_receiver_may_have_another_name(office, settings):
    settings.AUTHSERV_ID = "mx.provider.example"
    inbox.receive(back(office, GOOD), now=MONDAY)
    assert own_from(office) == ""
    inbox.receive(back(office, "mx.provider.example 1; dmarc=pass"), now=MONDAY)
    assert own_from(office) == OWN


def test_a_test_mail_from_another_address_is_ignored(office):
    inbox.receive(back(office, GOOD, sender="boss@krueger.example"), now=MONDAY)
    assert own_from(office) == ""


def test_a_changed_address_must_be_verified_again(office):
    inbox.receive(back(office, GOOD), now=MONDAY)
    Sender.objects.of(office).update(email="neu@krueger.example")
    assert own_from(office) == ""


def test_mails_written_to_files_are_not_checked(office, settings):
    settings.EMAIL_URL = ""
    assert own_from(office) == OWN


def test_the_test_mail_is_sent_like_all_mails(office, server):  # noqa: F811
    verification.request(account_id=office.pk, now=MONDAY)
    verification.send(account_id=office.pk)
    (mail,) = server.sent_to(inbound.address(Purpose.PROOF, office.pk))
    assert mail["From"] == OWN
    assert server.senders == [inbound.address(Purpose.PROOF, office.pk)]


def test_a_refused_test_mail_is_reported(office, server):  # noqa: F811
    server.answers["DATA"] = "550 5.7.1 not from here"
    verification.request(account_id=office.pk, now=MONDAY)
    verification.send(account_id=office.pk)
    assert Sender.objects.of(office).get().proof == "refused"


def test_a_bounce_of_the_test_mail_is_reported(office):
    to = inbound.address(Purpose.PROOF, office.pk)
    raw = f"From: mailer-daemon@mx.example\nTo: {to}\nSubject: failure notice\n\n550 5.7.1 policy"
    inbox.receive(raw.encode(), now=MONDAY)
    assert Sender.objects.of(office).get().proof == "refused"


def test_the_page_explains_which_address_is_used_and_what_to_do(login, anna, office):
    page = page_of(login(anna).get("/settings/sender/"))
    assert "noch nicht geprüft" in page
    assert "noreply@kontakte.example" in page
    inbox.receive(back(office, "kontakte.example; dmarc=fail"), now=MONDAY)
    page = page_of(login(anna).get("/settings/sender/"))
    assert "krueger.example erlaubt uns das Senden nicht" in page
    assert "SPF oder DKIM" in page
    inbox.receive(back(office, GOOD), now=MONDAY)
    assert "wird verwendet" in page_of(login(anna).get("/settings/sender/"))


def test_the_worker_checks_again_at_most_once_in_three_minutes(login, anna, office):
    client = login(anna)
    assert client.post("/settings/sender/check/").status_code == 302
    assert Sender.objects.of(office).get().proof == "asked"
    assert client.post("/settings/sender/check/").status_code == 409
    Sender.objects.of(office).update(asked_at=timezone.now() - timedelta(minutes=4))
    assert client.post("/settings/sender/check/").status_code == 302


def test_without_a_mailbox_the_page_says_so(login, anna, office, settings):
    settings.MAIL_IN = ""
    page = page_of(login(anna).get("/settings/sender/"))
    assert "kann hier nicht geprüft werden" in page


def test_the_task_retries(office):
    assert NotTaken in tasks.LATER.retry_exceptions
    with mail_server(answers={"MAIL": "451 later"}) as away:
        Sender.objects.of(office).update(relay=vault.seal(vault.RELAY, away.url))
        verification.request(account_id=office.pk, now=MONDAY)
        with pytest.raises(NotTaken):
            verification.send(account_id=office.pk)
