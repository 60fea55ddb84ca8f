"""The words in which mail servers say why they refuse a mail, in several languages.

Patterns are matched against lower-case text of limited length, with addresses removed.
"""

import re


def words(*patterns: str) -> re.Pattern[str]:
    """Return one pattern that matches any of these."""
    return re.compile("|".join(patterns))


GONE = words(
    r"(?:user|recipient|mailbox|account|address(?:ee)?|alias|person)s?\W{1,3}(?:is |was |are )?(?:unknown|not found)",
    r"(?:unknown|no such|invalid|nonexistent|non-existent) (?:local |email |e-mail |mail |virtual |domain )?"
    r"(?:user|recipient|mailbox|account|address|alias|person|part|name)",
    r"(?:user|recipient|mailbox|account|address|alias|person|domain|here)\b[^.;]{0,60}"
    r"(?:does ?n[o']t|doesn['’]?t|do not|not) exist",
    r"unknown (?:or illegal|address or) (?:alias|user)",
    r"no (?:mailbox|mail box|account|user|one|person)\b.{0,30} (?:here|by that name|with that)",
    r"not (?:a )?(?:known|valid|our|listed) (?:user|recipient|mailbox|address|customer)",
    r"(?:doesn['’]?t|does not) have an? .{0,40}account",
    r"(?:account|mailbox|user|address)\b.{0,50}\b(?:inactive|disabled|discontinued|closed|deactivated|deleted|expired)",
    r"(?:recipient|adr)\w*notfound|not found by smtp address lookup",
    r"recipient address rejected: (?:access denied|undeliverable|user unknown|no such)",
    r"550[ -](?:\d\.\d\.\d )?(?:requested (?:mail )?action (?:not taken|aborted)\W{1,3})?mailbox unavailable",
    r"mailbox .{0,40}(?:is )?unavailable or (?:access denied|not local)",
    r"(?:no longer|not) (?:employed|works? (?:here|for))|left the (?:company|organi[sz]ation)",
    r"no longer (?:valid|in use)",
    r"null mx|domain (?:does not|doesn't) (?:exist|accept (?:e?-?mail|any mail))",
    r"(?:benutzer|empfänger|adresse|postfach|konto|mailbox)\w*\W.{0,40}(?:unbekannt|existiert nicht|nicht vorhanden)",
    r"(?:unbekannte[rs]?|kein) (?:benutzer|empfänger|postfach|adresse)",
    r"(?:utilisateur|destinataire|adresse).{0,30}(?:inconnu|n.existe pas)|(?:usuario|destinatario).{0,30}desconocido",
    r"(?:utente|destinatario|indirizzo).{0,30}(?:sconosciuto|inesistente|non esiste)",
)
SENDER = words(
    r"sender'?s?\W{1,3}(?:address |domain |ip |email |e-mail )*(?:is |was |has been )?"
    r"(?:rejected|refused|blocked|denied|unknown|invalid|not |does ?n[o']t|has no|banned|could not|verif)",
    r"domain of sender|senders? domain",
    r"(?:bad|invalid|unknown|banned|unauthori[sz]ed|unauthenticated) (?:outbound )?sender",
    r"sender (?:address|domain).{0,60}(?:does not (?:exist|resolve)|not (?:found|exist|accepted)|verif)",
    r"mail from .{0,80}(?:refused|rejected|not allowed|denied)|not (?:permitted|allowed|authori[sz]ed) to send",
    r"send ?as ?denied|absender.{0,60}(?:abgelehnt|gesperrt|unbekannt|existiert nicht|ungültig)",
)
OWN = words(
    r"black ?-?list|block ?-?list|deny ?list|spamhaus|spamcop|barracuda|sorbs|uceprotect|\b(?:dns|r)bl\b",
    r"dmarc|\bspf\b|dkim|unauthenticated|not authenticated|authentication (?:required|fail)|sender (?:id|policy)",
    r"(?:your|sending|client|this|source) (?:ip|host|server|network|domain|mail ?server|mta)\b.{0,60}"
    r"(?:block|ban|reject|refus|listed|reputation|denied|not accepted|throttl|limit)",
    r"\bip\b.{0,40}(?:block|ban|listed|reputation|rejected|denied|refused)|blocked using|(?:poor|bad|low) reputation",
    r"reverse dns|\bptr\b|\brdns\b|generic hostname|helo|ehlo",
    r"polic(?:y|ies)|administrative prohibition|tenantattribution|tenant.{0,30}(?:limit|exceed)",
    r"(?:your|sending|outbound|sender).{0,30} limit\b",
    r"too many (?:messages|emails|mails|connections|recipients) from|complaints?\b",
)
FULL = words(
    r"quota|mailbox.{0,20}full|full.{0,20}mailbox|over (?:its |the )?(?:limit|quota|size)|storage allocation",
    r"insufficient (?:system |disk )?(?:storage|space)|not enough (?:disk |storage )?space|disk (?:is )?full",
    r"(?:recipient|user|account|inbox|maildir).{0,30}(?:over (?:limit|quota)|is full)|mailbox (?:size )?limit",
    r"postfach.{0,30}voll|überfüllt|speicherplatz|bo[iî]te .{0,30}pleine|casella.{0,20}piena",
    r"too (?:large|big)|exceeds? .{0,30}size|size limit|message size",
)
PACE = words(
    r"receiving mail (?:at a rate|too quickly)|receive limit|receiving limit|messages they can receive",
    r"(?:recipient|user).{0,60}(?:exceeded (?:their|its|the)|rate|too (?:quickly|fast|many))",
    r"grey ?-?list|try again later",
)
SPAM = words(r"\bspam|\bjunk\b|unsolicited|\bbulk\b|content (?:reject|filter|block)|virus|malware|phish|suspicious")
ROUTE = words(
    r"host (?:or domain name )?not found|host unknown|domain name not found|name service error",
    r"dns (?:error|fail|lookup)",
    r"no (?:route|mx|mail ?host|answer from)|nxdomain|timed? ?out|unreachable|connection refused|loop|too many hops",
)
RELAYING = words(r"relay(?:ing)? (?:access )?(?:denied|not (?:permitted|allowed))|(?:unable|not allowed) to relay")
OUR_LIMIT = words(
    r"you(?:['’]ve| have) (?:reached|exceeded)|you(?:r (?:account|organi[sz]ation|domain))? exceeded",
    r"\b(?:sender|sending|outbound)(?:'s)? (?:\w+ ){0,3}(?:limit|quota)",
)
LISTED = words(
    r"black ?-?list|block ?-?list|deny ?list|spamhaus|spamcop|barracuda|sorbs|uceprotect|\b(?:dns|r)bl\b|blocked using",
    r"\b(?:ip|host|server|network)\b.{0,40}(?:block|ban|listed|reputation)|(?:poor|bad|low) reputation",
)
