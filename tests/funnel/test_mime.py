"""A mail composed in one step equals, byte for byte, the one that Django builds from the same templates."""

import re
from email import message_from_bytes, policy

import pytest
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from funnel.letters import imprint, markdown, mime, placeholders, rendering
from funnel.letters.defaults import DEFAULTS
from tests.funnel.letters import ADDRESS, ODD_NAMES, SENDER, contact, message, odd_contacts

STEP = next(iter(DEFAULTS.values()))[0]
BODY = STEP.body + "\n\n{{vorname|x}}.\n.\nFrom here: = é {{ort|y}}"
HEADERS = {"Date": "Mon, 23 Nov 2026 09:00:00 +0000", "Message-ID": "<a@krueger.example>"}
lines = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=120)


def as_django_builds_it(mail: EmailMultiAlternatives, raw: bytes) -> bytes:
    built = mime.build(mail)
    built.set_boundary(re.search(rb'boundary="([^"]+)"', raw)[1].decode())
    return mime.as_bytes(built)


@pytest.mark.parametrize("person", odd_contacts())
def test_bytes_equal_those_of_django(person):
    letter = rendering.render_message(message("{{vorname|x}}: " + STEP.subject, BODY, person)).letter
    found = mime.assemble(letter)
    assert found.raw == as_django_builds_it(letter, found.raw)
    read = message_from_bytes(found.raw, policy=policy.default)
    text, html = (read.get_body([kind]).get_content().replace("\r\n", "\n") for kind in ("plain", "html"))
    assert (found.text, found.html) == (text, html)
    assert [name for name, _value in found.headers] == list(read.keys())


@given(
    subject=lines, shown=lines.filter(str.strip), further=lines, text=st.text(st.characters(exclude_categories=["Cs"]))
)
def test_bytes_of_any_headers_and_bodies_equal_those_of_django(subject, shown, further, text):
    mail = EmailMultiAlternatives(
        subject, text, rendering._mailbox(shown, ADDRESS), [ADDRESS], headers=HEADERS | {"X-Further": further}
    )
    mail.attach_alternative(text, "text/html")
    found = mime.assemble(mail)
    assert found.raw == as_django_builds_it(mail, found.raw)


def changed(**values) -> EmailMultiAlternatives:
    mail = EmailMultiAlternatives("Betreff", "Text", ADDRESS, [ADDRESS], headers=dict(HEADERS))
    mail.attach_alternative("<p>HTML</p>", "text/html")
    for name, value in values.items():
        setattr(mail, name, value)
    return mail


@pytest.mark.parametrize(
    "values",
    [
        {"cc": [ADDRESS]},
        {"alternatives": []},
        {"extra_headers": HEADERS | {"To": "other@post.example"}},
        {"attachments": [("a.bin", b"Anhang", "application/octet-stream")]},
    ],
)
def test_other_mails_are_built_by_django(values):
    mail = changed(**values)
    found = mime.assemble(mail)
    names = [name for name, _value in found.headers]
    assert names == list(message_from_bytes(found.raw).keys()) == list(mime.build(mail).keys())
    assert found.text == "Text"


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("name", ODD_NAMES)
def test_the_frame_equals_what_the_templates_render(name, language):
    row = message("{{vorname|x}}", BODY, contact(first_name=name, city=name))
    with override(language):
        content = rendering.render_message(row).content
        colour = rendering.COLOURS[SENDER.hue - 1]
        bodies, filled = markdown.bodies(BODY, colour), placeholders.filling(row.contact, SENDER)
        context = {
            "subject": content.subject,
            "colour": colour,
            "office": placeholders.office(SENDER),
            "signature": rendering.signature(row.contact, SENDER),
            "imprint": imprint.lines(SENDER),
            "privacy_url": SENDER.privacy_url,
            "unsubscribe_url": content.unsubscribe_url,
        }
        html = placeholders.fill(bodies.html, filled, markdown.escaped)
        text = markdown.wrap(placeholders.fill(bodies.text, filled))
        assert content.html == render_to_string("funnel/mail/message.html", context | {"body": html})
        assert content.text == markdown.wrap(render_to_string("funnel/mail/message.txt", context | {"body": text}))
