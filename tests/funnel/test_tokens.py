"""Links without a login: any token that we did not sign is a 404."""

import string

import pytest
from django.http import Http404

from accounts.models import Account
from funnel.models import Message, OptIn
from funnel.permission.suppression import address_hash
from funnel.permission.tokens import mask, opt_in_token, read, read_opt_in, unsubscribe_token


def message(account_id=7, contact_id=11, address="katharina@lindemann.example"):
    return Message(account_id=account_id, contact_id=contact_id, address=address)


def test_a_token_contains_office_contact_address_hash_and_masked_address():
    said = read(unsubscribe_token(message()))
    assert (said.account_id, said.contact_id) == (7, 11)
    assert said.digest == address_hash(7, "Katharina@Lindemann.example")
    assert said.masked == "k•••@l•••.example"


def test_a_token_is_safe_in_a_url_and_reveals_no_address():
    token = unsubscribe_token(message())
    assert set(token) <= set(string.ascii_letters + string.digits + "-_.")
    assert len(token) < 300
    assert token == unsubscribe_token(message())


def test_a_token_stays_valid_after_a_change_of_the_secret_key(settings):
    token = unsubscribe_token(message())
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "rotated", ["and forgotten"]
    assert read(token).account_id == 7


def test_a_token_signed_with_another_token_key_is_invalid(settings):
    token = unsubscribe_token(message())
    settings.TOKEN_KEY = "another"
    with pytest.raises(Http404):
        read(token)


def test_a_token_of_an_earlier_token_key_is_valid_while_that_key_is_kept(settings):
    token = unsubscribe_token(message())
    settings.TOKEN_KEY_FALLBACKS, settings.TOKEN_KEY = [settings.TOKEN_KEY], "another"
    assert read(token).account_id == 7


def test_any_altered_character_makes_a_token_invalid():
    token = unsubscribe_token(message())
    for place in range(len(token)):
        for other in ("A", "B", "-", "."):
            altered = token[:place] + other + token[place + 1 :]
            if altered != token:
                with pytest.raises(Http404):
                    read(altered)


@pytest.mark.parametrize(
    "token",
    ["", ".", "x", "' OR 1=1 --", "%00", "\x00", "ä.ö", "e30.e30", "a" * 100_000, "a.b.c", "７.７"],
)
def test_malformed_tokens_are_invalid(token):
    with pytest.raises(Http404):
        read(token)
    with pytest.raises(Http404):
        read_opt_in(token)


def test_truncated_and_extended_tokens_are_invalid():
    token = unsubscribe_token(message())
    for altered in [token[:end] for end in range(len(token))] + [token + "A", token + ".", " " + token]:
        with pytest.raises(Http404):
            read(altered)


def test_a_token_is_valid_for_one_purpose_only():
    opt_in = opt_in_token(OptIn(pk=5, account=Account(pk=7)))
    assert read_opt_in(opt_in) == 5
    with pytest.raises(Http404):
        read(opt_in)
    with pytest.raises(Http404):
        read_opt_in(unsubscribe_token(message()))


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        ("a@b.de", "a•••@b•••.de"),
        ("k.l@mail.firma.co.uk", "k•••@m•••.uk"),
        ("x@localhost", "x•••@•••.localhost"),
    ],
)
def test_a_masked_address_shows_first_letters_and_the_ending(address, masked):
    assert mask(address) == masked
