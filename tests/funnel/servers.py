"""Mailboxes for tests on real servers: dovecot where installed, and the suite's own server."""

import grp
import os
import pwd
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from imapclient import IMAPClient

from tests.funnel.mailboxes import Mailbox

DOVECOT = shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin:/usr/local/sbin")
FOLDER = "Rückläufer & Antworten"
BEFORE = datetime(2020, 1, 1, tzinfo=UTC)
CONFIG = """
base_dir = {home}/run
state_dir = {home}/state
log_path = {home}/log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{home}/cert.pem
ssl_key = <{home}/cert.pem
disable_plaintext_auth = yes
login_trusted_networks =
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
mail_location = maildir:{home}/mail
passdb {{
  driver = static
  args = password=geheim
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={home}/mail
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
"""


def pytest_report_header() -> str:
    """Return the servers that provide the mailbox."""
    return f"mailboxes: {'dovecot and' if DOVECOT else 'no dovecot found, only'} the suite's own"


class Place:
    """A folder with a blank, an ampersand and umlauts, on a server that requires STARTTLS before the password."""

    def __init__(self, port: int) -> None:
        self.url = f"imap+tls://dan%40kunde.example:geheim@localhost:{port}/{quote(FOLDER)}"

    def put(self, mail: bytes, *, opened: bool = False) -> None:
        """Deliver a mail."""
        raise NotImplementedError


class Dovecot(Place):
    def __init__(self, port: int, cert: Path) -> None:
        super().__init__(port)
        self.box = IMAPClient("localhost", port, ssl=False, timeout=20)
        self.box.starttls(ssl.create_default_context(cafile=str(cert)))
        self.box.login("dan@kunde.example", "geheim")
        self.box.create_folder(FOLDER)

    def put(self, mail: bytes, *, opened: bool = False) -> None:
        self.box.append(FOLDER, mail, flags=[b"\\Seen"] if opened else [])


class Own(Place):
    def __init__(self, server: Mailbox) -> None:
        super().__init__(server.server_address[1])
        self.server = server

    def put(self, mail: bytes, *, opened: bool = False) -> None:
        self.server.mails.append(mail)
        if opened:
            self.server.seen.add(len(self.server.mails))


@contextmanager
def dovecot(home: Path) -> Iterator[Place]:
    """Start dovecot with a configuration of its own, as a system user if we are root."""
    cert = certificate(home)
    user = "nobody" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    group = grp.getgrgid(pwd.getpwnam(user).pw_gid).gr_name
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    for name in ("mail", "run", "state"):
        (home / name).mkdir()
    if os.geteuid() == 0:
        shutil.chown(home / "mail", user, group)
    config = home / "dovecot.conf"
    config.write_text(CONFIG.format(home=home, user=user, group=group, port=port))
    process = subprocess.Popen([str(DOVECOT), "-F", "-c", str(config)])
    try:
        _wait(port, home / "log")
        yield Dovecot(port, cert)
    finally:
        process.terminate()
        process.wait(20)


@contextmanager
def own(home: Path, cert: Path | None = None) -> Iterator[Place]:
    """Start the suite's own server, with a certificate of another one if it is given."""
    cert = cert or certificate(home)
    with Mailbox([]) as server:
        server.folder = b'"R&APw-ckl&AOQ-ufer &- Antworten"'
        server.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.tls.load_cert_chain(cert)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield Own(server)
        finally:
            server.shutdown()
            thread.join()


def certificate(home: Path) -> Path:
    """A self-signed certificate for localhost, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(BEFORE).not_valid_after(BEFORE + timedelta(days=365 * 60))
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    plain = serialization.NoEncryption()
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    path = home / "cert.pem"
    path.write_bytes(secret + builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    return path


def _wait(port: int, log: Path) -> None:
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError(log.read_text() if log.exists() else "dovecot does not listen")
