"""The mails of a new office, which it may keep or rewrite.

They promise nothing that an office could not keep, name no price and no number, and each gives one reason to reply.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import time

from funnel.models import Sequence, Step

MORNING, LATE_MORNING, AFTERNOON = time(9, 0), time(10, 30), time(15, 0)


@dataclass(frozen=True)
class Default:
    """A step that is not part of a sequence yet."""

    subject: str
    body: str
    delay_days: int
    send_at: time | None = None


NEW = (
    Default(
        "Ihre Anfrage bei {{buero}}",
        """{{anrede}},

vielen Dank für Ihre Anfrage. {{makler}} kümmert sich um Ihr Anliegen und meldet sich in den nächsten \
Werktagen telefonisch bei Ihnen.

Damit das Gespräch für Sie ergiebig wird, helfen diese Angaben, soweit Sie sie zur Hand haben:

- Baujahr und die letzten größeren Arbeiten, zum Beispiel an Dach, Heizung oder Fenstern
- Wohnfläche, bei einem Haus auch die Größe des Grundstücks
- was Ihnen wichtig ist: ein bestimmter Zeitpunkt, ein ruhiger Ablauf oder erst einmal eine Einschätzung

Wenn es Ihnen zu einer bestimmten Zeit besonders gut passt, antworten Sie einfach auf diese E-Mail. Sie \
erreichen uns auch telefonisch unter {{buero_telefon}}.

Mit freundlichen Grüßen""",
        0,
    ),
    Default(
        "Was den Wert einer Immobilie bestimmt",
        """{{anrede}},

wie viel ist {{objekt}} wert? Eine Zahl aus dem Internet ist schnell da, aber sie kennt nur die Adresse. \
Drei Dinge lassen sich erst vor Ort beurteilen:

1. **Der Zustand.** Eine neue Heizung, ein trockener Keller oder anstehende Arbeiten am Dach machen oft \
mehr aus als ein paar Quadratmeter.
2. **Die Lage im Kleinen.** Zwei Straßen weiter kann es lauter, heller oder gefragter sein.
3. **Die Unterlagen.** Nicht eingetragene Anbauten, ein Wegerecht oder ein Erbbaurecht verändern das Bild.

Deshalb sehen wir uns eine Immobilie an, bevor wir eine Zahl nennen, und sagen Ihnen auch, wie sie \
zustande kommt.

Möchten Sie eine Einschätzung, die zu Ihrer Immobilie passt? Antworten Sie auf diese E-Mail mit zwei \
Terminen, die Ihnen passen würden.

Mit freundlichen Grüßen""",
        4,
        MORNING,
    ),
    Default(
        "Diese Unterlagen brauchen Sie für einen Verkauf",
        """{{anrede}},

ob Sie bald verkaufen oder erst in ein paar Jahren: Wer die Unterlagen früh beisammenhat, kann in Ruhe \
entscheiden. Manche Ämter brauchen dafür mehrere Wochen.

**Das haben viele Eigentümer zu Hause**

- Grundrisse und Bauunterlagen
- Rechnungen und Nachweise über Modernisierungen
- bei einer Eigentumswohnung: Teilungserklärung, die letzten Protokolle und Abrechnungen der \
Eigentümergemeinschaft

**Das wird meist neu angefordert**

- Grundbuchauszug (beim Grundbuchamt)
- Flurkarte (beim Kataster- oder Vermessungsamt)
- Energieausweis: Bei einem Verkauf ist er in aller Regel vorzulegen; Ausnahmen gibt es zum Beispiel für \
Baudenkmäler

Wenn etwas fehlt, sagen wir Ihnen gern, wo Sie es bekommen. Schreiben Sie uns einfach, was Sie schon haben.

Mit freundlichen Grüßen""",
        7,
        LATE_MORNING,
    ),
    Default(
        "Sind noch Fragen offen?",
        """{{anrede}},

vor etwa drei Wochen haben Sie sich an uns gewandt. Vielleicht hat sich Ihr Anliegen inzwischen erledigt, \
vielleicht war einfach keine Zeit. Beides ist völlig in Ordnung.

Eine kurze Antwort genügt, damit wir wissen, woran wir sind:

- **„Ja, bitte“**: Wir rufen Sie an und vereinbaren einen Termin.
- **„Später“**: Nennen Sie uns einen Monat, der Ihnen besser passt.
- **„Nein, danke“**: Auch das hilft uns. Unsere E-Mails bestellen Sie mit dem Link am Ende dieser Mail ab.

Für Fragen sind wir unter {{buero_telefon}} gern für Sie da.

Mit freundlichen Grüßen""",
        10,
        AFTERNOON,
    ),
)

CONTACTED = (
    Default(
        "Danke für das Gespräch",
        """{{anrede}},

vielen Dank für das Gespräch. Damit Sie wissen, wie es weitergehen kann, hier unser üblicher Weg in \
drei Schritten:

1. **Besichtigung.** Wir sehen uns {{objekt}} gemeinsam an. Planen Sie dafür etwa eine Stunde ein.
2. **Einschätzung.** Sie erhalten von uns eine begründete Spanne und erfahren, was dafür und was dagegen \
spricht.
3. **Ihre Entscheidung.** Sie überlegen in Ruhe, ob, wann und mit wem Sie verkaufen möchten.

Ist Ihnen nach dem Gespräch noch etwas eingefallen? Antworten Sie einfach auf diese E-Mail.

Mit freundlichen Grüßen""",
        0,
    ),
    Default(
        "So bereiten Sie den Besichtigungstermin vor",
        """{{anrede}},

für einen ersten Termin vor Ort müssen Sie nichts herrichten. Uns hilft es, wenn wir alle Räume sehen \
können, auch Keller, Dachboden und Garage.

Wenn Sie mögen, legen Sie bereit:

- Grundriss und Angaben zur Wohnfläche
- eine Liste der Arbeiten, die in den letzten Jahren gemacht wurden
- den Energieausweis, falls schon einer da ist
- bei vermieteten Räumen den Mietvertrag

Und überlegen Sie sich, welche Fragen Sie an uns haben. Gute Fragen sind zum Beispiel: Wer kauft hier \
gerade? Wie lange dauert das üblicherweise? Was kostet mich das, und wann?

Haben wir noch keinen Termin? Dann antworten Sie mit zwei Vorschlägen, wir richten uns gern nach Ihnen.

Mit freundlichen Grüßen""",
        4,
        MORNING,
    ),
    Default(
        "Vier Fragen vor einer Entscheidung",
        """{{anrede}},

eine Immobilie verkauft man nicht alle Tage. Vier Fragen haben sich für viele Eigentümer als nützlich \
erwiesen, bevor sie sich entscheiden:

- **Wohin danach?** Wer schon weiß, wie er wohnen wird, verhandelt ruhiger.
- **Läuft noch ein Kredit?** Fragen Sie Ihre Bank früh, was eine vorzeitige Ablösung kosten würde.
- **Fallen Steuern an?** Das hängt vor allem davon ab, wie lange Sie Eigentümer sind und ob Sie selbst \
dort wohnen. Verbindlich klärt das Ihre Steuerberatung.
- **Sind sich alle einig?** Bei Erbengemeinschaften und Paaren lohnt es sich, das vor der ersten Anzeige \
zu besprechen.

Bei der einen oder anderen Frage helfen wir Ihnen gern weiter, auch wenn Sie noch nicht verkaufen möchten. \
Rufen Sie uns an unter {{buero_telefon}} oder antworten Sie auf diese E-Mail.

Mit freundlichen Grüßen""",
        9,
        LATE_MORNING,
    ),
)

WON = (
    Default(
        "Vielen Dank für Ihr Vertrauen",
        """{{anrede}},

wir freuen uns, dass Sie uns mit dem Verkauf beauftragt haben, und danken Ihnen für Ihr Vertrauen.

**Das geschieht jetzt**

1. Wir stellen die Unterlagen zusammen und sagen Ihnen, was noch fehlt.
2. Wir vereinbaren mit Ihnen einen Termin für die Aufnahmen.
3. Sie erhalten den Entwurf der Verkaufsunterlagen. Veröffentlicht wird erst, was Sie freigegeben haben.

{{makler}} ist Ihr fester Kontakt. Auf diese E-Mail können Sie jederzeit antworten.

Mit freundlichen Grüßen""",
        0,
    ),
    Default(
        "So wirken gute Aufnahmen",
        """{{anrede}},

die Bilder sind das Erste, was Kaufinteressenten sehen. Mit wenig Aufwand wirken die Räume hell und \
großzügig:

- **Licht:** Vorhänge und Rollläden öffnen, alle Lampen einschalten.
- **Ablagen:** Küche und Bad wirken größer, wenn die Flächen frei sind.
- **Persönliches:** Familienfotos, Post und Namensschilder legen Sie bitte beiseite. Das schützt auch Ihre \
Privatsphäre.
- **Draußen:** Tonnen und Autos für die Zeit der Aufnahmen aus dem Bild stellen.

Ausräumen oder neu streichen müssen Sie nichts. Was sich vorher noch lohnt, besprechen wir mit Ihnen vor \
Ort.

Mit freundlichen Grüßen""",
        3,
        MORNING,
    ),
    Default(
        "Von der ersten Besichtigung bis zum Notar",
        """{{anrede}},

damit Sie wissen, was in den kommenden Wochen auf Sie zukommt, hier der weitere Weg im Überblick:

1. **Besichtigungen.** Wir sprechen vorher mit den Interessenten und stimmen die Termine mit Ihnen ab.
2. **Rückmeldungen.** Sie erfahren von uns, was gefallen hat und was nicht, auch wenn es einmal unbequem \
ist.
3. **Finanzierung.** Bevor es zum Vertrag kommt, lassen wir uns zeigen, dass der Kauf finanziert werden \
kann.
4. **Notar.** Der Entwurf des Kaufvertrags geht beiden Seiten rechtzeitig zu, damit Zeit für Fragen \
bleibt. Rechtlich berät Sie die Notarin oder der Notar.
5. **Übergabe.** Schlüssel, Zählerstände und Unterlagen halten wir in einem Protokoll fest.

Wie lange das dauert, ist von Immobilie zu Immobilie verschieden. Wo Sie gerade stehen, sagen wir Ihnen \
jederzeit: Antworten Sie auf diese E-Mail oder rufen Sie uns an unter {{buero_telefon}}.

Mit freundlichen Grüßen""",
        8,
        LATE_MORNING,
    ),
)
DEFAULTS = {"new": NEW, "contacted": CONTACTED, "won": WON}


def create_defaults(*, sequences: dict[str, Sequence]) -> list[Step]:
    """Fill new sequences, by the key of their system column. Not idempotent: a second call adds the steps again."""
    return Step.objects.bulk_create(
        step for key, defaults in DEFAULTS.items() for step in _steps(sequences[key], defaults)
    )


def fill(sequence: Sequence) -> list[Step]:
    """Fill an empty sequence with its default mails, if there are any. Not idempotent.

    Sequences are matched by order, because an office's sequences were created in the order of its system columns.
    """
    ids = list(Sequence.objects.of(sequence.account_id).order_by("pk").values_list("pk", flat=True))
    meant = dict(zip(ids, DEFAULTS.values(), strict=False))
    return Step.objects.bulk_create(_steps(sequence, meant.get(sequence.pk, ())))


def _steps(sequence: Sequence, defaults: Iterable[Default]) -> Iterator[Step]:
    return (
        Step(account_id=sequence.account_id, sequence=sequence, position=position, **vars(default))
        for position, default in enumerate(defaults)
    )
