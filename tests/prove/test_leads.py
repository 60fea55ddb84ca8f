"""Each lead arrives exactly once, whatever way it comes and whoever is killed meanwhile."""

import os
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings as configured
from django.db import connection
from django.utils import timezone

from accounts.models import User
from contacts.models import Action, Contact
from intake.mail import postboxes
from intake.models import Arrival, Inlet, Postbox, Result
from pipeline.invariants import broken
from pipeline.models import Card
from tests.funnel import servers
from tests.funnel.consenting import with_imprint
from tests.intake.test_killed import at_once, in_the_middle
from tests.intake.test_mail_killed import reader
from tests.pipeline.working import is_quiet, wait_until
from tests.prove.leads import Senders, Ways, address_of, mail_of
from tests.prove.servers import Server

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.true_clock, pytest.mark.prove]
POSTED, FORWARDED, FETCHED, KILLS = 800, 100, 100, 5  # and as many kills of readers
COUNT = POSTED + FORWARDED + FETCHED
CLIENTS = 8


@contextmanager
def web(given: dict[str, str]) -> Iterator[Server]:
    server = Server(SimpleNamespace(environment=os.environ | given))  # type: ignore[arg-type]
    try:
        yield server.wait_until_ready()
    finally:
        server.close()


def waiting() -> Any:
    return Arrival.objects.filter(result=Result.WAITING)


def kill_web(server: Server, senders: Senders) -> int:
    """Kill the server and its workers several times; return how many leads were kept and not yet taken just then."""
    caught = 0
    for kill in range(KILLS):
        senders.reach((kill + 1) / (KILLS + 1))
        os.killpg(server.process.pid, signal.SIGSTOP)  # so that what was in the middle can be counted
        caught += waiting().count()
        server.kill()
        server.start()
        server.wait_until_ready()
    connection.close()
    return caught


def kill_readers(given: dict[str, str]) -> None:
    """Kill readers of the mailboxes and takers of what was left waiting, each with a mail in its hands.

    Every other one reads the office's own mailbox alone.
    """
    for kill in range(KILLS):
        own = given | ({"IMAP_URL": ""} if kill % 2 == 0 else {})
        with reader(0.05, own, "victim") as victim, reader(0.02, given):
            wait_until(in_the_middle, 60, pause=0.005)
            victim.kill()
            victim.wait()
        at_once()


def arrived(tmp_path: Path, anna: User, given: dict[str, str]) -> tuple[int, Senders]:
    """Have all leads sent, with all kills, and return what the kills caught, and the senders."""
    ways, cert = Ways(anna), tmp_path / "cert.pem"
    with servers.own(tmp_path) as ours, servers.own(tmp_path, cert) as theirs, web(given) as server:
        reading = given | {"IMAP_URL": ours.url, "SSL_CERT_FILE": str(cert)}
        login: dict[str, Any] = {"name": "y", "host": "localhost", "port": 143, "login": "dan", "password": "geheim"}
        postbox = postboxes.connect(user=anna, folder=servers.FOLDER, now=timezone.now(), **login)
        port = int(theirs.url.split("localhost:")[1].split("/")[0])
        Postbox.objects.filter(pk=postbox.pk).update(port=port, validity=1, next_uid=1)
        for number in [*range(FORWARDED), *range(0, FORWARDED, 3)]:  # some are delivered twice
            ours.put(ways.mail_in(POSTED + number))
        for number in [*range(FETCHED), *range(0, FETCHED, 3)]:
            theirs.put(mail_of(POSTED + FORWARDED + number))
        senders = Senders(server.port, ways.posted(POSTED), CLIENTS)
        caught: list[int] = []
        killing = threading.Thread(target=lambda: caught.append(kill_web(server, senders)))
        with senders:
            killing.start()
            kill_readers(reading)
            killing.join()
            senders.join()
        with reader(0, reading):
            wait_until(lambda: is_over(ours, theirs), 180, pause=0.2)
        wait_until(is_quiet)
    return sum(caught), senders


def is_over(ours: Any, theirs: Any) -> bool:
    """Return whether all mails were read, and nothing waits any more."""
    at_once()
    read = Postbox.objects.get().next_uid > len(theirs.server.mails)
    return read and len(ours.server.seen) == len(ours.server.mails) and not waiting().exists()


def test_a_thousand_leads_arrive_exactly_once(anna, board, settings, tmp_path, promise):
    row = promise(f"{COUNT} leads over all ways, {2 * KILLS} kills of web and readers", "0 lost, 0 doubled")
    settings.MAIL_IN, settings.IMAP_URL = "post@kontakte.example", "imap://x"
    with_imprint(anna.account)
    database = connection.settings_dict
    host = database["HOST"] or database["OPTIONS"].get("host", "")
    given = {
        "DATABASE_URL": f"postgres://{database['USER']}@/{database['NAME']}?host={host}",
        "DATA_DIR": str(configured.DATA_DIR),
        "MAIL_IN": settings.MAIL_IN,
        "TRUSTED_PROXIES": "127.0.0.1",
    }
    caught, senders = arrived(tmp_path, anna, given)
    assert senders.faults == []
    refused = Arrival.objects.exclude(result__in=[Result.NEW, Result.REPEATED])
    assert [(one.result, one.reason, bytes(one.raw)) for one in refused] == []
    assert Inlet.objects.exclude(dropped=0).count() == 0
    found = Counter(Contact.objects.values_list("email", flat=True))
    wanted = {address_of(number) for number in range(COUNT)}
    lost, doubled = wanted - found.keys(), {address for address, times in found.items() if times > 1}
    assert (sorted(lost), sorted(doubled), sorted(found.keys() - wanted)) == ([], [], [])
    assert (Action.objects.count(), Card.objects.count()) == (COUNT, COUNT)
    results = Counter(Arrival.objects.values_list("result", flat=True))
    assert results[Result.NEW] == COUNT and results.keys() <= {Result.NEW, Result.REPEATED}
    assert broken() == []
    repeated = senders.tried - POSTED
    row.reached(f"0 lost, 0 doubled; {caught} caught between keeping and taking, {repeated} sendings repeated")
