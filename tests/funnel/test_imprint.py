"""The Impressum by legal form: what it needs and how it reads."""

import pytest

from funnel import imprint
from funnel.models import Sender
from tests.funnel.mailing import IMPRINT

Form = Sender.LegalForm


def sender(**values):
    return Sender(**(IMPRINT | values))


@pytest.mark.parametrize("form", Form.values)
def test_complete_impressum_lacks_nothing(form):
    assert imprint.missing(sender(legal_form=form)) == []


@pytest.mark.parametrize("form", Form.values)
def test_register_is_needed_by_registered_forms_only(form):
    lacks = imprint.missing_fields(sender(legal_form=form, register=" "))
    assert lacks == ([] if form in (Form.SOLE, Form.GBR) else ["register"])


@pytest.mark.parametrize("field", imprint.REQUIRED)
def test_each_required_field_is_missed(field):
    assert imprint.missing(sender(**{field: ""})) == [str(Sender._meta.get_field(field).verbose_name)]


def test_tax_number_and_privacy_page_are_not_required():
    assert imprint.missing(sender(vat_id="", privacy_url="")) == []


def test_impressum_reads_line_by_line():
    assert imprint.lines(sender()) == [
        "Krüger Immobilien GmbH",
        "Lindenallee 12, 50968 Köln",
        "Vertreten durch: Anna Krüger",
        "Telefon: 0221 123456",
        "E-Mail: info@krueger.example",
        "Registereintrag: Amtsgericht Köln, HRB 12345",
        "USt-IdNr.: DE123456789",
        "Aufsichtsbehörde nach § 34c GewO: Stadt Köln, Ordnungsamt",
    ]


def test_empty_impressum_has_no_lines():
    assert imprint.lines(Sender()) == []


@pytest.mark.parametrize(
    ("form", "name", "firm"),
    [
        (Form.GMBH, "Krüger Immobilien", "Krüger Immobilien GmbH"),
        (Form.GMBH, "Krüger GmbH", "Krüger GmbH"),
        (Form.KG, "Krüger GmbH & Co. KG", "Krüger GmbH & Co. KG"),
        (Form.UG, "Krüger UG (haftungsbeschränkt)", "Krüger UG (haftungsbeschränkt)"),
        (Form.UG, "Krüger", "Krüger UG (haftungsbeschränkt)"),
        (Form.REGISTERED, "Krüger e. K.", "Krüger e. K."),
        (Form.REGISTERED, "Krüger e.K.", "Krüger e.K."),
        (Form.AG, "Wagner Immobilien", "Wagner Immobilien AG"),
        (Form.SOLE, "Anna Krüger", "Anna Krüger"),
    ],
)
def test_firm_carries_its_legal_form(form, name, firm):
    assert imprint.firm(sender(legal_form=form, legal_name=name)) == firm


@pytest.mark.parametrize(("owner", "count"), [("Anna Krüger", 0), ("Anna Berta Krüger", 1)])
def test_owner_is_named_unless_the_firm_is_the_name(owner, count):
    lines = imprint.lines(sender(legal_form=Form.SOLE, legal_name="Anna Krüger", represented_by=owner))
    assert len([line for line in lines if line == f"Inhaber: {owner}"]) == count
