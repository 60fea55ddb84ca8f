"""A password can be shown while it is typed; the field is still a password field."""

from playwright.sync_api import expect

from accounts import invitations, members
from accounts.models import User


def test_the_eye_shows_and_hides_what_is_typed(visit, anna):
    page = visit(None, "/accounts/login/")
    field, eye = page.get_by_label("Passwort", exact=True), page.get_by_role("button", name="Eingabe zeigen")
    field.fill("ein-geheimes-Wort")
    expect(field).to_have_attribute("type", "password")
    eye.click()
    expect(field).to_have_attribute("type", "text")
    expect(eye).to_have_attribute("aria-pressed", "true")
    expect(field).to_be_focused()
    eye.click()
    expect(field).to_have_attribute("type", "password")


def test_it_is_reached_by_keyboard_and_the_form_is_sent_with_a_password_field(visit, anna):
    page = visit(None, "/accounts/login/")
    page.get_by_label("E-Mail-Adresse").fill(anna.email)
    field = page.get_by_label("Passwort", exact=True)
    field.fill("falsch-falsch")
    field.press("Tab")
    expect(page.get_by_role("button", name="Eingabe zeigen")).to_be_focused()
    page.keyboard.press("Enter")
    expect(field).to_have_attribute("type", "text")
    page.get_by_role("button", name="Anmelden", exact=True).click()
    expect(page.get_by_text("E-Mail-Adresse oder Passwort stimmen nicht.")).to_be_visible()
    expect(page.get_by_label("Passwort", exact=True)).to_have_attribute("type", "password")


def test_an_invitation_explains_the_rules_and_logs_in(visit, anna):
    user = members.invite(account=anna.account, email="neu@krueger.example", role="agent", actor=anna)
    page = visit(None, invitations.link(user).removeprefix("http://testserver"))
    expect(page.get_by_text("Mindestens 10 Zeichen, gern ein ganzer Satz.")).to_be_visible()
    page.get_by_label("Vorname").fill("Nina")
    page.get_by_label("Nachname").fill("Neu")
    page.get_by_label("Passwort", exact=True).fill("ein ganzer Satz mit Wörtern")
    page.get_by_role("button", name="Eingabe zeigen").click()
    page.get_by_role("button", name="Zugang einrichten").click()
    expect(page.get_by_text("Willkommen! Sie sind angemeldet.")).to_be_visible()
    assert User.objects.get(pk=user.pk).full_name == "Nina Neu"
