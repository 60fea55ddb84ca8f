"""The help articles: everybody may read them, they stand where the product says, and their pictures exist."""

import re

import pytest
from django.contrib.staticfiles import finders
from django.template.loader import get_template

from help.articles import ARTICLES
from tests.factories import ContactFactory
from tests.markup import page_of

NAMES = [article.name for article in ARTICLES]


@pytest.mark.parametrize("role", ["anna", "mehmet", "sofia", "mara", "paul"])
def test_everybody_reads_help(login, role, request):
    client = login(request.getfixturevalue(role))
    index = page_of(client.get("/help/"))
    for name in NAMES:
        assert f'href="/help/{name}/"' in index
        assert client.get(f"/help/{name}/").status_code == 200


def test_the_addresses_of_the_contract_exist(login, sofia):
    assert "Die Kontakte-Pipeline</h1>" in page_of(login(sofia).get("/help/pipeline/"))
    assert "Das Fälligkeitsdatum</h1>" in page_of(login(sofia).get("/help/due-date/"))


@pytest.mark.parametrize("address", ["/help/", "/help/pipeline/"])
def test_reading_requires_a_login(client, db, address):
    assert client.get(address).headers["Location"].startswith("/accounts/login/?next=%2Fhelp%2F")


@pytest.mark.parametrize("name", ["nothing", "article", "index", "PIPELINE", "..", "pipeline%00"])
def test_an_unknown_article_is_not_found(login, sofia, name):
    assert login(sofia).get(f"/help/{name}/").status_code == 404
    assert login(sofia).post(f"/help/{name}/vote/", {"helpful": "yes"}).status_code == 404


@pytest.mark.parametrize("address", ["/help/", "/help/pipeline/"])
def test_only_get_is_allowed(login, sofia, address):
    assert login(sofia).post(address).status_code == 405


@pytest.mark.parametrize("name", NAMES)
def test_reading_writes_nothing(login, sofia, name, unwritten):
    client = login(sofia)
    with unwritten():
        client.get(f"/help/{name}/")


def source_of(template):
    """The source of a template with that of the parts it includes in their place."""
    source = get_template(template).template.source
    return re.sub(r"{% include \"([^\"]+)\"[^%]*%}", lambda tag: source_of(tag[1]), source)


@pytest.mark.parametrize("article", ARTICLES, ids=lambda article: article.name)
def test_pictures_exist_are_small_and_described(article):
    source = source_of(article.template)
    pictures = re.findall(r"<img [^>]*?static ['\"]([^'\"]+)['\"][^>]*?>", source)
    assert source.count("<img") == len(pictures)
    for name in pictures:
        path = finders.find(name)
        assert path, f"{name} is missing"
        with open(path, "rb") as file:
            assert 1_000 < len(file.read()) < 120_000
    text = r"(?:{% translate \"[^\"]{20,}\" %}|{% blocktranslate trimmed %}[^{]{20,}{% endblocktranslate %})"
    described = re.findall(rf"<img [^>]*?\salt=\"{text}\"", source)
    assert len(described) == len(pictures)


def test_links_inside_the_articles_lead_somewhere(login, anna):
    client = login(anna)
    for name in NAMES:
        page = page_of(client.get(f"/help/{name}/"))
        text = page[page.index("<article") : page.index("</article>")]
        for address in re.findall(r'<a [^>]*?href="(/[^"#]*)', text):
            assert client.get(address).status_code in (200, 302), f"{name} links {address}"


@pytest.mark.parametrize(
    ("page", "article"),
    [
        ("/contacts/board/", "/help/pipeline/"),
        ("/contacts/", "/help/list/"),
        ("/contacts/import/", "/help/import/"),
        ("/contacts/new/", "/help/"),
    ],
)
def test_help_leads_to_the_article_about_the_page(login, anna, board, page, article):
    html = page_of(login(anna).get(page))
    assert f'<a class="icon-button" href="{article}" title="Hilfe"' in html


def test_each_lock_on_the_board_leads_to_its_reason(login, sofia, board):
    client = login(sofia)
    assert page_of(client.get("/contacts/board/")).count('href="/help/pipeline/#locked"') == 3
    assert 'id="locked"' in page_of(client.get("/help/pipeline/"))


def test_the_due_date_picker_links_its_article(login, anna, krueger):
    contact = ContactFactory(account=krueger)
    assert 'href="/help/due-date/"' in page_of(login(anna).get(f"/contacts/{contact.pk}/due/"))


def test_every_page_links_help_and_feedback(login, mara):
    page = page_of(login(mara).get("/help/roles/"))
    assert 'href="/help/"' in page
    assert 'href="/feedback/?page=%2Fhelp%2Froles%2F" data-dialog' in page


def test_answers_are_promised_only_where_they_are_read(login, anna, settings):
    page = page_of(login(anna).get("/help/email-funnel/"))
    assert "Auch eine Antwort auf eine Mail beendet sie" not in page
    assert "Antworten gehen an Sie" in page
    settings.MAIL_IN, settings.IMAP_URL = "post@kontakte.example", "imaps://post:x@kontakte.example"
    page = page_of(login(anna).get("/help/email-funnel/"))
    assert "Auch eine Antwort auf eine Mail beendet sie" in page
