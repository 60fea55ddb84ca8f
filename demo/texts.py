"""The texts that the demo's people wrote, and notes about them."""


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.strip().splitlines())


# Weight, key, details.
SOURCES = (
    (26, "valuation", ("Wertermittlung online", "Sofortbewertung", "Wertermittlung Landingpage Erbe")),
    (20, "form", ("Kontaktformular", "Rückrufformular", "Formular „Verkaufen“")),
    (18, "portal", ("Portal Wohnmarkt", "Portal Hausblick", "Portal Regional")),
    (12, "recommendation", ("Nachbarin", "Steuerberater", "Bestandskunde", "Notariat", "")),
    (9, "phone", ("", "Rückruf nach Zeitungsanzeige", "Zentrale")),
    (8, "guide", ("Ratgeber Hausverkauf", "Ratgeber Erbimmobilie", "Checkliste Scheidung und Haus")),
    (4, "event", ("Immobilientag", "Vortrag „Wohnen im Alter“", "Stadtfest")),
    (3, "other", ("", "Flyer", "Bauzaunbanner")),
)
TAGS = _lines("""
    Erbe
    Scheidung
    Kapitalanleger
    Vermietet
    Rückruf abends
    Sucht Ersatzobjekt
    Denkmalschutz
    Barrierefrei
    Premium
    Umzug ins Pflegeheim
    Zweitmeinung
    Neubau
""")
DUE_NOTES = _lines("""
    Rückruf wegen Unterlagen
    Nach dem Notartermin nachfragen
    Grundbuchauszug anfordern
    Vertragsentwurf besprechen
    Termin für die Besichtigung abstimmen
    Nach dem Urlaub wieder melden
    Bewertung vorstellen
    An Energieausweis erinnern
    Entscheidung der Geschwister erfragen
    Finanzierung der Folgeimmobilie klären
""")
INQUIRIES = _lines("""
    Wir überlegen, unser Haus im nächsten Jahr zu verkaufen, und möchten wissen, was es wert ist.
    Bitte rufen Sie mich an, am besten nach 17 Uhr.
    Meine Eltern ziehen ins betreute Wohnen. Wie läuft so ein Verkauf bei Ihnen ab?
    Ich habe die Wohnung geerbt und wohne 400 km entfernt. Können Sie sich um alles kümmern?
    Was kostet eine Bewertung bei Ihnen?
    Wir trennen uns und brauchen einen neutralen Wert für das Haus.
    Ich interessiere mich für eine Einschätzung, habe es aber nicht eilig.
    Die Wohnung ist vermietet. Lohnt sich ein Verkauf trotzdem?
    Können Sie mir die Unterlagen bitte per E-Mail schicken?
    Wir haben bereits ein Angebot eines Nachbarn und hätten gern eine zweite Meinung.
    Bitte um Rückruf, es geht um ein Grundstück mit altem Bestand.
    Ihr Kollege hat das Haus nebenan verkauft. Wir wären mit unserem auch so weit.
""")
CALLS_REACHED = _lines("""
    Sehr freundliches Gespräch. Möchte bis zum Sommer verkaufen, Preisvorstellung noch offen.
    Will zuerst mit den Geschwistern sprechen, meldet sich bis Ende des Monats.
    Unterlagen liegen beim Steuerberater, schickt den Grundriss nach.
    Hat noch einen zweiten Makler im Gespräch. Entscheidend ist für sie die Vermarktungsdauer.
    Termin vor Ort gewünscht, vormittags ist ihm lieber.
    Dach 2018 neu gedeckt, Heizung von 1996. Energieausweis fehlt noch.
    Fragt nach der Provision, habe das Modell erklärt. Schien einverstanden.
    Möchte erst nach der Einschulung der Tochter umziehen, also frühestens September.
    Kennt uns über die Nachbarn, hat Vertrauen. Bewertung zugesagt.
    Mieter ist informiert und würde eventuell selbst kaufen.
    Preisvorstellung deutlich über Markt, vorsichtig angesprochen.
    Ehemann ist skeptisch, beide beim nächsten Gespräch dabeihaben.
    Braucht den Wert für das Finanzamt, Verkauf erst in zwei bis drei Jahren.
    Bank hat die Zwischenfinanzierung zugesagt, jetzt soll es schnell gehen.
    Hört schlecht am Telefon, lieber per Brief oder persönlich.
    Garten und Garage gehören zu einem eigenen Flurstück, Teilung prüfen.
""")
CALLS_MISSED = _lines("""
    Niemand erreicht, versuche es morgen Abend noch einmal.
    Besetzt.
    Freizeichen, nach einer Minute aufgelegt.
    Sohn war am Apparat, Mutter ist am Donnerstag wieder da.
    Nummer nicht vergeben, E-Mail mit der Bitte um die richtige Nummer geschrieben.
    Ging kurz ran, sitzt im Auto, bittet um Anruf nach 18 Uhr.
""")
CALLS_MAILBOX = _lines("""
    Auf die Mailbox gesprochen und um Rückruf gebeten.
    Mailbox, Rückrufnummer hinterlassen.
    Zweiter Versuch, wieder nur die Mailbox.
    Mailbox voll, SMS geschickt.
""")
MEETINGS = _lines("""
    Besichtigung mit beiden Eigentümern, Haus sehr gepflegt, Keller leicht feucht.
    Aufmaß gemacht, 14 Fotos. Wohnfläche weicht um 6 m² vom Plan ab.
    Erstgespräch im Büro, Ablauf und Unterlagenliste erklärt.
    Bewertung vorgestellt. Wollen eine Woche darüber schlafen.
    Gute Lage, Blick ins Grüne. Bad müsste gemacht werden.
    Termin zusammen mit der Tochter, sie hat Vollmacht.
    Maklervertrag durchgesprochen, eine Frage zur Laufzeit blieb offen.
    Wohnung ist bis Juni vermietet, Besichtigungen nur samstags möglich.
""")
NOTES = _lines("""
    Hund im Haus, vor dem Termin anrufen.
    Klingel kaputt, bitte klopfen.
    Bevorzugt E-Mail, arbeitet im Schichtdienst.
    Hat 2021 schon einmal angefragt, damals nicht weiterverfolgt.
    Grundbuch liegt vor, Wegerecht für den Nachbarn eingetragen.
    Energieausweis ist bestellt.
    Nennt als Schmerzgrenze 480.000 €.
    Schlüssel liegt bei der Nachbarin im Erdgeschoss.
    Teilungserklärung fehlt, Hausverwaltung ist angeschrieben.
    Erbschein ist beantragt, dauert laut Gericht noch sechs Wochen.
    Möchte nicht in der Zeitung erscheinen, nur diskrete Vermarktung.
    Ölheizung, Tank im Garten, Stilllegung prüfen.
""")
LETTERS = _lines("""
    Bewertung mit Anschreiben per Post geschickt.
    Unterlagenliste geschickt.
    Dankesschreiben nach dem Termin.
    Marktbericht für den Stadtteil beigelegt.
""")
