"""Leads on all the ways by which they arrive, and senders that try again until they are answered."""

import http.client
import json
import queue
import threading
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlencode

from django.utils import timezone

from accounts.models import User
from intake import keys
from intake.mail import forwarded
from intake.models import Inlet
from tests.intake import forms
from tests.intake.hooking import hook_of, where
from tests.intake.sampling import sample
from tests.pipeline.working import wait_until

PATIENCE = 5  # seconds until a sender gives up an answer
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
ANSWERED = (200, 201, 302)


def address_of(number: int) -> str:
    return f"l{number}@st.example"


def name_of(number: int) -> str:
    return f"Lead{number}"


@dataclass(frozen=True)
class Sending:
    """What a program or browser posts for one lead, each time it tries."""

    path: str
    body: bytes
    headers: dict[str, str]


def by_key(token: str, number: int) -> Sending:
    """A program that sends the same Idempotency-Key again, or another one that the same id comes with."""
    headers = {"Content-Type": JSON, "Authorization": f"Bearer {token}"}
    sent: dict[str, object] = {"person": {"last_name": name_of(number), "email": address_of(number)}}
    if number % 2:
        headers["Idempotency-Key"] = f"lead-{number}"
    else:
        sent["external_id"] = f"w-{number}"
    return Sending("/api/v1/contacts/", json.dumps(sent).encode(), headers)


def by_hook(inlet: Inlet, number: int) -> Sending:
    name, address = name_of(number), address_of(number)
    if inlet.program == "elementor":
        body, kind = urlencode({"Nachname": name, "E-Mail": address, "form_id": "a1b2", "form_name": "x"}), FORM
    elif inlet.program == "typeform":
        fields = [("a", "Nachname", name, "text"), ("b", "E-Mail", address, "email")]
        asked = [{"id": place, "title": title} for place, title, _said, _kind in fields]
        answers = [{"type": kind, kind: said, "field": {"id": place}} for place, _title, said, kind in fields]
        form = {"token": f"t{number}", "definition": {"fields": asked}, "answers": answers}
        body = json.dumps({"event_id": f"e{number}", "event_type": "form_response", "form_response": form})
        kind = JSON
    else:
        body, kind = json.dumps({"Name": name, "E-Mail": address, "Bemerkung": "Bitte anrufen"}), JSON
    return Sending(where(inlet), body.encode(), {"Content-Type": kind})


def mail_of(number: int, to: str = "") -> bytes:
    """The mail of a portal, as its server delivers it."""
    text = sample("mails/immoscout24-text.eml").replace(b"\r\n", b"\n").replace(b"998877", b"99%06d" % number)
    text = text.replace(b"hauke@petersen.example", address_of(number).encode())
    text = text.replace(b"Petersen", name_of(number).encode()).replace(b"Hauke", b"Vor%d" % number)
    head = f"Delivered-To: {to}\n" if to else ""
    return f"{head}Message-ID: <{number}@st.example>\n".encode().join([b"", text]).replace(b"\n", b"\r\n")


@dataclass
class Ways:
    """An office's ways, each taking its share of the numbers."""

    anna: User
    token: str = field(init=False)

    def __post_init__(self) -> None:
        self.token = keys.issue(user=self.anna, name="x", may_read=False, may_write=True, now=timezone.now()).token
        self.hooks = [hook_of(self.anna.account, program) for program in ("other", "elementor", "typeform")]
        self.forms = [forms.online(self.anna, name=f"F{number}") for number in range(4)]
        self.place = forwarded.open_address(user=self.anna, now=timezone.now())

    def by_form(self, number: int) -> Sending:
        form = self.forms[number // 8 % len(self.forms)]  # of each, so many a minute
        typed = forms.typed(form, first_name="Ada", last_name=name_of(number), email=address_of(number), phone="")
        body = urlencode({"token": forms.token(form)} | typed).encode()
        caller = f"10.0.{number // 250}.{number % 250 + 1}"  # the limits are for each
        return Sending(forms.address(form), body, {"Content-Type": FORM, "X-Forwarded-For": caller})

    def posted(self, posts: int) -> list[Sending]:
        """So many leads: a half by the API, three eighths by web hooks, the rest by forms."""
        found = []
        for number in range(posts):
            match number % 8:
                case 0 | 1 | 2 | 3:
                    found.append(by_key(self.token, number))
                case 4:
                    found.append(self.by_form(number))
                case place:
                    found.append(by_hook(self.hooks[place - 5], number))
        return found

    def mail_in(self, number: int) -> bytes:
        return mail_of(number, forwarded.address(self.place))


class Senders:
    """Threads that post, each again and again until it is answered, and some once more even then."""

    def __init__(self, port: int, sendings: list[Sending], clients: int) -> None:
        self.port, self.left = port, queue.SimpleQueue[Sending]()
        self.done, self.tried, self.faults = 0, 0, list[str]()
        self.lock, self.is_over = threading.Lock(), False
        for number, sending in enumerate(sendings):
            self.left.put(sending)
            if number % 10 == 0:
                self.left.put(sending)
        self.wanted = self.left.qsize()
        self.threads = [threading.Thread(target=self._work) for _client in range(clients)]
        for thread in self.threads:
            thread.start()

    def _work(self) -> None:
        while not self.is_over:
            try:
                sending = self.left.get_nowait()
            except queue.Empty:
                break
            status = self._post(sending)
            with self.lock:
                self.tried += 1
                if status in ANSWERED:
                    self.done += 1
                elif status in (0, 500, 502, 503):
                    self.left.put(sending)
                else:
                    self.faults.append(f"{status} {sending.path}")

    def _post(self, sending: Sending) -> int:
        """Return the status, 0 without an answer."""
        wire = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            wire.request("POST", sending.path, sending.body, {"Host": f"localhost:{self.port}"} | sending.headers)
            return wire.getresponse().status
        except (OSError, http.client.HTTPException):
            threading.Event().wait(0.05)
            return 0
        finally:
            wire.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.is_over = True

    def reach(self, share: float) -> None:
        """Wait until this share was answered."""
        wait_until(lambda: bool(self.faults) or self.done >= share * self.wanted, 120, pause=0.005)

    def join(self) -> None:
        for thread in self.threads:
            thread.join()
