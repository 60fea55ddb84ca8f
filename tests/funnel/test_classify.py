"""Replies, automatic replies, bounces and complaints, as programs write them."""

import pytest

from funnel.incoming.classify import ReceivedKind, own_words, parse
from funnel.incoming.opened import MAX_BYTES, MAX_DEPTH, MAX_HEADER, PoisonMail

OURS = "<ours.1@kontakte.example>"


def mail(*headers: str, body: str = "Rufen Sie mich an.") -> bytes:
    lines = [f"In-Reply-To: {OURS}", *headers]
    for name, value in (("From", "Max <max@kunde.example>"), ("Subject", "AW: Ihre Anfrage")):
        if not any(line.lower().startswith(f"{name.lower()}:") for line in headers):
            lines.append(f"{name}: {value}")
    return "\n".join([*lines, "", body]).encode()


def nested(kind: str, depth: int) -> bytes:
    heads = "".join(f"--b{n}\nContent-Type: multipart/{kind}; boundary=b{n + 1}\n\n" for n in range(depth))
    return f"In-Reply-To: {OURS}\nContent-Type: multipart/{kind}; boundary=b0\n\n{heads}--b{depth}\n\nx\n".encode()


MACHINES = [
    ("Return-Path: <>",),
    ("Auto-Submitted: auto-replied",),
    ("Auto-Submitted: auto-generated; type=vacation",),
    ("X-Auto-Response-Suppress: All",),
    ("X-Autoresponder: yes",),
    ("X-Zarafa-Vacation: yes",),
    ("X-Loop: max@kunde.example",),
    ("X-POST-MessageClass: 9; Autoresponder",),
    ("Precedence: bulk",),
    ("From: Support <noreply@kunde.example>",),
    ("From: mailer-daemon@kunde.example",),
    ("Subject: Abwesend: Ihre Anfrage",),
    ("Subject: Abwesenheitsnotiz",),
    ("Subject: AUTO: Max Muster ist =?utf-8?q?au=C3=9Fer?= Haus (=?utf-8?q?R=C3=BCckkehr?= 30.11.)",),
    ("Subject: Automatische Antwort: Ihre Anfrage",),
    ("Subject: Automatic reply: Ihre Anfrage",),
    ("Subject: Re: Out of Office: back on Monday",),
    ("Subject: =?utf-8?q?R=C3=A9ponse?= automatique : Ihre Anfrage",),
    ("Subject: Absence du bureau",),
    ("Subject: Risposta automatica: Ihre Anfrage",),
    ("Subject: Fuori sede fino al 30",),
    ("Subject: =?iso-8859-1?q?Respuesta_autom=E1tica?=: Ihre Anfrage",),
    ("Subject: Fuera de la oficina",),
    ("Subject: Automatisch antwoord: Ihre Anfrage",),
    ("Subject: Afwezig: Ihre Anfrage",),
    ("Subject: Gelesen: Ihre Anfrage",),
    ("Subject: Read: Ihre Anfrage",),
    ("Subject: [Ticket #4711] Ihr Ticket wurde erstellt",),
    ("Subject: =?utf-8?q?Eingangsbest=C3=A4tigung?=",),
    ("Subject: Wir haben Ihre Nachricht erhalten",),
]
PERSONS = [
    (),
    ("Subject: Re: Ihre Anfrage",),
    ("Subject: Urlaub und Hausverkauf",),
    ("Subject: Re: [Ticket #4711] Ihre Anfrage",),
    ("Auto-Submitted: no",),
    ("Subject: =?x-unknown?q?Gr=FC=DFe?=",),
    ("Subject: =?utf-8?b?!!!?=", "Content-Type: text/plain; charset=nonsense"),
]
OBJECTIONS = [
    "Bitte keine weiteren E-Mails, ich widerspreche der Werbung. Nehmen Sie mich aus dem Verteiler!",
    "Ich möchte keine Werbung mehr von Ihnen.",
    "Bitte löschen Sie meine Daten.",
    "Schreiben Sie mir bitte nicht mehr.",
    "Hiermit widerrufe ich meine Einwilligung.",
    "Abmelden",
    "STOP",
    "unsubscribe",
    "Please remove me from your list.",
    "Do not contact me again.",
    "Kein Interesse.",
    "Das ist Spam!",
]
NO_OBJECTIONS = [
    "Rufen Sie mich bitte morgen an, ich habe Interesse an einer Bewertung.",
    "Vielen Dank für die Mail. Wann können Sie vorbeikommen?",
    "Die Wohnung ist noch vermietet, melden Sie sich im Frühjahr.",
    "Danke!\n\nAm Mo., 23. Nov. 2026 um 10:00 Uhr schrieb Krüger Immobilien\n<buero@krueger.example>:\n\n> Abbestellen",
    "Gern.\n\nVon: Krüger Immobilien\nGesendet: Montag, 23. November\nAn: Max\n\nKeine weiteren E-Mails? Abbestellen",
    "Passt.\n-----Ursprüngliche Nachricht-----\nSie können der Werbung widersprechen.",
]
PLAIN_BOUNCES = [  # without a report that machines can read
    (
        "failure notice",
        "Hi. This is the qmail-send program.\n<max@kunde.example>:\n550 no such user",
        ReceivedKind.HARD_BOUNCE,
    ),
    (
        "Mail delivery failed: returning message to sender",
        "This message was created automatically by mail delivery software.\n\n  max@kunde.example\n"
        "    SMTP error from remote mail server after RCPT TO:<max@kunde.example>:\n    550 Unrouteable; user unknown",
        ReceivedKind.HARD_BOUNCE,
    ),
    (
        "Delivery Failure",
        "Unable to deliver message to the following address(es).\n<max@kunde.example>:\n"
        "This user doesn't have a yahoo.example account (max@kunde.example) [-9]",
        ReceivedKind.HARD_BOUNCE,
    ),
    (
        "Unzustellbar: Ihre Anfrage",
        "max@kunde.example\nDas Postfach des Empfängers ist voll.",
        ReceivedKind.SOFT_BOUNCE,
    ),
    ("Warning: message delayed 4 hours", "550 5.1.1 user unknown; will be retried", ReceivedKind.SOFT_BOUNCE),
    ("Undelivered Mail", "554 5.7.1 Your IP 192.0.2.1 is blocked by spamhaus", ReceivedKind.OWN_FAULT),
]


@pytest.mark.parametrize("headers", MACHINES)
def test_automatic_mails_are_recognised(headers):
    assert parse(mail(*headers)).kind is ReceivedKind.AUTOMATIC


@pytest.mark.parametrize("headers", PERSONS)
def test_replies_of_people_are_not_classified_as_automatic(headers):
    received = parse(mail(*headers))
    assert (received.kind, received.about) == (ReceivedKind.REPLY, (OURS,))


@pytest.mark.parametrize("words", OBJECTIONS)
def test_objections_are_recognised(words):
    assert parse(mail(body=words)).kind is ReceivedKind.OBJECTION


@pytest.mark.parametrize("words", NO_OBJECTIONS)
def test_a_quoted_objection_is_ignored(words):
    assert parse(mail(body=words)).kind is ReceivedKind.REPLY


def test_the_quoted_mail_is_cut_off_a_reply():
    assert own_words("Ja.\r\n\r\n> Nein?\r\n") == "Ja."
    assert own_words("> nur Zitat") == ""


def test_words_below_and_between_quoted_lines_are_the_persons_own():
    quoted = (
        "Am Montag schrieb Krüger Immobilien\n<buero@krueger.example>:\n\n> Guten Tag,\n> Abmelden: https://x.example"
    )
    assert own_words(f"{quoted}\n\nGern am Dienstag.") == "Gern am Dienstag."
    assert own_words("> Passt es?\nJa.\n> Wann?\n> Wo?\nUm drei.").split("\n") == ["Ja.", "Um drei."]
    assert parse(mail(body=f"{quoted}\n\nBitte keine Werbung mehr.")).kind is ReceivedKind.OBJECTION
    assert parse(mail(body=f"{quoted}\n\nGern am Dienstag.")).kind is ReceivedKind.REPLY


HTML_QUOTES = [
    '<div dir="ltr">Ja, gern.</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">Am Mo., 23. Nov. 2026'
    ' um 10:00\nUhr schrieb Krüger &lt;<a href="mailto:b@k.example">b@k.example</a>&gt;:<br></div>'
    '<blockquote class="gmail_quote">Guten\nTag<br><a href="https://x.example">Abmelden</a></blockquote></div>',
    '<p>Ja, gern.</p><div style="border-top:solid #E1E1E1 1.0pt"><p><b>Von:</b> Krüger &lt;b@k.example&gt;<br>\n'
    "<b>Gesendet:</b> Montag<br><b>An:</b> Max</p></div><p>Guten Tag</p><p><a href='https://x.de'>Abmelden</a></p>",
    "<html><head><style>p{color:red}</style></head><body>Ja, gern.<blockquote type='cite'><div>Guten Tag</div>"
    "<div>Keine Mails mehr? Abmelden</div></blockquote></body></html>",
]


@pytest.mark.parametrize("markup", HTML_QUOTES, ids=["Gmail", "Outlook", "Apple"])
def test_a_mail_quoted_in_html_is_cut_off_too(markup):
    received = parse(mail("Content-Type: text/html; charset=utf-8", body=markup))
    assert (received.kind, received.text) == (ReceivedKind.REPLY, "Ja, gern.")


def test_an_objection_in_html_is_recognised():
    markup = "<p>Bitte <b>keine</b>\nWerbung mehr.</p><blockquote>Guten Tag</blockquote>"
    assert parse(mail("Content-Type: text/html", body=markup)).kind is ReceivedKind.OBJECTION
    below = "<blockquote><p>Guten Tag</p></blockquote><p>Bitte keine Werbung mehr.</p>"
    assert parse(mail("Content-Type: text/html", body=below)).kind is ReceivedKind.OBJECTION


@pytest.mark.parametrize(("subject", "words", "kind"), PLAIN_BOUNCES)
def test_bounces_without_a_machine_readable_part(subject, words, kind):
    raw = mail("From: Mail Delivery Subsystem <mailer-daemon@mx.example>", f"Subject: {subject}", body=words)
    received = parse(raw)
    assert (received.kind, received.about) == (kind, (OURS,))


def test_a_bounce_may_name_only_its_recipient():
    heads = "From: mailer-daemon@mx.example\nSubject: failure notice\nX-Failed-Recipients: max@kunde.example"
    received = parse(f"{heads}\n\n550 no such user".encode())
    assert (received.kind, received.about) == (ReceivedKind.HARD_BOUNCE, ())
    assert received.addresses == ("max@kunde.example",)


def test_bounces_of_internationalized_addresses_are_understood():
    raw = (
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nx\n"
        "--b\nContent-Type: message/global-delivery-status\n\nReporting-MTA: dns; mx\n\n"
        "Final-Recipient: utf-8; max@kunde.example\nAction: failed\nStatus: 5.1.1\n\n"
        f"--b\nContent-Type: message/global\n\nMessage-ID: {OURS}\nSubject: x\n\nx\n--b--\n"
    )
    received = parse(raw.encode())
    assert (received.kind, received.about) == (ReceivedKind.HARD_BOUNCE, (OURS,))


@pytest.mark.parametrize(
    ("feedback", "kind"), [("abuse", ReceivedKind.COMPLAINT), ("auth-failure", ReceivedKind.OTHER)]
)
def test_complaints_are_distinguished_from_other_feedback(feedback, kind):
    raw = (
        "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n"
        f"--b\nContent-Type: message/feedback-report\n\nFeedback-Type: {feedback}\nVersion: 1\n\n"
        f"--b\nContent-Type: message/rfc822\n\nMessage-ID: {OURS}\n\nx\n--b--\n"
    )
    received = parse(raw.encode())
    assert (received.kind, received.about) == (kind, (OURS,))


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        (nested("mixed", 3000), "too_deep"),
        (nested("digest", MAX_DEPTH + 1), "too_deep"),
        (b"References: " + b"<a@" * (MAX_HEADER // 3 + 1) + b"\n\nx", "long_header"),
        (b"References: " + b"<a@b>\n " * 20_000 + b"\n\nx", "long_header"),
        (b"In-Reply-To: <>\nFrom: a@b.example\n\nx", "bad_reference"),
        (b"References: <a@[b\nFrom: a@b.example\n\nx", "bad_reference"),
    ],
)
def test_malformed_mails_are_set_aside(raw, fault):
    with pytest.raises(PoisonMail) as poisoned:
        parse(raw)
    assert poisoned.value.fault == fault


def test_only_the_beginning_of_a_large_mail_is_read():
    photos = mail() + b"\n" + b"QUJD" * MAX_BYTES
    assert parse(photos).kind is ReceivedKind.REPLY
