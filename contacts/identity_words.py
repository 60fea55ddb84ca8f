"""Words found in place of a name or an address that identify nobody."""

# Local parts of nobody, or of everybody in an office.
NOBODY = frozenset(
    (
        *("keine", "kein", "keinemail", "keineemail", "keinmail", "ohne", "unbekannt", "unknown", "none"),
        *("nomail", "noemail", "no", "na", "nn", "xxx", "test", "dummy", "noreply", "donotreply", "info"),
        *("information", "kontakt", "contact", "office", "buero", "mail", "email", "post", "hallo", "hello"),
        *("service", "support", "verwaltung", "hausverwaltung", "sekretariat", "zentrale", "empfang"),
        *("vertrieb", "sales", "anfrage", "anfragen", "admin", "administrator", "webmaster", "postmaster"),
        *("hostmaster", "abuse", "immobilien", "makler", "team"),
    )
)
# Words in a name.
NOT_A_NAME = frozenset(
    (
        *("herr", "herrn", "hr", "frau", "fr", "fraeulein", "familie", "fam", "eheleute", "ehel", "ehepaar"),
        *("firma", "fa", "und", "dr", "prof", "dipl", "ing", "med", "jur", "phil", "mag"),
    )
)
