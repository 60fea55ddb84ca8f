"""The Impressum by legal form: what it needs and how it reads."""

import pytest

from base.sql import all_rows
from funnel.letters import imprint
from funnel.models import Sender
from tests.funnel.mailing import IMPRINT

Form = Sender.LegalForm
FURTHER = {
    "general_partner": "Krüger Verwaltungs GmbH",
    "general_partner_register": "Amtsgericht Köln, HRB 99",
    "board_chair": "Eva Wagner",
}


def sender(**values):
    return Sender(**(IMPRINT | values))


@pytest.mark.parametrize("form", Form.values)
def test_complete_impressum_lacks_nothing(form):
    assert imprint.missing(sender(legal_form=form, **FURTHER)) == []


@pytest.mark.parametrize("form", Form.values)
def test_register_is_needed_by_registered_forms_only(form):
    lacks = imprint.missing_fields(sender(legal_form=form, register=" ", **FURTHER))
    assert lacks == ([] if form in (Form.SOLE, Form.GBR) else ["register"])


@pytest.mark.parametrize(
    ("form", "fields"),
    [
        (Form.GMBH_KG, ["general_partner", "general_partner_register"]),
        (Form.AG, ["board_chair"]),
        (Form.KGAA, ["board_chair"]),
        (Form.KG, []),
        (Form.GMBH, []),
    ],
)
def test_some_forms_need_more(form, fields):
    assert imprint.missing_fields(sender(legal_form=form)) == fields


@pytest.mark.parametrize("field", imprint.REQUIRED)
def test_each_required_field_is_missed(field):
    assert imprint.missing(sender(**{field: ""})) == [str(Sender._meta.get_field(field).verbose_name)]


def test_tax_number_and_privacy_page_are_not_required():
    assert imprint.missing(sender(vat_id="", privacy_url="")) == []


def test_impressum_reads_line_by_line():
    assert imprint.lines(sender()) == [
        "Krüger Immobilien GmbH",
        "Lindenallee 12, 50968 Köln",
        "Geschäftsführung: Anna Krüger",
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
        (Form.UG, "Krüger UG", "Krüger UG (haftungsbeschränkt)"),
        (
            Form.UG,
            "Krüger Unternehmergesellschaft (haftungsbeschränkt)",
            "Krüger Unternehmergesellschaft (haftungsbeschränkt)",
        ),
        (Form.REGISTERED, "Krüger e.Kfr.", "Krüger e.Kfr."),
        (Form.REGISTERED, "Krüger eingetragener Kaufmann", "Krüger eingetragener Kaufmann"),
        (Form.REGISTERED, "Krüger", "Krüger e. K."),
        (Form.MERCHANT_MAN, "Krüger", "Krüger e. Kfm."),
        (Form.MERCHANT_MAN, "Krüger e.Kfm.", "Krüger e.Kfm."),
        (Form.MERCHANT_WOMAN, "Krüger", "Krüger e. Kfr."),
        (Form.MERCHANT_WOMAN, "Krüger eingetragene Kauffrau", "Krüger eingetragene Kauffrau"),
        (Form.GBR, "Krüger & Vogt", "Krüger & Vogt GbR"),
        (Form.EGBR, "Krüger & Vogt eGbR", "Krüger & Vogt eGbR"),
        (Form.EGBR, "Krüger & Vogt", "Krüger & Vogt eGbR"),
        (Form.GBR, "Krüger Gesellschaft bürgerlichen Rechts", "Krüger Gesellschaft bürgerlichen Rechts"),
        (Form.OHG, "Krüger oHG", "Krüger oHG"),
        (Form.KG, "Krüger Kommanditgesellschaft", "Krüger Kommanditgesellschaft"),
        (Form.GMBH_KG, "Krüger", "Krüger GmbH & Co. KG"),
        (Form.GMBH_KG, "Krüger GmbH & Co.KG", "Krüger GmbH & Co.KG"),
        (Form.GMBH_KG, "Krüger UG (haftungsbeschränkt) & Co. KG", "Krüger UG (haftungsbeschränkt) & Co. KG"),
        (Form.GMBH, "Krüger Immobiliengesellschaft mbH", "Krüger Immobiliengesellschaft mbH"),
        (Form.GGMBH, "Krüger gGmbH", "Krüger gGmbH"),
        (Form.GGMBH, "Krüger gemeinnützige GmbH", "Krüger gemeinnützige GmbH"),
        (Form.GGMBH, "Krüger", "Krüger gGmbH"),
        (Form.AG, "Wagner Aktiengesellschaft", "Wagner Aktiengesellschaft"),
        (Form.AG, "AGIL Wohnen", "AGIL Wohnen AG"),
        (Form.KGAA, "Wagner KGaA", "Wagner KGaA"),
        (Form.KGAA, "Wagner GmbH & Co. KGaA", "Wagner GmbH & Co. KGaA"),
        (Form.PARTG, "Krüger & Partner", "Krüger & Partner"),
        (Form.PARTG, "Krüger, Vogt", "Krüger, Vogt PartG"),
        (Form.SOLE, "KG Immobilien Krüger", "KG Immobilien Krüger"),
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


def test_a_limited_partnership_names_its_general_partner_with_her_register():
    lines = imprint.lines(sender(legal_form=Form.GMBH_KG, legal_name="Krüger GmbH & Co. KG", **FURTHER))
    assert (
        "Vertreten durch die persönlich haftende Gesellschafterin Krüger Verwaltungs GmbH "
        "(Amtsgericht Köln, HRB 99), Geschäftsführung: Anna Krüger"
    ) in lines


@pytest.mark.parametrize(
    ("form", "said"),
    [
        (Form.AG, "Vorstand: Anna Krüger"),
        (Form.KG, "Persönlich haftend und vertretungsberechtigt: Anna Krüger"),
        (Form.OHG, "Vertreten durch: Anna Krüger"),
        (Form.REGISTERED, "Inhaber: Anna Krüger"),
        (Form.UG, "Geschäftsführung: Anna Krüger"),
    ],
)
def test_who_acts_is_called_as_the_form_calls_them(form, said):
    assert said in imprint.lines(sender(legal_form=form))


def test_the_chair_of_the_board_and_another_seat_stand_there():
    lines = imprint.lines(sender(legal_form=Form.AG, seat="Bonn", **FURTHER))
    assert {"Sitz: Bonn", "Vorsitz des Aufsichtsrats: Eva Wagner"} <= set(lines)
    assert not any("Aufsichtsrat" in line for line in imprint.lines(sender(legal_form=Form.OHG, **FURTHER)))


@pytest.mark.parametrize("form", ["", *Form.values])
def test_postgresql_finds_the_same_lacking(krueger, form):
    """What the board asks for is what holds the sending."""
    fields = {"name", *imprint.REQUIRED, "register", "seat", "vat_id", *FURTHER}
    complete = IMPRINT | FURTHER | {"legal_form": form}
    for blank in [{}, *({field: "  " if field != "legal_form" else ""} for field in sorted(fields))]:
        Sender.objects.of(krueger).update(**(complete | blank))
        lacking = imprint.missing_fields(Sender.objects.of(krueger).get())
        [(found,)] = all_rows(
            f"SELECT {imprint.COMPLETE} FROM funnel_sender AS sender WHERE sender.account_id = %(account)s",
            {"account": krueger.pk},
        )
        assert found == (not lacking), (form, blank)
