"""Print the path of a Chromium for the browser tests, after installing one if there is none."""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def main() -> None:
    if given := os.environ.get("CHROMIUM"):
        if not shutil.which(given):
            sys.exit(f"CHROMIUM={given} ist kein ausführbares Programm.")
        print(given)
        return
    for attempt in (found, from_distribution, from_playwright):
        if path := attempt():
            print(path)
            return
    sys.exit("Kein Chromium gefunden und keines installierbar. Bitte eines installieren oder CHROMIUM=… angeben.")


def found() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def from_distribution() -> str | None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return None
    print("Chromium wird installiert …", file=sys.stderr)
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
        if subprocess.run(["apt-get", "-qq", *command], env=quiet, stdout=sys.stderr, check=False).returncode:
            return None
    return found()


def from_playwright() -> str | None:
    print("Chromium wird von Playwright geladen …", file=sys.stderr)
    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    if subprocess.run(command, stdout=sys.stderr, check=False).returncode:
        return None
    code = "from playwright.sync_api import sync_playwright as p\nwith p() as q: print(q.chromium.executable_path)"
    asked = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    return asked.stdout.strip() or None


if __name__ == "__main__":
    main()
