"""The description of our API as OpenAPI, from which its page is rendered, too."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _

from contacts.choices import PropertyKind, Salutation, SellHorizon, Source
from intake.exposing import PAGE
from intake.reading import api
from intake.rest import MAX_KEY

Schema = dict[str, Any]


class Operation(NamedTuple):
    """One method of one address, as the page shows it."""

    method: str
    path: str
    said: Schema
    example: str


class Field(NamedTuple):
    """A field of a lead: its path, and what it holds in a few words."""

    path: str
    holds: str


EXAMPLE = {
    "source": "valuation",
    "occurred_at": "2026-11-27T09:12:00+01:00",
    "external_id": "w-8812",
    "person": {
        "salutation": "mrs",
        "first_name": "Jördis",
        "last_name": "Größmann",
        "email": "joerdis@example.org",
        "phones": [{"kind": "mobile", "number": "0151 55501234"}],
    },
    "property": {"kind": "house", "living_area": 128.5, "valuation": {"from": 460000, "to": 515000}},
    "message": "Bitte um Rückruf.",
    "consents": [{"channel": "email", "granted": True, "wording": "Ja, bitte per E-Mail.", "method": "form"}],
    "tracking": {"utm_source": "google"},
}


def _text(limit: int = 0, **more: Any) -> Schema:
    return {"type": "string"} | ({"maxLength": limit} if limit else {}) | more


def _one_of(*values: str) -> Schema:
    return {"type": "string", "enum": list(values)}


def _branch(**fields: Schema) -> Schema:
    return {"type": "object", "properties": fields}


def _list(items: Schema, most: int) -> Schema:
    return {"type": "array", "items": items, "maxItems": most}


def _address() -> Schema:
    return _branch(street=_text(120), postal_code=_text(10), city=_text(80))


def _number() -> Schema:
    return {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1_000_000_000}


def _lead() -> Schema:
    """Return the schema of what is posted. Further fields are kept."""
    phone = _branch(kind=_one_of(*filter(None, api.PHONE_KINDS)), number=_text(40))
    consent = _branch(
        channel=_one_of(*api.CHANNELS),
        granted={"type": "boolean"},
        wording=_text(2000),
        wording_version=_text(40),
        method=_one_of(*api.METHODS),
        place=_text(2000),
        ip=_text(60),
    ) | {"required": ["channel", "granted"]}
    person = _branch(
        salutation=_one_of(*Salutation.values),
        title=_text(40),
        first_name=_text(80),
        last_name=_text(80),
        company=_text(120),
        email=_text(254, format="email"),
        emails=_list(_text(254, format="email"), 10),
        phones=_list(phone | {"required": ["number"]}, 10),
        address=_address(),
    )
    valuation = _branch(
        **{"value": _number(), "from": _number(), "to": _number()},
        provider=_text(120),
        report_url=_text(2000, format="uri"),
    )
    sold = _branch(
        kind=_one_of(*PropertyKind.values),
        living_area=_number(),
        plot_area=_number(),
        year_built={"type": "integer", "minimum": 1000, "maximum": 2100},
        address=_address(),
        valuation=valuation,
        sell_horizon=_one_of(*SellHorizon.values),
    )
    return _branch(
        source=_one_of(*Source.values),
        source_detail=_text(120),
        occurred_at=_text(format="date-time"),
        external_id=_text(200),
        subject=_text(2000),
        message=_text(20_000),
        person=person,
        property=sold,
        consents=_list(consent, 10),
        tracking={"type": "object"},
        extra={"type": "object"},
    )


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _answer(description: str, schema: str) -> Schema:
    return {"description": description, "content": {"application/json": {"schema": _ref(schema)}}}


def _refusals(*statuses: str) -> dict[str, Schema]:
    said = {
        "400": _("Kein JSON-Objekt, oder zu tief oder zu breit verschachtelt."),
        "401": _("Der Schlüssel oder die Signatur fehlt oder gilt nicht."),
        "403": _("Der Schlüssel darf das nicht."),
        "404": _("Diesen Kontakt gibt es nicht."),
        "405": _("Diese Methode gibt es hier nicht."),
        "413": _("Größer als 1 MB."),
        "415": _("Etwas anderes als application/json."),
        "422": _("Eine Angabe ist nicht verständlich, oder der Idempotency-Key gehört zu einer anderen Anfrage."),
        "429": _("Zu viel auf einmal; „Retry-After“ sagt, wann es weitergeht."),
        "503": _("Gerade nicht möglich; „Retry-After“ sagt, wann es weitergeht."),
    }
    return {status: _answer(said[status], "Refusal") for status in statuses}


def _parameter(name: str, place: str, schema: Schema, description: str) -> Schema:
    return {"name": name, "in": place, "schema": schema, "description": description, "required": place == "path"}


def _post() -> Schema:
    key = _parameter(
        "Idempotency-Key",
        "header",
        _text(MAX_KEY, pattern="^[!-~]+$"),
        _("Dieselbe Anfrage noch einmal hat 24 Stunden lang keine zweite Wirkung."),
    )
    body = {"application/json": {"schema": _ref("Lead"), "example": EXAMPLE}}
    return {
        "operationId": "createContact",
        "summary": _("Eine Anfrage einliefern"),
        "description": _(
            "Wer schon Kontakt ist, wird daran erkannt und bekommt eine weitere Anfrage. Was kein Feld hat, wird "
            "aufgehoben. Dieselbe external_id wirkt nur einmal."
        ),
        "parameters": [key],
        "requestBody": {"required": True, "content": body},
        "responses": {
            "201": _answer(_("Ein neuer Kontakt."), "Taken"),
            "200": _answer(_("Der Kontakt war schon da, oder die Anfrage."), "Taken"),
            "202": _answer(_("Nicht verständlich: Es liegt im Eingang und wartet auf einen Menschen."), "Quarantined"),
            **_refusals("400", "401", "403", "413", "415", "422", "429", "503"),
        },
    }


def _get_many() -> Schema:
    return {
        "operationId": "listContacts",
        "summary": _("Kontakte auflisten"),
        "description": _("In der Reihenfolge ihrer ids, höchstens %(page)s auf einmal.") % {"page": PAGE},
        "parameters": [
            _parameter("external_id", "query", _text(200), _("Nur mit dieser Kennung eines anderen Systems.")),
            _parameter("external_source", "query", _text(60), _("Und nur von diesem System.")),
            _parameter("changed_since", "query", _text(format="date-time"), _("Nur was seitdem geändert wurde.")),
            _parameter(
                "after", "query", _text(pattern="^[1-9][0-9]*$"), _("Die id, hinter der die Seite beginnt: „next“.")
            ),
        ],
        "responses": {"200": _answer(_("Eine Seite."), "Page"), **_refusals("401", "403", "422", "429", "503")},
    }


def _get_one() -> Schema:
    number = {"type": "integer", "minimum": 1}
    return {
        "operationId": "getContact",
        "summary": _("Einen Kontakt lesen"),
        "description": _("Von einem Kontakt im Papierkorb steht nur die id da."),
        "parameters": [_parameter("id", "path", number, _("Die id des Kontakts."))],
        "responses": {"200": _answer(_("Der Kontakt."), "Contact"), **_refusals("401", "403", "404", "429", "503")},
    }


def document() -> dict[str, Any]:
    """Return the description."""
    problem = _branch(path=_text(), sentence=_text())
    number = {"type": "integer"}
    contacts = reverse("intake:api-contacts")
    answers = {
        "Taken": _branch(id=number, duplicate={"type": "boolean"}),
        "Quarantined": _branch(quarantined=_text(), problems=_list(problem, 1000)),
        "Refusal": _branch(sentence=_text(), problems=_list(problem, 1000)),
        "Contact": _branch(id=number, trashed={"type": "boolean"}) | {"required": ["id", "trashed"]},
        "Page": _branch(contacts=_list(_ref("Contact"), PAGE), next={"type": ["integer", "null"]}),
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": _("Kontakte-Pipeline"), "version": "1"},
        "security": [{"key": []}],
        "paths": {contacts: {"get": _get_many(), "post": _post()}, f"{contacts}{{id}}/": {"get": _get_one()}},
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
            "schemas": {"Lead": _lead(), **answers},
        },
    }


def operations(api: Schema) -> list[Operation]:
    """Return the operations of a document."""
    return [
        Operation(method.upper(), path, said, _example(said))
        for path, methods in api["paths"].items()
        for method, said in methods.items()
    ]


def fields(api: Schema) -> list[Field]:
    """Return the fields of what is posted."""
    return list(_fields(api["components"]["schemas"]["Lead"], ""))


def _example(said: Schema) -> str:
    for content in said.get("requestBody", {}).get("content", {}).values():
        return json.dumps(content["example"], indent=2, ensure_ascii=False)
    return ""


def _fields(schema: Schema, prefix: str) -> Iterator[Field]:
    for name, inner in schema["properties"].items():
        path, kind = f"{prefix}{name}", inner["type"]
        if kind == "object" and "properties" in inner:
            yield from _fields(inner, f"{path}.")
        elif kind == "array" and "properties" in inner["items"]:
            yield from _fields(inner["items"], f"{path}[].")
        else:
            yield Field(path, _holds(inner))


def _holds(schema: Schema) -> str:
    if "enum" in schema:
        return ", ".join(schema["enum"])
    words = {
        "string": _("Text"),
        "number": _("Zahl größer als 0"),
        "integer": _("ganze Zahl"),
        "boolean": "true, false",
        "array": _("Liste"),
        "object": _("beliebige weitere Angaben"),
    }
    formats = {"email": _("E-Mail-Adresse"), "date-time": _("Zeitpunkt nach ISO 8601"), "uri": "https://…"}
    said = formats.get(schema.get("format", ""), words[schema["type"]])
    limit = schema.get("maxLength")
    return _("%(what)s, höchstens %(limit)s Zeichen") % {"what": said, "limit": limit} if limit else said
