"""How other systems call a contact: one contact of the office at most, found by search, gone with the contact."""

import pytest
from django.utils import timezone

from base.refusals import NotUnderstood
from contacts import facts
from contacts.models import Contact, ForeignId
from tests.factories import ContactFactory
from tests.pipeline.importing import imported, outcomes, report

ID = [["ImmoScout24", "is-4711"]]


def known(account):
    return list(ForeignId.objects.of(account).order_by("pk").values_list("contact", "source", "value"))


def test_rows_follow_the_contact(krueger, anna, board):
    contact = ContactFactory(account=krueger, foreign_ids=ID)
    assert known(krueger) == [(contact.pk, "ImmoScout24", "is-4711")]
    values = {"foreign_ids": [["Wertblick", "w-1"], ["Wertblick", "w-2"]]}
    facts.save(contact=contact, values=values, version=None, actor=anna, now=timezone.now())
    assert known(krueger) == [(contact.pk, "Wertblick", "w-1"), (contact.pk, "Wertblick", "w-2")]
    contact.delete()
    assert known(krueger) == []


def test_an_id_stays_with_the_contact_that_has_it(krueger, hansen, anna, board):
    first = ContactFactory(account=krueger, foreign_ids=ID)
    ContactFactory(account=krueger, foreign_ids=ID)
    other = ContactFactory(account=hansen, foreign_ids=ID)
    assert [contact for contact, _source, _value in known(krueger)] == [first.pk]
    assert [contact for contact, _source, _value in known(hansen)] == [other.pk]


def test_nobody_types_an_id_that_another_contact_has(krueger, anna, board):
    ContactFactory(account=krueger, foreign_ids=ID)
    contact = ContactFactory(account=krueger)
    with pytest.raises(NotUnderstood, match="is-4711"):
        facts.save(contact=contact, values={"foreign_ids": ID}, version=None, actor=anna, now=timezone.now())
    assert Contact.objects.get(pk=contact.pk).foreign_ids == []


@pytest.mark.parametrize("typed", ["is-4711", "IS-4711", "Lindenstr. 4", "Lindenstraße", "21029"])
def test_the_search_finds_it_and_the_property(login, krueger, anna, board, typed):
    at = {"property_street": "Lindenstr. 4", "property_postal_code": "21029"}
    contact = ContactFactory(account=krueger, foreign_ids=ID, **at)
    ContactFactory(account=krueger, foreign_ids=[["ImmoScout24", "is-9"]])
    html = login(anna).get("/contacts/", {"q": typed}).content.decode()
    assert html.count("data-contact=") == 1 and f'data-contact="{contact.pk}"' in html


def test_an_import_says_which_ids_belong_to_others_and_leaves_them_there(krueger, anna, board):
    first = ContactFactory(account=krueger, foreign_ids=ID)
    file = "Nachname;E-Mail;Externe IDs\nEins;eins@lead.example;ImmoScout24: is-4711\n"
    file += "Zwei;zwei@lead.example;ImmoScout24: is-4712\nDrei;drei@lead.example;ImmoScout24: is-4712\n"
    source = imported(anna, file)
    said = "Kennung nicht übernommen, sie gehört zu einem anderen Kontakt: is-471{}."
    assert [reason for _line, _outcome, reason in report(source)] == [said.format(1), "", said.format(2)]
    second = Contact.objects.get(last_name="Zwei")
    assert known(krueger) == [(first.pk, "ImmoScout24", "is-4711"), (second.pk, "ImmoScout24", "is-4712")]
    assert [one.foreign_ids for one in Contact.objects.order_by("pk")] == [ID, [], [["ImmoScout24", "is-4712"]], []]
    again = imported(anna, file)
    assert outcomes(again) == ["unchanged"] * 3
