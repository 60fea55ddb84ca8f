"""No other user of the machine can read DATA_DIR."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from config import private

MAKE = """
import django
django.setup()
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.mail import send_mail
send_mail("x", "x", None, ["x@x.example"])
default_storage.save("imports/a.csv", ContentFile(b"x"))
(settings.DATA_DIR / "more" / "below").mkdir(parents=True)
(settings.DATA_DIR / "more" / "below" / "file").write_text("x")
"""


def open_to_others(folder: Path) -> list[str]:
    return [str(path) for path in (folder, *folder.rglob("*")) if path.lstat().st_mode & private.OTHERS]


def started(data_dir: Path, code: str = MAKE, **more: str) -> subprocess.CompletedProcess[str]:
    """Run one of our processes with the usual umask."""
    environment = os.environ | {"DATA_DIR": str(data_dir)} | more
    return subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        capture_output=True,
        text=True,
        umask=0o022,
        timeout=120,
    )


@pytest.fixture
def before() -> int:
    mask = os.umask(0o022)
    yield mask
    os.umask(mask)


def test_new_files_below_it_are_private(tmp_path: Path) -> None:
    done = started(tmp_path / "var")
    assert done.returncode == 0, done.stderr
    assert len(list((tmp_path / "var" / "mail").iterdir())) == 1
    assert open_to_others(tmp_path / "var") == []


def test_files_of_an_older_version_become_private(tmp_path: Path, before: int) -> None:
    mails = tmp_path / "var" / "mail" / "deep"
    mails.mkdir(parents=True)
    (mails / "1.log").write_text("x")
    (tmp_path / "elsewhere").write_text("x")
    (mails / "link").symlink_to(tmp_path / "elsewhere")
    private.keep(tmp_path / "var")
    assert [path for path in open_to_others(tmp_path / "var") if not path.endswith("link")] == []
    assert (tmp_path / "elsewhere").stat().st_mode & 0o777 == 0o644  # nothing outside is touched


def test_a_folder_that_is_closed_is_not_walked_again(tmp_path: Path, before: int) -> None:
    (tmp_path / "var").mkdir(mode=0o700)
    (tmp_path / "var" / "file").write_text("x")
    private.keep(tmp_path / "var")
    assert (tmp_path / "var" / "file").stat().st_mode & 0o777 == 0o644


def test_production_does_not_start_without_the_key_of_encrypted_data(tmp_path: Path) -> None:
    done = started(tmp_path / "var", TOKEN_KEY="")
    assert done.returncode == 1
    assert "TOKEN_KEY is not set" in done.stderr


@pytest.mark.parametrize("value", ["proxy.local", "10.0.0.1/8"])
def test_an_invalid_proxy_stops_the_start_with_one_line(tmp_path: Path, value: str) -> None:
    done = started(tmp_path / "var", TRUSTED_PROXIES=value)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert done.stderr.startswith("TRUSTED_PROXIES takes addresses and networks")
