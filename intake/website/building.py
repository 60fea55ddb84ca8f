"""Building a form: the verbs. Each locks the form's row, so that two people at once leave an order both can see."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.models import Account, User
from base.refusals import Conflict, NotUnderstood, Overtaken
from contacts.models import Consent
from funnel.letters.letterhead import letterhead
from intake.models import Form, Inlet, InletKind, Question, Wording
from intake.website import asking

MAX_FORMS = 50
UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})


@transaction.atomic
def create(*, user: User, name: str, language: str, title: str, now: datetime) -> Form:
    """Add a form that is off, with the questions and wordings of a first one. Raises Conflict if there are too many.

    With its first form an office gets the name by which addresses call it.
    """
    account = Account.objects.select_for_update(no_key=True).get(pk=user.account_id)
    if Form.objects.of(account).count() >= MAX_FORMS:
        raise Conflict(_("Es gibt schon %d Formulare.") % MAX_FORMS)
    if account.slug is None:
        _name(account)
    inlet = Inlet.objects.create(
        account=account, kind=InletKind.FORM, name=name, is_active=False, created_at=now, created_by=user
    )
    taken = set(Form.objects.of(account).values_list("slug", flat=True))
    form = Form.objects.create(account=account, inlet=inlet, slug=_free(name, taken), language=language, title=title)
    Question.objects.bulk_create(asking.first_questions(form))
    for channel, text in asking.first_wordings(form, letterhead(account.pk).name).items():
        Wording.objects.create(
            account=account, form=form, channel=channel, version=1, text=text, created_by=user, created_at=now
        )
    return form


@transaction.atomic
def save(*, user: User, form_id: int, name: str, values: dict[str, Any], version: int) -> Form:
    """Save what the form says around its questions. Raises Form.DoesNotExist, and Overtaken for an old version."""
    form = _locked(user, form_id)
    if version != form.version:
        raise Overtaken(_("Dieses Formular wurde soeben von jemand anderem geändert. Es wurde nichts gespeichert."))
    for field, value in values.items():
        setattr(form, field, value)
    form.version += 1
    form.save(update_fields=[*values, "version"])
    Inlet.objects.of(form.account_id).filter(pk=form.inlet_id).update(name=name)
    return form


@transaction.atomic
def switch(*, user: User, form_id: int, on: bool) -> Form:
    """Take the form online or offline. Raises NotUnderstood if nobody could be answered who sends it."""
    form = _locked(user, form_id)
    asked = Question.objects.of(form.account_id).filter(form=form, fact__in=asking.REACHES)
    if on and not asked.exists():
        raise NotUnderstood(_("Bitte zuerst nach E-Mail-Adresse oder Telefon fragen: Sonst kann niemand antworten."))
    Inlet.objects.of(form.account_id).filter(pk=form.inlet_id).update(is_active=on)
    if on and not form.was_online:
        form.was_online = True
        form.save(update_fields=["was_online"])
    return form


@transaction.atomic
def add_question(*, user: User, form_id: int, values: dict[str, Any]) -> Question:
    """Add a question at the end. Raises Conflict if there are too many, or the fact is asked for already."""
    form = _locked(user, form_id)
    asked = Question.objects.of(form.account_id).filter(form=form)
    if asked.count() >= asking.MAX_QUESTIONS:
        raise Conflict(_("Ein Formular hat höchstens %d Felder.") % asking.MAX_QUESTIONS)
    if values.get("fact") and asked.filter(fact=values["fact"]).exists():
        raise Conflict(_("Danach fragt das Formular schon."))
    last = asked.aggregate(last=Max("position"))["last"]
    place = 0 if last is None else last + 1
    return Question.objects.create(account_id=form.account_id, form=form, position=place, **values)


@transaction.atomic
def change_question(*, user: User, question_id: int, values: dict[str, Any]) -> Question:
    """Save how something is asked. Raises Question.DoesNotExist."""
    question = _question(user, question_id)
    for field, value in values.items():
        setattr(question, field, value)
    question.save(update_fields=[*values])
    return question


@transaction.atomic
def move_question(*, user: User, question_id: int, steps: int) -> Question:
    """Move the question by this many places, at most to the end. Raises Question.DoesNotExist."""
    question = _question(user, question_id)
    rows = list(Question.objects.of(question.account_id).filter(form=question.form_id).order_by("position", "pk"))
    place = next(index for index, row in enumerate(rows) if row.pk == question.pk)
    moved = rows.pop(place)
    rows.insert(max(0, place + steps), moved)
    for position, row in enumerate(rows):
        row.position = position
    Question.objects.bulk_update(rows, ["position"])
    return moved


@transaction.atomic
def remove_question(*, user: User, question_id: int) -> int:
    """Ask no longer; what was answered stays with the contacts. Return the form's id. Raises NotUnderstood if the form
    is on and this is the last way to answer."""
    question = _question(user, question_id)
    form = Form.objects.of(user.account_id).select_related("inlet").get(pk=question.form_id)
    others = Question.objects.of(user.account_id).filter(form=form, fact__in=asking.REACHES).exclude(pk=question.pk)
    if question.fact in asking.REACHES and form.inlet.is_active and not others.exists():
        raise NotUnderstood(_("Ohne E-Mail-Adresse und Telefon kann niemand antworten. Es wurde nichts entfernt."))
    question.delete()
    return form.pk


@transaction.atomic
def reword(*, user: User, form_id: int, channel: str, text: str, now: datetime) -> Wording | None:
    """Add a version of a consent's wording; "" stops asking. None if it is worded like this already.

    Raises Form.DoesNotExist.
    """
    form = _locked(user, form_id)
    last = Wording.objects.of(form.account_id).filter(form=form, channel=channel).order_by("version").last()
    if text == (last.text if last else ""):
        return None
    version = last.version + 1 if last else 1
    return Wording.objects.create(
        account_id=form.account_id,
        form=form,
        channel=channel,
        version=version,
        text=text,
        created_by=user,
        created_at=now,
    )


def wordings(form: Form) -> list[Wording]:
    """Return the consents the form asks for now, in the order of the channels."""
    rows = Wording.objects.of(form.account_id).filter(form=form).order_by("channel", "-version").distinct("channel")
    found = {row.channel: row for row in rows if row.text}
    return [found[channel] for channel in Consent.Channel.values if channel in found]


def shown(form: Form, ids: Mapping[str, int]) -> list[Wording]:
    """Return the consents that a page asked for when it was shown."""
    rows = {row.channel: row for row in Wording.objects.of(form.account_id).filter(form=form, pk__in=ids.values())}
    return [rows[channel] for channel in Consent.Channel.values if channel in rows]


def _locked(user: User, form_id: int) -> Form:
    return Form.objects.of(user.account_id).select_for_update().get(pk=form_id)


def _question(user: User, question_id: int) -> Question:
    """Return the question, with its form's row locked."""
    question = Question.objects.of(user.account_id).get(pk=question_id)
    _locked(user, question.form_id)
    return Question.objects.of(user.account_id).get(pk=question_id)


def _name(account: Account) -> None:
    """Give the office the part of addresses by which they call it; another of that name may just be taking it."""
    while account.slug is None:
        slug = _free(account.name, set(Account.objects.exclude(slug=None).values_list("slug", flat=True)))
        try:
            with transaction.atomic():
                account.slug = slug
                account.save(update_fields=["slug"])
        except IntegrityError:
            account.slug = None
            continue  # the other has committed, so the next one is seen to be free or not


def _free(name: str, taken: Collection[str | None]) -> str:
    """Return the part of an address for a name, with a number if it is taken."""
    stem = slugify(name.translate(UMLAUTS))[:50].strip("-") or "formular"
    tries = (stem, *(f"{stem}-{number}" for number in range(2, len(taken) + 3)))
    return next(one for one in tries if one not in taken)
