"""`make lock`: write requirements*.txt from requirements*.in, for all platforms, with hashes and without addresses."""

import subprocess
import sys
import tempfile
import venv
from pathlib import Path

OPTIONS = ["--universal", "--python-version", "3.11", "--generate-hashes", "--no-header", "--no-annotate"]
OPTIONS += ["--no-emit-index-url", "--quiet"]


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        venv.create(scratch, with_pip=True)
        subprocess.run([f"{scratch}/bin/pip", "install", "--quiet", "uv"], check=True)
        for name in ("requirements", "requirements-dev"):
            command = [f"{scratch}/bin/uv", "pip", "compile", *OPTIONS, f"{name}.in", "-o", f"{name}.txt"]
            subprocess.run([*command, *sys.argv[1:]], check=True, stdout=subprocess.DEVNULL)
    for path in Path().glob("requirements*.txt"):
        if "://" in path.read_text():
            sys.exit(f"{path} contains an address; remove it before you commit.")


if __name__ == "__main__":
    main()
