"""What a form sends for a consent: what agrees, what does not, and what is not clear and therefore no consent."""

import pytest

from intake.reading.consenting import granted


@pytest.mark.parametrize(
    "said",
    [
        "Ja",
        "on",
        "Ja, bitte",
        "Yes, please",
        "Ich willige ein, dass Sie mir Mails schicken, und kann das jederzeit widerrufen.",
        "Ich bin damit einverstanden. Ich kann mich jederzeit abmelden.",
        "Ich möchte Informationen per E-Mail erhalten",
        "I agree to receive mails and may withdraw at any time",
        "I would like to hear from you. You can unsubscribe later.",
    ],
)
def test_it_is_given(said: str) -> None:
    assert granted(said) is True


@pytest.mark.parametrize(
    "said",
    [
        "Ich stimme dagegen",
        "Ich stimme gegen Werbung",
        "Ich möchte abgemeldet werden",
        "Ich möchte mich abmelden",
        "Ich möchte die Einwilligung widerrufen",
        "Ich möchte auf Werbung verzichten",
        "Ich möchte, dass meine Daten gelöscht werden",
        "Ich möchte keine Mails",
        "Ich willige ein, dass Sie mir nichts schicken, nicht einmal Post",
        "I would like to unsubscribe from emails",
        "I would like to be removed",
        "I agree to opt out",
        "I accept that you stop writing",
        "vielleicht",
        "",
    ],
)
def test_it_is_not_clear(said: str) -> None:
    assert granted(said) is None


def test_it_is_refused() -> None:
    assert [granted(said) for said in ("nein", "No", "off", "abgelehnt")] == [False] * 4
