"""`make check`: run all checks, even after a failure, and print the output of those that fail."""

import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

PACKAGES = ["accounts", "base", "config", "contacts", "demo", "funnel", "help", "intake", "live", "pipeline"]
MODULE = [sys.executable, "-m"]
DJADE = str(Path(sys.executable).with_name("djade"))
MANAGE = [sys.executable, "manage.py"]
AT_ONCE = 2  # mypy takes as long as all other checks together


@dataclass
class Result:
    name: str
    failed: bool
    seconds: float
    output: str


def commands() -> dict[str, list[str]]:
    folders = [Path("templates"), *(Path(package, "templates") for package in PACKAGES)]
    templates = [str(path) for folder in folders for path in sorted(folder.rglob("*.html"))]
    return {
        "types": [*MODULE, "mypy", *PACKAGES],
        "format": [*MODULE, "ruff", "format", "--check", "."],
        "lint": [*MODULE, "ruff", "check", "."],
        "templates": [DJADE, "--check", "--target-version", "5.2", *templates],
        "rules": [*MODULE, "tests.house"],
        "settings": [*MANAGE, "check", "--deploy", "--fail-level", "WARNING"],
    }


def production(data_dir: str) -> dict[str, str]:
    """Return the variables of a production server, without those of the caller, which could hide a fault."""
    return {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        "TOKEN_KEY": "ZYXWVUTSRQPONMLKJIHGFEDCBA-zyxwvutsrqponmlkjihgfedcba9876543210",
        "ALLOWED_HOSTS": "pipeline.example",
        "BASE_URL": "https://pipeline.example",
        "EMAIL_URL": "smtp+tls://mail.example:587",
        "DATABASE_URL": f"postgres:///nothing?host={data_dir}",
        "DATA_DIR": data_dir,
    }


def run(name: str, command: list[str], environment: dict[str, str]) -> Result:
    started = time.monotonic()
    done = subprocess.run(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    return Result(name, done.returncode != 0, time.monotonic() - started, done.stdout)


def main() -> int:
    with tempfile.TemporaryDirectory() as data_dir, ThreadPoolExecutor(AT_ONCE) as pool:
        environment = production(data_dir)
        running = [pool.submit(run, name, command, environment) for name, command in commands().items()]
        results = []
        for done in as_completed(running):
            result = done.result()
            results.append(result)
            print(f"{result.name:<12}{'failed' if result.failed else 'ok':<8}{result.seconds:4.1f} s", flush=True)
            if result.failed:
                print(result.output, flush=True)
    return 1 if any(result.failed for result in results) else 0


if __name__ == "__main__":
    sys.exit(main())
