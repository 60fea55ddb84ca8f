"""Reading an untrusted file in a process of its own, whose resources are limited.

Whatever the file is made of, it costs at most five seconds of processor and 200 MB, and can harm nothing but itself.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

from django.utils.translation import gettext_noop

from contacts.csv.encodings import CsvError
from contacts.csv.sheet import Shape

TIMEOUT = 120  # seconds of wall time, for a busy machine
CHECKOUT = Path(__file__).resolve().parent.parent.parent


def read_apart(source: Path, target: Path) -> Shape:
    """Store the rows of a file and return their shape. Raises CsvError if it cannot be read."""
    command = [sys.executable, "-m", "contacts.csv.isolated", str(source), str(target)]
    surroundings = {"DJANGO_SETTINGS_MODULE": "contacts.bare_settings", "PATH": os.environ.get("PATH", "")}
    try:
        ended = subprocess.run(
            command, cwd=CHECKOUT, env=surroundings, capture_output=True, timeout=TIMEOUT, check=False
        )
        answer = json.loads(ended.stdout) if ended.returncode == 0 else {}
    except (subprocess.TimeoutExpired, json.JSONDecodeError):
        answer = {}
    if "shape" in answer:
        return Shape(**answer["shape"])
    if "fault" in answer:
        line, words, values = answer["fault"]
        raise CsvError(line, words, **values)
    sentence = gettext_noop(
        "Die Datei ist zu groß oder zu verschachtelt, um sie zu lesen. Bitte teilen Sie sie auf, oder speichern Sie sie"
        " als CSV."
    )
    raise CsvError(0, sentence)
