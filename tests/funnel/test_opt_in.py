"""Double opt-in: limited, free of advertising, and confirmed only by the page and only without an objection since."""

from datetime import timedelta
from email.header import decode_header, make_header
from email.utils import parseaddr

import pytest
from django.core.mail import EmailMessage
from django.http import Http404
from procrastinate.contrib.django.models import ProcrastinateJob

from base.refusals import Conflict, NotUnderstood
from contacts import consent
from contacts.models import Consent
from funnel import opt_in
from funnel.letters import opt_in_mail
from funnel.models import OptIn, Sender
from funnel.opt_in import LinkState
from funnel.permission import eligibility
from funnel.permission.tokens import opt_in_token
from funnel.replies import withdrawal
from funnel.sending import opt_in_delivery
from tests.factories import ContactFactory, put_in_trash
from tests.funnel.consenting import NOW, with_imprint

ADDRESS = "klara@lead.example"
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def sender(krueger):
    return with_imprint(krueger)


@pytest.fixture
def klara(krueger, sender):
    return ContactFactory(account=krueger, email=ADDRESS)


@pytest.fixture
def ask(klara, sofia):
    def asked(now=NOW, contact=klara):
        opt_in.ask(user=sofia, contact_id=contact.pk, now=now)
        return opt_in_token(OptIn.objects.latest("pk"))

    return asked


def jobs():
    return ProcrastinateJob.objects.filter(task_name="send_opt_in").count()


def look(token, now=NOW + MINUTE):
    return opt_in.read_link(token=token, now=now).state


def confirm(token, now=NOW + MINUTE):
    return opt_in.confirm(token=token, now=now).state


def test_asking_grants_nothing_and_queues_a_mail(ask, klara, mailoutbox):
    ask()
    assert eligibility.missing(klara) == "no_consent"
    assert jobs() == 1
    assert opt_in_delivery.deliver(opt_in_id=OptIn.objects.get().pk, now=NOW) is True
    (mail,) = mailoutbox
    assert mail.to == [ADDRESS]
    assert parseaddr(mail.from_email)[1] == "post@krueger.example"
    assert str(make_header(decode_header(mail.from_email))).startswith("Krüger Immobilien")
    assert opt_in_mail.link(OptIn.objects.get()) in mail.body
    assert OptIn.objects.get().wording in mail.body
    assert "Geschäftsführung: Anna Krüger" in mail.body
    assert mail.message()["Auto-Submitted"] == "auto-generated"
    assert mail.message().get_content_type() == "text/plain"


def test_an_address_is_asked_at_most_once_in_three_minutes_and_three_times_a_day(ask):
    """B48: a stranger's address is entered fifty times."""
    for second in range(50):
        ask(NOW + second * timedelta(seconds=3))
    assert jobs() == 1
    for minute in range(3, 50):
        ask(NOW + minute * MINUTE)
    assert jobs() == OptIn.objects.count() == 3
    ask(NOW + DAY + MINUTE)
    assert jobs() == 4


def test_the_limit_is_per_address_not_per_contact(ask, krueger):
    ask()
    ask(contact=ContactFactory(account=krueger, email=ADDRESS.upper()))
    assert jobs() == 1
    ask(contact=ContactFactory(account=krueger, email="andere@lead.example"))
    assert jobs() == 2


def test_confirming_records_the_evidence(ask, klara):
    token = ask()
    assert look(token) is LinkState.OPEN
    assert eligibility.missing(klara) == "no_consent"
    assert confirm(token) is LinkState.CONFIRMED
    assert eligibility.missing(klara) == ""
    evidence = Consent.objects.get()
    assert (evidence.channel, evidence.granted, evidence.method) == ("email", True, "double_opt_in")
    assert evidence.wording == OptIn.objects.get().wording
    assert "Krüger Immobilien GmbH" in evidence.wording
    assert (
        evidence.place
        == f"Bestätigungsseite, angefragt am 23.11.2026, 11:00 von Sofia Vogt (Seite des Kontakts) an {ADDRESS}"
    )
    assert evidence.occurred_at == NOW + MINUTE


def test_confirming_twice_changes_nothing(ask):
    token = ask()
    confirm(token)
    assert confirm(token, NOW + DAY) is LinkState.CONFIRMED
    assert confirm(token, NOW + 100 * DAY) is LinkState.CONFIRMED
    assert Consent.objects.count() == 1


def test_after_seven_days_it_has_expired_and_can_be_asked_again(ask, klara):
    """B47."""
    token = ask()
    assert look(token, NOW + 7 * DAY) is LinkState.OPEN
    late = NOW + 7 * DAY + MINUTE
    assert confirm(token, late) is LinkState.EXPIRED
    assert not Consent.objects.exists()
    opt_in.ask_again(token=token, now=late)
    opt_in.ask_again(token=token, now=late)
    assert jobs() == 2
    assert confirm(opt_in_token(OptIn.objects.latest("pk")), late) is LinkState.CONFIRMED
    assert eligibility.missing(klara) == ""


def test_a_request_that_has_not_expired_is_not_renewed(ask):
    opt_in.ask_again(token=ask(), now=NOW + DAY)
    assert jobs() == 1


def test_a_confirmation_does_not_lift_an_objection(ask, klara, sofia):
    """B47."""
    token = ask()
    withdrawal.object_to(user=sofia, contact_id=klara.pk, method="spoken", now=NOW + MINUTE)
    assert confirm(token, NOW + 2 * MINUTE) is LinkState.OBJECTED
    assert eligibility.missing(klara) == "suppressed"
    assert not Consent.objects.filter(granted=True).exists()
    with pytest.raises(Conflict):
        ask(NOW + DAY)


def test_only_a_withdrawal_after_the_request_counts(ask, klara, sofia):
    no = {"contact": klara, "channel": "email", "granted": False, "method": "spoken", "actor": sofia}
    consent.record(**no, now=NOW - DAY)
    token = ask()
    assert look(token) is LinkState.OPEN
    consent.record(**no, now=NOW + MINUTE)
    assert confirm(token, NOW + 2 * MINUTE) is LinkState.OBJECTED


def test_a_link_to_a_former_address_is_invalid(ask, klara):
    token = ask()
    klara.email = "neu@lead.example"
    klara.save(update_fields=["email"])
    assert confirm(token) is LinkState.VOID
    assert not Consent.objects.exists()


def test_links_of_trashed_and_erased_contacts_are_invalid(ask, klara):
    token = ask()
    put_in_trash(klara)
    assert confirm(token) is LinkState.VOID
    klara.delete()
    with pytest.raises(Http404):
        confirm(token)


def test_without_address_or_imprint_nobody_is_asked(ask, krueger, sender):
    with pytest.raises(NotUnderstood):
        ask(contact=ContactFactory(account=krueger, email=""))
    Sender.objects.filter(account=krueger).update(supervisor="")
    with pytest.raises(Conflict, match="Aufsichtsbehörde"):
        ask()
    assert jobs() == 0


def test_users_of_other_offices_cannot_ask(klara, paul):
    with pytest.raises(Http404):
        opt_in.ask(user=paul, contact_id=klara.pk, now=NOW)


def test_a_mail_is_not_sent_after_expiry_or_confirmation(ask, mailoutbox):
    token = ask()
    pk = OptIn.objects.get().pk
    assert opt_in_delivery.deliver(opt_in_id=pk, now=NOW + 8 * DAY) is False
    confirm(token)
    assert opt_in_delivery.deliver(opt_in_id=pk, now=NOW) is False
    assert mailoutbox == []


LINK = "http://testserver/c/x/"


def mail(subject="Bitte bestätigen", body=f"Stimmt das? {LINK}", sender="Büro <a@b.example>"):
    return EmailMessage(subject, body, sender, ["x@y.example"])


@pytest.mark.parametrize(
    "made",
    [
        mail(subject="Ihr Gutschein wartet"),
        mail(body=f"Jetzt kostenlos bewerten lassen: {LINK}"),
        mail(body=f"20 % auf die Provision {LINK}"),
        mail(sender="Gratis-Makler <a@b.example>"),
        mail(body=f"{LINK} oder https://shop.example/"),
        mail(body=f"{LINK} www.shop.example"),
        mail(body="Ohne Link"),
        mail(body=f"{LINK} {'Lorem ipsum ' * 300}"),
    ],
)
def test_advertising_in_the_request_is_found(made):
    """B49."""
    assert opt_in_mail.advertising(made, own_link=LINK, firm="Krüger") != []


def test_a_plain_request_and_the_firms_name_are_no_advertising():
    assert opt_in_mail.advertising(mail(), own_link=LINK, firm="Krüger") == []
    named = mail(body=f"Exklusiv Wohnen GmbH fragt: {LINK}")
    assert opt_in_mail.advertising(named, own_link=LINK, firm="Exklusiv Wohnen GmbH") == []


def test_an_office_with_advertising_in_its_sender_name_asks_nobody(ask, sender):
    """B49."""
    Sender.objects.filter(pk=sender.pk).update(name="Krüger – kostenlose Wertermittlung")
    with pytest.raises(NotUnderstood, match="wirbt"):
        ask()
    assert jobs() == 0
