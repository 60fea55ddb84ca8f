"""The headers and subjects of automatic mails, and the words with which people object to further mails.

German, English, French, Italian, Spanish and Dutch. Patterns are matched against lower-case text.
"""

import re


def words(*patterns: str) -> re.Pattern[str]:
    """Return one pattern that matches any of these."""
    return re.compile("|".join(patterns))


PREFIX = r"^(?:(?:re|aw|antw|antwort|wg|fwd?|sv|tr|rif|r)\s?(?:\[\d\])?:\s*)*"
# Headers that only machines set, and what they must contain ("": anything).
MARKS = {
    "x-autoreply": "",
    "x-auto-reply": "",
    "x-autorespond": "",
    "x-autoresponder": "",
    "x-autoreply-from": "",
    "x-auto-response-suppress": "",
    "x-zarafa-vacation": "",
    "x-kopano-vacation": "",
    "x-vacation": "",
    "x-loop": "",
    "x-kontakte-passed-on": "",
    "x-fc-machinegenerated": "",
    "x-mail-autoreply": "",
    "x-auto-generated": "",
    "x-jira-fingerprint": "",
    "x-otrs-loop": "",
    "x-post-messageclass": "autoresponder",
    "precedence": r"auto_?reply|bulk|junk|list",
    "x-precedence": r"auto_?reply|bulk|junk|list",
    "x-mailer": r"autoresp|auto-?reply|vacation",
    "x-failed-recipients": "",
}
SENDERS = re.compile(r"^(?:mailer-daemon|postmaster|no-?reply|do-?not-?reply|noreply\W.*|auto-?reply|bounces?)$")
SUBJECT_BEGINS = words(
    rf"{PREFIX}(?:auto|autoreply|auto-reply|autoresponse|automat\w*)\b.{{0,20}}:",
    rf"{PREFIX}(?:automatische|automatic|automated|réponse automatique|reponse automatique|risposta automatica)\b",
    rf"{PREFIX}(?:respuesta automática|respuesta automatica|automatisch antwoord)\b",
    rf"{PREFIX}(?:abwesen|ich bin (?:abwesend|nicht)|out of office|ooo\b|absence|absent|afwezig|assen[zt])",
    rf"{PREFIX}(?:gelesen|ungelesen|zugestellt|read|not read|read receipt|lesebestätigung|lu|letto|leído|gelezen)\s?:",
    rf"{PREFIX}(?:unzustellbar|nicht zustellbar|undeliverable|undelivered|non remis|no entregado|onbestelbaar)",
    rf"{PREFIX}(?:empfangsbestätigung|eingangsbestätigung|lesebestätigung|accusé de réception)",
    rf"{PREFIX}(?:delivery status notification|mail delivery|mail system error|failure notice|returned mail)",
)
SUBJECT_HOLDS = words(
    r"außer haus|ausser haus|abwesenheit|nicht im (?:büro|haus|dienst)|im urlaub\b.*\bbis\b|vacation (?:reply|message)",
    r"out of (?:the )?office|away from (?:the |my )?(?:office|desk|mail)|auto(?:matic)?[ -]?reply|automatische antwort",
    r"absence du bureau|absent du bureau|réponse automatique|fuori (?:sede|ufficio)|fuera de (?:la )?oficina",
    r"buiten kantoor|niet aanwezig",
    r"\bticket\b.{0,80}(?:erstellt|eröffnet|angelegt|eingegangen|erhalten|created|opened|received)",
    r"(?:haben|we have|we've) (?:ihre|your) (?:anfrage|nachricht|e-?mail|message|request).{0,20}(?:erhalten|received)",
)
CHALLENGE = words(
    r"spam-?(?:schutz|arrest|blocker|filter)|challenge|boxbe|verif(?:y|ication)|(?:bitte )?bestätigen sie|bestaetigen",
    r"confirm (?:your|that you)|(?:confirmez|confermi|confirme) ",
)
CHALLENGE_TEXT = words(
    r"klicken sie|click (?:here|the link|on)|zugestellt|delivered|cliquez|freigeschaltet|whitelist|captcha"
)
BOUNCED = words(
    r"undeliver|unzustellbar|nicht zustellbar|nicht zugestellt|delivery (?:status|failure|failed|report|has failed)",
    r"failure notice|returned (?:mail|to sender)|mail delivery|could ?n[o']t be delivered|delivery incomplete",
    r"permanent (?:error|failure|fatal)|mail fail|failure delivery",
    r"not delivered|rejected mail|user unknown|non remis|qmail-send|not be delivered",
)
STILL_TRYING = words(
    r"delay|verzöger|warning:|will (?:be )?(?:retr|continue)|still trying|weiter(?:hin)? versucht",
    r"noch nicht zugestellt",
    r"you do not need to resend|no action is required",
)
RETURNED = words(
    r"below this line is a copy|this is a copy of the message|original message (?:follows|headers|---)",
    r"returned message",
    r"\n-{5,}.{0,60}(?:original|copy|returned|message|header)|\n(?:received|return-path|dkim-signature):",
)
# Where a person's own words end and the quoted mail begins.
QUOTE_BEGINS = words(
    r"\n[ \t]*>",
    r"\n[ \t]*-{2,}\s*(?:ursprüngliche|original|weitergeleitete|forwarded)",
    r"\n[ \t]*_{8,}",
    r"\n[ \t*]*(?:von|from|de|da|van)\s?:\*? [^\n]{1,200}\n[ \t*]*(?:gesendet|sent|datum|date|an|to|envoyé)\s?:",
    r"\n[ \t]*(?:am|on|le|il|op|el) [^\n]{4,200}(?:\n[^\n]{0,200})?"
    r"\b(?:schrieb|wrote|a écrit|ha scritto|schreef|escribió)\b",
)
# From the end of such a beginning to the first line marked as quoted, and from there to the end of those lines.
FIRST_MARK = words(r"[^\n]*(?:\n(?![ \t]*>)[^\n]{0,200}){0,3}?\n[ \t]*>")
MARKED = words(r"^[^\n]*(?:\n[ \t]*>[^\n]*)*")
OBJECTIONS = words(
    r"widersprech|widerspruch|widerruf|abbestell|abmeld|austrag",
    r"(?:aus|von) (?:dem|der|ihrem|ihrer|eurem) ?\w{0,12}verteiler",
    r"(?:keine|kein|nicht) (?:\w+ ){0,3}(?:e-?mails?|mails?|werbung|newsletter|nachrichten|post|zusendung|kontakt)\b",
    r"(?:bitte )?(?:nehm|streich|lösch|entfern)(?:en|t) (?:sie )?(?:mich|uns|meine|unsere)",
    r"(?:meine|unsere|meiner|sämtliche|alle)\w* (?:daten|adresse|e-?mail-?adresse)\w* (?:\w+ ){0,4}(?:lösch|entfern)",
    r"lassen sie mich in ruhe|in ruhe lassen|belästig|unerwünscht|abmahn|unterlass|datenschutzbehörde|dsgvo|§ ?7 ?uwg",
    r"(?:schreiben|senden|schicken|kontaktieren|mailen) sie (?:mir|uns|mich) (?:bitte )?(?:nicht|nichts|nie|keine)",
    r"\bspam\b|unsubscribe|opt[ -]?out|remove me|take me off|stop (?:sending|emailing|mailing|contacting|writing)",
    r"(?:no|not?) (?:more|further|any more) (?:e-?mails?|mails?|messages)",
    r"do(?: not|n't) (?:contact|e-?mail|write|send)",
    r"désabonn|désinscri|ne (?:m'écrivez|m'envoyez|me contactez) plus|cancell\w+ (?:mi|dalla lista)|dar(?:me)? de baja",
    r"afmelden|uitschrijven|^\W*(?:stopp?|nein danke|kein interesse|no thanks)\W*$",
)
