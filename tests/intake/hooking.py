"""Web hooks, and programs that send to them."""

import base64
import hashlib
import hmac
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.test import Client

from accounts.models import Account
from base import vault
from intake.hooks import addresses
from intake.models import Inlet, InletKind
from tests.intake.arriving import NOW

WHSEC = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"


def hook_of(account: Account, program: str = "other", secret: str = "", **more: Any) -> Inlet:
    inlet = Inlet(account=account, kind=InletKind.HOOK, name="Website", program=program, created_at=NOW, **more)
    inlet.secret = vault.seal(vault.SENDER, secret) if secret else ""
    addresses.give(inlet)
    inlet.save()
    return inlet


def where(inlet: Inlet) -> str:
    return urlsplit(addresses.address(inlet)).path


def send(inlet: Inlet, body: bytes, content_type: str = "application/json", **headers: str) -> Any:
    """Post from outside: without cookies, and with the check against forged forms."""
    client = Client(enforce_csrf_checks=True)
    return client.generic("POST", where(inlet), body, content_type=content_type, headers=headers)


def signed(body: bytes, at: datetime, message_id: str = "msg_1", secret: str = WHSEC) -> dict[str, str]:
    """Return the headers of Standard Webhooks."""
    moment = str(int(at.timestamp()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    made = hmac.new(key, f"{message_id}.{moment}.".encode() + body, hashlib.sha256).digest()
    signature = f"v1,{base64.b64encode(made).decode()}"
    return {"webhook-id": message_id, "webhook-timestamp": moment, "webhook-signature": signature}
