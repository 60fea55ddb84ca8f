"""Dumping and loading the database with the programs of the embedded server."""

import os
import subprocess
from functools import cache
from importlib.metadata import distribution
from pathlib import Path
from typing import IO, Any

import psycopg
from django.db import connection, connections

from config.server_user import WHEEL

# Drop everything, including tables of a newer version, in the same transaction that loads the dump.
CLEAR = "DROP SCHEMA public CASCADE;\nCREATE SCHEMA public AUTHORIZATION pg_database_owner;\n"
PLAIN = ("--no-owner", "--no-privileges", "--no-comments")


class DumpError(Exception):
    """Dumping or loading failed; the message is one German sentence for the person at the terminal."""


def dump(target: Path) -> None:
    """Write a consistent dump of the database, even while others use it. Raises DumpError."""
    _run("pg_dump", ["--format=custom", *PLAIN, f"--file={target}"])


def load(source: Path) -> None:
    """Replace everything in the database by the dump, all or nothing. Raises DumpError."""
    _major()
    leave()
    script = source.with_suffix(".sql")
    _run("pg_restore", [*PLAIN, f"--file={script}", str(source)], connects=False)
    with open(script.with_suffix(".whole"), "w+b") as whole:
        whole.write(CLEAR.encode())
        whole.write(script.read_bytes())
        whole.seek(0)
        quiet = [
            "--no-psqlrc",
            "--quiet",
            "--output=/dev/null",
            "--set=ON_ERROR_STOP=1",
            "--single-transaction",
        ]
        _run("psql", quiet, stdin=whole)


def others() -> int:
    """Return the number of sessions of other processes in this database; if there are any, the product is running."""
    leave()
    with psycopg.connect(**_parameters()) as own:
        rows = own.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        return int(rows.fetchone()[0])  # type: ignore[index]


def leave() -> None:
    """End this process's own sessions; the next statement begins a new one."""
    connections.close_all()
    connection.close_pool()  # type: ignore[attr-defined]  # PostgreSQL's has it


def _run(program: str, arguments: list[str], *, stdin: IO[bytes] | None = None, connects: bool = True) -> None:
    environment = {"PATH": os.defpath, "LC_ALL": "C"} | (_place() if connects else {})
    done = subprocess.run(
        [str(_binary(program)), *arguments], env=environment, stdin=stdin, stderr=subprocess.PIPE, check=False
    )
    if done.returncode:
        raise DumpError(f"{program} ist gescheitert: {done.stderr.decode(errors='replace').strip()}")


def _place() -> dict[str, str]:
    """Return the connection as environment variables: every user can read a password on the command line."""
    given = psycopg.conninfo.make_conninfo(**_parameters())
    known = psycopg.conninfo.conninfo_to_dict(given)
    names = {
        "dbname": "PGDATABASE",
        "user": "PGUSER",
        "password": "PGPASSWORD",
        "host": "PGHOST",
        "port": "PGPORT",
    }
    names |= {"sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT"}
    return {variable: str(known[name]) for name, variable in names.items() if known.get(name)}


def _parameters() -> dict[str, Any]:
    found = connection.get_connection_params()
    wanted = ("dbname", "user", "password", "host", "port", "sslmode", "sslrootcert")
    return {name: found[name] for name in wanted if found.get(name)}


@cache
def _major() -> int:
    """Return the server's version, cached: while a dump is loaded this process must not have a session."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        return int(cursor.fetchone()[0]) // 10_000


def _binary(program: str) -> Path:
    """Return the program in the oldest version that supports this server, so that the server can read its output."""
    package = Path(str(distribution(WHEEL).locate_file(WHEEL.replace("-", "_"))))
    installed = {int(folder.name.removeprefix("pginstall") or 16): folder for folder in package.glob("pginstall*/")}
    major = _major()
    fitting = [number for number in sorted(installed) if number >= major]
    if not fitting:
        raise DumpError(f"Die Datenbank läuft auf PostgreSQL {major}; die Programme hier sind älter.")
    return installed[fitting[0]] / "bin" / program
