"""Weights, lengths and licences of what browsers load."""

import hashlib
import re
from pathlib import Path

import brotli
import pytest
from django.contrib.staticfiles import finders

from base.templatetags.assets import assemblies_of_all_pages
from config.static_files import name_of, wrapped

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "static"
STYLES = sorted((STATIC / "css").glob("*.css"))
SCRIPTS = sorted((STATIC / "js").glob("*.js"))
ASSEMBLIES = sorted(assemblies_of_all_pages())
LIMITS = {".css": 15_000, ".js": 45_000}  # bytes


def source(name: str) -> str:
    path = finders.find(name)
    assert path, f"{name} is missing"
    return Path(path).read_text(encoding="utf-8")


@pytest.mark.parametrize("parts", ASSEMBLIES, ids=lambda parts: parts[-1])
def test_a_page_loads_at_most_15_kb_of_styles_and_45_kb_of_scripts(parts):
    whole = "".join(wrapped(name, source(name)) for name in parts)
    sent = len(brotli.compress(whole.encode()))  # as WhiteNoise does for browsers that understand it, which all do
    assert sent <= LIMITS[Path(parts[0]).suffix]


@pytest.mark.parametrize("parts", ASSEMBLIES, ids=lambda parts: parts[-1])
def test_the_parts_of_a_page_are_unique_and_of_one_kind(parts):
    assert len(set(parts)) == len(parts)
    assert len({Path(name).suffix for name in parts}) == 1


@pytest.mark.parametrize("parts", ASSEMBLIES, ids=lambda parts: parts[-1])
def test_addresses_in_styles_keep_their_meaning_in_the_file_put_together(parts):
    folders = {Path(name).parent for name in parts if "url(" in source(name)}
    assert folders <= {Path(name_of(parts)).parent}


@pytest.mark.parametrize("name", sorted({name for parts in ASSEMBLIES for name in parts if name.endswith(".js")}))
def test_a_script_works_inside_a_block(name):
    """Parts share a page, not names: what others need is a property of the window, or a `var`."""
    text = re.sub(r"^(\s*//.*\n)+", "", source(name)).lstrip()
    assert not re.match(r"(let|const|class|function|import|export) ", text)


def test_every_style_sheet_and_script_is_part_of_a_page():
    used = {name for parts in ASSEMBLIES for name in parts}
    # On the websites of offices and their forms, and in the background.
    alone = {"js/embed.js", "js/puzzle.js", "js/service-worker.js"}
    assert {f"{file.parent.name}/{file.name}" for file in [*STYLES, *SCRIPTS]} - used == alone


def test_parts_depend_on_nothing_but_the_template():
    for path in (ROOT / "templates").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        for parts in re.findall(r"{% (?:block )?(?:styles|scripts) %}.*?{% end(?:block|styles|scripts)", text, re.S):
            assert re.findall(r"{% (?:if|for|with|ifchanged)\b|{{ (?!block\.super)", parts) == [], path


def test_only_public_forms_and_the_page_for_an_unavailable_product_link_files_directly():
    linking = re.compile(r"<link [^>]*stylesheet|<script[^>]*src=")
    templates = (ROOT / "templates").rglob("*.html")
    assert {path.name for path in templates if linking.search(path.read_text(encoding="utf-8"))} == {
        "500.html",
        "form.html",
    }


@pytest.mark.parametrize("file", [*STYLES, *SCRIPTS], ids=lambda file: file.name)
def test_no_stylesheet_or_script_outgrows_a_reader(file):
    limit = 250 if file.suffix == ".css" else 150
    assert len(file.read_text(encoding="utf-8").splitlines()) <= limit


@pytest.mark.parametrize("file", [*STYLES, *SCRIPTS], ids=lambda file: file.name)
def test_nothing_is_fetched_from_elsewhere(file):
    text = file.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
    assert re.findall(r"https?://|url\([\"']?//", text) == []


@pytest.mark.parametrize("file", SCRIPTS, ids=lambda file: file.name)
def test_lines_of_comments_are_left_out_of_what_is_sent_and_no_line_of_a_text_is(file):
    text = file.read_text(encoding="utf-8")
    assert re.findall(r"^ *//", wrapped(f"js/{file.name}", text), re.M) == []
    comments = [match.start() for match in re.finditer(r"^ *//", text, re.M)]
    assert [start for start in comments if text[:start].count("`") % 2] == []


@pytest.mark.parametrize("file", SCRIPTS, ids=lambda file: file.name)
def test_no_script_evaluates_text(file):
    assert re.findall(r"\beval\(|new Function|setTimeout\([\"']", file.read_text(encoding="utf-8")) == []


def vendored() -> list[tuple[str, str, str]]:
    table = (STATIC / "vendor/VENDORED.md").read_text(encoding="utf-8")
    return re.findall(r"\(`([^`]+LICENSE)`\) \| `([^`]+)` \| `(\w{64})`", table)


@pytest.mark.parametrize(("licence", "file", "digest"), vendored())
def test_vendored_files_match_their_list(licence, file, digest):
    assert hashlib.sha256((STATIC / "vendor" / file).read_bytes()).hexdigest() == digest
    assert (STATIC / "vendor" / licence).is_file()


def test_every_vendored_file_is_listed():
    listed = {name for licence, file, _ in vendored() for name in (licence, Path(file).name)}
    present = {file.name for file in (STATIC / "vendor").iterdir()} - {"VENDORED.md"}
    assert present - listed == set()
