"""Legal forms: how each is written, and what its business letters must state (§§ 19, 37a, 125a HGB and others)."""

import re

from funnel.models import LegalForm

# What the name of a firm must contain (§ 19 HGB, § 707a BGB, §§ 4, 5a GmbHG, §§ 4, 279 AktG, § 2 PartGG), and a pattern
# of its spellings. The usual one is appended only if the name contains none of them.
SUFFIXES: dict[str, tuple[str, str]] = {
    LegalForm.REGISTERED: ("e. K.", r"e\.? ?K\.?|e\.? ?Kf[mr]\.?|eingetragener? Kauf(?:mann|frau)"),
    LegalForm.MERCHANT_MAN: ("e. Kfm.", r"e\.? ?K\.?|e\.? ?Kfm\.?|eingetragener Kaufmann"),
    LegalForm.MERCHANT_WOMAN: ("e. Kfr.", r"e\.? ?K\.?|e\.? ?Kfr\.?|eingetragene Kauffrau"),
    LegalForm.GBR: ("GbR", r"GbR|GdbR|Gesellschaft bürgerlichen Rechts"),
    LegalForm.EGBR: ("eGbR", r"eGbR|e\. ?GbR|eingetragene (?:GbR|Gesellschaft bürgerlichen Rechts)"),
    LegalForm.OHG: ("OHG", r"OHG|offene Handelsgesellschaft"),
    LegalForm.KG: ("KG", r"KG|Kommanditgesellschaft"),
    LegalForm.GMBH_KG: ("GmbH & Co. KG", r"KG|Kommanditgesellschaft"),
    LegalForm.GMBH: ("GmbH", r"g?GmbH|mbH|Gesellschaft mit beschränkter Haftung"),
    LegalForm.GGMBH: ("gGmbH", r"g?GmbH|mbH|Gesellschaft mit beschränkter Haftung"),
    LegalForm.UG: ("UG (haftungsbeschränkt)", r"(?:UG|Unternehmergesellschaft)\s*\(\s*haftungsbeschränkt\s*\)"),
    LegalForm.AG: ("AG", r"AG|Aktiengesellschaft"),
    LegalForm.KGAA: ("KGaA", r"KGaA|Kommanditgesellschaft auf Aktien"),
    LegalForm.PARTG: ("PartG", r"PartG|PartGmbB|Partnerschaft(?:sgesellschaft)?|(?:&|und|\+) Partner(?:innen)?"),
}
# A UG without the addition that § 5a GmbHG requires.
SHORT_UG = re.compile(r"\b(?:UG|Unternehmergesellschaft)\b")
COMPANY_LIMITED = re.compile(r"(?:\b(?:g?GmbH|AG|SE|UG)\b|haftungsbeschränkt\)).{0,3}(?:&|und|\+) ?Co\b", re.IGNORECASE)
LIMITED = "(haftungsbeschränkt)"
# Owned by one person, who must be named.
SOLE_OWNED = (LegalForm.SOLE, LegalForm.REGISTERED, LegalForm.MERCHANT_MAN, LegalForm.MERCHANT_WOMAN)
UNREGISTERED = (LegalForm.SOLE, LegalForm.GBR)
IN_REGISTER = tuple(form for form in LegalForm if form not in UNREGISTERED)
# What else business letters must state (§ 35a GmbHG, § 80 AktG, § 177a HGB).
EXTRA_FIELDS: dict[str, tuple[str, ...]] = {
    LegalForm.GMBH_KG: ("general_partner", "general_partner_register"),
    LegalForm.AG: ("board_chair",),
    LegalForm.KGAA: ("board_chair",),
}
WITH_BOARD = (LegalForm.AG, LegalForm.KGAA, LegalForm.GMBH, LegalForm.GGMBH, LegalForm.GMBH_KG)
