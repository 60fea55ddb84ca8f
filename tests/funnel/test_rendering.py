"""The mail itself: HTML and text from one source, all headers, and nothing a name could inject."""

import re
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.utils import parseaddr
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from funnel.letters import markdown, rendering
from funnel.models import Step
from pipeline.models import Column
from tests.funnel.letters import ADDRESS, ODD_NAMES, SENDER, SOFIA, contact, message

LINK = "#146c43"  # the colour of the office's hue


def html_of(body: str, **facts) -> str:
    """Return the HTML of the body, without the frame."""
    html = rendering.render_message(message(body=body, to=contact(**facts))).content.html
    return re.search(r'<td class="body"[^>]*>(.*?)</td>', html, re.DOTALL)[1].strip()


def bare(html: str) -> str:
    """Return the HTML without styles and classes."""
    return re.sub(r' (?:class|style)="[^"]*"', "", html).strip()


def text_of(body: str, **facts) -> str:
    """Return the text of the body, without signature and footer."""
    text = rendering.render_message(message(body=body, to=contact(**facts))).content.text
    return text.split("\n\nKrüger Immobilien\n")[0]


def read(row):
    """Return the mail as parsed by a mail program."""
    letter = rendering.render_message(row).letter
    return message_from_bytes(letter.message().as_bytes(linesep="\r\n"), policy=policy.default)


MARKDOWN = [
    ("Ein Satz.", "<p>Ein Satz.</p>", "Ein Satz."),
    ("Zeile\nZeile", "<p>Zeile<br>\nZeile</p>", "Zeile\nZeile"),
    ("*a* **b**", "<p><em>a</em> <strong>b</strong></p>", "a b"),
    ("# Titel\n\nText", "<h1>Titel</h1>\n<p>Text</p>", "Titel\n\nText"),
    ("##### Titel", "<h3>Titel</h3>", "Titel"),
    ("- a\n- b", "<ul><li>a</li>\n<li>b</li>\n</ul>", "- a\n- b"),
    ("3. a\n4. b", '<ol start="3"><li>a</li>\n<li>b</li>\n</ol>', "3. a\n4. b"),
    ("[Seite](https://a.example/?a=1&b=2)", '<p><a href="https://a.example/?a=1&amp;b=2">Seite</a></p>',
     "Seite (https://a.example/?a=1&b=2)"),
    ("<https://a.example/>", '<p><a href="https://a.example/">https://a.example/</a></p>', "https://a.example/"),
    ("[Mail](mailto:a@b.example)", '<p><a href="mailto:a@b.example">Mail</a></p>', "Mail (a@b.example)"),
    ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>", "[x](javascript:alert(1))"),
    ("[x](//evil.example)", "<p>[x](//evil.example)</p>", "[x](//evil.example)"),
    ("[x](https://a.example/{{ort|b}})", "<p>[x](https://a.example/b)</p>", "[x](https://a.example/b)"),
    ("<b>fett</b>", "<p>&lt;b&gt;fett&lt;/b&gt;</p>", "<b>fett</b>"),
    ("<script>run()</script>", "<p>&lt;script&gt;run()&lt;/script&gt;</p>", "<script>run()</script>"),
    ("    kein Code", "<p>kein Code</p>", "kein Code"),
    ("`kein Code`", "<p>`kein Code`</p>", "`kein Code`"),
    ("> kein Zitat", "<p>&gt; kein Zitat</p>", "> kein Zitat"),
    (r"\*kein\*", "<p>*kein*</p>", "*kein*"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "html", "text"), MARKDOWN)
def test_one_source_makes_html_and_text(source, html, text):
    assert bare(html_of(source)) == html
    assert text_of(source) == text


def test_images_are_not_rendered():
    assert "<img" not in html_of("![Haus](https://a.example/haus.png)")


@pytest.mark.parametrize("name", [name for name in ODD_NAMES if any(sign.isalpha() for sign in name)])
def test_names_are_escaped_in_html_and_text(name):
    facts = {"salutation": "mr", "last_name": name}
    html, text = html_of("{{anrede}}, *kursiv*", **facts), text_of("{{anrede}}, *kursiv*", **facts)
    assert re.findall(r"<(\w+)", html.replace("<bdi>", "")) == ["p", "em"]
    assert " ".join(unescape(re.sub(r"<[^>]+>", "", html)).split()) == " ".join(text.split())


@given(st.text(max_size=300))
def test_any_text_renders_only_allowed_tags(source):
    html = markdown.bodies(source, LINK).html.text
    assert set(re.findall(r"<(\w+)", html)) <= {
        "p",
        "br",
        "em",
        "strong",
        "ul",
        "ol",
        "li",
        "a",
        "h1",
        "h2",
        "h3",
    }
    assert all(re.match("https?://|mailto:", link) for link in re.findall('href="([^"]*)"', html))


def test_text_part_is_readable_in_76_columns():
    long = "Donaudampfschifffahrt " * 30
    text = rendering.render_message(
        message(body=f"{long}\n\n- {long}\n\n[a](https://a.example/{'x' * 90})")
    ).content.text
    assert {len(line) > 76 for line in text.splitlines() if "://" not in line} == {False}
    assert f"(https://a.example/{'x' * 90})" in text
    assert "\n  Donaudampf" in text


def test_phone_number_is_not_broken_over_lines():
    text = text_of("Sie erreichen uns von Montag bis Freitag gern auch telefonisch unter {{buero_telefon}}.")
    assert text.splitlines()[1] == "0221\xa0123456."


def test_a_mail_with_an_assignee_is_signed_by_them_and_replies_go_to_them():
    mail = read(message(to=contact(assignee=SOFIA)))
    assert mail["Reply-To"] == "Sofia Vogt <sofia@krueger.example>"
    assert "\n\nSofia Vogt\nKrüger Immobilien\nTelefon 0221 123456\nsofia@krueger.example\n" in _text(mail)


@pytest.mark.parametrize("nobody", [None, User(first_name="Jan", email="jan@krueger.example", is_active=False)])
def test_a_mail_without_assignee_is_signed_by_the_office_and_replies_go_to_it(nobody):
    mail = read(message(to=contact(assignee=nobody)))
    assert mail["Reply-To"] == "Krüger Immobilien <info@krueger.example>"
    assert "\n\nKrüger Immobilien\nTelefon 0221 123456\ninfo@krueger.example\n" in _text(mail)


def test_headers_are_complete():
    row = message(subject="Grüße aus Köln")
    mail = read(row)
    url = mail["List-Unsubscribe"].strip().strip("<>")
    assert url.startswith("http://testserver/u/")
    assert {name: str(value).strip() for name, value in mail.items() if name != "Content-Type"} == {
        "MIME-Version": "1.0",
        "Subject": "Grüße aus Köln",
        "From": "Krüger Immobilien <post@krueger.example>",
        "To": ADDRESS,
        "Reply-To": "Sofia Vogt <sofia@krueger.example>",
        "Message-ID": "<abc@krueger.example>",
        "Date": "Mon, 23 Nov 2026 09:00:00 +0000",
        "List-Unsubscribe": f"<{url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Auto-Submitted": "auto-generated",
        "Content-Language": "de",
    }
    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert url in _text(mail)


def test_the_next_attempt_renders_the_same_mail():
    row = message()
    first, second = read(row), read(row)
    first.set_boundary("x")
    second.set_boundary("x")
    assert first.as_bytes() == second.as_bytes()


def test_without_own_address_the_installation_is_the_sender(settings):
    settings.DEFAULT_FROM_EMAIL = "Pipeline <noreply@pipeline.example>"
    row = message()
    row.account.sender.email = ""
    try:
        assert read(row)["From"] == "Krüger Immobilien <noreply@pipeline.example>"
    finally:
        row.account.sender.email = "post@krueger.example"


@pytest.mark.parametrize("evil", ["Brandes\r\nBcc: x@evil.example", "Brandes\nBcc: x@evil.example", "a\x0b\x85\u2028b"])
def test_no_value_becomes_a_header(evil):
    person = contact(first_name=evil, assignee=User(first_name=evil, email="s@krueger.example"))
    row = message(subject=f"{{{{vorname|x}}}} {evil}", to=person)
    mail = read(row)
    assert mail["Bcc"] is None
    assert len(mail.keys()) == 12
    assert not re.search(r"[\r\n\x0b\x85\u2028]", mail["Subject"])


@pytest.mark.parametrize("name", ["Maßmann & Söhne „Immobilien“", 'A "B" <c@d.example>, E', "ö" * 119])
def test_special_characters_of_the_office_name_are_encoded_in_the_header(name):
    row = message()
    row.account.sender.name = name
    try:
        mail = rendering.render_message(row)
        raw = mail.letter.message()["From"]
        assert parseaddr(raw.replace("\n", ""))[1] == "post@krueger.example"
        assert str(make_header(decode_header(parseaddr(raw.replace("\n", ""))[0]))) == name
        assert mail.faults == []
    finally:
        row.account.sender.name = "Krüger Immobilien"


def test_the_privacy_page_is_linked_only_if_its_address_is_valid():
    row = message()
    try:
        row.account.sender.privacy_url = "javascript:alert(1)"
        mail = rendering.render_message(row)
        assert "Datenschutz" not in mail.content.html + mail.content.text
        assert mail.faults == []
    finally:
        row.account.sender.privacy_url = "https://krueger.example/datenschutz"
    assert "Datenschutz: https://krueger.example/datenschutz\n" in rendering.render_message(row).content.text


def test_preview_warns_of_unknown_values():
    rendered = rendering.render(
        step_subject="{{vorname|Ihre Anfrage}}",
        step_body="{{anrede}},\n\n{{ort|bei Ihnen}}",
        contact=contact(),
        sender=SENDER,
        unsubscribe_url="http://testserver/u/x/",
    )
    assert rendered.warnings == [
        "„vorname“ ist hier nicht bekannt; es steht „Ihre Anfrage“.",
        "„ort“ ist hier nicht bekannt; es steht „bei Ihnen“.",
    ]
    assert rendered.text.startswith("Guten Tag,\n\nbei Ihnen\n")


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ("[Seite](https://a.example/) und [Mail](mailto:a@b.example)", 0),
        ("[Seite](www.a.example)", 1),
        ("[Seite](https://a.example/{{ort|b}})", 1),
        ("[Seite](javascript:x)", 1),
        ("![Haus](https://a.example/haus.png)", 1),
        ("Eckig [so] und rund (so)", 0),
    ],
)
def test_preview_warns_of_invalid_links_and_pictures(body, count):
    assert len(markdown.warnings(body)) == count


@pytest.mark.parametrize("colour", rendering.COLOURS)
def test_colours_have_enough_contrast(colour):
    """WCAG 4.5:1 for the text in the header and for links."""

    def light(hexes: str) -> float:
        channels = [int(hexes[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    assert (light("#fdfdfe") + 0.05) / (light(colour) + 0.05) >= 4.5


def test_a_new_office_starts_with_ten_mails(hansen):
    found = {
        column.key: list(column.sequence.steps.values_list("position", "delay_days"))
        for column in Column.objects.of(hansen).filter(key__isnull=False).select_related("sequence")
    }
    assert found == {
        "new": [(0, 0), (1, 4), (2, 7), (3, 10)],
        "contacted": [(0, 0), (1, 4), (2, 9)],
        "won": [(0, 0), (1, 3), (2, 8)],
    }
    assert Step.objects.of(hansen).filter(is_on=True, version=1).count() == 10


def _text(mail) -> str:
    return mail.get_body(("plain",)).get_content().replace("\r\n", "\n")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("| a | b |\n|---|---|\n| 1 | 2 |", "Tabellen"),
        ("```\nText\n```", "Textblöcke zwischen ```"),
        ("Absatz\n\n    eingerückt", "eingerückte Textblöcke"),
        ("ein `Wort`", "Text zwischen `Akzenten`"),
        ("> Zitat", "Zitate mit >"),
        ("oben\n\n---\n\nunten", "Trennlinien"),
        ("~~weg~~", "~~durchgestrichener~~ Text"),
        ("Titel\n=====", "mit === oder --- unterstrichene Überschriften"),
        ("[hier][1]\n\n[1]: https://krueger.example", "Links, deren Adresse an anderer Stelle steht"),
        ("<b>fett</b>", "HTML"),
    ],
)
def test_preview_warns_of_markdown_that_a_mail_cannot_show(body, said):
    (warning,) = markdown.warnings(body)
    assert warning == f"Das kann eine Mail nicht zeigen, die Zeichen bleiben stehen: {said}."


def test_preview_does_not_warn_of_supported_markdown():
    body = "{{anrede}},\n\n# Titel\n\n- eins\n- **zwei** <https://krueger.example>\n\n1. [da](https://a.example)\\*"
    assert markdown.warnings(body) == []


def test_unsupported_markdown_is_searched_once_for_all_mails_of_a_step():
    before = markdown._kinds.cache_info().misses
    for _mail in range(3):
        assert len(markdown.warnings("Ein Text mit `Akzenten`, den kein anderer Test nimmt.")) == 1
    assert markdown._kinds.cache_info().misses == before + 1
