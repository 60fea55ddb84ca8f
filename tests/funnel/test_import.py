"""Imports mail nobody: they enrol no contact, and suppressed addresses stay suppressed and are reported."""

from datetime import timedelta

import pytest

from contacts.models import Consent, Contact
from funnel.models import Enrolment, Message
from funnel.permission import eligibility
from funnel.permission.suppression import address_hash, suppress
from funnel.permission.tokens import read, unsubscribe_token
from funnel.replies import withdrawal
from funnel.sending import worker
from pipeline import leads
from pipeline.models import Column
from tests.funnel.consenting import NOW, consenting, ended, enrol, series, with_imprint
from tests.funnel.mailing import move
from tests.funnel.sink import mail_server
from tests.markup import page_of
from tests.pipeline.importing import checked, imported, outcomes, report

HEAD = "Nachname;E-Mail;Status\n"
AGREED = "Nachname;E-Mail;Status;Einwilligung E-Mail am;Wortlaut der Einwilligung\n"
YES = "Neue Kontakte;01.10.2026;Ja, schreiben Sie mir."
FILED = NOW + timedelta(days=35)  # a Monday as well, after whoever was in the trash is erased
REASON = "E-Mail-Adresse gesperrt (%s): wird nie angeschrieben."


def text_of(client, source):
    return page_of(client.get(f"/contacts/import/{source.pk}/"))


def test_five_thousand_addresses_in_new_contacts_mail_nobody(anna, board, login):
    """B39."""
    rows = "".join(f"Name{n};p{n}@lead.example;Neue Kontakte\n" for n in range(5000))
    source = imported(anna, HEAD + rows)
    assert Contact.objects.of(anna.account).count() == 5000
    assert not Enrolment.objects.exists()
    assert not Message.objects.exists()
    assert not Consent.objects.exists()
    assert "Die neuen Kontakte erhalten keine Mails des Funnels" in text_of(login(anna), source)


def test_an_import_into_a_system_column_plans_nothing_for_known_contacts_either(anna, board, krueger):
    known = consenting(krueger, "klara@lead.example", column=board["Nicht erreicht"], last_name="Lead")
    imported(anna, HEAD + "Lead;klara@lead.example;Erfolgreich kontaktiert\n")
    assert Column.objects.get(cards__contact=known).key == "contacted"
    assert not Message.objects.exists()


@pytest.fixture
def post(settings):
    """A mail server that accepts everything, as EMAIL_URL."""
    with mail_server() as sink:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.port
        yield sink


def days_pass(count):
    """Run the worker at noon, for some working days after the import."""
    for day in range(count):
        worker.sweep(now=FILED + timedelta(days=day, hours=1))


def test_suppressed_people_are_imported_reported_and_never_mailed(anna, board, krueger, post, login):
    """B41: unsubscribed, objected and erased, and bounced ones; with consent in the file and series requested."""
    with_imprint(krueger)
    names = ("abgemeldet", "widersprochen", "unzustellbar")
    unsubscribed, objecting, bounced = (consenting(krueger, f"{name}@lead.example") for name in names)
    sequence = series(krueger)
    (first, *_) = enrol(unsubscribed, sequence)
    withdrawal.unsubscribe(unsubscription=read(unsubscribe_token(first)), now=NOW)
    withdrawal.object_to(user=anna, contact_id=objecting.pk, method="spoken", now=NOW)
    enrol(bounced, sequence)
    post.answers["RCPT"] = "550 5.1.1 user unknown"
    assert worker.sweep(now=NOW + timedelta(minutes=10)) == {"failed": 1}
    post.answers.clear()
    leads.trash(user=anna, contact_ids=[unsubscribed.pk, objecting.pk, bounced.pk], now=NOW)
    assert leads.erase_expired(now=NOW + timedelta(days=31)) == 3

    text = "".join(f"{name};{name}@Lead.example;{YES}\n" for name in (*names, "gut"))
    dry = checked(anna, AGREED + text, now=FILED)
    source = imported(anna, AGREED + text, enrol=True, now=FILED)
    whys = [REASON % why for why in ("abgemeldet", "Werbewiderspruch", "unzustellbar")]
    assert [reason for _line, _outcome, reason in report(dry)] == [*whys, ""]
    assert report(source) == [
        *((line, "created", why) for line, why in enumerate(whys, start=2)),
        (5, "created", "E-Mail-Serie begonnen."),
    ]
    for page in (text_of(login(anna), each) for each in (dry, source)):
        assert 'data-suppressed="3"' in page

    for back in Contact.objects.filter(last_name__in=names):
        assert eligibility.missing(back) == "suppressed"
        move(anna, back, board["Erfolgreich kontaktiert"], FILED)
    days_pass(4)
    assert {recipient for recipient, _mail in post.mails} == {"gut@lead.example"}


def test_a_couple_with_one_address_is_kept_flagged_and_gets_each_mail_once(anna, board, krueger, post, login):
    """B52, whichever of the two is enrolled first, and also if the second is moved by hand later."""
    with_imprint(krueger)
    series(krueger, mails=2)
    head = f"Vorname;{AGREED}"
    couple = "".join(f"{name};Weber;paar@lead.example;{YES}\n" for name in ("Hans", "Inge"))
    source = imported(anna, head + couple, enrol=True, now=FILED)
    assert outcomes(source) == ["created", "created"]
    hans, inge = Contact.objects.of(krueger).order_by("pk")
    for one, other in ((hans, inge), (inge, hans)):
        page = page_of(login(anna).get(f"/contacts/{one.pk}/"))
        assert "gleiche E-Mail-Adresse" in page
        assert other.display_name in page
    days_pass(3)
    assert [mail["Subject"] for mail in post.sent_to("paar@lead.example")] == ["Mail 1", "Mail 2"]

    move(anna, inge, board["Nicht erreicht"], FILED + timedelta(days=7))
    move(anna, inge, board["Neue Kontakte"], FILED + timedelta(days=8))
    for day in range(8, 12):
        worker.sweep(now=FILED + timedelta(days=day, hours=1))
    assert len(post.mails) == 2


def test_objections_at_other_offices_do_not_count(anna, board, hansen):
    digest = address_hash(hansen.pk, "gut@lead.example")
    suppress(account_id=hansen.pk, digest=digest, reason="objection", now=NOW)
    source = checked(anna, HEAD + "Drei;gut@lead.example;\n")
    assert [reason for _line, _outcome, reason in report(source)] == [""]
    assert "suppressed" not in source.counts


def test_a_new_address_from_a_file_does_not_inherit_an_active_series(anna, board, krueger, post):
    """B53: an address that contradicts the known one belongs to another person, who has not consented."""
    with_imprint(krueger)
    klara = consenting(krueger, "klara@lead.example", first_name="Klara", last_name="Lead", phone="0221 555012")
    enrol(klara, series(krueger))
    text = "Vorname;Nachname;Telefon;E-Mail\nKlara;Lead;0221 555012;neu@lead.example\n"
    imported(anna, text, now=NOW)
    klara.refresh_from_db()
    other = Contact.objects.get(email="neu@lead.example")
    assert (klara.email, other.pk == klara.pk) == ("klara@lead.example", False)
    assert worker.sweep(now=NOW + timedelta(hours=1)) == {"sent": 1}
    assert [recipient for recipient, _mail in post.mails] == ["klara@lead.example"]
    assert not Message.objects.filter(contact=other).exists()
    assert not Enrolment.objects.filter(contact=other).exists()
    assert ended(klara) is None
