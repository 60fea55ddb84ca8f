# -*- coding: utf-8 -*-
"""Build .venv from locked requirements, or bring it up to date: `python3 config/bootstrap.py .venv requirements.txt …`.

Runs on the system's Python. Its syntax must be valid in any version, so that it can report one that is too old.
"""

from __future__ import print_function

import sys

if not (3, 11) <= sys.version_info[:2] < (3, 14):
    sys.exit("Python %d.%d genügt nicht: gebraucht wird Python 3.11, 3.12 oder 3.13." % sys.version_info[:2])

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess

VERSION = "%d.%d" % sys.version_info[:2]


def main(venv, *requirements):
    for module in ("venv", "ensurepip"):
        try:
            __import__(module)
        except ImportError:
            sys.exit(
                "Dem Python hier fehlt das Modul „%s“. Unter Debian und Ubuntu: apt-get install python%s-venv"
                % (module, VERSION)
            )
    with open(os.path.realpath(venv) + ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # with two `make` at once the second one waits
        bring_up_to_date(os.path.realpath(venv), requirements)


def bring_up_to_date(venv, requirements):
    python = os.path.join(venv, "bin", "python")
    if os.path.exists(venv) and not works(python):
        print("Die Umgebung %s ist unbrauchbar und wird neu gebaut." % venv, file=sys.stderr)
        shutil.rmtree(venv)
    wanted = [name for name in requirements if not is_installed(venv, name)]
    if not wanted:
        return
    print("Pakete werden eingerichtet …", file=sys.stderr)
    if not os.path.exists(venv) and subprocess.call([sys.executable, "-m", "venv", venv]):
        shutil.rmtree(venv, ignore_errors=True)
        sys.exit("Die Umgebung %s ließ sich nicht anlegen (Grund: siehe oben)." % venv)
    pip = [
        python,
        "-m",
        "pip",
        "install",
        "-qq",
        "--disable-pip-version-check",
        "--no-input",
        "--require-hashes",
    ]
    if os.geteuid() == 0:
        pip.append("--root-user-action=ignore")
    for name in requirements:
        pip += ["-r", name]
        with contextlib.suppress(OSError):
            os.remove(stamp(venv, name))  # marks the installation as incomplete
    if subprocess.call(pip):
        sys.exit("Die Pakete ließen sich nicht einrichten (Grund: siehe oben).")
    for name in requirements:
        with open(stamp(venv, name), "w") as file:
            file.write(digest(name))


def works(python):
    """Return whether the environment's Python still runs: a system upgrade may have removed its base."""
    code = "import sys, pip; sys.exit(sys.version_info[:2] < (3, 11))"
    with contextlib.suppress(OSError):
        return subprocess.call([python, "-c", code], stderr=subprocess.DEVNULL) == 0
    return False


def is_installed(venv, name):
    with contextlib.suppress(OSError), open(stamp(venv, name)) as file:
        return file.read() == digest(name)
    return False


def stamp(venv, name):
    return os.path.join(venv, os.path.basename(name) + ".installed")


def digest(name):
    with open(name, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


if __name__ == "__main__":
    main(*sys.argv[1:])
