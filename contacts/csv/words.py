"""The words of a contact list in a file: how programs and people write a choice."""

# A choice as it is written in files: the first word of each key is what an export writes.
_SALUTATION = {
    "mrs": ("Frau", "Fr.", "Fräulein", "mrs", "ms", "miss"),
    "mr": ("Herr", "Herrn", "Hr.", "Hrn.", "mr"),
    "neutral": (
        *("ohne Anrede", "neutral", "keine", "divers", "Familie", "Fam.", "Eheleute", "Ehepaar", "Firma"),
        *("Herr und Frau", "Frau und Herr", "Herr/Frau", "Frau/Herr", "Herr & Frau"),
    ),
}
_REACH = {
    "private": ("privat", "private", "home", "zuhause", "persönlich", "personal"),
    "work": ("geschäftlich", "dienstlich", "beruflich", "Büro", "Arbeit", "Firma", "work", "business"),
    "mobile": ("mobil", "Handy", "Mobiltelefon", "mobile", "cell"),
    "fax": ("Fax", "Telefax"),
    "other": ("sonstige", "andere", "weitere", "other"),
}
CHOICES = {
    "email_kind": _REACH,
    "phone_kind": _REACH,
    "salutation": _SALUTATION,
    "partner_salutation": _SALUTATION,
    "property_kind": {
        "house": (
            *("Einfamilienhaus", "Haus", "EFH", "Doppelhaushälfte", "DHH", "Reihenhaus", "RH", "Villa"),
            *("Bungalow", "Zweifamilienhaus", "Reihenendhaus", "Reihenmittelhaus", "house"),
        ),
        "apartment": (
            *("Wohnung", "Eigentumswohnung", "ETW", "Dachgeschosswohnung", "Maisonette", "Penthouse"),
            *("apartment", "flat", "condominium"),
        ),
        "multi_family": (
            "Mehrfamilienhaus",
            "MFH",
            "Zinshaus",
            "Wohnhaus",
            "multi family",
            "multi-family house",
        ),
        "land": ("Grundstück", "Baugrundstück", "Bauplatz", "land", "plot"),
        "commercial": (
            "Gewerbe",
            "Gewerbeobjekt",
            "Gewerbeimmobilie",
            "Büro",
            "Praxis",
            "Laden",
            "commercial",
        ),
        "other": ("Sonstiges", "Sonstige", "Andere", "other"),
    },
    "source": {
        "form": ("Website", "Webseite", "Homepage", "Internet", "Formular", "Kontaktformular", "form"),
        "valuation": ("Bewertungsanfrage", "Bewertung", "Online-Bewertung", "valuation"),
        "guide": ("Ratgeber", "guide"),
        "portal": ("Portal", "Immobilienportal"),
        "phone": ("Telefon", "Anruf", "telefonisch", "phone"),
        "recommendation": ("Empfehlung", "Weiterempfehlung", "recommendation", "referral"),
        "event": ("Veranstaltung", "Messe", "Event"),
        "import": ("Import",),
        "other": ("Sonstige", "Sonstiges", "Andere", "other"),
    },
}
