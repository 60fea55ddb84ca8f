"""The journal of withdrawals and erasures: written at the right time, without personal data, replayed idempotently."""

from datetime import timedelta

import pytest
from django.db import transaction

from base import journal
from contacts import consent
from contacts.models import Consent, Contact
from funnel.models import Suppression
from funnel.permission.suppression import address_hash, is_suppressed
from funnel.replies import withdrawal
from pipeline import leads
from pipeline.replaying import replay
from tests.factories import ContactFactory
from tests.funnel.consenting import NOW, consenting, ended, enrol, series

LATER = NOW + timedelta(hours=1)


@pytest.fixture(autouse=True)
def data_dir(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    return tmp_path


@pytest.fixture
def klara(krueger):
    return consenting(krueger, "klara@lead.example", last_name="Canary")


def lines():
    return list(journal.read(journal.path().read_text())) if journal.path().exists() else []


def kinds():
    return [line["kind"] for line in lines()]


def erase(anna, contact):
    leads.trash(user=anna, contact_ids=[contact.pk], now=NOW)
    return leads.erase_expired(now=NOW + timedelta(days=leads.TRASH_DAYS + 1))


def test_an_objection_is_a_hash_and_an_id(anna, klara):
    withdrawal.object_to(user=anna, contact_id=klara.pk, method="spoken", everything=True, now=LATER)
    assert kinds() == ["suppressed", "withdrawn", "withdrawn", "withdrawn"]
    assert lines()[0]["hash"] == address_hash(klara.account_id, klara.email)
    written = journal.path().read_text()
    assert "klara" not in written.lower() and "canary" not in written.lower()
    assert journal.path().stat().st_mode & 0o777 == 0o600
    assert journal.path().parent.stat().st_mode & 0o777 == 0o700


def test_a_consent_is_not_written(anna, klara):
    consent.record(contact=klara, channel="email", granted=True, method="spoken", wording="Ja.", actor=anna, now=LATER)
    assert kinds() == []


def test_a_withdrawal_that_is_rolled_back_stays_in_the_journal(anna, klara):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        withdrawal.object_to(user=anna, contact_id=klara.pk, method="spoken", now=LATER)
        raise ZeroDivisionError
    assert kinds() == ["suppressed", "withdrawn"]
    assert not is_suppressed(klara.account_id, klara.email)


def test_an_erasure_is_written_when_it_is_committed(anna, klara, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as due:
        assert erase(anna, klara) == 1
    assert kinds() == []
    for callback in due:
        callback()
    assert kinds() == ["erased"]


def test_a_torn_line_is_skipped(klara):
    journal.note(journal.ERASED, office=1, at=NOW, contact=1)
    with open(journal.path(), "a") as file:
        file.write('{"at": "2026-')
    assert kinds() == ["erased"]


def test_a_restore_of_an_older_state_replays_withdrawals(anna, klara, krueger):
    enrol(klara, series(krueger))
    with transaction.atomic():
        withdrawal.object_to(user=anna, contact_id=klara.pk, method="spoken", now=LATER)
        transaction.set_rollback(True)
    assert replay(lines()) == {"suppressed": 1, "withdrawn": 1}
    assert is_suppressed(krueger.pk, klara.email)
    assert not consent.newest(krueger.pk, [klara.pk], "email")[klara.pk].granted
    assert ended(klara) == "objection"
    before = (Consent.objects.count(), kinds())
    assert replay(lines()) == {}
    assert (Consent.objects.count(), kinds()) == before


def test_a_suppression_that_was_lifted_later_stays_lifted(anna, klara, krueger):
    withdrawal.object_to(user=anna, contact_id=klara.pk, method="spoken", now=LATER)
    again = {"wording": "Doch, bitte.", "method": "spoken", "now": LATER + timedelta(hours=1)}
    withdrawal.lift(user=anna, contact_id=klara.pk, **again)
    replay(lines())
    assert not Suppression.objects.of(krueger).exists()
    assert consent.newest(krueger.pk, [klara.pk], "email")[klara.pk].granted


def test_only_the_erased_contact_is_erased_again(anna, klara, krueger, hansen, django_capture_on_commit_callbacks):
    row = Contact.objects.filter(pk=klara.pk).values().get()
    with django_capture_on_commit_callbacks(execute=True):
        erase(anna, klara)
    (line,) = lines()
    heir = ContactFactory(account=krueger)  # has the same id, but was created at another moment
    assert replay([line | {"contact": heir.pk}, line | {"office": hansen.pk}, line | {"office": 10**9}]) == {}
    Contact.objects.create(**row)
    assert replay(lines()) == {"erased": 1}
    assert list(Contact.objects.of(krueger)) == [heir]
