"""A vendor of browsers for tests: it takes pushes over TLS, decrypts them, and checks who signed them."""

import base64
import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import http_ece
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.x509.oid import NameOID

from pipeline.alerts.keys import decoded, encoded

AUTH = b"0123456789abcdef"
PLAIN, POINT = serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint


class Vendor:
    """What arrived, as the browser would read it, and what is answered. `keys` are what a browser tells of itself."""

    def __init__(self) -> None:
        self.browser = ec.generate_private_key(ec.SECP256R1())
        self.answer, self.headers = 201, {}
        self.got: list[dict[str, Any]] = []
        self.port = 0

    @property
    def keys(self) -> dict[str, str]:
        point = self.browser.public_key().public_bytes(PLAIN, POINT)
        return {"p256dh": encoded(point), "auth": encoded(AUTH)}

    def address(self, path: str = "/push/1", host: str = "localhost") -> str:
        return f"https://{host}:{self.port}{path}"

    def take(self, path: str, headers: Any, body: bytes) -> None:
        text = http_ece.decrypt(body, private_key=self.browser, auth_secret=AUTH, version="aes128gcm")
        said = {name.lower(): value for name, value in headers.items()}
        self.got.append({"path": path, "words": json.loads(text), "headers": said, "body": body})


def signed_by(authorization: str) -> tuple[str, dict[str, Any]]:
    """Check a VAPID signature (RFC 8292); return the public key that made it, and what it says."""
    parts = dict(part.strip().split("=", 1) for part in authorization.removeprefix("vapid ").split(","))
    head, claims, signature = parts["t"].split(".")
    raw = decoded(signature)
    proof = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decoded(parts["k"]))
    key.verify(proof, f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
    return parts["k"], json.loads(base64.urlsafe_b64decode(claims + "=="))


def certificate(folder: Path) -> Path:
    """Write a certificate of localhost with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    path = folder / "vendor.pem"
    path.write_bytes(made.public_bytes(pem) + key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    return path


@contextmanager
def vendor(proof: Path) -> Iterator[Vendor]:
    """Serve one."""
    shop = Vendor()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if shop.answer < 300:
                shop.take(self.path, self.headers, body)
            self.send_response(shop.answer)
            for name, value in shop.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(proof)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    shop.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield shop
    finally:
        server.shutdown()
        server.server_close()
