"""Who may be the same person: the same address, number or full name, also as a second one."""

import pytest

from accounts.models import Account
from contacts.contact_points import contact_point
from contacts.derived import derive
from contacts.duplicates import find
from contacts.models import Contact
from tests.factories import AccountFactory, ContactFactory, put_in_trash

CLAUDIA = {
    "first_name": "Claudia",
    "last_name": "Brandes",
    "email": "claudia@brandes.de",
    "phone": "0221 555 01 34",
}


@pytest.fixture
def claudia(krueger):
    return ContactFactory(account=krueger, **CLAUDIA)


@pytest.mark.parametrize(
    ("change", "is_found"),
    [
        ({}, True),
        ({"phone": "", "first_name": "Bernd"}, True),
        ({"email": "", "first_name": "", "last_name": "Kaiser"}, True),
        ({"email": "", "phone": "+49 221 5550134", "first_name": "Bernd"}, True),
        ({"email": "", "phone": "0221 999 99 99"}, True),
        ({"email": "", "phone": "", "first_name": "Brandes", "last_name": "CLAUDIA"}, True),
        ({"email": "Clau.dia+haus@brandes.de", "phone": "", "first_name": ""}, True),
        ({"email": "", "phone": "", "more_emails": [contact_point("claudia@brandes.de")], "first_name": ""}, True),
        ({"email": "", "phone": "", "more_phones": [contact_point("0221-5550134")], "first_name": ""}, True),
        ({"email": "", "phone": "0221 999 99 99", "first_name": ""}, False),
        ({"email": "", "phone": "0221 999 99 99", "first_name": "Bernd"}, False),
        ({"email": "bernd@brandes.de", "phone": "", "first_name": "Bernd"}, False),
    ],
)
def test_similar_contacts_are_found(claudia, sofia, change, is_found):
    draft = derive(Contact(account=sofia.account, **CLAUDIA | change))
    assert find(sofia, draft) == ([claudia] if is_found else [])


def test_further_addresses_and_numbers_of_the_known_contact_count(krueger, sofia):
    known = ContactFactory(
        account=krueger, more_emails=[contact_point("zweite@brandes.de")], more_phones=[contact_point("0221 5550177")]
    )
    for change in ({"email": "zweite@brandes.de"}, {"phone": "0221/5550177"}):
        (found,) = find(sofia, derive(Contact(account=krueger, last_name="Kaiser", **change)))
        assert found == known


def test_values_that_identify_nobody_find_nobody(krueger, sofia):
    ContactFactory(account=krueger, email="info@brandes.de", phone="0000000")
    assert find(sofia, derive(Contact(account=krueger, email="info@brandes.de", phone="0000000"))) == []


def test_it_names_the_common_values(claudia, sofia):
    draft = Contact(account=sofia.account, **CLAUDIA | {"email": "claudia+x@brandes.de"})
    (found,) = find(sofia, derive(draft))
    assert found.shared == "gleiche Telefonnummer, gleicher Name, ähnliche E-Mail-Adresse"


def test_a_contact_is_not_its_own_duplicate(claudia, sofia):
    assert find(sofia, claudia) == []


def test_only_visible_contacts_are_found(claudia, krueger, sofia, jan, anna):
    ContactFactory(account=AccountFactory(), card=False, **CLAUDIA)
    put_in_trash(ContactFactory(account=krueger, **CLAUDIA))
    hidden = ContactFactory(account=krueger, assignee=jan, **CLAUDIA)
    assert find(anna, claudia) == [hidden]
    sofia.account.agents_see = Account.Sight.OWN
    assert find(sofia, claudia) == []
