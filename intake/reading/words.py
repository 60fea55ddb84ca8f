"""Words in what is sent to us, in German and English: of portals, of forms and of people."""

import re

from contacts.csv.names import words_of

AROUND_EMAILS = frozenset(("mailto", "und", "oder", "and", "or"))  # between several addresses

# What forms call their fields, besides the headers that `contacts.csv.headers` knows; bare (`contacts.csv.fields`).
FIELDS = {
    "full_name": (
        "name vonname namevon kontaktname absender yourfullname "
        "wieheissensie wieistihrname whatsyourname whatisyourname"
    ),
    "first_name": "first fname given givenname forename vname",
    "last_name": "last lname family zuname nname",
    "email": (
        "emailadresse mailadresse emailaddress kontaktemail wieistihreemailadresse wielautetihreemailadresse "
        "whatsyouremail whatisyouremail"
    ),
    "phone": (
        "telefonnr telnummer telefonnummer ruckruf rueckruf rueckrufnummer contactphone wieistihretelefonnummer "
        "wielautetihretelefonnummer"
    ),
    "mobile": "handynr mobilephone mobilnr",
    "street": "street1 line1 addressline1 addr1 strassenr strassehausnr strassehausnummer",
    "house_number": "hausnr hausnummer housenumber streetnumber",
    "message": (
        "anfrage mitteilung nachricht message text freitext comments comment bemerkung bemerkungen anmerkung inquiry "
        "anmerkungen enquiry frage fragen anliegen kommentar textarea anmerkungenfragendesinteressenten notes "
        "nachrichtentext messagebody ihrenachrichtanuns"
    ),
    "subject": (
        "betreff subject objektnummer objektnr objektid objekt expose exposeid exposenr referenz referenznummer "
        "anbieterobjektid propertyid projectid anzeigenummer anzeigennummer immobilie immobiliennummer"
    ),
    "value": "immobilienwert marktwert verkehrswert schaetzwert estimatedvalue propertyvalue wertermittlung",
    "value_from": "bewertungvon wertvon valuefrom valuemin minvalue",
    "value_to": "bewertungbis wertbis valueto valuemax maxvalue",
    "value_provider": "bewertungsanbieter valuationprovider",
    "value_link": "reporturl bewertungslink bewertungurl valuationurl",
    "sell_horizon": (
        "verkaufszeitpunkt sellhorizon verkaufszeitraum zeithorizont wannmoechtensieverkaufen verkaufab "
        "wannsollverkauftwerden timetosell sellingtimeframe"
    ),
    "property_kind": "immobilientyp objektart immobilienart objekttyp propertytype propertykind artderimmobilie",
    "foreign_id": "externalid foreignid leadid",
    "occurred_at": "occurredat submittedat createdat submissiondate eingegangenam datecreated",
}
# Words before a name that say nothing: "your-email", "Ihr Name".
FILLERS = words_of(
    "your ihr ihre ihren ihres dein deine my bitte please feld field input kontakt contact des der die das von zu"
)
# Parts of a path that say whose the value is: the object's address, and names of things that are no person's.
OBJECT = words_of("objekt objekts objekte immobilie haus house property objektadresse immobilien")
NO_PERSON = words_of(
    """
    form forms formular page seite campaign kampagne ad adset ads agent broker makler office buero account owner
    plugin site blog product produkt file datei browser device server
    """
)
# Last parts of a path that are called after what stands before them: phones.0.number.
NAMELESS = words_of("number nummer value text wert")

# Lines that end what a portal quotes of a person, and those after which nothing is about the person any more.
MESSAGE_ENDS = words_of("weiteredatenzuminteressenten weitereangabenzuminteressenten datenzumobjekt objektdaten")
SENDER = words_of("von from absender sender")  # with an address behind it: Uwe Kern <uwe@kern.example>
# The head of a mail that was forwarded.
FORWARDED = re.compile(r"[ \t>*]{0,10}(?:gesendet|sent|datum|date|an|to|cc)\s?:", re.IGNORECASE)
FOOTER = re.compile(
    r"--\s*$|[_*=-]{5,}\s*$|©|diese (?:e-?mail|nachricht) (?:wurde|ist|enthält)|this (?:e-?mail|message) (?:was|is)\b"
    r"|ihr (?:\S+[ -])?team\b|impressum\b|gesendet (?:von|über) |sent (?:from|via) |powered by ",
    re.IGNORECASE,
)
ADVERT = re.compile(
    r"newsletter|such(?:auftrag|agent|profil)|\btreffer (?:zu|für)|webinar"
    r"|(?:neue|passende|weitere|aktuelle) (?:immobilien|angebote|objekte|treffer)"
    r"|rabatt|sparen sie|jetzt testen|marktbericht|preisatlas|ihre rechnung|gratis\b"
    r"|(?:wochen|monats|leistungs)bericht|ihre statistik|premium-?(?:paket|platzierung)"
    r"|sonderaktion|\d ?% (?:auf|günstiger)"
    r"|saved search|new listings|price alert|unsubscribe",
    re.IGNORECASE,
)
# Subjects of the mails that forms on websites send.
FORM_SUBJECT = re.compile(
    r"(?:kontakt|objekt|exposé|expose|immobilien|bewertungs|wertermittlungs|verkaufs|rückruf|besichtigungs)-?\s?anfrage"
    r"|(?:kontakt|bewertungs|anfrage)-?formular|anfrage (?:über|von|zu|aus|für|auf|an)\b"
    r"|neue anfrage|neuer lead|rückrufbitte"
    r"|nachricht (?:über|von) (?:ihre|der|ihrer) (?:web|home|internet)|contact form"
    r"|new (?:lead|enquiry|inquiry|submission)"
    r"|form submission|wertermittlung|immobilienbewertung",
    re.IGNORECASE,
)
ANSWER_SUBJECT = re.compile(r"\s*(?:re|aw|antw|antwort|sv)\s?(?:\[\d+\])?:|abwesen|automatische antwort", re.IGNORECASE)
# Behind the name of a person in the sender of a mail that a portal passes on.
VIA_PORTAL = re.compile(r"\s+(?:über|ueber|via|von|bei|on|\||-)\s+\S", re.IGNORECASE)
# Subjects and links of mails that ask whether mails may be forwarded.
CONFIRMS = re.compile(
    r"(?=.*(?:weiterleit|umleit|forward))(?=.*(?:best\S{1,3}tig|confirm|verif|aktivier|freischalt|freigabe|freigeben))",
    re.IGNORECASE,
)
CONFIRM_LINK = re.compile(
    r"confirm|verif|best(?:ä|ae|%c3%a4)tig|aktivier|activat|/vf|forward|weiterleit", re.IGNORECASE
)
# What the XML of portals calls a thing, in the words in which a contact shows it.
XML_LABELS = {
    "int_id": "Interessent beim Portal",
    "bevorzugt": "Am liebsten über",
    "wunsch": "Wunsch",
    "objekt.portal_unique_id": "Objekt: Kennung beim Portal",
    "objekt.portal_obj_id": "Objekt: Nummer beim Portal",
    "objekt.anbieter_id": "Objekt: Anbieter",
    "objekt.zusatz_refnr": "Objekt: weitere Nummer",
    "objekt.expose_url": "Objekt: Exposé",
    "objekt.vermarktungsart": "Objekt: Vermarktung",
    "objekt.etage": "Objekt: Etage",
    "objekt.whg_nr": "Objekt: Wohnung Nr.",
    "objekt.strasse": "Objekt: Straße",
    "objekt.plz": "Objekt: PLZ",
    "objekt.ort": "Objekt: Ort",
    "objekt.land": "Objekt: Land",
    "objekt.stadtbezirk": "Objekt: Stadtbezirk",
    "objekt.preis": "Objekt: Preis",
    "objekt.gebot": "Objekt: Gebot",
    "objekt.wae": "Objekt: Währung",
    "objekt.anzahl_zimmer": "Objekt: Zimmer",
    "objekt.flaeche": "Objekt: Fläche",
    "sender.datum": "Datum beim Portal",
    "sender.makler_id": "Büro beim Portal",
    "sender.regi_id": "Region beim Portal",
    "o_datum": "Datum beim Portal",
    "o_maklernr": "Büro beim Portal",
    "o_link": "Objekt: Exposé",
    "o_vertrieb": "Objekt: Vermarktung",
    "o_strasse": "Objekt: Straße",
    "o_plz": "Objekt: PLZ",
    "o_ort": "Objekt: Ort",
    "o_preis": "Objekt: Preis",
}
