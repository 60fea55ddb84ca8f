"""The Impressum by legal form: required fields and wording."""

import pytest

from base.sql import all_rows
from funnel.letters import imprint
from funnel.models import LegalForm, Sender
from tests.funnel.mailing import IMPRINT

FURTHER = {
    "general_partner": "Krüger Verwaltungs GmbH",
    "general_partner_register": "Amtsgericht Köln, HRB 99",
    "board_chair": "Eva Wagner",
}


def sender(**values):
    return Sender(**(IMPRINT | values))


@pytest.mark.parametrize("form", LegalForm.values)
def test_complete_impressum_has_no_missing_fields(form):
    assert imprint.missing(sender(legal_form=form, **FURTHER)) == []


@pytest.mark.parametrize("form", LegalForm.values)
def test_only_registered_forms_need_a_register(form):
    lacks = imprint.missing_fields(sender(legal_form=form, register=" ", **FURTHER))
    assert lacks == ([] if form in (LegalForm.SOLE, LegalForm.GBR) else ["register"])


@pytest.mark.parametrize(
    ("form", "fields"),
    [
        (LegalForm.GMBH_KG, ["general_partner", "general_partner_register"]),
        (LegalForm.AG, ["board_chair"]),
        (LegalForm.KGAA, ["board_chair"]),
        (LegalForm.KG, []),
        (LegalForm.GMBH, []),
    ],
)
def test_some_legal_forms_need_further_fields(form, fields):
    assert imprint.missing_fields(sender(legal_form=form)) == fields


@pytest.mark.parametrize("field", imprint.REQUIRED)
def test_each_missing_field_is_named(field):
    assert imprint.missing(sender(**{field: ""})) == [str(Sender._meta.get_field(field).verbose_name)]


def test_tax_number_and_privacy_page_are_not_required():
    assert imprint.missing(sender(vat_id="", privacy_url="")) == []


def test_impressum_has_one_line_per_fact():
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
        (LegalForm.GMBH, "Krüger Immobilien", "Krüger Immobilien GmbH"),
        (LegalForm.GMBH, "Krüger GmbH", "Krüger GmbH"),
        (LegalForm.KG, "Krüger GmbH & Co. KG", "Krüger GmbH & Co. KG"),
        (LegalForm.UG, "Krüger UG (haftungsbeschränkt)", "Krüger UG (haftungsbeschränkt)"),
        (LegalForm.UG, "Krüger", "Krüger UG (haftungsbeschränkt)"),
        (LegalForm.REGISTERED, "Krüger e. K.", "Krüger e. K."),
        (LegalForm.REGISTERED, "Krüger e.K.", "Krüger e.K."),
        (LegalForm.UG, "Krüger UG", "Krüger UG (haftungsbeschränkt)"),
        (
            LegalForm.UG,
            "Krüger Unternehmergesellschaft (haftungsbeschränkt)",
            "Krüger Unternehmergesellschaft (haftungsbeschränkt)",
        ),
        (LegalForm.REGISTERED, "Krüger e.Kfr.", "Krüger e.Kfr."),
        (LegalForm.REGISTERED, "Krüger eingetragener Kaufmann", "Krüger eingetragener Kaufmann"),
        (LegalForm.REGISTERED, "Krüger", "Krüger e. K."),
        (LegalForm.MERCHANT_MAN, "Krüger", "Krüger e. Kfm."),
        (LegalForm.MERCHANT_MAN, "Krüger e.Kfm.", "Krüger e.Kfm."),
        (LegalForm.MERCHANT_WOMAN, "Krüger", "Krüger e. Kfr."),
        (LegalForm.MERCHANT_WOMAN, "Krüger eingetragene Kauffrau", "Krüger eingetragene Kauffrau"),
        (LegalForm.GBR, "Krüger & Vogt", "Krüger & Vogt GbR"),
        (LegalForm.EGBR, "Krüger & Vogt eGbR", "Krüger & Vogt eGbR"),
        (LegalForm.EGBR, "Krüger & Vogt", "Krüger & Vogt eGbR"),
        (LegalForm.GBR, "Krüger Gesellschaft bürgerlichen Rechts", "Krüger Gesellschaft bürgerlichen Rechts"),
        (LegalForm.OHG, "Krüger oHG", "Krüger oHG"),
        (LegalForm.KG, "Krüger Kommanditgesellschaft", "Krüger Kommanditgesellschaft"),
        (LegalForm.GMBH_KG, "Krüger", "Krüger GmbH & Co. KG"),
        (LegalForm.GMBH_KG, "Krüger GmbH & Co.KG", "Krüger GmbH & Co.KG"),
        (LegalForm.GMBH_KG, "Krüger UG (haftungsbeschränkt) & Co. KG", "Krüger UG (haftungsbeschränkt) & Co. KG"),
        (LegalForm.GMBH, "Krüger Immobiliengesellschaft mbH", "Krüger Immobiliengesellschaft mbH"),
        (LegalForm.GGMBH, "Krüger gGmbH", "Krüger gGmbH"),
        (LegalForm.GGMBH, "Krüger gemeinnützige GmbH", "Krüger gemeinnützige GmbH"),
        (LegalForm.GGMBH, "Krüger", "Krüger gGmbH"),
        (LegalForm.AG, "Wagner Aktiengesellschaft", "Wagner Aktiengesellschaft"),
        (LegalForm.AG, "AGIL Wohnen", "AGIL Wohnen AG"),
        (LegalForm.KGAA, "Wagner KGaA", "Wagner KGaA"),
        (LegalForm.KGAA, "Wagner GmbH & Co. KGaA", "Wagner GmbH & Co. KGaA"),
        (LegalForm.PARTG, "Krüger & Partner", "Krüger & Partner"),
        (LegalForm.PARTG, "Krüger, Vogt", "Krüger, Vogt PartG"),
        (LegalForm.SOLE, "KG Immobilien Krüger", "KG Immobilien Krüger"),
        (LegalForm.AG, "Wagner Immobilien", "Wagner Immobilien AG"),
        (LegalForm.SOLE, "Anna Krüger", "Anna Krüger"),
    ],
)
def test_firm_includes_its_legal_form(form, name, firm):
    assert imprint.firm(sender(legal_form=form, legal_name=name)) == firm


@pytest.mark.parametrize(("owner", "count"), [("Anna Krüger", 0), ("Anna Berta Krüger", 1)])
def test_owner_is_named_unless_the_firm_is_the_name(owner, count):
    lines = imprint.lines(sender(legal_form=LegalForm.SOLE, legal_name="Anna Krüger", represented_by=owner))
    assert len([line for line in lines if line == f"Inhaber: {owner}"]) == count


def test_a_limited_partnership_names_its_general_partner_with_her_register():
    lines = imprint.lines(sender(legal_form=LegalForm.GMBH_KG, legal_name="Krüger GmbH & Co. KG", **FURTHER))
    assert (
        "Vertreten durch die persönlich haftende Gesellschafterin Krüger Verwaltungs GmbH "
        "(Amtsgericht Köln, HRB 99), Geschäftsführung: Anna Krüger"
    ) in lines


@pytest.mark.parametrize(
    ("form", "said"),
    [
        (LegalForm.AG, "Vorstand: Anna Krüger"),
        (LegalForm.KG, "Persönlich haftend und vertretungsberechtigt: Anna Krüger"),
        (LegalForm.OHG, "Vertreten durch: Anna Krüger"),
        (LegalForm.REGISTERED, "Inhaber: Anna Krüger"),
        (LegalForm.UG, "Geschäftsführung: Anna Krüger"),
    ],
)
def test_representatives_have_the_title_of_the_legal_form(form, said):
    assert said in imprint.lines(sender(legal_form=form))


def test_the_chair_of_the_board_and_a_different_seat_are_included():
    lines = imprint.lines(sender(legal_form=LegalForm.AG, seat="Bonn", **FURTHER))
    assert {"Sitz: Bonn", "Vorsitz des Aufsichtsrats: Eva Wagner"} <= set(lines)
    assert not any("Aufsichtsrat" in line for line in imprint.lines(sender(legal_form=LegalForm.OHG, **FURTHER)))


@pytest.mark.parametrize("form", ["", *LegalForm.values])
def test_postgresql_finds_the_same_missing_fields(krueger, form):
    """The SQL of the board agrees with the check that stops sending."""
    fields = {"name", *imprint.REQUIRED, "register", "seat", "vat_id", *FURTHER}
    complete = IMPRINT | FURTHER | {"legal_form": form}
    for blank in [{}, *({field: "  " if field != "legal_form" else ""} for field in sorted(fields))]:
        Sender.objects.of(krueger).update(**(complete | blank))
        lacking = imprint.missing_fields(Sender.objects.of(krueger).get())
        [(found,)] = all_rows(
            f"SELECT {imprint.COMPLETE_SQL} FROM funnel_sender AS sender WHERE sender.account_id = %(account)s",
            {"account": krueger.pk},
        )
        assert found == (not lacking), (form, blank)
