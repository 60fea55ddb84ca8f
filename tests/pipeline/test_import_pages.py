"""The pages of the import: upload and its refusals, mapping, progress, taking over, report."""

import re
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts.plans import Plan
from contacts.models import Action, Contact
from pipeline import leads, stalled
from pipeline.imports import files as import_files
from pipeline.imports import jobs
from pipeline.imports import steps as imports
from pipeline.models import Import, ImportRow, ImportState
from tests.factories import ContactFactory, UserFactory
from tests.markup import page_of
from tests.pipeline.importing import (
    checked,
    contacts,
    imported,
    outcomes,
    read,
    received,
    report,
    upload_of,
)

UPLOAD = "/contacts/import/"


def text_of(response) -> str:
    """Return the page without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", page_of(response)).split())


def job_names() -> list[str]:
    return list(ProcrastinateJob.objects.order_by("id").values_list("task_name", flat=True))


def map_as_recognised(client, source, **changes):
    """Submit the mapping form as shown, with these changes."""
    response = client.get(reverse("pipeline:import-mapping", args=[source.pk]))
    form = response.context["form"]
    data = {name: form[name].value() or "" for name in form.fields} | changes
    return client.post(reverse("pipeline:import-mapping", args=[source.pk]), data)


def test_an_upload_is_stored_under_a_name_of_our_own(anna, board, login):
    response = login(anna).post(UPLOAD, {"file": upload_of("Nachname\nEins\n", name="../../etc/böse.csv")})
    source = Import.objects.of(anna.account).get()
    assert response.headers["Location"] == f"/contacts/import/{source.pk}/"
    assert (source.state, job_names()) == (ImportState.READING, ["read_import"])
    read(source)
    assert re.fullmatch(r"imports/[0-9a-f]{32}\.csv", source.file.name)
    assert (source.file_name, source.rows_total, source.mapping) == ("böse.csv", 1, {"0": "last_name"})


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"Nachname;E-Mail\r\n", "Zeile 1: Die Datei enthält nur die Überschrift, aber keine Kontakte."),
        (b'Nachname;Ort\nEins;"Bonn\nZwei;Bonn\n', "Zeile 2: Ein Anführungszeichen wurde geöffnet"),
        (b"Nachname\nEins\nZw\x00ei\n", "Zeile 3: Die Zeile enthält ein NUL-Zeichen"),
        (
            "Nachname\nMüller\n".encode() + "Köhler\n".encode("cp1252"),
            "Zeile 3: Die Datei mischt mehrere Zeichensätze",
        ),
        (
            ";".join(f"Nachname{n}" for n in range(400)).encode() + b"\nx\n",
            "Zeile 1: Die Datei hat 400 Spalten",
        ),
        (b"PK\x03\x04 a spreadsheet", "Diese Datei ist keine Tabelle, die wir lesen können."),
        (b"<html><table><tr><td>Nachname</td></tr></table>", "Das ist eine Tabelle als Webseite (HTML)"),
        (b"Nachname\n" + b"\n" * 100_001, "Zeile 100002: Höchstens 100.000 Zeilen je Datei"),
    ],
    ids=["header only", "quote", "NUL", "mixed encodings", "400 columns", "spreadsheet", "web page", "rows"],
)
def test_a_file_that_cannot_be_read_is_refused_with_its_line_and_not_kept(
    anna, board, login, django_capture_on_commit_callbacks, data, sentence
):
    client = login(anna)
    response = client.post(UPLOAD, {"file": upload_of(data)})
    name = Import.objects.of(anna.account).get().file.name
    assert default_storage.exists(name)
    with django_capture_on_commit_callbacks(execute=True):
        source = read(Import.objects.of(anna.account).get())
    assert (source.state, source.file.name) == (ImportState.FAILED, "")
    page = text_of(client.get(response.headers["Location"]))
    assert sentence in page
    assert "Zuordnung prüfen" not in page
    assert not default_storage.exists(name)


def test_an_empty_file_is_refused_at_once(anna, board, login, unwritten):
    client = login(anna)
    with unwritten():
        response = client.post(UPLOAD, {"file": upload_of(b"")})
    assert (response.status_code, "Zeile 1: Die Datei ist leer." in text_of(response)) == (422, True)


def test_a_file_of_fifty_megabytes_is_stored_and_a_larger_one_refused(anna, board, login, unwritten):
    client, allowed = login(anna), b"Nachname\n" + bytes(50_000_000 - len(b"Nachname\n"))
    assert client.post(UPLOAD, {"file": upload_of(allowed)}).status_code == 302
    with unwritten():
        response = client.post(UPLOAD, {"file": upload_of(allowed + b"x")})
    assert (response.status_code, "50 MB" in text_of(response)) == (422, True)


def test_an_upload_is_not_read_in_the_request(anna, board, login):
    response = login(anna).post(UPLOAD, {"file": upload_of(b"PK\x03\x04 no spreadsheet")})
    assert (response.status_code, Import.objects.of(anna.account).get().state) == (302, ImportState.READING)


def test_the_page_waits_until_the_file_is_read_and_continues_to_the_mapping(anna, board, login):
    client = login(anna)
    page = client.post(UPLOAD, {"file": upload_of("Nachname\nEins\n")}).headers["Location"]
    assert 'hx-trigger="every 1s"' in page_of(client.get(page))
    assert client.get(f"{page}mapping/").headers["Location"] == page
    read(Import.objects.of(anna.account).get())
    fragment = client.get(page, headers={"HX-Request": "true"})
    assert fragment.headers["HX-Redirect"] == client.get(page).headers["Location"] == f"{page}mapping/"


def test_other_headers_can_be_chosen(anna, board, login):
    source = received(anna, "Vorname;Ort\nNachname;Firma\nMüller;Bau\n")
    assert source.mapping == {"0": "first_name", "1": "city"}
    client = login(anna)
    response = client.post(f"{UPLOAD}{source.pk}/reading/", {"header_line": "2", "repair": ""})
    assert response.headers["Location"] == f"{UPLOAD}{source.pk}/"
    source = read(source)
    assert (source.mapping, source.rows_total) == ({"0": "last_name", "1": "company"}, 1)
    client.post(f"{UPLOAD}{source.pk}/reading/", {"header_line": "0", "repair": ""})
    source = read(source)
    assert (source.options["headers"], source.rows_total) == (["", ""], 3)
    assert client.post(f"{UPLOAD}{source.pk}/reading/", {"header_line": "7"}).status_code == 422


def test_the_repair_of_umlauts_is_shown_and_optional(anna, board, login):
    source = received(anna, "Nachname;Ort\nMÃ¼ller;KÃ¶ln\n")
    client = login(anna)
    page = client.get(f"{UPLOAD}{source.pk}/mapping/")
    assert 'data-repair="utf-8"' in page_of(page)
    assert [choice.samples for choice in page.context["form"].column_choices()] == [["Müller"], ["Köln"]]
    client.post(f"{UPLOAD}{source.pk}/reading/", {"header_line": "1", "repair": ""})
    read(source)
    page = client.get(f"{UPLOAD}{source.pk}/mapping/")
    assert [choice.samples for choice in page.context["form"].column_choices()] == [["MÃ¼ller"], ["KÃ¶ln"]]


def test_columns_not_imported_are_listed_above_the_table_and_in_the_dry_run(anna, board, login):
    source = received(anna, "Nachname;Seltsam;Leer\nMüller;etwas;\n")
    client = login(anna)
    said = "In der Datei steht noch mehr, das nicht übernommen wird: Seltsam ."
    assert said in text_of(client.get(f"{UPLOAD}{source.pk}/mapping/"))
    map_as_recognised(client, source)
    jobs.check(import_id=source.pk, now=timezone.now())
    assert said in text_of(client.get(f"{UPLOAD}{source.pk}/"))
    map_as_recognised(client, source, **{"column-1": "note"})
    assert said not in text_of(client.get(f"{UPLOAD}{source.pk}/"))


def test_a_column_of_addresses_that_no_header_names_is_proposed(anna, board):
    source = received(anna, "Nachname;Kanal A;Kanal B;Kanal C\nM;m@example.org;0171 5550100;20095\n")
    assert source.mapping == {"0": "last_name", "1": "email", "2": "phone", "3": "postal_code"}


def test_an_upload_without_a_file_is_refused(anna, board, login):
    response = login(anna).post(UPLOAD, {})
    assert (response.status_code, "Bitte wählen Sie eine Datei aus." in text_of(response)) == (422, True)


def test_a_file_with_one_column_is_enough(anna, board):
    assert outcomes(imported(anna, "E-Mail\nada@example.org\n")) == ["created"]


@pytest.mark.parametrize("role", ["agent", "marketing"])
@pytest.mark.parametrize("what", ["", "{id}/", "{id}/mapping/", "{id}/rows/", "{id}/rows.csv"])
def test_only_administrators_and_managers_import(anna, board, login, role, what):
    source = checked(anna, "Nachname\nGeheim\n")
    response = login(UserFactory(account=anna.account, role=role)).get(UPLOAD + what.format(id=source.pk))
    assert (response.status_code, "Geheim" in page_of(response)) == (403, False)


@pytest.mark.parametrize("what", ["", "mapping/", "rows/", "rows.csv"])
def test_the_import_of_another_office_does_not_exist(anna, paul, board, login, what):
    source = checked(anna, "Nachname\nGeheim\n")
    assert login(paul).get(f"{UPLOAD}{source.pk}/{what}").status_code == 404


def test_another_office_can_neither_map_nor_import(anna, paul, board, login, unwritten):
    source = checked(anna, "Nachname\nGeheim\n")
    client = login(paul)
    with unwritten():
        assert client.post(f"{UPLOAD}{source.pk}/mapping/", {"column-0": "last_name"}).status_code == 404
        assert client.post(f"{UPLOAD}{source.pk}/takeover/").status_code == 404


def test_the_mapping_shows_what_was_recognised_and_the_first_values(anna, board, login):
    source = received(anna, "Nachname;Handy;Bemerkung;Seltsam\nMüller;0170 1234567;Ruft an;?\n")
    response = login(anna).get(f"{UPLOAD}{source.pk}/mapping/")
    rows = [(choice.text, choice.samples, choice.field.value()) for choice in response.context["form"].column_choices()]
    assert rows == [
        ("Nachname", ["Müller"], "last_name"),
        ("Handy", ["0170 1234567"], "phone"),
        ("Bemerkung", ["Ruft an"], "note"),
        ("Seltsam", ["?"], ""),
    ]
    assert "Wird übernommen als" in text_of(response)


def test_a_corrected_column_is_imported_as_corrected(anna, board, login):
    source = received(anna, "Nachname;Seltsam\nMüller;Köln\n")
    response = map_as_recognised(login(anna), source, **{"column-1": "city"})
    assert response.headers["Location"] == f"/contacts/import/{source.pk}/"
    assert job_names() == ["read_import", "check_import"]
    jobs.check(import_id=source.pk, now=timezone.now())
    source.refresh_from_db()
    imports.start(source=source)
    jobs.run(import_id=source.pk, now=timezone.now())
    assert [contact.city for contact in contacts(anna)] == ["Köln"]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"column-1": "last_name"}, "Diese Angabe ist schon einer anderen Spalte zugeordnet."),
        (
            {"column-0": "city", "column-1": ""},
            "Bitte ordnen Sie einen Namen, Firma, E-Mail-Adresse oder Telefon zu.",
        ),
        ({"column-1": "password"}, "Bitte prüfen Sie die markierten Felder."),
    ],
)
def test_a_mapping_that_makes_no_sense_is_refused(anna, board, login, changes, sentence):
    source = received(anna, "Nachname;Ort\nMüller;Köln\n")
    response = map_as_recognised(login(anna), source, **changes)
    assert (response.status_code, sentence in text_of(response)) == (422, True)
    source.refresh_from_db()
    assert (source.state, job_names()) == (ImportState.UPLOADED, ["read_import"])


def test_unknown_statuses_are_kept_in_the_note_refused_or_sent_to_the_chosen_column(anna, board, login):
    source = received(anna, "Nachname;Status\nEins;kalt\nZwei;NICHT erreicht\n")
    client = login(anna)
    form = client.get(f"{UPLOAD}{source.pk}/mapping/").context["form"]
    assert [(field.label, field.value()) for field in form.status_choices()] == [
        ("kalt", ""),
        ("NICHT erreicht", str(board["Nicht erreicht"].pk)),
    ]
    map_as_recognised(client, source)
    jobs.check(import_id=source.pk, now=timezone.now())
    kept = "Den Status „kalt“ gibt es nicht. In die Notiz übernommen."
    assert report(source) == [(2, "created", kept), (3, "created", "")]
    map_as_recognised(client, source, **{"status-0": "reject"})
    jobs.check(import_id=source.pk, now=timezone.now())
    assert report(source) == [(2, "invalid", "Den Status „kalt“ gibt es nicht."), (3, "created", "")]
    map_as_recognised(client, source, **{"status-0": str(board["Kein Auftrag"].pk)})
    jobs.check(import_id=source.pk, now=timezone.now())
    source.refresh_from_db()
    imports.start(source=source)
    jobs.run(import_id=source.pk, now=timezone.now())
    assert [contact.card.column.name for contact in contacts(anna)] == ["Kein Auftrag", "Nicht erreicht"]


def test_a_status_column_that_is_chosen_by_hand_asks_for_its_words_first(anna, board, login):
    source = received(anna, "Nachname;Zustand\nEins;kalt\n")
    client = login(anna)
    response = map_as_recognised(client, source, **{"column-1": "status"})
    assert job_names() == ["read_import", "read_import"]
    read(source)
    form = client.get(response.headers["Location"], follow=True).context["form"]
    assert [field.label for field in form.status_choices()] == ["kalt"]


def test_a_status_of_another_office_is_no_choice(anna, paul, board, login):
    theirs = paul.account.columns.get(key="new")
    source = received(anna, "Nachname;Status\nEins;kalt\n")
    assert map_as_recognised(login(anna), source, **{"status-0": str(theirs.pk)}).status_code == 422


def test_on_starter_colleagues_are_refused_until_the_column_is_left_out(paul, login):
    source = received(paul, "Nachname;Mitarbeiter\nEins;Paul Hansen\n")
    client = login(paul)
    assert "Nur im Expert-Paket" in text_of(client.get(f"{UPLOAD}{source.pk}/mapping/"))
    response = map_as_recognised(client, source)
    assert (response.status_code, "Nur im Expert-Paket" in text_of(response)) == (403, True)
    assert map_as_recognised(client, source, **{"column-1": ""}).status_code == 302
    jobs.check(import_id=source.pk, now=timezone.now())
    source.refresh_from_db()
    imports.start(source=source)
    jobs.run(import_id=source.pk, now=timezone.now())
    assert [contact.assignee for contact in contacts(paul)] == [None]


def test_a_downgrade_before_the_import_ends_it(anna, sofia, board):
    source = checked(anna, "Nachname;Mitarbeiter\nEins;Sofia Vogt\n")
    imports.start(source=source)
    anna.account.plan = Plan.STARTER
    anna.account.save()
    jobs.run(import_id=source.pk, now=timezone.now())
    source.refresh_from_db()
    assert (source.state, source.error) == (
        ImportState.FAILED,
        "Nur im Expert-Paket: Kontakte Mitarbeitern zuweisen",
    )
    assert contacts(anna) == []


def test_unknown_and_departed_colleagues_are_refused_or_left_out(anna, sofia, board):
    sofia.is_active = False
    sofia.save()
    text = "Nachname;Mitarbeiter\nEins;Sofia Vogt\nZwei;paul@hansen.example\n"
    source = checked(anna, text, unknown_assignee="reject")
    assert report(source) == [
        (2, "invalid", "Mitarbeiter „Sofia Vogt“ nicht verfügbar."),
        (3, "invalid", "Mitarbeiter „paul@hansen.example“ nicht verfügbar."),
    ]
    assert outcomes(imported(anna, text)) == ["created", "created"]
    assert [action.text for action in Action.objects.of(anna.account).order_by("pk")] == [
        "Mitarbeiter: Sofia Vogt",
        "Mitarbeiter: paul@hansen.example",
    ]


def test_of_two_colleagues_with_one_name_the_address_decides(anna, sofia, board):
    other = UserFactory(account=anna.account, first_name="Sofia", last_name="Vogt", email="vogt@krueger.example")
    source = checked(anna, "Nachname;Mitarbeiter\nEins;Sofia Vogt\n")
    assert "heißen mehrere Mitarbeiter" in report(source)[0][2]
    imported(anna, "Nachname;Mitarbeiter\nEins;VOGT@krueger.example\n")
    assert [contact.assignee for contact in contacts(anna)] == [other]


def test_the_page_asks_again_while_the_worker_has_the_file(anna, board, login):
    source = received(anna, "Nachname\nEins\n")
    client = login(anna)
    map_as_recognised(client, source)
    Import.objects.of(anna.account).update(rows_total=200, rows_done=50)
    page = page_of(client.get(f"{UPLOAD}{source.pk}/"))
    assert 'hx-trigger="every 1s"' in page
    assert '<progress value="25" max="100">' in page
    jobs.check(import_id=source.pk, now=timezone.now())
    fragment = page_of(client.get(f"{UPLOAD}{source.pk}/", headers={"HX-Request": "true"}))
    assert "<html" not in fragment
    assert "hx-trigger" not in fragment
    assert "Die Datei ist geprüft. Noch ist nichts übernommen." in fragment


def said(client, source, heard: str = "") -> str | None:
    """Return the text that the next poll of the page puts into its live region, or None."""
    page = client.get(f"{UPLOAD}{source.pk}/", {"heard": heard}, headers={"HX-Request": "true"})
    found = re.search(r'<p id="import-said" hx-swap-oob="innerHTML">(.*?)</p>', page_of(page))
    return found and found[1]


def test_screen_readers_announce_each_fifth_of_the_progress_and_the_end(anna, board, login):
    source = checked(anna, "Nachname\nEins\n")
    imports.start(source=source)
    client = login(anna)
    whole = page_of(client.get(f"{UPLOAD}{source.pk}/"))
    assert '<p class="visually-hidden" id="import-said" role="status" aria-live="polite"></p>' in whole
    Import.objects.of(anna.account).update(rows_total=200, rows_done=130)
    assert said(client, source) == "Import zu 60 %"
    Import.objects.of(anna.account).update(rows_done=150)
    assert said(client, source, "Import zu 60 %") is None
    Import.objects.of(anna.account).update(rows_done=160)
    assert said(client, source, "Import zu 60 %") == "Import zu 80 %"
    jobs.run(import_id=source.pk, now=timezone.now())
    assert said(client, source, "Import zu 80 %") == "Fertig."


def test_an_import_whose_worker_died_is_shown_as_resumed(anna, board, login):
    source = checked(anna, "Nachname\nEins\n")
    imports.start(source=source)
    client = login(anna)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE task_name LIKE '%run_import'")
    assert "wird fortgesetzt" in page_of(client.get(f"{UPLOAD}{source.pk}/"))
    assert said(client, source) == "Der Import wird fortgesetzt."
    assert stalled.give_back() == 1
    assert "wird fortgesetzt" in page_of(client.get(f"{UPLOAD}{source.pk}/"))


def test_importing_defers_one_job(anna, board, login):
    source = checked(anna, "Nachname\nEins\n")
    client = login(anna)
    for _again in range(2):
        response = client.post(f"{UPLOAD}{source.pk}/takeover/")
        assert response.headers["Location"] == f"/contacts/import/{source.pk}/"
    assert job_names() == ["read_import", "check_import", "run_import"]


def test_a_file_with_invalid_rows_is_imported_only_on_request(anna, board, login):
    source = checked(anna, "Nachname;E-Mail\nGut;gut@example.org\n;keine\n")
    client = login(anna)
    assert "Gültige Zeilen übernehmen" in text_of(client.get(f"{UPLOAD}{source.pk}/"))
    refused = client.post(f"{UPLOAD}{source.pk}/takeover/")
    assert (refused.status_code, "fehlerhafte Zeilen 3" in text_of(refused)) == (422, True)
    assert client.post(f"{UPLOAD}{source.pk}/takeover/", {"rows": "valid"}).status_code == 302
    jobs.run(import_id=source.pk, now=timezone.now())
    assert [contact.last_name for contact in contacts(anna)] == ["Gut"]


def test_a_file_that_was_not_checked_is_not_imported(anna, board, login, unwritten):
    source = received(anna, "Nachname\nEins\n")
    client = login(anna)
    with unwritten():
        assert client.post(f"{UPLOAD}{source.pk}/takeover/").status_code == 409


def test_an_import_that_is_done_is_not_mapped_again(anna, board, login):
    source = imported(anna, "Nachname\nEins\n")
    client = login(anna)
    assert client.get(f"{UPLOAD}{source.pk}/mapping/").headers["Location"] == f"/contacts/import/{source.pk}/"
    response = client.post(f"{UPLOAD}{source.pk}/mapping/", {"column-0": "last_name"})
    assert response.status_code == 409


@pytest.mark.parametrize("method", ["get", "head"])
def test_get_imports_nothing(anna, board, login, unwritten, method):
    source = checked(anna, "Nachname\nEins\n")
    client = login(anna)
    with unwritten():
        assert getattr(client, method)(f"{UPLOAD}{source.pk}/takeover/").status_code == 405


def test_the_report_is_paged_and_filtered(anna, board, login):
    ContactFactory(account=anna.account, last_name="Alt", email="alt@example.org")
    rows = "".join(f"N{number};n{number}@example.org\n" for number in range(150))
    source = checked(anna, f"Nachname;E-Mail\nAlt;alt@example.org\n;keine\n{rows}")
    client = login(anna)

    def lines(query: str) -> list[int]:
        return [row.line for row in client.get(f"{UPLOAD}{source.pk}/rows/{query}").context["rows"]]

    assert lines("") == list(range(2, 102))
    assert lines("?outcome=&after=101") == list(range(102, 154))
    assert lines("?outcome=invalid") == [3]
    assert lines("?outcome=unchanged") == [2]
    assert lines("?outcome=nonsense&after=1e3") == list(range(2, 102))


def test_the_pages_of_the_report_need_a_constant_number_of_statements(anna, board, login, django_assert_num_queries):
    client = login(anna)
    for count in (1, 30):
        source = checked(anna, "Nachname\n" + "".join(f"N{number}\n" for number in range(count)))
        with django_assert_num_queries(3):  # session with user and account, import, rows
            client.get(f"{UPLOAD}{source.pk}/rows/")


def test_the_report_as_a_file_runs_no_formula(anna, board, login):
    source = checked(anna, 'Nachname;E-Mail\n"=HYPERLINK(""x"")";keine\n+49 170 1234567;\n')
    response = login(anna).get(f"{UPLOAD}{source.pk}/rows.csv")
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert text.splitlines()[0] == "Zeile;Ergebnis;Name;Grund"
    assert "\"'=HYPERLINK" in text
    assert ";+49 170 1234567;" in text


def test_the_report_as_a_file_words_plan_and_outcome(anna, board, login):
    file = "Nachname\nWeiß\n"
    for source, said in ((checked(anna, file), "neu"), (imported(anna, file), "angelegt")):
        response = login(anna).get(f"{UPLOAD}{source.pk}/rows.csv")
        text = b"".join(response.streaming_content).decode("utf-8-sig")
        assert text.splitlines()[1] == f"2;{said};Weiß;"


def test_markup_in_a_file_is_shown_as_text(anna, board, login):
    source = checked(anna, "Nachname;Seltsam\n<img src=x onerror=alert(1)>;<script>\n")
    client = login(anna)
    for what in ("mapping/", "rows/", ""):
        page = page_of(client.get(f"{UPLOAD}{source.pk}/{what}"))
        assert "<img src=x" not in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page_of(client.get(f"{UPLOAD}{source.pk}/rows/"))


def test_a_nul_in_a_status_or_name_never_reaches_the_database(anna, board, login):
    source = received(anna, "Nachname\nEins\n")
    response = login(anna).post(f"{UPLOAD}{source.pk}/mapping/", {"column-0": "last_name\x00"})
    assert response.status_code == 422


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_encodings_and_separators_of_real_offices_are_read(anna, board, encoding, delimiter):
    rows = [["Nachname", "Straße", "Fällig am"], ["Öztürk", "Königsallee 3", "24.12.2026"]]
    imported(anna, "\r\n".join(delimiter.join(row) for row in rows).encode(encoding))
    (contact,) = contacts(anna)
    assert (contact.last_name, contact.street, contact.due_on.isoformat()) == (
        "Öztürk",
        "Königsallee 3",
        "2026-12-24",
    )


def test_files_and_reports_are_deleted_after_thirty_days(anna, board, login, django_capture_on_commit_callbacks):
    source = imported(anna, "Nachname\nEins\n")
    name, old = source.file.name, timezone.now() - timedelta(days=31)
    Import.objects.of(anna.account).update(created_at=old)
    with django_capture_on_commit_callbacks(execute=True):
        assert import_files.forget_old(now=timezone.now()) == 1
    assert not default_storage.exists(name)
    assert ImportRow.objects.of(anna.account).count() == 0
    assert Contact.objects.of(anna.account).count() == 1
    assert "nach 30 Tagen gelöscht" in text_of(login(anna).get(f"{UPLOAD}{source.pk}/"))
    assert import_files.forget_old(now=timezone.now()) == 0


def test_earlier_imports_are_listed(anna, paul, board, login):
    imported(anna, "Nachname\nEins\n")
    received(paul, "Nachname\nFremd\n")
    page = login(anna).get(UPLOAD)
    assert [source.get_state_display() for source in page.context["earlier"]] == ["übernommen"]


def test_the_closing_message_counts_every_outcome(anna, board, login):
    ContactFactory(account=anna.account, last_name="Alt", email="alt@example.org", city="Bonn")
    ContactFactory(account=anna.account, last_name="Gleich", email="gleich@example.org")
    gone = ContactFactory(account=anna.account, last_name="Weg", email="weg@example.org")
    leads.trash(user=anna, contact_ids=[gone.pk], now=timezone.now())
    text = (
        "Nachname;E-Mail;Ort\nNeu;neu@example.org;\nAlt;alt@example.org;Köln\nGleich;gleich@example.org;\n"
        "Weg;weg@example.org;\n;keine;\n"
    )
    source = imported(anna, text, valid_only=True)
    page = page_of(login(anna).get(f"{UPLOAD}{source.pk}/", headers={"HX-Request": "true"}))
    said = "1 Kontakt angelegt, 1 aktualisiert, 1 unverändert, 1 übersprungen, 1 fehlerhaft."
    assert said in page
    toast = page.partition('class="toast')[2]
    assert (said in toast, "<form" in toast) == (True, False)  # undoing an import is offered on its page
