"""IMAP folders with unusual names, on several servers."""

import ssl
import tempfile
from itertools import takewhile
from pathlib import Path

import pytest

from funnel.replies import inbox
from funnel.replies.folder import InvalidImapUrl, parse_url
from tests.funnel import servers
from tests.funnel.test_inbox import reply, series
from tests.funnel.test_processing import NOW, dan, sent  # noqa: F401  (the scene)

KINDS = [servers.own, *([servers.dovecot] if servers.DOVECOT else [])]


@pytest.fixture(params=KINDS, ids=lambda kind: kind.__name__)
def box(request, settings, tmp_path_factory, monkeypatch):
    home = tmp_path_factory.mktemp("box")
    # The server may run as somebody else, who has to get here from the system's folder for temporary files.
    temporary = Path(tempfile.gettempdir())
    above = takewhile(lambda folder: folder != temporary, home.parents) if temporary in home.parents else ()
    for folder in (home, *above):
        folder.chmod(0o755)
    with request.param(home) as server:
        monkeypatch.setenv("SSL_CERT_FILE", str(home / "cert.pem"))
        settings.IMAP_URL = server.url
        yield server


def test_a_folder_with_blanks_and_umlauts_is_read_after_starttls(dan, sent, box):  # noqa: F811
    box.put(b"Subject: x\r\n\r\nx", opened=True)
    assert inbox.poll(now=NOW) == 0
    box.put(b"In-Reply-To: <>\r\n\r\nx")
    box.put(reply(sent), opened=True)
    assert inbox.poll(now=NOW) == 2
    assert inbox.poll(now=NOW) == 0
    assert series(dan) == ("ended", "reply")


def test_the_password_is_not_sent_to_a_server_with_an_untrusted_certificate(db, box, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(ssl.SSLError):
        inbox.poll(now=NOW)


def test_the_address_of_a_folder():
    there = parse_url("imaps://dan%40kunde.example:se%20cret@mail.example:1993/B%C3%BCro%20%26%20mehr")
    assert (there.user, there.password, there.folder) == ("dan@kunde.example", "se cret", "Büro & mehr")
    assert there.name == "dan@kunde.example@mail.example:1993/Büro & mehr"
    assert parse_url("imap+tls://a:b@mail.example").folder == "INBOX"


@pytest.mark.parametrize("url", ["pop3://a:b@mail.example", "imap://", "imaps://a:b@mail.example:port/x"])
def test_an_invalid_address_of_a_folder_is_reported_without_repeating_it(url):
    with pytest.raises(InvalidImapUrl) as fault:
        parse_url(url)
    assert "mail.example" not in str(fault.value)
