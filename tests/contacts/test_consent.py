"""Consent is evidence: rows are added, the newest of each channel counts, nothing is ever changed."""

from datetime import timedelta

import pytest
from django.http import Http404
from django.utils import timezone

from base.refusals import NotUnderstood
from contacts.consent import attest, evidence, newest, record, states
from contacts.models import Consent
from tests.clock import TUESDAY
from tests.factories import ContactFactory, put_in_trash
from tests.markup import page_of

NOW = TUESDAY
FETCH = {"HX-Request": "true"}


@pytest.fixture
def contact(krueger):
    return ContactFactory(account=krueger)


@pytest.fixture
def give(contact, sofia):
    def given(**values):
        values = {"channel": "email", "granted": True, "method": "spoken", "wording": "Ja, gern.", **values}
        return record(contact=contact, actor=sofia, now=NOW, **values)

    return given


def granted(contact):
    return {state.channel: state.granted for state in states(contact)}


def test_a_new_contact_has_no_consent(contact):
    assert [state.newest for state in states(contact)] == [None, None, None]


def test_channels_are_separate_and_the_newest_row_counts(give, contact):
    give(channel="email")
    give(channel="phone")
    give(channel="email", granted=False, wording="")
    assert granted(contact) == {"email": False, "phone": True, "letter": False}
    assert Consent.objects.count() == 3


def test_later_records_of_earlier_events_do_not_count(give, contact):
    give(granted=False, occurred_at=NOW - timedelta(days=1))
    give(granted=True, occurred_at=NOW - timedelta(days=9))
    assert granted(contact)["email"] is False


def test_of_rows_with_the_same_moment_the_last_one_counts(give, contact):
    give(granted=True)
    give(granted=False)
    assert granted(contact)["email"] is False


@pytest.mark.parametrize(
    "values",
    [
        {"wording": "  "},
        {"method": "double_opt_in"},
        {"method": "import"},
        {"method": ""},
        {"occurred_at": NOW + timedelta(minutes=1)},
    ],
)
def test_incomplete_evidence_is_refused(give, values):
    with pytest.raises(NotUnderstood):
        give(**values)
    assert Consent.objects.count() == 0


def test_users_of_other_offices_cannot_record(contact, paul):
    with pytest.raises(Http404):
        record(contact=contact, actor=paul, now=NOW, channel="email", granted=False, method="spoken")


def test_the_form_records_who_and_when_and_shows_the_state(login, sofia, contact):
    data = {
        "channel": "phone",
        "granted": "1",
        "method": "written",
        "wording": "Bitte anrufen",
        "place": "Büro",
    }
    answer = login(sofia).post(f"/contacts/{contact.pk}/consents/", data, headers=FETCH)
    assert answer.status_code == 200
    html = page_of(answer)
    assert 'id="consents" data-live hx-swap-oob="true"' in html
    assert "Telefon: erteilt" in html
    row = Consent.objects.get()
    assert (row.channel, row.granted, row.method, row.wording) == ("phone", True, "written", "Bitte anrufen")
    assert (row.place, row.recorded_by) == ("Büro", sofia)


def test_the_form_shows_all_evidence(login, sofia, contact, give):
    give(wording="Ich <b>willige</b> ein")
    html = page_of(login(sofia).get(f"/contacts/{contact.pk}/consents/", headers=FETCH))
    assert "Ich &lt;b&gt;willige&lt;/b&gt; ein" in html
    assert "Sofia Vogt" in html


@pytest.mark.parametrize(
    "change",
    [
        {"channel": "pigeon"},
        {"granted": ""},
        {"granted": "2"},
        {"method": "double_opt_in"},
        {"wording": ""},
        {"wording": "a\0b"},
        {"wording": "x" * 2001},
        {"place": "x" * 201},
        {"occurred_at": "2999-01-01T00:00"},
        {"occurred_at": f"{timezone.localtime(NOW + timedelta(days=1)):%Y-%m-%dT%H:%M}"},
    ],
)
def test_invalid_input_is_refused(login, sofia, contact, change, unwritten):
    data = {"channel": "email", "granted": "1", "method": "spoken", "wording": "Ja", **change}
    client = login(sofia)
    with unwritten():
        assert client.post(f"/contacts/{contact.pk}/consents/", data, headers=FETCH).status_code == 422


def test_evidence_of_the_product_is_recorded_also_for_a_contact_in_the_trash(contact):
    put_in_trash(contact)
    row = attest(
        contact=contact,
        channel="email",
        granted=True,
        method="double_opt_in",
        wording="Ja.",
        place="x" * 300,
        now=NOW,
    )
    assert (row.recorded_by, row.occurred_at, row.recorded_at, len(row.place)) == (None, NOW, NOW, 200)


def test_the_product_records_no_consent_without_wording(contact):
    with pytest.raises(NotUnderstood):
        attest(contact=contact, channel="email", granted=True, method="double_opt_in", wording=" ", now=NOW)
    assert Consent.objects.count() == 0


def test_the_newest_evidence_of_many_contacts_is_one_statement(give, contact, krueger, django_assert_num_queries):
    give(granted=True, occurred_at=NOW - timedelta(days=2))
    last = give(granted=False, wording="")
    give(channel="phone")
    never = ContactFactory(account=krueger)
    with django_assert_num_queries(1):
        assert newest(krueger.pk, [contact.pk, never.pk], "email") == {contact.pk: last}
    assert [row.channel for row in evidence(contact)] == ["email", "email", "phone"]


@pytest.mark.parametrize(
    ("method", "before", "says"),
    [
        ("spoken", False, "abgelehnt"),
        ("import", False, "nicht erteilt"),
        ("spoken", True, "widerrufen"),
        ("import", True, "widerrufen"),
    ],
)
def test_a_refusal_is_a_withdrawal_only_after_a_consent(contact, sofia, login, method, before, says):
    if before:
        attest(contact=contact, channel="email", granted=True, wording="Ja.", method="spoken", now=NOW)
    attest(contact=contact, channel="phone", granted=True, wording="Ja.", method="spoken", now=NOW)
    attest(contact=contact, channel="email", granted=False, method=method, now=NOW)
    client = login(sofia)
    page = page_of(client.get(f"/contacts/{contact.pk}/"))
    assert f"E-Mail: {says}<" in page
    form = page_of(client.get(f"/contacts/{contact.pk}/consents/", headers=FETCH))
    assert f"E-Mail: {says}," in form
    assert f"Einwilligung {says}" in page_of(client.get(f"/contacts/{contact.pk}/consent/"))
