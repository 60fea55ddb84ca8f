"""Forms in English: whatever a stranger may read in one has its English words."""

import ast
import gettext
import re
from collections.abc import Iterator
from pathlib import Path

from contacts.choices import PropertyKind, Salutation, SellHorizon
from contacts.description import FACTS
from intake.website import asking
from tests.accounts.test_words import entries

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = ROOT / "locale" / "en" / "LC_MESSAGES"
MODULES = ("intake/website/asking.py", "intake/website/public_form.py", "base/emails.py")
TEMPLATES = ("public.html", "form.html", "thanks.html", "offline.html", "_answer.html")
FOR_COLLEAGUES = {"Feld, das es nicht mehr gibt", "Pflichtfeld"}
SENTENCES = re.compile(
    r'{% translate "([^"]+)" %}|{% blocktranslate[^%]*trimmed %}(.*?){% endblocktranslate %}', re.DOTALL
)


def said() -> Iterator[str]:
    """Yield everything that pages of forms may say, in German."""
    for name in TEMPLATES:
        for found in SENTENCES.finditer((ROOT / "templates" / "intake" / name).read_text()):
            yield " ".join((found[1] or found[2]).split())
    for name in MODULES:
        for node in ast.walk(ast.parse((ROOT / name).read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_":
                if isinstance(node.args[0], ast.Constant):
                    yield node.args[0].value
    yield from (FACTS[fact].label for fact in asking.offered() if fact in FACTS)
    yield from (str(one.label) for kinds in (Salutation, PropertyKind, SellHorizon) for one in kinds)


def test_the_catalogue_is_complete_and_has_nothing_else() -> None:
    written = entries((CATALOGUE / "django.po").read_text(encoding="utf-8"))
    wanted = set(said()) - FOR_COLLEAGUES
    assert len(wanted) > 40
    assert wanted - set(written) == {str(Salutation.NEUTRAL.label)}  # not offered to strangers
    assert set(written) - wanted <= {"Bitte ohne Zeilenumbrüche und Steuerzeichen."}


def test_the_compiled_catalogue_is_up_to_date() -> None:
    written = entries((CATALOGUE / "django.po").read_text(encoding="utf-8"))
    with (CATALOGUE / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    assert {key: text for key, text in compiled.items() if key} == written
