"""Encrypted values can be decrypted only for their purpose, with a key that is still known."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.apps import apps

from accounts.models import Account, User
from base import vault
from funnel.models import Sender

migration = __import__("accounts.migrations.0003_seal_second_factors", fromlist=["seal"])
relays = __import__("funnel.migrations.0014_seal_relays", fromlist=["seal"])
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def test_opens_only_for_its_purpose() -> None:
    sealed = vault.seal("one", "geheim")
    assert vault.unseal("one", sealed) == "geheim"
    with pytest.raises(vault.Unreadable):
        vault.unseal("another", sealed)


def test_differs_each_time_and_reveals_nothing() -> None:
    sealed = {vault.seal("one", "geheim") for _ in range(3)}
    assert (len(sealed), [text for text in sealed if "geheim" in text]) == (3, [])


def test_decrypts_after_a_change_of_the_key_while_the_old_one_is_kept(settings: Any) -> None:
    sealed = vault.seal("one", "geheim")
    settings.TOKEN_KEY_FALLBACKS, settings.TOKEN_KEY = ["older", settings.TOKEN_KEY], "new"
    assert vault.unseal("one", sealed) == "geheim"
    assert vault.unseal("one", vault.seal("one", "neu")) == "neu"
    settings.TOKEN_KEY_FALLBACKS = []
    with pytest.raises(vault.Unreadable):
        vault.unseal("one", sealed)


@pytest.mark.parametrize("text", ["", "geheim", "sealed", "sealed:", "sealed::", "sealed:12345678:x", ":::"])
def test_a_plain_text_is_unreadable(text: str) -> None:
    with pytest.raises(vault.Unreadable):
        vault.unseal("one", text)


def test_an_altered_text_is_unreadable() -> None:
    sealed = vault.seal("one", "geheim")
    for place in range(0, len(sealed), 7):
        altered = sealed[:place] + ("A" if sealed[place] != "A" else "B") + sealed[place + 1 :]
        with pytest.raises(vault.Unreadable):
            vault.unseal("one", altered)


def test_second_factors_are_stored_sealed(anna: User) -> None:
    TOTP.activate(anna, SECRET)
    RecoveryCodes.activate(anna)
    stored = [str(one.data) for one in Authenticator.objects.filter(user=anna)]
    assert [SECRET in text or "sealed:" not in text for text in stored] == [False, False]


def test_second_factors_of_an_older_version_are_sealed_and_keep_working(anna: User) -> None:
    Authenticator.objects.create(user=anna, type="totp", data={"secret": SECRET})
    Authenticator.objects.create(user=anna, type="recovery_codes", data={"migrated_codes": ["12345678"]})
    for _ in range(2):  # a repeat changes nothing
        migration.seal(apps, None)
    app, codes = Authenticator.objects.filter(user=anna).order_by("-type")
    assert (vault.is_sealed(app.data["secret"]), vault.unseal(vault.SECOND_FACTOR, app.data["secret"])) == (
        True,
        SECRET,
    )
    assert RecoveryCodes(codes).validate_code("12345678") is True


def test_the_address_of_an_offices_mail_server_of_an_older_version_is_sealed(krueger: Account, hansen: Account) -> None:
    Sender.objects.of(krueger).update(relay="smtp://user:geheim@mail.example")
    for _ in range(2):  # a repeat changes nothing
        relays.seal(apps, None)
    kept = Sender.objects.of(krueger).get().relay
    assert "geheim" not in kept
    assert vault.unseal(vault.RELAY, kept) == "smtp://user:geheim@mail.example"
    assert Sender.objects.of(hansen).get().relay == ""
