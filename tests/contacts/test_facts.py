"""Facts: edited group by group, checked, recorded, and never silently over somebody else's edit."""

import re
from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.html import escape

from base.fields import PastDayField
from base.refusals import Gone, NotUnderstood, Overtaken
from contacts.description import EDITED
from contacts.facts import save
from contacts.models import Change, Contact
from contacts.search import query
from tests.clock import TUESDAY
from tests.factories import ContactFactory, put_in_trash
from tests.markup import page_of

NOW = TUESDAY
FETCH = {"HX-Request": "true"}


@pytest.fixture
def contact(krueger):
    return ContactFactory(
        account=krueger, first_name="Claudia", last_name="Brandes", city="Köln", email="claudia@brandes.de"
    )


@pytest.fixture
def post(login, sofia, contact):
    client = login(sofia)

    def posted(group, version=1, **data):
        return client.post(f"/contacts/{contact.pk}/facts/{group}/", {"version": version, **data}, headers=FETCH)

    return posted


def reloaded(contact):
    return Contact.objects.get(pk=contact.pk)


def finds(typed):
    return Contact.objects.extra(where=["search @@ %s::tsquery"], params=[query(typed)]).count()


def test_every_fact_is_in_exactly_one_group():
    editable = {field.name for field in Contact._meta.fields if field.editable} - {
        "id",
        "account",
        "assignee",
        "due_on",
        "due_note",
    }
    assert sorted(EDITED) == sorted(editable)


def test_an_edit_is_saved_counted_recorded_and_found(contact, sofia):
    values = {"last_name": "Müller", "city": "Bonn", "phone": "0221 / 555-0134", "first_name": "Claudia"}
    save(contact=contact, values=values, version=1, actor=sofia, now=NOW)
    found = reloaded(contact)
    assert (found.last_name, found.city, found.version) == ("Müller", "Bonn", 2)
    assert (found.phone, found.phone_e164) == ("0221 / 555-0134", "+492215550134")
    assert found.sort_name == "muller  claudia"
    assert finds("mueller") == finds("02215550134") == 1
    assert finds("brandes") == 1  # still in the e-mail address
    change = Change.objects.get()
    assert (change.kind, change.actor) == ("edited", sofia)
    assert change.before == "Nachname: Brandes; Telefon: –; Ort: Köln"
    assert change.after == "Nachname: Müller; Telefon: 0221 / 555-0134; Ort: Bonn"


def test_unchanged_values_write_nothing_for_any_version(contact, sofia, unwritten):
    with unwritten():
        assert save(contact=contact, values={"city": "Köln"}, version=7, actor=sofia, now=NOW).version == 1


def test_an_edit_of_an_old_version_is_refused_and_names_both_values(contact, sofia, jan, unwritten):
    save(contact=contact, values={"city": "Bonn"}, version=1, actor=jan, now=NOW)
    with unwritten(), pytest.raises(Overtaken) as refusal:
        save(contact=contact, values={"city": "Aachen"}, version=1, actor=sofia, now=NOW)
    assert "Ort: Anderer Wert: „Bonn“, Ihr Wert: „Aachen“" in refusal.value.sentence
    assert reloaded(contact).city == "Bonn"


def test_a_contact_must_keep_a_name_or_address(contact, sofia, unwritten):
    with unwritten(), pytest.raises(NotUnderstood):
        save(contact=contact, values={"last_name": "", "email": ""}, version=1, actor=sofia, now=NOW)


def test_trashed_and_foreign_contacts_are_not_edited(contact, sofia, paul):
    with pytest.raises(Http404):
        save(contact=contact, values={"city": "Bonn"}, version=1, actor=paul, now=NOW)
    put_in_trash(contact)
    with pytest.raises(Gone):
        save(contact=contact, values={"city": "Bonn"}, version=1, actor=sofia, now=NOW)
    assert reloaded(contact).city == "Köln"


def test_the_history_of_a_long_edit_is_cut_not_refused(contact, sofia):
    save(
        contact=contact,
        values={"tags": [f"Schlagwort {n:020}" for n in range(20)]},
        version=1,
        actor=sofia,
        now=NOW,
    )
    assert len(Change.objects.get().after) == 400


def test_the_form_saves_its_group_and_nothing_else(post, contact, hansen):
    answer = post(
        "address",
        street="Lindenallee 14",
        postal_code="50968",
        city="Köln",
        last_name="Hacker",
        account=hansen.pk,
        trashed_at="2020-01-01",
        sort_name="zzz",
    )
    assert answer.status_code == 200
    found = reloaded(contact)
    assert (found.street, found.last_name, found.account_id) == (
        "Lindenallee 14",
        "Brandes",
        contact.account_id,
    )
    assert (found.version, found.trashed_at, found.sort_name) == (2, None, "brandes  claudia")


def test_after_a_concurrent_edit_the_form_keeps_the_typed_text_and_saves_at_the_second_try(post, contact, jan):
    save(contact=contact, values={"city": "Bonn"}, version=1, actor=jan, now=NOW)
    answer = post("address", city="Aachen")
    assert answer.status_code == 409
    html = page_of(answer)
    assert "Anderer Wert: „Bonn“, Ihr Wert: „Aachen“. Noch einmal „Speichern“" in html
    assert 'value="Aachen"' in html
    assert 'name="version" value="2"' in html
    assert post("address", version=2, city="Aachen").status_code == 200
    assert reloaded(contact).city == "Aachen"


def opened(client, contact, group):
    """Return the hidden fields of the form as it is opened."""
    html = page_of(client.get(f"/contacts/{contact.pk}/facts/{group}/", headers=FETCH))
    return {name: re.search(f'name="{name}" value="([^"]+)"', html)[1] for name in ("version", "seen")}


def test_an_edit_of_other_facts_is_no_conflict(login, sofia, jan, contact):
    forms = {group: opened(login(sofia), contact, group) for group in ("address", "tags", "person")}
    save(contact=contact, values={"first_name": "Klara"}, version=1, actor=jan, now=NOW)
    client = login(sofia)
    for group, typed in (("address", {"city": "Aachen"}), ("tags", {"tags": "VIP"})):
        data = {**forms[group], **typed}
        assert client.post(f"/contacts/{contact.pk}/facts/{group}/", data, headers=FETCH).status_code == 200
    person = {**forms["person"], "first_name": "Clara", "last_name": "Brandes", "salutation": "neutral"}
    assert client.post(f"/contacts/{contact.pk}/facts/person/", person, headers=FETCH).status_code == 409
    found = reloaded(contact)
    assert (found.first_name, found.city, found.tags, found.version) == ("Klara", "Aachen", ["VIP"], 4)


def test_a_refused_form_still_knows_what_it_was_typed_against(login, sofia, jan, contact):
    client, form = login(sofia), opened(login(sofia), contact, "property")
    save(contact=contact, values={"living_area": Decimal(80)}, version=1, actor=jan, now=NOW)
    path = f"/contacts/{contact.pk}/facts/property/"
    refused = client.post(path, {**form, "living_area": "viel"}, headers=FETCH)
    assert refused.status_code == 422
    kept = {name: re.search(f'name="{name}" value="([^"]+)"', page_of(refused))[1] for name in form}
    assert kept == form
    assert client.post(path, {**kept, "living_area": "90"}, headers=FETCH).status_code == 409


@pytest.mark.parametrize("version", ["", "0", "-1", "NaN", "1e3", str(2**63)])
def test_an_invalid_version_is_refused(post, contact, version, unwritten):
    with unwritten():
        assert post("address", version=version, city="Bonn").status_code == 422


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("claudia@brandes.de", "claudia@brandes.de"),
        ("Claudia@Brandes.DE", "claudia@brandes.de"),
        ("info@bücher.de", "info@xn--bcher-kva.de"),
        ("info@xn--bcher-kva.de", "info@xn--bcher-kva.de"),
        ("", ""),
    ],
)
def test_addresses_are_stored_in_one_spelling(post, contact, typed, stored):
    assert post("reach", email=typed).status_code == 200
    assert reloaded(contact).email == stored


@pytest.mark.parametrize(
    "typed",
    [
        "a@b",
        '"a b"@x.de',
        "ä@ö.de",
        "x" * 250 + "@b.de",
        "a@b.de.",
        "a@b.de,c@d.de",
        "a@b.de\r\nBcc: x@y.de",
        "a\0@b.de",
    ],
)
def test_an_invalid_address_is_refused(post, contact, typed, unwritten):
    with unwritten():
        assert post("reach", email=typed).status_code == 422
    assert reloaded(contact).email == "claudia@brandes.de"


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("+49 (0)170/12345678", "+4917012345678"),
        ('=HYPERLINK("x")', ""),
        ("٠١٧٠١٢٣٤٥٦٧٨", "+4917012345678"),
    ],
)
def test_phones_are_kept_as_typed_with_a_normal_copy(post, contact, typed, normal):
    assert post("reach", phone=typed, email="a@b.de").status_code == 200
    found = reloaded(contact)
    assert (found.phone, found.phone_e164) == (typed, normal)


@pytest.mark.parametrize(
    ("group", "data"),
    [
        ("person", {"last_name": "a\0b"}),
        ("person", {"last_name": "x" * 81}),
        ("person", {"last_name": "Brandes\r\nBcc: x@y.de"}),
        ("person", {"last_name": "Brandes", "salutation": "king"}),
        ("address", {"street": "x" * 121}),
        ("property", {"living_area": "viel"}),
        ("property", {"living_area": "NaN"}),
        ("property", {"living_area": "-1"}),
        ("property", {"living_area": "12345678"}),
        ("property", {"year_built": "99999"}),
        ("property", {"property_kind": "castle"}),
        ("source", {"source": "crystal ball"}),
        ("source", {}),
        ("tags", {"tags": "x" * 31}),
        ("tags", {"tags": ",".join(f"t{n}" for n in range(21))}),
        ("tags", {"tags": "a\0b"}),
    ],
)
def test_the_error_of_an_invalid_value_is_shown_next_to_its_field(post, group, data, unwritten):
    with unwritten():
        answer = post(group, **data)
    assert answer.status_code == 422
    assert 'class="error"' in page_of(answer)


def test_the_last_name_may_not_be_cleared_if_nothing_else_is_left(post, contact):
    Contact.objects.update(email="")
    answer = post("person", last_name="")
    assert answer.status_code == 422
    assert "Bitte Nachname, Firma, E-Mail-Adresse oder Telefon angeben." in page_of(answer)


@pytest.mark.parametrize(
    ("typed", "area"),
    [
        ("142,5", "142.50"),
        ("1.200", "1200"),
        ("1.200,50 m²", "1200.50"),
        ("142.5", "142.5"),
        ("600 qm", "600"),
    ],
)
def test_areas_are_read_as_germans_write_them(post, contact, typed, area):
    assert post("property", plot_area=typed).status_code == 200
    assert reloaded(contact).plot_area == Decimal(area)


def test_areas_are_shown_as_they_were_typed(login, sofia, contact):
    Contact.objects.update(living_area=Decimal("1200.50"))
    html = page_of(login(sofia).get(f"/contacts/{contact.pk}/facts/property/", headers=FETCH))
    assert 'value="1.200,5"' in html


def test_a_past_day_is_typed_or_picked():
    field = PastDayField(required=False)
    assert [field.clean(text) for text in ("1.5.1980", "1980-05-01", "")] == [date(1980, 5, 1), date(1980, 5, 1), None]
    with pytest.raises(ValidationError, match=r"Das Datum liegt in der Zukunft\."):
        field.clean("02.12.2026")


def test_tags_are_each_kept_once(post, contact):
    assert post("tags", tags=" Erbe,  dringend ,Erbe,, ").status_code == 200
    assert reloaded(contact).tags == ["Erbe", "dringend"]


@pytest.mark.parametrize(
    "name", ["<img src=x onerror=alert(1)>", "{{7*7}}", "${7*7}", "'\"><svg/onload=x>", "hx-get=/x"]
)
def test_names_are_stored_and_shown_as_text(post, contact, name, login, sofia):
    assert post("person", first_name="Claudia", last_name=name).status_code == 200
    assert reloaded(contact).last_name == name
    html = page_of(login(sofia).get(f"/contacts/{contact.pk}/"))
    assert f"<h1><bdi>Claudia {escape(name)}</bdi></h1>" in html


def test_names_are_stored_in_nfc(post, contact):
    post("person", last_name="Mu\u0308ller")
    assert reloaded(contact).last_name == "Müller"


def test_an_unknown_group_is_not_found(post):
    assert post("secrets").status_code == 404
