"""Importing files in tests: the steps, and their results."""

from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import User
from contacts.models import Contact
from pipeline.imports import jobs, steps
from pipeline.imports.plan import mapping_of
from pipeline.models import Import, ImportRow


def office(rows: int) -> str:
    """Return a typical file of an office, with every field in use."""
    header = (
        "Anrede;Vorname;Nachname;E-Mail-Adresse;Telefon;Straße;PLZ;Ort;Objektart;Wohnfläche;Baujahr;Quelle;Status;"
        "Mitarbeiter;Fällig am;Schlagwörter;Notiz\n"
    )
    return header + "".join(
        f"Frau;Ada{n % 400};Öztürk{n % 3000};person{n}@example.org;0170 {1_000_000 + n};Hauptstraße {n % 90};"
        f"{10_000 + n % 80_000};Leipzig;Wohnung;{50 + n % 200};{1950 + n % 70};Website;"
        f"{('Neue Kontakte', 'Nicht erreicht', 'Termin vereinbart', 'Kein Auftrag')[n % 4]};Anna Krüger;24.12.2026;"
        f"Erbe, eilt;Ruft zurück {n}\n"
        for n in range(rows)
    )


def upload_of(text: str | bytes, name: str = "kontakte.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode() if isinstance(text, str) else text, "text/csv")


def received(user: User, text: str | bytes, name: str = "kontakte.csv", *, now: datetime | None = None) -> Import:
    """Return the import after upload and reading."""
    source = steps.receive(user=user, upload=upload_of(text, name), now=now or timezone.now())
    return read(source, now=now)


def read(source: Import, *, now: datetime | None = None) -> Import:
    """Read the file as the worker does."""
    jobs.read(import_id=source.pk, now=now or timezone.now())
    source.refresh_from_db()
    return source


def checked(user: User, text: str | bytes, *, now: datetime | None = None, **options: Any) -> Import:
    """Return the import after its dry run, with the columns as recognised."""
    source = received(user, text, now=now)
    steps.configure(source=source, mapping=mapping_of(source), options=options)
    jobs.check(import_id=source.pk, now=now or timezone.now())
    source.refresh_from_db()
    return source


def imported(
    user: User,
    text: str | bytes,
    *,
    valid_only: bool = False,
    enrol: bool = False,
    now: datetime | None = None,
    **options: Any,
) -> Import:
    """Return the completed import, at `now` if given."""
    source = checked(user, text, now=now, **options)
    steps.start(source=source, valid_only=valid_only, enrol=enrol)
    jobs.run(import_id=source.pk, now=now or timezone.now())
    source.refresh_from_db()
    return source


def report(source: Import) -> list[tuple[int, str, str]]:
    """Return line, outcome and reason of each row."""
    rows = ImportRow.objects.of(source.account).filter(source=source)
    return list(rows.order_by("line").values_list("line", "outcome", "reason"))


def outcomes(source: Import) -> list[str]:
    return [outcome for _line, outcome, _reason in report(source)]


def contacts(user: User) -> list[Contact]:
    """Return the live contacts of the office, oldest first."""
    return list(Contact.objects.of(user.account).live().order_by("pk").select_related("card__column"))
