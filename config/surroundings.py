"""The environment of `make run`: port, data directory, keys, database, and the variables for them."""

import errno
import os
import secrets
import socket
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from config import embedded, private

KEYS = ("SECRET_KEY", "TOKEN_KEY")
WILDCARDS = ("0.0.0.0", "::", "")


class StartError(Exception):
    """The product cannot start; the message is one German sentence for the person at the terminal."""


class Surroundings:
    def __init__(self, given: Mapping[str, str], checkout: Path) -> None:
        self.given = {name: value for name, value in given.items() if value or name not in KEYS}
        self.host = given.get("HOST") or "127.0.0.1"
        self.port = _port(given.get("PORT") or "8000")
        self.data_dir = (checkout / (given.get("DATA_DIR") or "var")).resolve()
        self.embedded = not given.get("DATABASE_URL")
        self.started = False

    @property
    def local_address(self) -> tuple[str, int]:
        return ("127.0.0.1" if self.host in WILDCARDS else self.host), self.port

    def claimed_port(self) -> socket.socket:
        """Return the listening socket, bound at once so that a second start cannot get the same port."""
        try:
            family, kind, protocol, _, address = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)[0]
            listen = socket.socket(family, kind, protocol)
        except OSError as error:
            raise StartError(f"HOST={self.host} ist keine Adresse dieses Rechners ({error.strerror}).") from None
        listen.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listen.bind(address)
            listen.listen(256)
        except OSError as error:
            listen.close()
            raise StartError(_why_not(error, self.host, self.port)) from None
        return listen

    def environment(self) -> dict[str, str]:
        """Start what is needed and return the variables for all our processes. Those already set win."""
        self._make_data_dir()
        environment = self._keys() | self.given
        environment["DATA_DIR"] = str(self.data_dir)
        environment["DJANGO_SETTINGS_MODULE"] = "config.settings"
        environment.setdefault("BASE_URL", f"http://localhost:{self.port}")
        names = ["localhost", "127.0.0.1", "[::1]", urlsplit(environment["BASE_URL"]).hostname or "localhost"]
        environment.setdefault("ALLOWED_HOSTS", ",".join(dict.fromkeys(names)))
        environment.setdefault("WEB_GRACE", "2")
        environment["WITH_WORKER"] = "1"
        environment.setdefault("LOG_LINES", "0")  # a terminal shows errors only
        environment["PYTHONUTF8"] = "1"  # regardless of the shell's locale
        if self.embedded:
            self.started = True
            environment["DATABASE_URL"] = embedded.start(self.data_dir)
        return environment

    def tend_database(self) -> None:
        """Restart the embedded server if it died; its address stays the same for web server and worker."""
        if self.embedded and not embedded.running(self.data_dir):
            embedded.start(self.data_dir)

    def close(self) -> None:
        if self.started:
            embedded.stop(self.data_dir)

    def _make_data_dir(self) -> None:
        try:
            private.keep(self.data_dir)
            self.data_dir.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.data_dir):
                pass
        except OSError as error:
            raise StartError(f"In DATA_DIR={self.data_dir} kann nicht geschrieben werden ({error.strerror}).") from None

    def _keys(self) -> dict[str, str]:
        """Return the keys, created once, so that sessions and links in mails stay valid after a restart."""
        path = self.data_dir / "keys.env"
        if not path.exists():
            with tempfile.NamedTemporaryFile("w", dir=self.data_dir) as fresh:  # 0600 from the start
                fresh.writelines(f"{name}={secrets.token_urlsafe(48)}\n" for name in KEYS)
                fresh.flush()
                with suppress(FileExistsError):  # another start has just made them
                    os.link(fresh.name, path)
        return dict(line.split("=", 1) for line in path.read_text().splitlines())


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        raise StartError(f"PORT={text} ist keine Portnummer.")
    return int(text)


def _why_not(error: OSError, host: str, port: int) -> str:
    if isinstance(error, PermissionError):
        return f"Port {port} darf dieser Benutzer nicht öffnen; bitte PORT ab 1024 wählen."
    if error.errno == errno.EADDRNOTAVAIL:
        return f"HOST={host} ist keine Adresse dieses Rechners."
    return f"Port {port} ist belegt – läuft schon eine Instanz?"
