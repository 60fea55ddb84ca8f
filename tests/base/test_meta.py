"""What models say about themselves."""

import pytest

from base.meta import chosen
from contacts.models import Contact


@pytest.mark.parametrize("value", ["ms", "mr", "neutral", "", "unbekannt"])
def test_a_label_is_the_one_that_django_shows(value):
    contact = Contact(salutation=value)
    assert chosen(contact, "salutation") == contact.get_salutation_display()
