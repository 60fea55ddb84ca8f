"""„Kontakt anlegen“: whether to start mails, consent as evidence, and suppressed addresses."""

import pytest
from django.utils import timezone

from contacts.models import Consent, Contact
from funnel.models import Enrolment, Message
from funnel.permission.suppression import address_hash, suppress
from tests.funnel.consenting import series, with_imprint
from tests.markup import page_of

CLAUDIA = {"last_name": "Brandes", "email": "claudia@brandes.de", "source": "phone"}
YES = {"wording": "Am Telefon: Ja, schicken Sie mir das.", "method": "spoken"}


@pytest.fixture
def post(login, sofia, krueger, board):
    with_imprint(krueger)
    series(krueger)
    client = login(sofia)

    def posted(**data):
        return client.post("/contacts/new/", CLAUDIA | {"column": board["Neue Kontakte"].pk} | data, follow=True)

    return posted


def test_without_the_request_nobody_is_enrolled_even_with_consent(post):
    post(**YES)
    assert not Enrolment.objects.exists()
    assert Consent.objects.get().granted is True


def test_with_consent_the_series_of_the_column_starts(post, sofia):
    post(**YES, enrol="on")
    evidence = Consent.objects.get()
    assert (evidence.channel, evidence.method, evidence.wording) == ("email", "spoken", YES["wording"])
    assert evidence.recorded_by == sofia
    assert Enrolment.objects.get().state == "active"
    assert set(Message.objects.values_list("state", flat=True)) == {"planned"}


@pytest.mark.parametrize("lacking", [{"wording": ""}, {"wording": "  "}, {"email": "", "phone": "0221 1"}])
def test_mails_are_not_promised_without_consent_or_address(post, lacking):
    answer = post(**YES | {"enrol": "on"} | lacking)
    assert answer.status_code == 422
    assert not Contact.objects.exists()


def test_an_own_column_has_no_mails(post, board):
    answer = post(**YES, enrol="on", column=board["Nicht erreicht"].pk)
    assert answer.status_code == 422
    assert "Diese Spalte hat keine Mails." in page_of(answer)


def test_a_contact_with_a_suppressed_address_is_added_with_a_warning_and_never_enrolled(post, krueger):
    digest = address_hash(krueger.pk, CLAUDIA["email"])
    suppress(account_id=krueger.pk, digest=digest, reason="objection", now=timezone.now())
    refused = post(**YES, enrol="on")
    assert refused.status_code == 422
    assert "ist gesperrt (Werbewiderspruch)" in page_of(refused)
    assert not Contact.objects.exists()
    html = page_of(post())
    assert Contact.objects.count() == 1
    assert "Die E-Mail-Adresse ist gesperrt (Werbewiderspruch)" in html
    assert 'data-suppressed="objection"' in html
    assert not Message.objects.exists()
