"""The lint of mails: default texts pass for every contact, and each rule catches its fault."""

import dataclasses
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from funnel.letters import lint, rendering
from funnel.letters.defaults import DEFAULTS
from funnel.letters.placeholders import problems, subject_problems
from funnel.models import Sender
from tests.funnel.letters import ADDRESS, ODD_NAMES, SENDER, SOFIA, contact, message, odd_contacts

STEPS = [step for steps in DEFAULTS.values() for step in steps]
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.subject)
def test_default_step_may_be_saved(step):
    assert problems(step.body) == []
    assert subject_problems(step.subject) == []
    assert len(step.subject) <= 80


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.subject)
def test_default_step_has_no_fault_for_anybody(step):
    people = odd_contacts()
    assert len(people) >= 50
    for person in people:
        assert rendering.render_message(message(step.subject, step.body, person)).faults == []


texts = st.one_of(st.sampled_from(ODD_NAMES), st.text(st.characters(exclude_categories=["Cs"]), max_size=80))


@settings(max_examples=60)
@given(
    st.builds(
        contact,
        salutation=st.sampled_from(["", "mrs", "mr", "neutral"]),
        title=st.one_of(st.sampled_from(["", "Dr.", "Prof. Dr."]), st.text(max_size=40)),
        first_name=texts,
        last_name=texts,
        company=texts,
        partner_salutation=st.sampled_from(["", "mrs", "mr", "neutral"]),
        partner_first_name=texts,
        partner_last_name=texts,
        city=texts,
        street=texts,
        assignee=st.sampled_from([None, SOFIA]),
    ),
    st.sampled_from(STEPS),
)
def test_default_step_has_no_fault_for_any_contact(person, step):
    subject = "{{vorname|Sie}} {{nachname|}} {{firma|}} " + step.subject
    body = step.body + "\n\n**{{vorname|x}}** [{{firma|y}}](https://krueger.example) {{ort|z}}, {{strasse|a}}"
    assert rendering.render_message(message(subject, body, person)).faults == []


def good() -> rendering.Rendered:
    return rendering.render_message(message()).content


def faults(rendered: rendering.Rendered, sender: Sender = SENDER, change=None, **values) -> list[str]:
    options = {"assignee": SOFIA, "to": ADDRESS, "message_id": "<a@krueger.example>", "now": NOW} | values
    mail = rendering.compose(rendered, sender=sender, **options)
    if change is not None:
        change(mail)
    return lint.faults(mail, sender=sender, quoted=rendered.quoted)


def test_good_mail_has_no_faults():
    assert faults(good()) == []


def put(part, old, new):
    """Break one part of the good mail."""
    rendered = good()
    text = getattr(rendered, part)
    assert old in text
    return dataclasses.replace(rendered, **{part: text.replace(old, new)})


GREETING = "Sehr geehrte Frau Dr. Brandes,"
BROKEN_PARTS = [
    ("subject", "Ihre Anfrage", " ", "Der Betreff ist leer."),
    ("subject", "Ihre", "{{ihre}}", "Ein Platzhalter wurde nicht ersetzt: {{ihre}}"),
    ("text", "vielen", "{{vornme}}", "Ein Platzhalter wurde nicht ersetzt: {{vornme}}"),
    ("html", "vielen", "{% load x %}", "Ein Platzhalter wurde nicht ersetzt: {% load x %}"),
    ("text", "vielen", "\ue000", "Ein Platzhalter wurde nicht ersetzt: \ue000"),
    ("text", GREETING, "Hallo ,", "Die Anrede bricht ab („Hallo ,“)."),
    ("html", GREETING, "Guten Tag ,", "Die Anrede bricht ab („Hallo ,“)."),
    ("text", GREETING, "Sehr geehrte Frau ,", "Die Anrede bricht ab („Hallo ,“)."),
    ("text", GREETING, "Sehr geehrter Herr Dr.,", "Die Anrede bricht ab („Hallo ,“)."),
    ("html", GREETING, "Sehr geehrte,", "Die Anrede bricht ab („Hallo ,“)."),
    ("text", "vielen", "ü" * 50_000, "Die Mail ist größer als 100 kB."),
    ("text", "vielen", "\ufffd", "Ein Zeichen ist nicht lesbar."),
    ("text", "HRB 12345", "", "Das Impressum fehlt in der Mail."),
    ("html", "Geschäftsführung: Anna Krüger", "", "Das Impressum fehlt in der Mail."),
    ("html", "vielen", '<img src="https://evil.example/p.gif">', "Die Mail lädt etwas nach"),
    ("html", "vielen", '<td background="x.png">', "Die Mail lädt etwas nach"),
    ("html", "vielen", '<p style="background:url(//evil.example/x)">', "Die Mail lädt etwas nach"),
    ("html", ":root {", "@import 'https://evil.example/x.css'; :root {", "Die Mail lädt etwas nach"),
    ("html", "vielen", "<script>run()</script>", "Die Mail lädt etwas nach"),
    ("html", "vielen", '<p onclick="run()">', "Die Mail lädt etwas nach"),
    ("html", "vielen", '<a href="javascript:run()">x</a>', "Ein Link führt nicht ins Web: javascript:run()"),
    ("text", "/u/", "/v/", "Der Link zum Abmelden fehlt."),
    ("html", "/u/", "/v/", "Der Link zum Abmelden fehlt."),
    ("unsubscribe_url", "http://testserver", "https://evil.example", "Die Adresse zum Abmelden führt nicht"),
]


@pytest.mark.parametrize(("part", "old", "new", "fault"), BROKEN_PARTS)
def test_broken_part_is_caught(part, old, new, fault):
    assert [said for said in faults(put(part, old, new)) if said.startswith(fault)] != []


def without(name):
    return lambda mail: mail.extra_headers.pop(name)


def with_header(name, value):
    return lambda mail: mail.extra_headers.update({name: value})


BROKEN_HEADERS = [
    (without("List-Unsubscribe"), "Die Kopfzeile List-Unsubscribe fehlt oder ist falsch."),
    (
        with_header("List-Unsubscribe", "<mailto:x@y.de>"),
        "Die Kopfzeile List-Unsubscribe fehlt oder ist falsch.",
    ),
    (without("List-Unsubscribe-Post"), "Die Kopfzeile List-Unsubscribe-Post fehlt oder ist falsch."),
    (with_header("Message-ID", "abc"), "Die Kopfzeile Message-ID fehlt oder ist falsch."),
    (without("Auto-Submitted"), "Die Kopfzeile Auto-Submitted fehlt oder ist falsch."),
    (with_header("Date", "gestern"), "Die Kopfzeile Date fehlt oder ist falsch."),
    (with_header("Precedence", "bulk"), "Die Kopfzeile Precedence gehört nicht in diese Mail."),
    (with_header("Bcc", "x@evil.example"), "Die Kopfzeile Bcc gehört nicht in diese Mail."),
    (lambda mail: mail.to.append("x@evil.example"), "Die Kopfzeile To braucht genau eine Adresse."),
    (lambda mail: mail.reply_to.clear(), "Die Kopfzeile Reply-To braucht genau eine Adresse."),
    (lambda mail: mail.alternatives.clear(), "Der HTML-Teil fehlt."),
    (lambda mail: setattr(mail, "body", "  "), "Der Textteil fehlt."),
]


@pytest.mark.parametrize(("change", "fault"), BROKEN_HEADERS)
def test_broken_header_is_caught(change, fault):
    assert fault in faults(good(), change=change)


def test_incomplete_impressum_is_caught():
    assert "Im Impressum fehlt: Ort." in faults(good(), sender=_copy(SENDER, city=""))


def test_leftovers_are_distinguished_from_names_that_look_like_them():
    mail = rendering.render_message(message(to=contact(salutation="mr", last_name="{{x}}")))
    assert "Sehr geehrter Herr {{x}}," in mail.content.text
    assert mail.faults == []
    assert faults(dataclasses.replace(mail.content, text=mail.content.text + "{{8*8}}")) != []


def _copy(sender: Sender, **values) -> Sender:
    kept = {field.attname: getattr(sender, field.attname) for field in Sender._meta.concrete_fields}
    return Sender(account=sender.account, **({k: v for k, v in kept.items() if k != "account_id"} | values))
