"""Every address of the product: which status each role gets, and what is posted there.

One row for each name of the resolver; `test_access.py` fails for an address without a row and for a row without an
address. The statuses stand in the order of `ROLES`; the answers of POST are those to a plain form (a fragment is
answered 200 where a page is answered 302). Addresses know nothing of other methods: 405.

200 and 302 are given, 401 asks to log in, 403 shows no right, 404 no such thing for this user, 405 no such method,
409 not as things stand, 410 gone, 422 a field that means nothing to this office.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.models import User
from tests.factories import PASSWORD
from tests.offices import Office, Ref

# `stranger` is the administrator of another office; `deactivated` has left, the browser still holds the session.
ROLES = ("anonymous", "administrator", "manager", "agent", "marketing", "stranger", "deactivated")

PARAMETERS = {
    "contact_id": Ref("contact"),
    "action_id": Ref("action"),
    "move_id": Ref("move"),
    "column_id": Ref("column"),
    "import_id": Ref("import"),
    "export_id": Ref("export"),
    "member_id": Ref("member"),
    "session_id": Ref("session"),
    "sequence_id": Ref("sequence"),
    "step_id": Ref("step"),
    "holiday_id": Ref("holiday"),
    "message_id": Ref("message"),
    "deed_id": Ref("deed"),
    "merge_id": Ref("merge"),
    "other_id": Ref("own_contact"),
    "pk": Ref("authenticator"),
    "arrival_id": Ref("arrival_unread"),
    "inlet_id": Ref("inlet"),
    "form_id": Ref("form"),
    "postbox_id": Ref("postbox"),
    "subscription_id": Ref("subscription"),
    "question_id": Ref("question"),
    "office": Ref("office_slug"),
    "slug": Ref("form_slug"),
    "key_id": Ref("api_key"),
}
NEVER = "405 405 405 405 405 405 405"
OPEN = "200 200 200 200 200 200 200"
OPEN_POST = "422 422 422 422 422 422 422"  # nothing was filled in
NO_KEY = "401 401 401 401 401 401 401"

POSTBOX = {
    "name": "Portale",
    "host": "imap.post.example",
    "port": "993",
    "login": "post",
    "password": "geheim",
    "folder": "INBOX",
}
BROWSER = {  # the example of RFC 8291, 5
    "endpoint": "https://push.example.net/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV",
    "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
    "auth": "BTBZMqHH6r4Tts7J_aSIgg",
}
STEP = {
    "subject": "Guten Tag",
    "body": "{{anrede}},\n\nbis bald.",
    "delay_days": "2",
    "send_at": "09:00",
    "version": "1",
}
SENDER = {
    "hue": "2",
    "legal_form": "gmbh",
    "legal_name": "Neue Firma",
    "window_from": "09:00",
    "window_until": "17:00",
    "max_per_day": "1",
    "max_per_week": "2",
    "version": "1",
}


@dataclass(frozen=True)
class Row:
    """What one address answers. `at`: parameters of the address, `body`: what a valid form sends."""

    name: str
    get: str = NEVER
    post: str = NEVER
    body: dict[str, Any] = field(default_factory=dict)
    at: dict[str, Any] = field(default_factory=dict)
    query: dict[str, Any] = field(default_factory=dict)
    asks_token: bool = True  # against forged forms; a signed link needs none
    asks_login: bool = True  # False: a session is no right here


def csv() -> SimpleUploadedFile:
    return SimpleUploadedFile("kontakte.csv", b"Nachname;Ort\nLenz;Bonn\n")


ROWS = [
    #   anonymous, administrator, manager, agent, marketing, stranger, deactivated
    Row("healthz", "200 200 200 200 200 200 200"),
    Row("readyz", "200 200 200 200 200 200 200"),
    # The login and what belongs to it: open to everybody; who is logged in already is led to the start page.
    Row(
        "account_login",
        "200 302 302 302 302 302 200",
        "302 302 302 302 302 302 302",
        body={"login": Ref("login"), "password": PASSWORD},
    ),
    Row("account_logout", "302 200 200 200 200 200 302", "302 302 302 302 302 302 302"),
    Row("account_inactive", "200 200 200 200 200 200 200"),
    Row(
        "account_reset_password",
        "200 200 200 200 200 200 200",
        "302 302 302 302 302 302 302",
        body={"email": Ref("login")},
    ),
    Row("account_reset_password_done", "200 200 200 200 200 200 200"),
    Row(
        "account_reset_password_from_key",
        "200 200 200 200 200 200 200",  # the page that says the link does not hold
        "200 200 200 200 200 200 200",
        at={"uidb36": "1", "key": "forged"},
        body={"password1": "ganz-neues-passwort"},
    ),
    Row("account_reset_password_from_key_done", "200 200 200 200 200 200 200"),
    Row("mfa_authenticate", "302 302 302 302 302 302 302", "302 302 302 302 302 302 302"),
    Row("mfa_login_webauthn", "302 302 302 302 302 302 302", "302 302 302 302 302 302 302"),
    Row(
        "invitation",
        "200 200 200 200 200 200 200",
        "302 302 302 302 302 302 302",
        at={"member": Ref("invited_code"), "token": Ref("token")},
        body={"first_name": "Neu", "last_name": "Hier", "password": "ganz-neues-passwort"},
    ),
    # One's own login. The administrators of both offices have a second factor.
    Row(
        "account_reauthenticate",
        "302 200 200 200 200 200 302",
        "401 302 302 302 302 302 401",
        body={"password": PASSWORD},
    ),
    Row(
        "account_change_password",
        "302 200 200 200 200 200 302",
        "401 302 302 302 302 302 401",
        body={
            "oldpassword": PASSWORD,
            "password1": "ganz-neues-passwort",
            "password2": "ganz-neues-passwort",
        },
    ),
    Row("account_set_password", "302 302 302 302 302 302 302", "401 302 302 302 302 302 401"),
    Row("usersessions_list", "302 200 200 200 200 200 302", "401 302 302 302 302 302 401"),
    Row("session-end", post="401 302 404 404 404 404 401"),
    Row("mfa_index", "302 200 200 200 200 200 302", "401 405 405 405 405 405 401"),
    Row("mfa_reauthenticate", "302 200 302 302 302 200 302", "401 200 302 302 302 200 401"),
    Row("mfa_activate_totp", "302 302 200 200 200 302 302", "401 302 200 200 200 302 401"),
    Row("mfa_deactivate_totp", "302 200 404 404 404 200 302", "401 302 404 404 404 302 401"),
    Row("mfa_view_recovery_codes", "302 200 404 404 404 200 302", "401 405 405 405 405 405 401"),
    Row("mfa_generate_recovery_codes", "302 200 200 200 200 200 302", "401 302 200 200 200 302 401"),
    Row("mfa_download_recovery_codes", "302 200 404 404 404 200 302", "401 405 404 404 404 405 401"),
    Row("mfa_list_webauthn", "302 200 200 200 200 200 302", "401 405 405 405 405 405 401"),
    Row("mfa_add_webauthn", "302 200 200 200 200 200 302", "401 200 200 200 200 200 401"),
    Row("mfa_reauthenticate_webauthn", "302 200 302 302 302 200 302", "401 302 302 302 302 302 401"),
    Row(
        "mfa_edit_webauthn",
        "302 200 404 404 404 404 302",
        "401 302 404 404 404 404 401",
        body={"name": "Telefon"},
    ),
    Row("mfa_remove_webauthn", "302 200 404 404 404 404 302", "401 302 404 404 404 404 401"),
    # Office and members
    Row("settings", "302 302 302 302 302 302 302"),
    Row(
        "office",
        "302 200 403 403 403 200 302",
        "401 302 403 403 403 302 401",
        body={"name": "Umbenannt", "time_zone": "Europe/Vienna", "agents_see": "own"},
    ),
    Row(
        "pipeline:hours",
        "302 200 403 403 403 200 302",
        "401 302 403 403 403 302 401",
        body={"from_0": "08:00", "until_0": "17:30", "late_after": "30"},
    ),
    Row(
        "contacts:turn",
        "302 200 403 403 403 200 302",
        "401 302 403 403 403 302 401",
        body={"is_on": "on", "rows": "0"},
    ),
    Row(
        "member-absence",
        post="401 302 403 403 403 404 401",
        body={"absent_from": "2026-12-01", "absent_until": "2026-12-12"},
    ),
    Row(
        "profile",
        "302 200 200 200 200 200 302",
        "401 302 302 302 302 302 401",
        body={"first_name": "Neu", "last_name": "Hier", "theme": "dark"},
    ),
    Row(
        "pipeline:alerts",
        "302 200 200 200 403 200 302",
        "401 302 302 302 403 302 401",
        body={"mail": "at_once", "leads": "all", "quiet_from": "20:00", "quiet_until": "07:00"},
    ),
    Row("pipeline:subscriptions", post="401 409 409 409 403 409 401", body=BROWSER),  # it is off here
    Row("pipeline:subscription-removal", post="401 302 404 404 403 404 401"),
    Row("pipeline:service-worker", OPEN),
    Row("theme", post="401 302 302 302 302 302 401", body={"theme": "dark"}),
    Row("members", "302 200 403 403 403 200 302"),
    Row(
        "member-new",
        "302 200 403 403 403 200 302",
        "401 302 403 403 403 302 401",
        body={"email": "neu@office.example", "first_name": "Neu", "last_name": "Hier", "role": "agent"},
    ),
    Row("member", "302 200 403 403 403 404 302"),
    Row("member-role", post="401 302 403 403 403 404 401", body={"role": "manager"}),
    Row("member-invitation", post="401 302 403 403 403 404 401", at={"member_id": Ref("invited")}),
    Row("member-deactivation", post="401 302 403 403 403 404 401"),
    Row("member-reactivation", post="401 302 403 403 403 404 401", at={"member_id": Ref("deactivated")}),
    Row("contacts:member-leaving", "302 200 403 403 403 404 302"),
    # Help and feedback
    Row("help:index", "302 200 200 200 200 200 302"),
    Row("help:article", "302 200 200 200 200 200 302", at={"name": "pipeline"}),
    Row(
        "help:vote",
        post="401 302 302 302 302 302 401",
        at={"name": "pipeline"},
        body={"helpful": "yes"},
    ),
    Row(
        "help:feedback",
        "302 200 200 200 200 200 302",
        "401 302 302 302 302 302 401",
        body={"key": str(UUID(int=7)), "text": "Gefällt uns.", "reply_to": "", "page": "/contacts/"},
    ),
    # The stream of events: this server has no connection to hand over
    Row("live:stream", "302 204 204 204 204 204 302"),
    Row("live:here", post="401 204 204 204 403 204 401", body={"at": "board", "tab": "k3f9"}),
    # List and board
    Row(
        "pipeline:changes", "302 200 200 200 200 200 302", query={"contacts": Ref("contact"), "contact": Ref("contact")}
    ),
    Row("pipeline:news", "302 200 200 200 403 200 302"),
    Row("pipeline:home", "302 302 302 302 302 302 302"),
    Row("pipeline:list", "302 200 200 200 200 200 302"),
    Row("pipeline:list-changes", "302 200 200 200 200 200 302", query={"rows": Ref("contact")}),
    Row("pipeline:assignees", "302 200 200 200 403 200 302"),
    Row("pipeline:further-filters", "302 200 200 200 200 200 302"),
    Row(
        "pipeline:selection-assignee",
        "302 200 200 200 403 422 302",
        "401 302 302 302 403 422 401",
        query={"contact": Ref("contact")},
        body={"contact": [Ref("contact")], "assignee": Ref("user")},
    ),
    Row(
        "pipeline:selection-status",
        "302 200 200 200 403 422 302",
        "401 302 302 302 403 422 401",
        query={"contact": Ref("contact")},
        body={"contact": [Ref("contact")], "column": Ref("first_column")},
    ),
    Row(
        "pipeline:selection-export",
        "302 200 200 403 403 422 302",
        "401 200 200 403 403 422 401",  # asks, as GET does: an address has no room for ten thousand contacts
        query={"contact": Ref("contact")},
        body={"contact": [Ref("contact")], "ask": "1"},
    ),
    Row(
        "pipeline:selection-trash",
        "302 200 200 403 403 422 302",
        "401 302 302 403 403 422 401",
        query={"contact": Ref("contact")},
        body={"contact": [Ref("contact")]},
    ),
    Row("pipeline:trash", "302 200 200 403 403 200 302"),
    Row(
        "pipeline:trash-restoration",
        post="401 302 302 403 403 422 401",
        body={"contact": [Ref("trashed")]},
    ),
    Row("pipeline:deeds", "302 200 200 200 403 200 302"),
    Row("pipeline:deed-reversal", post="401 302 302 404 403 404 401"),  # agents take back their own
    Row("pipeline:duplicates", "302 200 200 403 403 200 302"),
    Row("pipeline:merges", "302 200 200 403 403 200 302"),
    Row(
        "pipeline:comparison",
        "302 200 200 403 403 404 302",
        "401 409 409 403 403 404 401",  # since the comparison, as it were
        body={"key": "2b1f6a52-7c1c-4a7e-9a61-0f6f4f0f5a11", "seen": "x"},
    ),
    Row("pipeline:dismissal", post="401 302 302 403 403 404 401"),
    Row("pipeline:merge-reversal", post="401 302 302 403 403 404 401"),
    Row("pipeline:contact-trash", "302 200 200 403 403 404 302", "401 302 302 403 403 404 401"),
    # Contacts
    Row(
        "contacts:assignee",
        "302 200 200 200 403 404 302",
        "401 302 302 302 403 404 401",
        body={"assignee": Ref("user")},
    ),
    Row(
        "contacts:due",
        "302 200 200 200 403 404 302",
        "401 302 302 302 403 404 401",
        body={"due_on": "24.12.2030", "due_note": "Rückruf"},
    ),
    Row(
        "pipeline:actions",
        post="401 302 302 302 403 404 401",
        body={"kind": "note", "text": "Hat angerufen.", "due_pick": "tomorrow"},
    ),
    Row("pipeline:action-new", "302 200 200 200 403 404 302", query={"kind": "call"}),
    Row("contacts:actions-older", "302 200 200 200 403 404 302", query={"before": Ref("action")}),
    Row(
        "contacts:facts",
        "302 200 200 200 403 404 302",
        "401 302 302 302 403 404 401",
        at={"key": "person"},
        body={"last_name": "Lenz", "version": 1},
    ),
    Row(
        "contacts:consents",
        "302 200 200 200 403 404 302",
        "401 302 302 302 403 404 401",
        body={"channel": "email", "granted": "1", "method": "spoken", "wording": "Gern."},
    ),
    Row(
        "contacts:action",
        "302 200 200 200 403 404 302",
        "401 302 302 302 403 404 401",
        body={"text": "Hat abgesagt."},
    ),
    Row(
        "contacts:action-performance",
        post="401 302 302 302 403 404 401",
        at={"action_id": Ref("planned")},
    ),
    Row("contacts:action-deletion", post="401 302 302 302 403 404 401"),
    Row(
        "pipeline:imports",
        "302 200 200 403 403 200 302",
        "401 302 302 403 403 302 401",
        body={"file": csv},
    ),
    Row("pipeline:import", "302 200 200 403 403 404 302", at={"import_id": Ref("checked_import")}),
    Row(
        "pipeline:import-mapping",
        "302 200 200 403 403 404 302",
        "401 302 302 403 403 404 401",
        body={"column-0": "last_name"},
    ),
    Row(
        "pipeline:import-reading",
        post="401 302 302 403 403 404 401",
        at={"import_id": Ref("checked_import")},
        body={"header_line": "1"},
    ),
    Row(
        "pipeline:import-takeover",
        post="401 302 302 403 403 404 401",
        at={"import_id": Ref("checked_import")},
    ),
    Row(
        "pipeline:import-undo",
        post="401 302 302 403 403 404 401",
        at={"import_id": Ref("done_import")},
    ),
    Row("pipeline:import-rows", "302 200 200 403 403 404 302"),
    Row("pipeline:import-rows-file", "302 200 200 403 403 404 302"),
    Row("pipeline:exports", post="401 302 302 403 403 302 401", body={"contact": [Ref("contact")]}),
    Row("pipeline:export", "302 200 404 403 403 404 302"),  # the administrator asked for it
    Row("pipeline:board", "302 200 200 200 302 200 302"),
    Row("pipeline:board-changes", "302 200 200 200 403 200 302", query={"cards": Ref("contact")}),
    Row("pipeline:card", "302 200 200 200 403 404 302"),
    Row("pipeline:card-targets", "302 200 200 200 403 404 302"),
    Row(
        "pipeline:card-position",
        post="401 302 302 302 403 404 401",
        body={"column": Ref("first_column"), "after": "", "version": 1, "key": "k"},
    ),
    Row("pipeline:card-menu", "302 200 200 200 403 404 302"),
    Row("pipeline:move-reversal", post="401 302 302 302 403 404 401"),
    Row(
        "pipeline:columns",
        post="401 302 302 403 403 422 401",
        body={"beside": Ref("column"), "side": "right"},
    ),
    Row("pipeline:column-cards", "302 200 200 200 403 404 302"),
    Row("pipeline:column-menu", "302 200 200 403 403 404 302"),
    Row(
        "pipeline:column-name",
        "302 200 200 403 403 404 302",
        "401 302 302 403 403 404 401",
        body={"name": "Neuer Name"},
    ),
    Row("pipeline:contact-changes", "302 200 200 200 403 200 302"),  # of one that has gone or is another's: that it has
    Row("pipeline:contact-latest", "302 200 200 200 403 200 302"),
    Row("pipeline:column-latest", "302 200 200 403 403 200 302"),  # of one's own office: nothing of another's
    Row("pipeline:column-place", post="401 302 302 403 403 404 401", body={"direction": "right"}),
    Row("pipeline:column-mails", post="401 302 302 403 403 404 401", body={"go_on": "1"}),
    Row(
        "pipeline:column-removal",
        "302 200 200 403 403 404 302",
        "401 302 302 403 403 404 401",
        body={"target": Ref("other_column")},
    ),
    Row(
        "pipeline:contact-new",
        "302 200 200 200 403 200 302",
        "401 302 302 302 403 422 401",
        body={"last_name": "Lenz", "source": "phone", "column": Ref("column"), "assignee": Ref("user")},
    ),
    # What arrives by itself
    Row("intake:tray", "302 200 200 403 403 200 302"),
    Row("intake:arrival", "302 200 200 403 403 404 302"),
    Row("intake:arrival-mail", "302 200 200 403 403 404 302", at={"arrival_id": Ref("arrival_mail")}),
    Row(
        "intake:arrival-contact",
        "302 200 200 403 403 404 302",
        "401 302 302 403 403 404 401",
        body={"last_name": "Lenz", "source": "phone", "column": Ref("column")},
    ),
    Row("intake:arrival-reading", post="401 302 302 403 403 404 401"),
    Row("intake:arrival-discarding", post="401 302 302 403 403 404 401"),
    Row("intake:mail", "302 200 403 403 403 200 302"),
    Row(
        "intake:postbox-new",
        "302 200 403 403 403 200 302",
        "401 302 403 403 403 302 401",
        body=POSTBOX,
    ),
    Row("intake:postbox", "302 200 403 403 403 404 302", "401 302 403 403 403 404 401", body=POSTBOX),
    Row("intake:postbox-end", post="401 302 403 403 403 404 401"),
    Row("intake:mail-address", post="401 409 403 403 403 409 401"),  # no mails are received in the tests
    Row(
        "intake:keys",
        "302 200 403 403 403 200 302",
        "401 302 403 403 403 302 401",
        body={"name": "Website", "may_write": "on"},
    ),
    Row("intake:inlets", "302 200 403 403 403 200 302"),
    Row(
        "intake:inlet-new",
        "302 200 403 403 403 200 302",
        "401 302 403 403 403 302 401",
        body={"name": "Website", "program": "elementor"},
    ),
    Row("intake:inlet", "302 200 403 403 403 404 302", "401 302 403 403 403 404 401", body={"name": "Website"}),
    Row("intake:mail-address-renewal", "302 200 403 403 403 200 302", "401 302 403 403 403 302 401"),
    Row("intake:mail-address-switch", post="401 302 403 403 403 302 401", body={"on": "0"}),
    Row("intake:mail-senders", post="401 302 403 403 403 302 401", body={"senders": "formular@website.example"}),
    Row("intake:inlet-switch", post="401 302 403 403 403 404 401", body={"on": "0"}),
    Row("intake:inlet-secret", post="401 302 403 403 403 404 401"),
    Row("intake:inlet-secret-removal", post="401 302 403 403 403 404 401"),
    Row("intake:inlet-access", post="401 422 403 403 403 404 401", body={"token": "EAAB" * 10}),
    Row("intake:inlet-access-removal", post="401 302 403 403 403 404 401"),
    Row("intake:inlet-address", "302 200 403 403 403 404 302", "401 302 403 403 403 404 401"),
    Row("intake:inlet-removal", "302 200 403 403 403 404 302", "401 302 403 403 403 404 401"),
    Row(
        "intake:inlet-mapping",
        post="401 302 403 403 403 404 401",
        body={"arrival": Ref("arrival_unread")},
    ),
    Row("intake:inlet-reading", "302 200 403 403 403 404 302", "401 302 403 403 403 404 401"),
    Row("intake:key-revocation", post="401 302 403 403 403 404 401"),
    # For other programs: a key, and never a session
    Row("intake:api-contacts", NO_KEY, NO_KEY, asks_token=False, asks_login=False),
    Row("intake:api-contact", NO_KEY, asks_login=False),
    Row("intake:api-description", OPEN),
    Row("intake:api-docs", OPEN),
    # The e-mail funnel
    Row("funnel:overview", "302 200 200 403 200 200 302"),
    Row("funnel:sequence-switch", post="401 302 302 403 302 404 401", body={"on": "0"}),
    Row(
        "funnel:sequence-suggestions",
        post="401 302 302 403 302 404 401",
        at={"sequence_id": Ref("empty_sequence")},
    ),
    Row("funnel:step-new", "302 200 200 403 200 404 302", "401 302 302 403 302 404 401", body=STEP),
    Row("funnel:step", "302 200 200 403 200 404 302", "401 302 302 403 302 404 401", body=STEP),
    Row("funnel:step-place", post="401 302 302 403 302 404 401", body={"direction": "down"}),
    Row("funnel:step-copy", post="401 302 302 403 302 404 401"),
    Row("funnel:step-switch", post="401 302 302 403 302 404 401", body={"on": "0"}),
    Row("funnel:step-removal", "302 200 200 403 200 404 302", "401 302 302 403 302 404 401"),
    Row("funnel:preview", post="401 200 200 403 200 200 401", body=STEP | {"who": "Muster"}),
    Row("funnel:preview-contacts", "302 200 200 403 200 200 302"),
    Row("funnel:test-mails", post="401 200 200 403 200 200 401", body=STEP),
    Row("funnel:sender", "302 200 200 403 403 200 302", "401 302 302 403 403 302 401", body=SENDER),
    Row("funnel:sender-check", post="401 302 302 403 403 302 401"),
    Row("funnel:sender-switch", post="401 302 302 403 403 302 401", body={"on": "0"}),
    Row(
        "funnel:holidays",
        post="401 302 302 403 403 302 401",
        body={"day": "2030-12-24", "name": "Betriebsferien"},
    ),
    Row("funnel:holidays-nationwide", post="401 302 302 403 403 302 401"),
    Row("funnel:holiday-removal", post="401 302 302 403 403 404 401"),
    Row("funnel:outbox", "302 200 200 403 200 200 302"),
    Row("funnel:outbox-trial", post="401 302 302 403 403 302 401"),
    Row("funnel:outbox-switch", post="401 302 302 403 403 302 401", body={"on": "0"}),
    Row("funnel:message", "302 200 200 200 403 404 302"),
    Row("funnel:message-content", "302 200 200 200 403 404 302"),
    Row("funnel:message-dispatch", post="401 302 302 302 403 404 401", at={"message_id": Ref("planned_mail")}),
    Row(
        "funnel:message-repetition",
        post="401 302 302 302 403 404 401",
        at={"message_id": Ref("failed_mail")},
    ),
    Row(
        "funnel:message-cancellation",
        post="401 302 302 302 403 404 401",
        at={"message_id": Ref("planned_mail")},
    ),
    Row("funnel:pause", post="401 302 302 302 403 404 401"),
    Row("funnel:resumption", post="401 302 302 302 403 404 401", at={"contact_id": Ref("paused")}),
    Row("pipeline:contact", "302 200 200 200 403 404 302"),
    Row("pipeline:contact-history", "302 200 200 200 403 404 302"),
    # For those who get mails: the signed link is the right, whoever opens it; a POST comes from mail programs too.
    Row("funnel:unsubscribe", OPEN, OPEN, at={"token": Ref("unsubscribe")}, asks_token=False),
    Row("funnel:objection-by-address", OPEN, OPEN, body={"address": "niemand@nirgends.de"}, asks_token=False),
    Row("funnel:confirmation", OPEN, OPEN, at={"token": Ref("opt_in")}, asks_token=False),
    # For the provider that mails for us; without one there is no such address.
    Row("funnel:webhook", post="404 404 404 404 404 404 404", asks_token=False),
    # Web hooks: the address is the right, whoever sends there
    Row("intake:hook", NEVER, OPEN, at={"token": Ref("hook")}, asks_token=False),
    # Forms of the office's website: anybody's, as nobody is logged in there
    Row("intake:page", OPEN, OPEN_POST, asks_token=False),
    Row("intake:thanks", OPEN),
    Row("intake:puzzle", OPEN),
    Row("intake:forms", "302 200 200 403 200 200 302"),
    Row(
        "intake:form-new",
        "302 200 200 403 200 200 302",
        "401 302 302 403 302 302 401",
        body={"name": "Bewertung", "title": "Ihr Haus", "language": "de"},
    ),
    Row("intake:form", "302 200 200 403 200 404 302"),
    Row(
        "intake:form-settings",
        "302 200 200 403 200 404 302",
        "401 302 302 403 302 404 401",
        body={"name": "Bewertung", "title": "Ihr Haus", "source": "form", "version": "1"},
    ),
    Row("intake:form-switch", post="401 302 302 403 302 404 401", body={"on": "0"}),
    Row("intake:form-preview", "302 200 200 403 200 404 302"),
    Row("intake:form-wording", post="401 302 302 403 302 404 401", body={"channel": "phone", "text": "Gern."}),
    Row("intake:form-questions", post="401 302 302 403 302 404 401", body={"fact": "city"}),
    Row(
        "intake:question-new",
        "302 200 200 403 200 404 302",
        "401 302 302 403 302 404 401",
        body={"label": "Heizung", "kind": "line"},
    ),
    Row(
        "intake:question",
        "302 200 200 403 200 404 302",
        "401 302 302 403 302 404 401",
        body={"label": "Heizung", "kind": "line"},
    ),
    Row("intake:question-place", post="401 302 302 403 302 404 401", body={"direction": "up"}),
    Row("intake:question-removal", post="401 302 302 403 302 404 401"),
    # What a contact allows
    Row(
        "funnel:objection",
        "302 200 200 200 403 404 302",
        "401 302 302 302 403 404 401",
        body={"method": "spoken"},
    ),
    Row("funnel:doubt", post="401 302 302 302 403 404 401", body={"objects": "0"}),
    Row(
        "funnel:suppression",
        "302 200 403 403 403 404 302",
        "401 302 403 403 403 404 401",
        at={"contact_id": Ref("suppressed")},
        body={"method": "spoken", "wording": "Doch, gern."},
    ),
    Row("funnel:opt-in", post="401 302 302 302 403 404 401", at={"contact_id": Ref("unasked")}),
    Row("funnel:proof", "302 200 200 200 403 404 302"),
    Row("funnel:permission", "302 200 200 200 403 404 302"),
]


def rows() -> dict[str, Row]:
    return {row.name: row for row in ROWS}


def walk(
    patterns: list[URLPattern | URLResolver] | None = None, space: str = "", given: tuple[str, ...] = ()
) -> Iterator[tuple[str, list[str]]]:
    """Yield the name of every address of the resolver, or its route if it has none, with its parameters."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        parameters = (*given, *_parameters(pattern))
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from walk(pattern.url_patterns, inner, parameters)
        else:
            yield f"{space}{pattern.name or pattern.pattern}", list(parameters)


def _parameters(pattern: Any) -> list[str]:
    return list(pattern.pattern.regex.groupindex)


def address(name: str, parameters: list[str], row: Row, office: Office) -> str:
    """Return the address for this office's objects."""
    values = {one: row.at[one] if one in row.at else PARAMETERS[one] for one in parameters}
    return reverse(name, kwargs=office.put(values))


def browser(user: User | None) -> Callable[[], Client]:
    """Make browsers in which this user is logged in; each starts with the same cookies."""
    first = Client()
    if user is not None:
        first.force_login(user)
        session = first.session  # pages about one's own login want a password given a moment ago
        session["account_authentication_methods_user"] = str(user.pk)
        session["account_authentication_methods"] = [{"method": "password", "at": time.time(), "reauthenticated": True}]
        session.save()

    def another() -> Client:
        client = Client(raise_request_exception=False)
        client.cookies = SimpleCookie(first.cookies.output(header="", sep=";"))
        return client

    return another


# Rows that say somebody was here, or how often: sessions, and the counters of the limits on logins.
TOUCHED = ("django_session", "usersessions_usersession", "accounts_cache")


def rows_written() -> int:
    """Return the rows written in this transaction so far, including those rolled back, except of sessions in use."""
    return sum(writes().values())


def writes() -> dict[str, int]:
    """Return the same for each table that was written."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables "
            "WHERE n_tup_ins + n_tup_upd + n_tup_del > 0 AND relname <> ALL(%s)",
            [list(TOUCHED)],
        )
        return dict(cursor.fetchall())
