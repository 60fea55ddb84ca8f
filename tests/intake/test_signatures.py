"""Signatures of senders: the published values hold, and nothing changed, old or malformed passes."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.reading.signatures import is_from_meta, is_from_typeform, is_shared_key, is_standard_webhook

BODY = b'{"a":1}'
META = "sha256=a2ac6607a24977f9757e6d78319ae1660ad42ffeee0ee3f0dff30a92bcf85448"
TYPEFORM = "sha256=xL5RMIt8NIUE9wUHxKBoyyve1D6FNZKEAGW6FiPbcmk="
SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"
HOOK = b'{"type":"contact.created","data":{"id":7}}'
SIGNED = "v1,ImKLxmWV/a2hxnsBmBa36zog3a2O/iNf/ONYxxuNxfk="
NOW = datetime.fromtimestamp(1795780800, UTC)


def standard(**changed: object) -> bool:
    given = {
        "secret": SECRET,
        "body": HOOK,
        "message_id": "msg_1",
        "timestamp": "1795780800",
        "signatures": SIGNED,
        "now": NOW,
    }
    return is_standard_webhook(**(given | changed))  # type: ignore[arg-type]


def test_the_published_values_hold() -> None:
    assert is_from_meta("app-secret", BODY, META)
    assert is_from_typeform("tf-secret", BODY, TYPEFORM)
    assert standard()
    assert standard(secret=SECRET.removeprefix("whsec_"))


@pytest.mark.parametrize(
    ("check", "secret", "signature"),
    [
        (is_from_meta, "app-secret", META),
        (is_from_typeform, "tf-secret", TYPEFORM),
    ],
)
def test_another_body_secret_or_signature_is_refused(
    check: Callable[[str, bytes, str], bool], secret: str, signature: str
) -> None:
    assert not check(secret, BODY + b" ", signature)
    assert not check(secret + "x", BODY, signature)
    assert not check("", BODY, signature)
    for wrong in (
        "",
        "sha256=",
        signature[:-1],
        signature.removeprefix("sha256="),
        f"{signature} ",
        "sha256=ü",
        "\ud800",
    ):
        assert not check(secret, BODY, wrong)


def test_an_empty_secret_proves_nothing() -> None:
    assert not is_from_meta("", b"", "sha256=b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad")
    assert not is_shared_key("", "")
    assert not standard(secret="whsec_")


def test_one_of_several_signatures_is_enough_while_a_key_changes() -> None:
    assert standard(signatures=f"v1,AAAA v1a,{SIGNED[3:]} {SIGNED}")
    assert not standard(signatures=f"v1a,{SIGNED[3:]} v2,{SIGNED[3:]}")
    assert not standard(signatures=" ".join(["v1,AAAA"] * 1000 + [SIGNED]))


@pytest.mark.parametrize(("seconds", "passes"), [(0, True), (300, True), (301, False), (-300, True), (-301, False)])
def test_an_old_message_is_refused(seconds: int, passes: bool) -> None:
    assert standard(now=NOW + timedelta(seconds=seconds)) is passes


@pytest.mark.parametrize(
    "changed",
    [
        {"message_id": "msg_2"},
        {"message_id": ""},
        {"message_id": "\ud800"},
        {"timestamp": "1795780801"},
        {"timestamp": ""},
        {"timestamp": "-1"},
        {"timestamp": "１７９５７８０８００"},
        {"timestamp": "9" * 5000},
        {"body": HOOK + b"\n"},
        {"secret": "whsec_not base64"},
        {"secret": "ü"},
        {"signatures": ""},
        {"signatures": SIGNED[3:]},
    ],
)
def test_a_changed_message_is_refused(changed: dict[str, object]) -> None:
    assert not standard(**changed)


def test_a_shared_key_is_a_text_and_the_whole_text() -> None:
    assert is_shared_key("schlüssel", "schlüssel")
    for wrong in ("schlüsse", "Schlüssel", "", None, 7, ["schlüssel"], True):
        assert not is_shared_key("schlüssel", wrong)
    assert not is_shared_key("1", 1)


ANY_TEXT = st.text(st.characters())


@given(ANY_TEXT, st.binary(), ANY_TEXT, ANY_TEXT, ANY_TEXT)
def test_nothing_that_is_sent_raises(secret: str, body: bytes, one: str, two: str, three: str) -> None:
    assert not is_from_meta(secret, body, one)
    assert not is_from_typeform(secret, body, two)
    assert not is_standard_webhook(secret, body, message_id=one, timestamp=two, signatures=three, now=NOW)
    assert is_shared_key(secret, one) == (secret == one != "")
