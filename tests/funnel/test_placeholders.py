"""Placeholders: an allowlist, replaced by plain substitution, with required fallbacks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Account, User
from contacts.models import Contact
from funnel.letters.placeholders import ALLOWED, fill, filling, mark, problems, subject_problems
from funnel.models import Sender


@pytest.fixture
def sender():
    return Sender(account=Account(name="Krüger Immobilien"), phone="0221 123456", city="Köln")


def filled(text, contact, sender):
    values = filling(contact, sender)
    return fill(mark(text), values), values.warnings


@pytest.mark.parametrize(
    "text",
    [
        "{{ user.password }}",
        "{% load static %}",
        "{{ anrede.__class__ }}",
        "{contact.__class__}",
        "{anrede}",
        "${7*7}",
        "{{7*7}}",
        "{{ANREDE}}",
        "{{anrede",
        "}}",
        "{# weg #}",
        "{{vorname|{{nachname|x}}}}",
    ],
)
def test_unknown_placeholders_are_refused_with_the_list(text):
    said = problems(f"Guten Tag {text}, willkommen")
    assert said != []
    assert all(sentence.startswith("Unbekannter Platzhalter „") for sentence in said)
    assert all("{{anrede}}, {{vorname}}, {{nachname}}" in sentence for sentence in said)


@pytest.mark.parametrize("text", ["{{vorname}}", "{{ vorname }}", "{{vorname|}}", "{{vorname| }}"])
def test_optional_placeholders_need_a_fallback(text):
    assert len(problems(text)) == 1
    assert problems(text)[0].startswith("Rückfalltext fehlt: „vorname“")


@pytest.mark.parametrize(
    "text", ["{{anrede}},", "{{ vorname | Sie }}", "Ohne alles", "{{ort|Ihrer Stadt}}\r\n{{objekt}}"]
)
def test_good_text_has_no_problems(text):
    assert problems(text) == []


@pytest.mark.parametrize("subject", ["Hallo\r\nBcc: x@evil.example", "a\nb", "a\u2028b", "", " \u200b "])
def test_subject_is_one_line_that_is_not_empty(subject):
    assert len(subject_problems(subject)) == 1


def test_values_and_fallbacks_are_inserted(sender):
    contact = Contact(first_name="Klara", last_name="Brandes", salutation="mrs", property_kind="apartment")
    text, warnings = filled(
        "{{anrede}}: {{ vorname | Sie }}, {{objekt}}, {{ort|bei Ihnen}}, {{makler}}", contact, sender
    )
    assert text == "Sehr geehrte Frau Brandes: Klara, Ihre Wohnung, bei Ihnen, Krüger Immobilien"
    assert warnings == ["„ort“ ist hier nicht bekannt; es steht „bei Ihnen“."]


@pytest.mark.parametrize(("is_active", "signs"), [(True, "Sofia Vogt"), (False, "Krüger Immobilien")])
def test_a_former_colleague_is_not_named(sender, is_active, signs):
    contact = Contact(assignee=User(first_name="Sofia", last_name="Vogt", is_active=is_active))
    assert filled("{{makler}}", contact, sender) == (signs, [])


def test_values_are_not_substituted_again(sender):
    contact = Contact(first_name="{{nachname|x}}", last_name="\ue001{{anrede}}")
    assert filled("{{vorname|-}} {{nachname|-}}", contact, sender)[0] == "{{nachname|x}} {{anrede}}"


def test_every_placeholder_has_a_value_or_a_fallback(sender):
    values = filling(Contact(), sender).values
    assert {key for key, value in values.items() if not value} == {
        key for key, allowed in ALLOWED.items() if allowed.may_be_empty
    }


@given(st.text(alphabet=st.sampled_from("{}|%$ anrede_vot\n\ue000*"), max_size=60))
def test_text_without_problems_leaves_no_brace(text):
    sender = Sender(account=Account(name="K"), phone="1", city="K")
    if not problems(text):
        assert "{" not in filled(text, Contact(), sender)[0]
