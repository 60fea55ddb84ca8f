"""Words in what is sent to us, in German and English: of portals, of forms and of people."""

from contacts.csv.names import words_of

AROUND_EMAILS = frozenset(("mailto", "und", "oder", "and", "or"))  # between several addresses

# What forms call their fields, besides the headers that `contacts.csv.headers` knows; bare (`contacts.csv.fields`).
FIELDS = {
    "full_name": "name vonname namevon kontaktname absender yourfullname",
    "first_name": "first fname given givenname forename vname",
    "last_name": "last lname family zuname nname",
    "email": "emailadresse mailadresse emailaddress kontaktemail",
    "phone": "telefonnr telnummer telefonnummer ruckruf rueckruf rueckrufnummer contactphone",
    "mobile": "handynr mobilephone mobilnr",
    "street": "street1 line1 addressline1 addr1 strassenr strassehausnr strassehausnummer",
    "house_number": "hausnr hausnummer housenumber streetnumber",
    "message": (
        "anfrage mitteilung nachricht message text freitext comments comment bemerkung bemerkungen anmerkung inquiry "
        "anmerkungen enquiry frage fragen anliegen kommentar textarea anmerkungenfragendesinteressenten notes"
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
    "property_kind": "immobilientyp objektart immobilienart objekttyp propertytype propertykind",
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
