"""A file mails nobody: it enrols no one, and an address that said no stays suppressed and is named in the report."""

from datetime import timedelta

from django.utils import timezone

from contacts.models import Consent, Contact
from funnel import basis, outbox, withdrawal
from funnel.models import Enrolment, Message
from funnel.suppression import address_hash, suppress
from pipeline import leads, moves
from pipeline.models import Column, Move
from tests.funnel.consenting import consenting, ended, enrol, series, with_imprint
from tests.pipeline.importing import checked, imported, outcomes, report

HEAD = "Nachname;E-Mail;Status\n"
REASON = "E-Mail-Adresse gesperrt (%s): wird nie angeschrieben."


def text_of(client, source):
    return client.get(f"/contacts/import/{source.pk}/").content.decode()


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


def test_suppressed_addresses_are_taken_in_named_and_never_mailed(anna, board, krueger, login):
    """B41: unsubscribed, erased and bounced ones."""
    with_imprint(krueger)
    gone = consenting(krueger, "widerspruch@lead.example")
    withdrawal.object_to(user=anna, contact_id=gone.pk, method="spoken", now=timezone.now())
    leads.trash(user=anna, contact_ids=[gone.pk], now=timezone.now())
    leads.erase_expired(now=timezone.now() + timedelta(days=31))
    digest = address_hash(krueger.pk, "zurueck@lead.example")
    suppress(account_id=krueger.pk, digest=digest, reason="bounce", now=timezone.now())

    text = HEAD + "Eins;Widerspruch@Lead.example;\nZwei;zurueck@lead.example;\nDrei;gut@lead.example;\n"
    plan = checked(anna, text)
    assert [reason for _line, _outcome, reason in report(plan)] == [
        REASON % "Werbewiderspruch",
        REASON % "unzustellbar",
        "",
    ]
    assert 'data-suppressed="2"' in text_of(login(anna), plan)
    source = imported(anna, text)
    assert outcomes(source) == ["created", "created", "created"]
    assert 'data-suppressed="2"' in text_of(login(anna), source)

    back = Contact.objects.get(email="widerspruch@lead.example")
    assert basis.missing(back) == "suppressed"
    column = board["Erfolgreich kontaktiert"]
    moves.move_card(
        user=anna, contact_id=back.pk, column_id=column.pk, version=1, via=Move.Via.BOARD, now=timezone.now()
    )
    outbox.sweep(now=timezone.now() + timedelta(days=60))
    assert not Message.objects.filter(contact=back, state="sent").exists()


def test_another_offices_no_does_not_count_here(anna, board, hansen):
    digest = address_hash(hansen.pk, "gut@lead.example")
    suppress(account_id=hansen.pk, digest=digest, reason="objection", now=timezone.now())
    source = checked(anna, HEAD + "Drei;gut@lead.example;\n")
    assert [reason for _line, _outcome, reason in report(source)] == [""]
    assert "suppressed" not in source.counts


def test_a_new_address_from_a_file_does_not_inherit_a_running_series(anna, board, krueger):
    """B53: an address that stands against the known one is another person's, who has no basis of his own."""
    with_imprint(krueger)
    klara = consenting(
        krueger, "klara@lead.example", first_name="Klara", last_name="Lead", phone="0221 555012"
    )
    enrol(klara, series(krueger), now=timezone.now())
    imported(anna, "Vorname;Nachname;Telefon;E-Mail\nKlara;Lead;0221 555012;neu@lead.example\n")
    klara.refresh_from_db()
    other = Contact.objects.get(email="neu@lead.example")
    assert (klara.email, other.pk == klara.pk) == ("klara@lead.example", False)
    outbox.sweep(now=timezone.now() + timedelta(days=60))
    assert not Message.objects.filter(contact=other).exists()
    assert not Enrolment.objects.filter(contact=other).exists()
    assert ended(klara) is None
