"""`make backup` and `make restore`: every table is restored, except what was withdrawn or erased since."""

import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from config import embedded
from tests.config.instances import CHECKOUT, OURS, PATIENCE

TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
NO = """
from datetime import timedelta
from django.utils import timezone
from accounts.models import User
from contacts.models import Contact
from funnel.replies import withdrawal
from pipeline import leads
now, anna = timezone.now(), User.objects.get(email="anna@krueger.example")
said, gone = Contact.objects.of(anna.account).live().exclude(email="").exclude(last_name="").order_by("pk")[:2]
withdrawal.object_to(user=anna, contact_id=said.pk, method="spoken", now=now)
leads.trash(user=anna, contact_ids=[gone.pk], now=now)
leads.erase_expired(now=now + timedelta(days=31))
print(said.pk, gone.pk, "|".join((said.email, said.last_name, gone.email, gone.last_name)))
"""


def command(data_dir: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a command as `make` does, without the variables of the tests."""
    inherited = {name: value for name, value in os.environ.items() if name not in OURS}
    environment = inherited | {"DATA_DIR": str(data_dir)} | more
    call = [sys.executable, "-m", "config.run", *arguments]
    return subprocess.run(
        call,
        cwd=CHECKOUT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=10 * PATIENCE,
        check=False,
    )


def done(data_dir: Path, *arguments: str) -> str:
    answer = command(data_dir, *arguments)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


def sums(data_dir: Path) -> dict[str, str]:
    """Return the md5 of each table's rows."""
    url = embedded.start(data_dir, durable=False)
    try:
        with psycopg.connect(url) as db:
            names = [name for (name,) in db.execute(TABLES)]
            whole = "SELECT md5(coalesce(string_agg(t::text, chr(10) ORDER BY t::text), '')) FROM {} AS t"
            return {name: db.execute(whole.format(name)).fetchone()[0] for name in names}  # type: ignore[index]
    finally:
        embedded.stop(data_dir)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data directory of an office with uploads, and its backup."""
    data_dir = tmp_path_factory.mktemp("office") / "var"
    done(data_dir, "migrate", "--verbosity", "0")
    done(data_dir, "demo", "--contacts", "12", "--seed", "1")
    (data_dir / "uploads" / "imports").mkdir(parents=True)
    (data_dir / "uploads" / "imports" / "a.csv").write_bytes(b"Nachname\r\nM\xfcller\r\n")
    done(data_dir, "backup", "--to", str(data_dir.parent / "backup.tar"))
    return data_dir


@pytest.fixture
def copy(office: Path, tmp_path: Path) -> Iterator[Path]:
    """A copy of the office, to be changed."""
    shutil.copytree(office, tmp_path / "var", symlinks=True)
    yield tmp_path / "var"


def backup_of(office: Path) -> Path:
    return office.parent / "backup.tar"


def test_another_machine_gets_every_table_upload_and_key(office: Path, tmp_path: Path) -> None:
    fresh = tmp_path / "elsewhere"
    assert "Zurückgeholt." in done(fresh, "restore", "--from", str(backup_of(office)))
    before = sums(office)
    assert sums(fresh) == before
    assert len(before) > 30
    assert (fresh / "uploads" / "imports" / "a.csv").read_bytes() == b"Nachname\r\nM\xfcller\r\n"
    assert (fresh / "keys.env").read_text() == (office / "keys.env").read_text()
    assert (fresh / "keys.env").stat().st_mode & 0o777 == 0o600
    assert "Alle Zusagen" in done(fresh, "check_invariants")


def test_the_file_is_private_and_lists_its_contents(office: Path) -> None:
    assert backup_of(office).stat().st_mode & 0o777 == 0o600
    with tarfile.open(backup_of(office)) as tar:
        names = tar.getnames()
    expected = [
        "database.dump",
        "uploads/imports/a.csv",
        "keys.env",
        "erasures/journal.jsonl",
        "manifest.json",
    ]
    assert names == expected


def test_an_older_backup_restores_nothing_that_was_withdrawn_or_erased(office: Path, copy: Path) -> None:
    said, gone, *words = done(copy, "shell", "--verbosity", "0", "-c", NO).split(maxsplit=2)
    journal = (copy / "erasures" / "journal.jsonl").read_text()
    assert not [word for word in words[0].strip().split("|") if word.lower() in journal.lower()]
    told = done(copy, "restore", "--from", str(backup_of(office)))
    assert "1 Löschungen, 1 Sperren, 1 Widerrufe" in told
    url = embedded.start(copy, durable=False)
    with psycopg.connect(url) as db:
        assert db.execute("SELECT count(*) FROM contacts_contact WHERE id = %s", [gone]).fetchone() == (0,)
        assert db.execute("SELECT count(*) FROM funnel_suppression WHERE reason = 'objection'").fetchone() != (0,)
        newest = "SELECT granted FROM contacts_consent WHERE contact_id = %s ORDER BY occurred_at DESC, id DESC LIMIT 1"
        assert db.execute(newest, [said]).fetchone() == (False,)
    embedded.stop(copy)
    later = sums(copy)
    again = copy.parent / "later.tar"
    done(copy, "backup", "--to", str(again))
    assert "0 Löschungen, 0 Sperren, 0 Widerrufe" in done(copy, "restore", "--from", str(again))
    assert sums(copy) == later


def test_a_restore_is_refused_while_the_product_runs(office: Path) -> None:
    before, url = sums(office), embedded.start(office, durable=False)
    try:
        with psycopg.connect(url):
            answer = command(office, "restore", "--from", str(backup_of(office)))
    finally:
        embedded.stop(office)
    assert answer.returncode == 1
    assert "Das Produkt läuft noch" in answer.stderr
    assert sums(office) == before


def test_a_damaged_file_or_another_key_changes_nothing(office: Path, tmp_path: Path) -> None:
    before, damaged = sums(office), tmp_path / "damaged.tar"
    data = bytearray(backup_of(office).read_bytes())
    data[len(data) // 2] ^= 1
    damaged.write_bytes(data)
    spoilt = command(office, "restore", "--from", str(damaged))
    foreign = command(office, "restore", "--from", str(backup_of(office)), TOKEN_KEY="another one, of production")
    assert (spoilt.returncode, foreign.returncode) == (1, 1)
    assert "beschädigt" in spoilt.stderr
    assert "TOKEN_KEY" in foreign.stderr
    assert sums(office) == before
