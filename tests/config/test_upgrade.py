"""A database of an earlier version is brought to this one without losing a row."""

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from django.db import connection
from django.db.migrations import operations
from django.db.migrations.loader import MigrationLoader

CHECKOUT = Path(__file__).resolve().parent.parent.parent
EARLIER = {
    "accounts": "0002_cache_table",
    "contacts": "0003_action_key",
    "funnel": "0005_overdue",
    "pipeline": "0008_column_insertion",
    "help": "0001_initial",
}
MIGRATE = """
import sys, django
from django.core.management import call_command
django.setup()
for app, name in [one.split("=") for one in sys.argv[1:]] or [(None, None)]:
    call_command("migrate", *filter(None, (app, name)), verbosity=0)
"""


@pytest.fixture
def database(django_db_blocker):
    """The URL of an empty database on the tests' server."""
    name = f"upgrade_{os.getpid()}"
    with django_db_blocker.unblock():
        params = connection.get_connection_params()
    given = {key: params[key] for key in ("user", "password", "host", "port") if params.get(key)}
    with psycopg.connect(dbname="postgres", autocommit=True, **given) as server:
        server.execute(f"DROP DATABASE IF EXISTS {name}")
        server.execute(f"CREATE DATABASE {name}")
        yield (
            urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl(),
            given | {"dbname": name},
        )
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def migrate(url, *steps):
    subprocess.run(
        [sys.executable, "-c", MIGRATE, *steps],
        cwd=CHECKOUT,
        env=os.environ | {"DATABASE_URL": url},
        check=True,
        capture_output=True,
        text=True,
    )


def insert(cursor, table, **values):
    names, places = ", ".join(values), ", ".join(["%s"] * len(values))
    cursor.execute(f"INSERT INTO {table} ({names}) VALUES ({places}) RETURNING *", list(values.values()))
    return dict(zip((column.name for column in cursor.description), cursor.fetchone(), strict=True))


def fill(cursor):
    """An office with a contact, its consent and an import, as the earlier version wrote them."""
    office = insert(
        cursor,
        "accounts_account",
        name="Alt",
        plan="expert",
        time_zone="Europe/Berlin",
        agents_see="all",
        created_at="2026-01-01T00:00:00Z",
    )["id"]
    contact = insert(
        cursor,
        "contacts_contact",
        account_id=office,
        **dict.fromkeys(("salutation", "title", "partner_salutation", "partner_title"), ""),
        **dict.fromkeys(("partner_first_name", "partner_last_name", "street", "postal_code"), ""),
        **dict.fromkeys(("property_kind", "source_detail", "due_note"), ""),
        first_name="Zoë",
        last_name="O'Brien",
        company="",
        email="zoe.obrien@alt.example",
        phone="0171 5550199",
        phone_e164="+491715550199",
        city="Köln",
        source="other",
        tags=["vip"],
        version=3,
        created_at="2026-01-02T03:04:05Z",
        action_counts="{}",
        sort_name="o brien  zoe",
    )
    common = {
        "account_id": office,
        "contact_id": contact["id"],
        "wording": "Ja",
        "place": "",
        "method": "spoken",
    }
    common |= {"occurred_at": "2026-01-02T03:04:05Z", "recorded_at": "2026-01-02T03:04:05Z"}
    given = [
        insert(cursor, "contacts_consent", channel=channel, granted=granted, **common)
        for channel, granted in (("email", True), ("phone", True), ("letter", True), ("email", False))
    ]
    return contact, given


def rows(cursor, table):
    cursor.execute(f"SELECT * FROM {table} ORDER BY id")
    return [dict(zip((column.name for column in cursor.description), row, strict=True)) for row in cursor]


def test_rows_of_an_earlier_version_are_kept_and_completed(database):
    url, given = database
    migrate(url, *(f"{app}={name}" for app, name in EARLIER.items()))
    with psycopg.connect(**given, autocommit=True) as server:
        contact, consents = fill(server.cursor())
    migrate(url)
    with psycopg.connect(**given) as server:
        cursor = server.cursor()
        (found,) = rows(cursor, "contacts_contact")
        kept = rows(cursor, "contacts_consent")
        cursor.execute("SELECT search @@ '''obrien'' & ''\u20605501'''::tsquery FROM contacts_contact")
        assert cursor.fetchone() == (True,)
    left_out = {"search"}
    assert {name: found[name] for name in contact.keys() - left_out} == {
        name: value for name, value in contact.items() if name not in left_out
    }
    assert (found["email_kind"], found["phone_words"], found["more_emails"], found["more_phones"]) == (
        *("", ""),
        *([], []),
    )
    assert (found["property_city"], found["value"], found["foreign_ids"], found["further"]) == ("", None, [], [])
    office = contact["account_id"]
    assert found["keys"] == [
        f"{office}:e:zoeobrien@alt.example",
        f"{office}:n:obrien zo",
        f"{office}:p:491715550199",
    ]
    assert [{name: row[name] for name in before} for row, before in zip(kept, consents, strict=True)] == consents
    assert [row["address"] for row in kept] == ["zoe.obrien@alt.example", "+491715550199", "", ""]


AS_IT_IS = """
SELECT contact.xmin::text, consent.xmin::text, pg_relation_filenode('contacts_contact'),
       pg_relation_filenode('contacts_consent'), pg_relation_filenode('pipeline_card')
FROM contacts_contact AS contact JOIN contacts_consent AS consent ON consent.contact_id = contact.id
ORDER BY consent.id
"""


def test_room_for_what_arrives_writes_no_row_again(database):
    url, given = database
    migrate(url, "contacts=0017_fewer_indexes_to_keep", "pipeline=0023_card_tagged")
    with psycopg.connect(**given, autocommit=True) as server:
        fill(server.cursor())
        before = server.execute(AS_IT_IS).fetchall()
    migrate(url, "contacts=0021_proof", "pipeline=0025_asked_again")
    with psycopg.connect(**given) as server:
        assert server.execute(AS_IT_IS).fetchall() == before
        found = server.execute("SELECT is_proven, wording_version FROM contacts_consent").fetchall()
        assert found == [(True, "")] * 4
        checked = server.execute("SELECT convalidated FROM pg_constraint WHERE conname = 'contact_worth_something'")
        assert checked.fetchall() == [(True,)]


TAKES_AWAY = (
    operations.DeleteModel,
    operations.RemoveField,
    operations.RenameField,
    operations.RenameModel,
    operations.AlterModelTable,
)


def test_no_migration_takes_away_what_the_version_before_works_with():
    """The previous version keeps running meanwhile. Unused columns are dropped a release later: list them here then."""
    found = [
        (key, operation)
        for key, migration in MigrationLoader(None).graph.nodes.items()
        if key[0] in EARLIER
        for operation in migration.operations
        if isinstance(operation, TAKES_AWAY) or "DROP COLUMN" in str(getattr(operation, "sql", "")).upper()
    ]
    assert found == []
