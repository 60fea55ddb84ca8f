"""A passkey without a device, and the data a browser sends for it."""

from hashlib import sha256
from typing import Any

from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

from accounts.models import User

HOST = "testserver"
ORIGIN = f"https://{HOST}"
FLAG = AuthenticatorData.FLAG


class Passkey:
    """A passkey registered for this user, bypassing the page."""

    def __init__(self, user: User) -> None:
        self.user, self.id = user, f"credential {user.pk}".encode()
        self.key = ec.generate_private_key(ec.SECP256R1())
        held = AttestedCredentialData.create(Aaguid.NONE, self.id, ES256.from_cryptography_key(self.key.public_key()))
        data = AuthenticatorData.create(self._host(), FLAG.UP | FLAG.UV | FLAG.AT, 0, held)
        answer = {
            "clientDataJSON": websafe_encode(CollectedClientData.create("webauthn.create", b"challenge", ORIGIN)),
            "attestationObject": websafe_encode(AttestationObject.create("none", data, {})),
        }
        kept = {"name": "Schlüssel", "credential": self._credential(answer)}
        Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data=kept)

    def answer(self, challenge: str) -> dict[str, Any]:
        """Return the data the browser sends when it is used."""
        client = CollectedClientData.create("webauthn.get", challenge, ORIGIN)
        data = AuthenticatorData.create(self._host(), FLAG.UP | FLAG.UV, 0)
        signature = self.key.sign(data + client.hash, ec.ECDSA(hashes.SHA256()))
        return self._credential(
            {
                "clientDataJSON": websafe_encode(client),
                "authenticatorData": websafe_encode(data),
                "signature": websafe_encode(signature),
                "userHandle": websafe_encode(user_pk_to_url_str(self.user).encode()),
            }
        )

    def _credential(self, answer: dict[str, str]) -> dict[str, Any]:
        name = websafe_encode(self.id)
        return {"id": name, "rawId": name, "type": "public-key", "response": answer}

    def _host(self) -> bytes:
        return sha256(HOST.encode()).digest()
