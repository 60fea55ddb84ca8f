"""Salutations for people, couples and companies, and for names too odd to use."""

import pytest

from contacts.models import Contact
from funnel.letters.salutations import salutation, spoken_title, tidy

GREETINGS = [
    ({"salutation": "mrs", "title": "Dr.", "last_name": "Brandes"}, "Sehr geehrte Frau Dr. Brandes"),
    ({"salutation": "mrs", "first_name": "Eva", "last_name": "von Bergen"}, "Sehr geehrte Frau von Bergen"),
    (
        {"salutation": "mr", "title": "Prof. Dr. med.", "last_name": "Ahrens"},
        "Sehr geehrter Herr Professor Ahrens",
    ),
    ({"salutation": "mrs", "title": "Prof.", "last_name": "Ahrens"}, "Sehr geehrte Frau Professorin Ahrens"),
    ({"salutation": "mr", "title": "Dr.-Ing.", "last_name": "O'Neill"}, "Sehr geehrter Herr Dr. O'Neill"),
    ({"salutation": "mr", "title": "Dipl.-Ing.", "last_name": "Maß"}, "Sehr geehrter Herr Maß"),
    ({"salutation": "mr", "last_name": "Öztürk-Şahin"}, "Sehr geehrter Herr Öztürk-Şahin"),
    ({"salutation": "neutral", "first_name": "Kim", "last_name": "Brandes"}, "Guten Tag Kim Brandes"),
    ({"first_name": "Kim", "last_name": "Brandes", "title": "Dr."}, "Guten Tag Dr. Kim Brandes"),
    ({"first_name": "Kim"}, "Guten Tag Kim"),
    ({"title": "Dr.", "last_name": "Brandes"}, "Guten Tag Dr. Brandes"),
    ({"last_name": "Brandes"}, "Guten Tag"),
    ({"salutation": "mrs", "first_name": "Eva"}, "Guten Tag Eva"),
    ({"salutation": "mrs"}, "Guten Tag"),
    ({"company": "Brandes GmbH"}, "Sehr geehrte Damen und Herren"),
    (
        {"company": "Brandes GmbH", "salutation": "mr", "last_name": "Lorenz"},
        "Sehr geehrter Herr Lorenz",
    ),
    ({"email": "wer@post.example"}, "Guten Tag"),
    # fields that hold more than they should
    ({"salutation": "mr", "last_name": "Familie Weber"}, "Guten Tag Familie Weber"),
    ({"salutation": "mrs", "last_name": "Eheleute Weber"}, "Guten Tag Eheleute Weber"),
    ({"last_name": "Erbengemeinschaft Weber"}, "Guten Tag Erbengemeinschaft Weber"),
    ({"salutation": "mr", "last_name": "Weber, Hans"}, "Sehr geehrter Herr Weber"),
    ({"last_name": "Weber, Hans"}, "Guten Tag Hans Weber"),
    ({"salutation": "mr", "first_name": "Weber, Hans"}, "Sehr geehrter Herr Weber"),
    ({"salutation": "mr", "last_name": "Weber, Dr."}, "Sehr geehrter Herr Dr. Weber"),
    ({"salutation": "mr", "first_name": "Hans", "last_name": "Weber, Hans"}, "Sehr geehrter Herr Weber"),
    ({"salutation": "mr", "last_name": "Herr Weber"}, "Sehr geehrter Herr Weber"),
    ({"salutation": "mr", "last_name": "Dr. Weber"}, "Sehr geehrter Herr Dr. Weber"),
    ({"salutation": "mr", "title": "Dr.", "last_name": "Dr. Weber"}, "Sehr geehrter Herr Dr. Weber"),
    ({"salutation": "mrs", "last_name": "Dr. med. Frau"}, "Sehr geehrte Frau Dr. Frau"),
    ({"salutation": "mr", "title": "Doktorand", "last_name": "Weber"}, "Sehr geehrter Herr Weber"),
    ({"salutation": "mrs", "title": "Doktorin", "last_name": "Weber"}, "Sehr geehrte Frau Dr. Weber"),
    ({"salutation": "mrs", "last_name": "Drechsler"}, "Sehr geehrte Frau Drechsler"),
    ({"salutation": "mr", "last_name": "Profitlich"}, "Sehr geehrter Herr Profitlich"),
    ({"salutation": "mr", "last_name": "Herrmann"}, "Sehr geehrter Herr Herrmann"),
    ({"salutation": "mr", "last_name": "Weger"}, "Sehr geehrter Herr Weger"),
    # couples: in the order on record, the second with the first one's name unless it has its own
    (
        {"salutation": "mrs", "last_name": "Brandes", "partner_salutation": "mr", "title": "Dr."},
        "Sehr geehrte Frau Dr. Brandes, sehr geehrter Herr Brandes",
    ),
    (
        {"salutation": "mr", "last_name": "Brandes", "partner_salutation": "mrs", "partner_title": "Dr."},
        "Sehr geehrter Herr Brandes, sehr geehrte Frau Dr. Brandes",
    ),
    (
        {
            "salutation": "mrs",
            "last_name": "Brandes",
            "partner_salutation": "mrs",
            "partner_last_name": "Lorenz",
            "partner_first_name": "Ida",
        },
        "Sehr geehrte Frau Brandes, sehr geehrte Frau Lorenz",
    ),
    (
        {
            "salutation": "mrs",
            "first_name": "Eva",
            "last_name": "Brandes",
            "partner_first_name": "Kim",
            "partner_last_name": "Lorenz",
        },
        "Guten Tag Eva Brandes und Kim Lorenz",
    ),
    ({"salutation": "mrs", "last_name": "Brandes", "partner_first_name": "Kim"}, "Guten Tag"),
    (
        {
            "salutation": "mr",
            "first_name": "Jan",
            "last_name": "Klein",
            "partner_salutation": "mr",
            "partner_first_name": "Udo",
        },
        "Guten Tag Jan Klein und Udo Klein",
    ),
    ({"partner_salutation": "mr", "partner_last_name": "Lorenz"}, "Sehr geehrter Herr Lorenz"),
    # what is no name
    ({"salutation": "mr", "last_name": " , "}, "Guten Tag"),
    ({"salutation": "mr", "last_name": "🏠🏠"}, "Guten Tag"),
    ({"salutation": "mr", "last_name": "Brandes ,"}, "Sehr geehrter Herr Brandes"),
    ({"salutation": "mr", "last_name": "Gewinn auf https://evil.example"}, "Guten Tag"),
    ({"salutation": "mr", "last_name": "evil.example"}, "Guten Tag"),
    ({"salutation": "mr", "last_name": "\u202eBrandes\u200b\r\nBcc"}, "Sehr geehrter Herr Brandes Bcc"),
    ({"salutation": "mr", "last_name": "משה"}, "Sehr geehrter Herr משה"),
]


@pytest.mark.parametrize(("facts", "greeting"), GREETINGS)
def test_contact_is_greeted(facts, greeting):
    assert salutation(Contact(**facts)) == greeting


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("Dr.", "Dr."),
        ("Dr. h.c. mult.", "Dr."),
        ("PD Dr.", "Dr."),
        ("Doktor", "Dr."),
        ("prof", "Professor"),
        ("Jun.-Prof.", "Professor"),
        ("Konsul", ""),
        ("🦄", ""),
        ("", ""),
    ],
)
def test_salutation_uses_the_academic_part_of_a_title(title, said):
    assert spoken_title(title, "mr") == said


def test_tidy_text_is_one_line_without_direction_marks():
    assert tidy(" a\x00\u202e\r\n b\t\ue000 👩‍👧 ") == "a b 👩‍👧"
