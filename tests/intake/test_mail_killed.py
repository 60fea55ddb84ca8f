"""Exactly once: mails are read by two processes that are killed between keeping a mail and saying that it was read."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
from django.conf import settings as configured
from django.db import connection
from django.utils import timezone

from contacts.models import Action, Contact
from funnel.models import Arrival as Processed
from intake.mail import forwarded, postboxes
from intake.models import Arrival, Postbox, Result
from pipeline.models import Card
from tests.funnel import servers
from tests.intake.sampling import sample
from tests.intake.test_killed import at_once, in_the_middle
from tests.pipeline.working import CHECKOUT, is_quiet, wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.true_clock]
COUNT, KILLS = 24, 4


def leads() -> list[bytes]:
    """Mails of as many people, each twice."""
    text = sample("mails/immoscout24-text.eml").replace(b"\r\n", b"\n")
    found = []
    for number in range(COUNT):
        name = b"Lead%d" % number
        one = text.replace(b"hauke@petersen.example", b"l%d@st.example" % number).replace(b"Petersen", name)
        one = one.replace(b"998877", b"9988%03d" % number).replace(b"Hauke", b"Vor%d" % number)
        found.append((b"Message-ID: <%d@st.example>\n" % number + one).replace(b"\n", b"\r\n"))
    return found * 2


@contextmanager
def reader(pause: float, given: dict[str, str], name: str = "reader") -> Iterator[subprocess.Popen]:
    database = connection.settings_dict
    host = database["HOST"] or database["OPTIONS"].get("host", "")
    common = {
        "DATABASE_URL": f"postgres://{database['USER']}@/{database['NAME']}?host={host}",
        "DATA_DIR": str(configured.DATA_DIR),
        "TOKEN_KEY": configured.TOKEN_KEY,
        "PAUSE": str(pause),
        "PGAPPNAME": name,
    }
    command = [sys.executable, "-m", "tests.intake.mail_reader"]
    process = subprocess.Popen(command, cwd=CHECKOUT, env=os.environ | common | given, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None and process.stdout.readline() == b"ready\n"
        yield process
    finally:
        process.kill()
        process.wait()


def read_by_victims(given: dict[str, str], *, at_once_by: int) -> None:
    """Have several processes killed in the middle, and one read the rest."""
    for _kill in range(KILLS):
        with reader(0.2, given, "victim") as victim, ExitStack() as stack:
            for _other in range(at_once_by - 1):
                stack.enter_context(reader(0.05, given))
            wait_until(in_the_middle, 60, pause=0.005)
            victim.kill()
            victim.wait()
        at_once()
    with reader(0, given):
        wait_until(lambda: Arrival.objects.filter(result=Result.NEW).count() == COUNT, 90)
    wait_until(is_quiet)


def check() -> None:
    wanted = sorted(f"l{number}@st.example" for number in range(COUNT))
    assert sorted(Contact.objects.values_list("email", flat=True)) == wanted
    assert (Action.objects.count(), Card.objects.count(), Arrival.objects.count()) == (COUNT, COUNT, COUNT)


def test_no_mail_of_a_mailbox_is_lost_or_doubled_when_readers_are_killed(anna, board, tmp_path):
    home = tmp_path
    with servers.own(home) as box:
        port = int(box.url.split("localhost:")[1].split("/")[0])
        given = {"name": "x", "host": "localhost", "port": 143, "login": "dan", "password": "geheim"}
        postbox = postboxes.connect(user=anna, folder=servers.FOLDER, now=timezone.now(), **given)
        Postbox.objects.filter(pk=postbox.pk).update(port=port, validity=1, next_uid=1)
        for mail in leads():
            box.put(mail)
        read_by_victims({"SSL_CERT_FILE": str(home / "cert.pem")}, at_once_by=2)
    check()


def test_no_forwarded_mail_is_lost_or_doubled_when_readers_are_killed(anna, board, settings, tmp_path):
    settings.MAIL_IN, settings.IMAP_URL = "post@kontakte.example", "imap://x"
    place = forwarded.open_address(user=anna, now=timezone.now())
    with servers.own(tmp_path) as box:
        for mail in leads():
            box.put(f"Delivered-To: {forwarded.address(place)}\r\n".encode() + mail)
        given = {"IMAP_URL": box.url, "MAIL_IN": settings.MAIL_IN, "SSL_CERT_FILE": str(tmp_path / "cert.pem")}
        read_by_victims(given, at_once_by=1)
        assert Processed.objects.filter(fault="").count() <= 2 * COUNT
        assert box.server.seen == box.server.seen & set(range(1, 2 * COUNT + 1))
    check()
