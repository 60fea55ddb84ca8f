"""`make check`: every check, all of them even when one fails, and the output of those that do."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from config import embedded

PACKAGES = ["accounts", "base", "config", "contacts", "demo", "funnel", "help", "pipeline"]
MODULE = [sys.executable, "-m"]
DJADE = str(Path(sys.executable).with_name("djade"))
MANAGE = [sys.executable, "manage.py"]


def commands() -> dict[str, list[str]]:
    templates = [str(path) for path in sorted(Path().glob("**/templates/**/*.html")) if path.parts[0] != ".venv"]
    return {
        "format": [*MODULE, "ruff", "format", "--check", "."],
        "lint": [*MODULE, "ruff", "check", "."],
        "types": [*MODULE, "mypy", *PACKAGES],
        "templates": [
            str(Path(sys.executable).with_name("djade")),
            "--check",
            "--target-version",
            "5.2",
            *templates,
        ],
        "migrations": [*MANAGE, "makemigrations", "--check", "--dry-run"],
        "rules": [*MODULE, "pytest", "-q", "tests/test_house_rules.py", "tests/test_documents.py"],
        "settings": [*MANAGE, "check", "--deploy", "--fail-level", "WARNING"],
    }


def production(data_dir: str) -> dict[str, str]:
    """The variables of a production server; none of the caller's may hide a fault."""
    return {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        "TOKEN_KEY": "ZYXWVUTSRQPONMLKJIHGFEDCBA-zyxwvutsrqponmlkjihgfedcba9876543210",
        "ALLOWED_HOSTS": "pipeline.example",
        "BASE_URL": "https://pipeline.example",
        "EMAIL_URL": "smtp+tls://mail.example:587",
        "DATABASE_URL": embedded.start(Path(data_dir), durable=False),
        "DATA_DIR": data_dir,
    }


def main() -> int:
    failed = []
    with tempfile.TemporaryDirectory() as data_dir:
        environment = production(data_dir)
        for name, command in commands().items():
            started = time.monotonic()
            done = subprocess.run(
                command,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
            print(
                f"{name:<12}{'failed' if done.returncode else 'ok':<8}{time.monotonic() - started:4.1f} s",
                flush=True,
            )
            if done.returncode:
                failed.append(name)
                print(done.stdout, flush=True)
        embedded.stop(Path(data_dir))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
