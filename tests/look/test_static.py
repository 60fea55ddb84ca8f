"""Weights, lengths and licences of what browsers load."""

import hashlib
import re
from pathlib import Path

import brotli
import pytest

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "static"
STYLES = sorted((STATIC / "css").glob("*.css"))
SCRIPTS = sorted((STATIC / "js").glob("*.js"))
SHARED = re.findall(r"css/(\w+)\.css", (ROOT / "templates/_styles.html").read_text(encoding="utf-8"))
PAGES = [style.stem for style in STYLES if style.stem not in SHARED]
COMPANIONS = {"card": "board"}  # linked together only


def on_the_wire(*files: Path) -> int:
    """Bytes as WhiteNoise sends them to a browser that understands Brotli, which all do over https."""
    return sum(len(brotli.compress(file.read_bytes())) for file in files)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_loads_at_most_15_kb_of_styles(page):
    names = {*SHARED, COMPANIONS.get(page, page), page}
    assert on_the_wire(*(STATIC / "css" / f"{name}.css" for name in names)) <= 15_000


def scripts_of(template: Path) -> list[Path]:
    links = re.findall(r"""static ["']((?:js|vendor)/[^"']+\.js)["']""", template.read_text(encoding="utf-8"))
    return [STATIC / link for link in links]


TEMPLATES = ROOT / "templates"
BASE = scripts_of(TEMPLATES / "base.html")
SCRIPTED = [path for path in sorted(TEMPLATES.rglob("*.html")) if scripts_of(path)]


@pytest.mark.parametrize("page", SCRIPTED, ids=lambda page: page.name)
def test_a_page_loads_at_most_45_kb_of_scripts(page):
    assert on_the_wire(*{*BASE, *scripts_of(page)}) <= 45_000


def test_every_style_sheet_is_linked_by_a_page():
    text = "\n".join(page.read_text(encoding="utf-8") for page in TEMPLATES.rglob("*.html"))
    assert {style.stem for style in STYLES} - set(re.findall(r"css/(\w+)\.css", text)) == set()


def test_every_script_is_linked_by_a_page():
    assert set(SCRIPTS) - {script for page in SCRIPTED for script in scripts_of(page)} == set()


@pytest.mark.parametrize("file", [*STYLES, *SCRIPTS], ids=lambda file: file.name)
def test_no_stylesheet_or_script_outgrows_a_reader(file):
    limit = 250 if file.suffix == ".css" else 150
    assert len(file.read_text(encoding="utf-8").splitlines()) <= limit


@pytest.mark.parametrize("file", [*STYLES, *SCRIPTS], ids=lambda file: file.name)
def test_nothing_is_fetched_from_elsewhere(file):
    text = file.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
    assert re.findall(r"https?://|url\([\"']?//", text) == []


@pytest.mark.parametrize("file", SCRIPTS, ids=lambda file: file.name)
def test_no_script_evaluates_text(file):
    assert re.findall(r"\beval\(|new Function|setTimeout\([\"']", file.read_text(encoding="utf-8")) == []


def vendored() -> list[tuple[str, str, str]]:
    table = (STATIC / "vendor/VENDORED.md").read_text(encoding="utf-8")
    return re.findall(r"\(`([^`]+LICENSE)`\) \| `([^`]+)` \| `(\w{64})`", table)


@pytest.mark.parametrize(("licence", "file", "digest"), vendored())
def test_vendored_files_are_what_their_list_says(licence, file, digest):
    assert hashlib.sha256((STATIC / "vendor" / file).read_bytes()).hexdigest() == digest
    assert (STATIC / "vendor" / licence).is_file()


def test_every_vendored_file_is_listed():
    listed = {name for licence, file, _ in vendored() for name in (licence, Path(file).name)}
    present = {file.name for file in (STATIC / "vendor").iterdir()} - {"VENDORED.md"}
    assert present - listed == set()
