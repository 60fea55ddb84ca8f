"""Servers that speak TLS with an untrusted certificate."""

import socket
import ssl
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.funnel.sink import mail_server


def self_signed() -> ssl.SSLContext:
    """A TLS context with a self-signed certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.example")])
    now = datetime.now(UTC)
    built = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    built = built.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "both.pem"
        public = built.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        file.write_bytes(private + public)
        context.load_cert_chain(file)
    return context


@contextmanager
def distrusted(scheme: str) -> Iterator[str]:
    """A mail server for the scheme (`smtp+tls` or `smtp+ssl`) with a self-signed certificate."""
    if scheme == "smtp+tls":
        with mail_server(tls_context=self_signed()) as server:
            yield f"{scheme}://127.0.0.1:{server.port}"
        return
    with socket.create_server(("127.0.0.1", 0)) as plain:
        threading.Thread(target=_shake_hands, args=(plain, self_signed()), daemon=True).start()
        yield f"{scheme}://127.0.0.1:{plain.getsockname()[1]}"


def _shake_hands(server: socket.socket, context: ssl.SSLContext) -> None:
    line, _ = server.accept()
    with line, suppress(OSError):
        context.wrap_socket(line, server_side=True).recv(1)
