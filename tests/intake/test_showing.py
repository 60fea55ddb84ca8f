"""Mails as the tray shows them: nothing in them acts, loads or leads anywhere."""

import pytest
from django.utils import timezone

from intake.mail import keeping
from intake.models import Arrival, InletKind, Result
from intake.reading.showing import cleaned, shown
from tests.intake import arriving
from tests.intake.sampling import sample

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=https://spy.example/p.gif>",
    "<IMG SRC=x onerror=alert(1)>",
    "<svg><image href=https://spy.example/p.gif></svg>",
    "<style>@import 'https://spy.example/x.css'</style>",
    "<p style='background:url(https://spy.example/p)'>x</p>",
    "<table background=https://spy.example/p><tr><td>x</td></tr></table>",
    "<link rel=stylesheet href=https://spy.example/x.css>",
    "<iframe src=https://spy.example></iframe>",
    "<a href=https://spy.example>Bank</a>",
    "<a href='java&#x73;cript:alert(1)'>x</a>",
    "<form action=https://spy.example><input name=pw></form>",
    "<meta http-equiv=refresh content='0;url=https://spy.example'>",
    "<base href=https://spy.example>",
    "<video poster=https://spy.example/p src=https://spy.example/v></video>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<!--[if mso]><script>alert(1)</script><![endif]-->",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
]


@pytest.mark.parametrize("markup", HOSTILE)
def test_nothing_is_left_that_acts_or_loads(markup):
    left = cleaned(f"<p>Guten Tag</p>{markup}").lower()
    assert "guten tag" in left
    for word in ("spy.example", "<script", "<img", "onerror=", "<form", "<input", "<iframe", "style=", "href", "<meta"):
        assert word not in left.replace("&lt;", "")


def test_text_and_tables_stay():
    left = cleaned("<table><tr><td colspan=2 class=x>Vorname:</td><td><b>Jördis</b></td></tr></table>")
    assert left == '<table><tbody><tr><td colspan="2">Vorname:</td><td><b>Jördis</b></td></tr></tbody></table>'


def test_of_absurdly_nested_markup_the_beginning_is_shown():
    assert 0 < cleaned("<div>" * 40_000).count("<div>") <= 10_000


def test_heads_texts_and_names_of_files():
    found = shown(sample("mails/kleinanzeigen-xml.eml"))
    assert dict(found.headers)["Betreff"]
    assert [name for name in found.files if name.endswith("xml")]
    assert shown(b"Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n\r\nTag.").headers == [("Betreff", "Grüße")]


@pytest.fixture
def arrival(anna, board) -> Arrival:
    place = arriving.inlet(anna.account, InletKind.ADDRESS)
    raw = b"From: a@b.example\r\nContent-Type: text/html\r\n\r\n<p onclick=x>Hallo<img src=https://spy.example/p></p>"
    kept = keeping.keep_mail(inlet=place, raw=raw, now=timezone.now())
    Arrival.objects.filter(pk=kept.pk).update(result=Result.UNREAD)
    return kept


def test_the_page_of_a_mail_shows_it_in_a_sandbox(client, anna, arrival):
    client.force_login(anna)
    page = client.get(f"/intake/{arrival.pk}/")
    assert f'src="/intake/{arrival.pk}/mail/" sandbox' in page.content.decode()
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]
    frame = client.get(f"/intake/{arrival.pk}/mail/")
    policy = frame.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert policy.endswith("sandbox")
    assert frame.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "<p>Hallo</p>" in frame.content.decode()
    assert "spy.example" not in frame.content.decode()


def test_a_mail_that_cannot_be_opened_says_so(client, anna, arrival):
    deep = b"Content-Type: multipart/mixed; boundary=a\r\n\r\n" + b"--a\r\nContent-Type: multipart/mixed\r\n\r\n" * 200
    Arrival.objects.filter(pk=arrival.pk).update(raw=deep)
    client.force_login(anna)
    assert "nicht geöffnet" in client.get(f"/intake/{arrival.pk}/mail/").content.decode()


def test_what_is_no_mail_has_no_such_page(client, anna, arrival):
    Arrival.objects.filter(pk=arrival.pk).update(content_type="application/json")
    client.force_login(anna)
    assert client.get(f"/intake/{arrival.pk}/mail/").status_code == 404
    assert "<iframe" not in client.get(f"/intake/{arrival.pk}/").content.decode()
