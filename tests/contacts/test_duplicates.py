"""Who may be the same person: same e-mail address, or same phone number and name."""

import pytest

from accounts.models import Account
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
        ({"phone": ""}, True),
        ({"email": ""}, True),
        ({"email": "", "phone": "+49 221 5550134", "last_name": "BRANDES"}, True),
        ({"email": "", "first_name": "Bernd"}, False),
        ({"email": "", "phone": "0221 999 99 99"}, False),
        ({"email": "", "phone": ""}, False),
        ({"email": "bernd@brandes.de", "phone": ""}, False),
    ],
)
def test_what_makes_a_twin(claudia, sofia, change, is_found):
    draft = derive(Contact(account=sofia.account, **CLAUDIA | change))
    assert find(sofia, draft) == ([claudia] if is_found else [])


def test_nobody_is_their_own_twin(claudia, sofia):
    assert find(sofia, claudia) == []


def test_only_what_the_user_sees_is_named(claudia, krueger, sofia, jan, anna):
    ContactFactory(account=AccountFactory(), card=False, **CLAUDIA)
    put_in_trash(ContactFactory(account=krueger, **CLAUDIA))
    hidden = ContactFactory(account=krueger, assignee=jan, **CLAUDIA)
    assert find(anna, claudia) == [hidden]
    sofia.account.agents_see = Account.Sight.OWN
    assert find(sofia, claudia) == []
