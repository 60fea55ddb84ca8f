"""Names of countries as written in addresses: German, English, codes, and colloquial ones."""

import phonenumbers

from contacts.csv.fields import bare

# Besides the two-letter code of each region.
_NAMES = {
    "AE": "Vereinigte Arabische Emirate|United Arab Emirates|VAE|UAE|Dubai|ARE",
    "AT": "Österreich|Austria|Autriche|A|AUT",
    "AU": "Australien|Australia|AUS",
    "BA": "Bosnien und Herzegowina|Bosnien-Herzegowina|Bosnia and Herzegovina|BIH",
    "BE": "Belgien|Belgium|Belgique|België|B|BEL",
    "BG": "Bulgarien|Bulgaria|BGR",
    "BR": "Brasilien|Brazil|Brasil|BRA",
    "CA": "Kanada|Canada|CAN",
    "CH": "Schweiz|Switzerland|Suisse|Svizzera|CHE",
    "CN": "China|Volksrepublik China|CHN",
    "CY": "Zypern|Cyprus|CYP",
    "CZ": "Tschechien|Tschechische Republik|Czech Republic|Czechia|CZE",
    "DK": "Dänemark|Denmark|Danmark|DNK",
    "EE": "Estland|Estonia|EST",
    "ES": "Spanien|Spain|España|E|ESP",
    "FI": "Finnland|Finland|FIN",
    "FR": "Frankreich|France|F|FRA",
    "GB": "Großbritannien|Vereinigtes Königreich|United Kingdom|Great Britain|England|Schottland|UK|GBR",
    "GR": "Griechenland|Greece|GRC",
    "HR": "Kroatien|Croatia|Hrvatska|HRV",
    "HU": "Ungarn|Hungary|H|HUN",
    "IE": "Irland|Ireland|IRL",
    "IL": "Israel|ISR",
    "IN": "Indien|India|IND",
    "IT": "Italien|Italy|Italia|I|ITA",
    "JP": "Japan|JPN",
    "LI": "Liechtenstein|FL|LIE",
    "LT": "Litauen|Lithuania|LTU",
    "LU": "Luxemburg|Luxembourg|L|LUX",
    "LV": "Lettland|Latvia|LVA",
    "MT": "Malta|MLT",
    "NL": "Niederlande|Holland|Netherlands|The Netherlands|Nederland|NLD",
    "NO": "Norwegen|Norway|Norge|NOR",
    "PL": "Polen|Poland|Polska|POL",
    "PT": "Portugal|P|PRT",
    "RO": "Rumänien|Romania|ROU",
    "RS": "Serbien|Serbia|SRB",
    "RU": "Russland|Russische Föderation|Russia|Russian Federation|RUS",
    "SE": "Schweden|Sweden|Sverige|S|SWE",
    "SI": "Slowenien|Slovenia|SVN",
    "SK": "Slowakei|Slovakia|SVK",
    "TH": "Thailand|THA",
    "TR": "Türkei|Turkey|Türkiye|TUR",
    "UA": "Ukraine|UKR",
    "US": "USA|Vereinigte Staaten|Vereinigte Staaten von Amerika|United States|United States of America|Amerika|U.S.A.",
    "ZA": "Südafrika|South Africa|ZAF",
}
REGIONS = {region.casefold(): region for region in phonenumbers.SUPPORTED_REGIONS} | {
    bare(name): region for region, names in _NAMES.items() for name in names.split("|")
}
