"""Merging two contacts and undoing it, as a person does."""

from playwright.sync_api import expect

from contacts.models import Contact
from pipeline.models import Duplicate
from tests.clock import TUESDAY
from tests.factories import ContactFactory


def test_two_are_merged_and_parted(anna, board, visit):
    facts = {"first_name": "Hans", "last_name": "Müller", "column": board["Nicht erreicht"]}
    one = ContactFactory(**facts, email="hans@st.example", city="Köln")
    other = ContactFactory(**facts, email="hans@st.example", company="Bau GmbH", phone="0171 2345678")
    Duplicate.objects.create(account=anna.account, first=one, second=other, found_at=TUESDAY)
    watcher = visit(anna, f"/contacts/{other.pk}/")
    page = visit(anna, "/contacts/board/")
    expect(page.locator("[data-card]")).to_have_count(2)
    page.get_by_role("link", name="Duplikate (1)").first.click()
    page.get_by_role("link", name="Vergleichen: ").click()
    company = page.get_by_role("group", name="Firma")
    expect(company.get_by_role("radio").nth(1)).to_be_checked()
    company.get_by_role("radio").first.check()
    page.get_by_role("button", name="Zusammenführen").click()
    expect(page.get_by_role("status").first).to_contain_text("zusammengeführt")
    expect(page.get_by_text("0171 2345678").first).to_be_visible()
    assert Contact.objects.live().get().company == ""
    watcher.reload()
    expect(watcher).to_have_url(page.url)
    page.get_by_role("button", name="Rückgängig").click()
    expect(page.get_by_role("status").first).to_contain_text("zurückgenommen")
    assert sorted(Contact.objects.live().values_list("company", flat=True)) == ["", "Bau GmbH"]
