"""Several numbers and addresses of one contact: shown, edited, searched, exported; consent names what it was for."""

from datetime import timedelta

import pytest
from django.utils import timezone

from contacts import consent, contact_points, facts, factsheet
from contacts.models import Consent, Contact
from funnel.models import MessageReason
from funnel.permission import eligibility
from funnel.permission.suppression import is_suppressed
from funnel.replies import withdrawal
from pipeline.selection import Selection
from tests.clock import TUESDAY
from tests.factories import ContactFactory
from tests.markup import page_of

NOW = TUESDAY
FETCH = {"HX-Request": "true"}
SECOND = {"kind": "work", "text": "klara@buero.example", "words": ""}
MOBILE = {"kind": "mobile", "text": "0171 5550101", "words": "nur abends"}


@pytest.fixture
def klara(krueger):
    return ContactFactory(
        account=krueger,
        last_name="Albers",
        email="klara@albers.example",
        phone="040 123456",
        more_emails=[SECOND],
        more_phones=[MOBILE],
    )


def posted(lines, name, first=""):
    typed = {f"{name}-first": first}
    for index, (kind, text, words) in enumerate(lines):
        typed |= {
            f"{name}-{index}-{part}": value
            for part, value in zip(("kind", "text", "words"), (kind, text, words), strict=True)
        }
    return typed


def test_a_further_number_is_normalized(klara):
    assert klara.more_phones == [MOBILE | {"e164": "+491715550101"}]


@pytest.mark.parametrize("typed", ["klara@buero", "0171 5550101", "5501", "albers.example", "040 1234"])
def test_further_numbers_and_addresses_are_searched(krueger, anna, klara, typed):
    ContactFactory(account=krueger, last_name="Zander")
    found = Selection(user=anna, today=timezone.localdate(), q=typed).contacts()
    assert [contact.pk for contact in found] == [klara.pk]


def test_further_numbers_and_addresses_are_shown_on_the_page(login, sofia, klara):
    page = page_of(login(sofia).get(f"/contacts/{klara.pk}/"))
    assert 'href="mailto:klara@buero.example"' in page
    assert 'href="tel:+491715550101"' in page
    assert "mobil; nur abends" in page


def test_an_invalid_number_is_not_linked(krueger):
    contact = ContactFactory(account=krueger, phone="", more_phones=[contact_points.contact_point("Durchwahl 12")])
    (line,) = [line for line in factsheet.sections(contact)[2].lines if line.text]
    assert (line.text, line.href) == ("Durchwahl 12", "")


def test_the_form_shows_the_values_and_saves_them_unchanged(login, sofia, klara):
    client = login(sofia)
    form = page_of(client.get(f"/contacts/{klara.pk}/facts/reach/", headers=FETCH))
    assert 'value="klara@buero.example"' in form and 'value="nur abends"' in form
    typed = {"version": 1, "email": klara.email, "phone": klara.phone}
    typed |= posted([("work", "klara@buero.example", "")], "more_emails")
    typed |= posted([("mobile", "0171 5550101", "nur abends")], "more_phones")
    client.post(f"/contacts/{klara.pk}/facts/reach/", typed, headers=FETCH)
    assert Contact.objects.get(pk=klara.pk).version == 1


def test_further_ones_can_be_added_and_removed(login, sofia, klara):
    typed = {"version": 1, "email": klara.email, "phone": klara.phone}
    typed |= posted([("", "", "")], "more_emails")
    typed |= posted([("mobile", "0171 5550101", ""), ("fax", "040 99887766", "Büro")], "more_phones")
    login(sofia).post(f"/contacts/{klara.pk}/facts/reach/", typed, headers=FETCH)
    found = Contact.objects.get(pk=klara.pk)
    assert found.more_emails == []
    assert [(one["kind"], one["text"], one["words"]) for one in found.more_phones] == [
        ("mobile", "0171 5550101", ""),
        ("fax", "040 99887766", "Büro"),
    ]


def test_a_further_one_can_become_the_first(login, sofia, klara):
    typed = {"version": 1, "email": klara.email, "phone": klara.phone}
    typed |= posted([("work", "klara@buero.example", "")], "more_emails", first="0")
    typed |= posted([("mobile", "0171 5550101", "nur abends")], "more_phones", first="0")
    login(sofia).post(f"/contacts/{klara.pk}/facts/reach/", typed, headers=FETCH)
    found = Contact.objects.get(pk=klara.pk)
    assert (found.email, found.email_kind) == ("klara@buero.example", "work")
    assert (found.phone, found.phone_kind, found.phone_words) == ("0171 5550101", "mobile", "nur abends")
    assert found.phone_e164 == "+491715550101"
    assert [one["text"] for one in (*found.more_emails, *found.more_phones)] == [
        "klara@albers.example",
        "040 123456",
    ]


def test_an_invalid_address_keeps_the_typed_text(login, sofia, klara):
    typed = {"version": 1, "email": klara.email, "phone": klara.phone}
    typed |= posted([("work", "klara(at)buero", "")], "more_emails")
    answer = login(sofia).post(f"/contacts/{klara.pk}/facts/reach/", typed, headers=FETCH)
    assert answer.status_code == 422
    assert 'value="klara(at)buero"' in page_of(answer)


def test_a_request_without_them_does_not_change_them(login, sofia, klara):
    login(sofia).post(
        f"/contacts/{klara.pk}/facts/reach/",
        {"version": 1, "email": "neu@albers.example", "phone": ""},
        headers=FETCH,
    )
    found = Contact.objects.get(pk=klara.pk)
    assert (found.email, len(found.more_emails), len(found.more_phones)) == ("neu@albers.example", 1, 1)


def test_written_cells_are_read_back():
    lines = [
        MOBILE,
        contact_points.contact_point("040 1234567", "fax"),
        contact_points.contact_point("030 99887766", "", "Büro"),
    ]
    assert contact_points.read(contact_points.write(lines)) == lines


def _agree(contact, actor, **given):
    given = {"channel": "email", "granted": True, "method": "spoken", "wording": "Ja, bitte."} | given
    return consent.record(contact=contact, actor=actor, now=NOW, **given)


def test_consent_names_its_address_and_counts_for_no_other(anna, klara):
    assert _agree(klara, anna).address == "klara@albers.example"
    assert eligibility.missing(klara) == ""
    changed = {"email": "klara@buero.example", "more_emails": [contact_points.contact_point("klara@albers.example")]}
    klara = facts.save(contact=klara, values=changed, version=None, actor=anna, now=NOW)
    assert eligibility.missing(klara) == MessageReason.NO_CONSENT
    assert eligibility.missing_many(klara.account_id, {klara.pk: klara.email}) == {klara.pk: MessageReason.NO_CONSENT}
    _agree(klara, anna)
    assert eligibility.missing(klara) == ""


def test_consent_for_the_second_address_does_not_count_for_the_first(anna, klara):
    _agree(klara, anna, address="Klara@buero.example")
    assert eligibility.missing(klara) == MessageReason.NO_CONSENT


def test_the_form_of_consent_asks_for_the_address(login, anna, klara):
    client = login(anna)
    assert "klara@buero.example" in page_of(client.get(f"/contacts/{klara.pk}/consents/", headers=FETCH))
    given = {
        "channel": "email",
        "granted": "1",
        "method": "spoken",
        "wording": "Ja",
        "address": "klara@buero.example",
    }
    client.post(f"/contacts/{klara.pk}/consents/", given, headers=FETCH)
    assert Consent.objects.get(contact=klara).address == "klara@buero.example"
    assert "klara@buero.example" in page_of(client.get(f"/contacts/{klara.pk}/"))


def test_a_withdrawal_counts_for_all_addresses(anna, klara):
    _agree(klara, anna, occurred_at=NOW - timedelta(days=1))
    withdrawn = _agree(klara, anna, granted=False)
    assert withdrawn.address == ""
    assert eligibility.missing(klara) == MessageReason.NO_CONSENT


def test_an_objection_counts_for_the_person_with_all_addresses(krueger, anna, klara):
    other = ContactFactory(account=krueger, last_name="Brandt", email="klara@buero.example")
    _agree(other, anna, occurred_at=NOW - timedelta(days=1))
    withdrawal.object_to(user=anna, contact_id=klara.pk, method="spoken", now=NOW)
    assert is_suppressed(krueger.pk, "klara@albers.example")
    assert is_suppressed(krueger.pk, "klara@buero.example")
    assert not consent.newest(krueger.pk, [other.pk], "email")[other.pk].granted
