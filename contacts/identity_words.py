"""Words that stand where a name or an address is expected and say nothing about who it is."""

# Before the @: nobody, or everybody of an office.
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
# In a name.
NOT_A_NAME = frozenset(
    (
        *("herr", "herrn", "hr", "frau", "fr", "fraeulein", "familie", "fam", "eheleute", "ehel", "ehepaar"),
        *("firma", "fa", "und", "dr", "prof", "dipl", "ing", "med", "jur", "phil", "mag"),
    )
)
