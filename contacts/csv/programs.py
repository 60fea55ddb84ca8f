"""The headers of other programs, besides the plain words in `contacts.description` and `contacts.csv.fields`.

Known are Outlook and Google (new and old) in both languages, Thunderbird, HubSpot, Pipedrive, Salesforce, Mailchimp,
the lead ads of Meta, Immoware24, DATEV and Odoo. Words that tell private from business, and numbers, are not listed:
`contacts.csv.headers` removes them first.
"""

HEADERS = {
    "salutation": "Geschlecht|gender",
    "title": "Titel/Akad. Grad|Akad. Grad|Namenspräfix|name prefix|titel grad",
    "first_name": "Vorname (Adressattyp natürl. Person)|firstname|Vorname Kontakt|Vorname Person",
    "last_name": "Name (Adressattyp natürl. Person)|lastname|Nachname Kontakt|Nachname Person",
    "full_name": (
        "Vorname Nachname|Vorname und Nachname|Vor- u. Nachname|Vor-/Nachname|Vollständiger Name|Ganzer Name|"
        "Kontaktname|Kontakt|Anzeigename|Angezeigter Name|Ansprechpartner|Ansprechperson|Kunde|Kundenname|Interessent|"
        "Eigentümer|Person|full name|display name|complete name|contact name|person name|"
        "contact|customer|Name (Adressattyp keine Angabe)|file as|Name des Kontakts|Rechnungsname"
    ),
    "name_first": (
        "Name, Vorname|Name Vorname|Nachname Vorname|Name u. Vorname|Name und Vorname|Nachname und Vorname|"
        "Name/Vorname|last name, first name|last name first name"
    ),
    "company": (
        "company name|organization name|organisation name|organization 1 name|account name|Accountname|Account|"
        "Name (Adressattyp Unternehmen)|Person - Organisation|Person - Organization|Verknüpfter Firmenname|"
        "Unternehmensname|Name des Unternehmens|Organisationsname|Zugehöriges Unternehmen|commercial entity|company 1"
    ),
    "email": "Emailadressen|primary email|e-mails|emails|Mailkontakt|E-Mail Kontakt|Person - E-Mail",
    "phone": (
        "Mobil-Tel.-Nr.|Tel.nr.|Mobilfunk|Mobilfunknummer|Mobilnr|Handynr|Haupttelefon|Hauptnummer|Autotelefon|"
        "Telefonnr|Telefon Nr|Fon|Durchwahl|Fax|Faxnummer|Faxnr|Telefax|fax number|Telefon GL|cell phone|car phone|"
        "main phone|Mobilrufnummer|WhatsApp|WhatsApp-Nummer|whatsapp number|Rückrufnummer|phones|Telefonnummern"
    ),
    "street": (
        "street 1|street 2|street 3|street2|Straße 1|Straße 2|Straße 3|Strasse u. Hausnr.|Straße & Hausnummer|"
        "address line 1|address line 2|address line|street name|Straßenname|Str"
    ),
    "address": (
        "Anschrift|Adresse|Postanschrift|Adresse 2|address|full address|address formatted|formatted address|"
        "postal address|mailing address|Vollständige Adresse|Wohnanschrift|Adresse 1"
    ),
    "postal_code": "post code|zip/postal code|zip postal code|postleitzahl ort privat|zipcode|PLZ-Nr",
    "city": "Gemeinde|Stadt/Ort|Ort/Stadt|city town|Ortschaft|locality",
    "place": "PLZ Ort|PLZ/Ort|PLZ, Ort|PLZ / Wohnort|PLZ Wohnort|Postleitzahl und Ort|Postleitzahl Ort|zip city",
    "country": "Land/Region|Staat|Ländercode|country|country/region|country code|EU-Land|Länderkennzeichen",
    "source": "Lead-Quelle|Kontaktquelle|original source|utm source",
    "source_detail": "Kampagne|campaign name|form name|Kampagnenname",
    "status": "lead status|Leadstatus|Lead-Status",
    "assignee": (
        "contact owner|Zuständiger für Kontakt|Kontakt-Inhaber|Kontaktinhaber|Person - Inhaber|Person - owner|"
        "account owner|lead owner|salesperson|Verkaufsmitarbeiter|Vertriebsmitarbeiter|Zuständige Person|Sachbearbeiter"
    ),
    "tags": "Kategorien|Kategorie|categories|group membership|Gruppe|Gruppen|Etiketten|Stichworte|Markierungen",
    "note": "description|Beschreibung|Notizfeld|Freitext|Notiz 1|Notiz 2|Memo|Info|Bemerkung 1|Nachricht|message",
    "created_at": "create date|created date|created time|Erstellungsdatum|Erfassungsdatum|Anlage am|Angelegt",
}

# Internal columns of such programs; even if they look like it, they are not about the person.
OF_THE_PROGRAM = (
    "member rating|optin time|optin ip|confirm time|confirm ip|latitude|longitude|gmtoff|dstoff|timezone|last changed|"
    "leid|euid|cc|region|record id|id|lead id|ad id|adset id|campaign id|form id|ad name|adset name|is organic|"
    "platform|external id|person id|contact id 18|e-mail-typ|e-mail 2: typ|e-mail 3: typ|e-mail type|e-mail 2 type|"
    "e-mail 3 type|Priorität|Vertraulichkeit|Privat|priority|sensitivity|private|photo|Konto|Adressattyp|"
    "Kontakt-Nr|Nr|Nummer|lfd nr|iban|bic|bankleitzahl|Mitgliedsnummer|membership number|"
    "Kundennummer|Kunden-Nr|last modified date|last activity date|person last activity date|Zuletzt geändert|"
    "Geändert am|last modified"
)
