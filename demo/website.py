"""The form on the website of the demo's first office."""

from datetime import datetime

from accounts.models import User
from contacts.models import Source
from intake.models import Form, Question
from intake.website import building

ASKED = ("property_kind", "property_postal_code", "property_city", "living_area")


def add_form(administrator: User, now: datetime) -> Form:
    """Add a form that asks for what a valuation needs, and put it online."""
    title = "Was ist Ihre Immobilie wert?"
    form = building.create(user=administrator, name="Bewertung", title=title, language="de", now=now)
    for fact in ASKED:
        building.add_question(user=administrator, form_id=form.pk, values={"fact": fact})
    when = {"fact": "sell_horizon", "label": "Wann möchten Sie verkaufen?"}
    building.add_question(user=administrator, form_id=form.pk, values=when)
    message = Question.objects.of(form.account_id).get(form=form, fact="message")
    building.move_question(user=administrator, question_id=message.pk, steps=len(ASKED) + 1)
    intro = "Kostenlos und unverbindlich. Wir melden uns am selben Werktag."
    values = {"intro": intro, "source": Source.VALUATION}
    building.save(user=administrator, form_id=form.pk, name="Bewertung", values=values, version=form.version)
    return building.switch(user=administrator, form_id=form.pk, on=True)
