"""README, docs/ and other documents name what exists, and describe all of it."""

import re
from pathlib import Path

import pytest

from config import checks
from tests.house import code, documents, pages

CHECKOUT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted([*CHECKOUT.glob("*.md"), *CHECKOUT.glob("docs/**/*.md")])
OPERATIONS = (CHECKOUT / "docs" / "operations.md").read_text()
ARCHITECTURE = (CHECKOUT / "docs" / "architecture.md").read_text()
INTERNAL = {"LISTEN_FD"}  # what one process of ours tells another


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_a_document_names_only_what_exists(document: Path) -> None:
    text = document.read_text()
    assert documents.dead_paths(CHECKOUT, text) == []
    assert documents.dead_links(document, text) == []


def test_the_readme_fits_on_two_screens_and_starts_with_a_picture_and_both_commands() -> None:
    lines = (CHECKOUT / "README.md").read_text().splitlines()
    assert len(lines) <= documents.README_LINES
    places = [lines.index(line) for line in ("## Run", "make run", "## Test", "make test", "## Read on")]
    assert places == sorted(places)
    assert any(line.startswith("![") for line in lines[: places[0]])


def test_the_map_shows_every_room_and_folder_and_no_other() -> None:
    rooms = {f"{room}/" for room in code.ROOMS}
    folders = {f"{room}/{name}/" for room, names in code.FOLDERS.items() for name in names}
    there = {folder for folder in folders if (CHECKOUT / folder).is_dir() and not folder.endswith("//")}
    map_ = ARCHITECTURE[ARCHITECTURE.index("## Map") : ARCHITECTURE.index("### Where to find what")]
    listed = re.findall(r"^\| `([\w/]+/)` \|", map_, re.MULTILINE)
    assert set(listed) == rooms | there


def test_folders_are_in_the_map_in_the_order_of_imports() -> None:
    for room, names in code.FOLDERS.items():
        rows = re.findall(rf"^\| `{room}/(\w*)/?`(?: itself)? \| (?!.*\| )", ARCHITECTURE, re.MULTILINE)
        assert rows == [name for name in names if name in rows]


def test_the_house_rules_name_the_limits_that_are_enforced() -> None:
    rules = " ".join(ARCHITECTURE[ARCHITECTURE.index("## House rules") :].split())
    assert f"At most {code.VIEW_LINES} lines." in rules
    modules, templates, styles, scripts = (pages.LIMITS[kind] for kind in (".py", ".html", ".css", ".js"))
    assert (
        f"Lines of at most {pages.COLUMNS} columns, modules under {modules} lines, templates under {templates},"
        in rules
    )
    assert f"style sheets under {styles}, scripts under {scripts}." in rules
    assert all(f"`{name}`" in rules for name in code.FORBIDDEN_NAMES)


def test_every_word_of_the_glossary_is_a_class() -> None:
    glossary = ARCHITECTURE[ARCHITECTURE.index("## Glossary") : ARCHITECTURE.index("## A drop, hop by hop")]
    words = [
        word for cell in re.findall(r"^\| (`.+?`) \|", glossary, re.MULTILINE) for word in re.findall(r"\w+", cell)
    ]
    sources = "".join(path.read_text() for room in code.ROOMS for path in (CHECKOUT / room).rglob("*.py"))
    classes = set(re.findall(r"^class (\w+)", sources, re.MULTILINE))
    assert len(words) > 20
    assert [word for word in words if word not in classes] == []


def test_every_folder_says_what_it_is_for() -> None:
    packages = [path for room in (*code.ROOMS, "tests") for path in (CHECKOUT / room).rglob("__init__.py")]
    assert CHECKOUT / "pipeline" / "cards" / "__init__.py" in packages
    sources = {path.relative_to(CHECKOUT).as_posix(): path.read_text() for path in packages}
    assert [words for path, source in sources.items() for words in documents.untold_folders(path, source)] == []
    assert len(documents.untold_folders("pipeline/cards/__init__.py", "X = 1")) == 1


def test_every_variable_of_the_environment_is_described() -> None:
    read = {name for path in CHECKOUT.glob("config/*.py") for name in documents.variables(path.read_text())}
    assert {"SECRET_KEY", "WEB_WORKERS", "DEMO_CONTACTS"} < read
    described = OPERATIONS[OPERATIONS.index("## Configure") : OPERATIONS.index("## Production")]
    assert sorted(name for name in read - INTERNAL if f"`{name}`" not in described) == []
    measuring = {name for path in CHECKOUT.glob("tests/bench/*.py") for name in documents.variables(path.read_text())}
    bench = (CHECKOUT / "docs" / "bench.md").read_text()
    assert sorted(name for name in measuring if name.startswith("BENCH_") and f"`{name}`" not in bench) == []


def test_every_command_is_described() -> None:
    targets = re.findall(r"^([a-z]+):", (CHECKOUT / "Makefile").read_text(), re.MULTILINE)
    read = "".join(path.read_text() for path in DOCUMENTS)
    assert [name for name in targets if name not in ("help", "venv-dev", "venv") and f"make {name}" not in read] == []
    commands = [path.stem for path in CHECKOUT.glob("*/management/commands/[a-z]*.py")]
    table = OPERATIONS[OPERATIONS.index("## Commands") : OPERATIONS.index("## Configure")]
    assert sorted(name for name in commands if f"`{name}" not in table and name != "procrastinate") == []


BREAKAGES = [
    (documents.dead_paths, "see `pipeline/cards/nowhere.py`"),
    (documents.dead_paths, "see `moves.py`, which stands in a folder"),
    (documents.dead_paths, "see `pipeline/nowhere/`"),
    (documents.dead_links, "see [this](docs/nowhere.md)"),
    (documents.dead_links, "see [this](#nowhere)\n# Somewhere"),
    (documents.dead_links, "see [this](docs/operations.md#nowhere)"),
]


@pytest.mark.parametrize(("check", "text"), BREAKAGES)
def test_a_dead_reference_is_caught(check, text: str) -> None:
    place = CHECKOUT if check is documents.dead_paths else CHECKOUT / "README.md"
    assert len(check(place, text)) == 1


def test_a_valid_reference_is_accepted() -> None:
    text = "# The `way` of a drop\n[a](#the-way-of-a-drop) [b](docs/operations.md#configure) [c](https://x.example)"
    assert documents.dead_links(CHECKOUT / "README.md", text) == []
    assert documents.dead_paths(CHECKOUT, "`manage.py`, `pipeline/cards/`, `*.py`, `var/mail`, `a.b()`") == []
    assert documents.dead_paths(CHECKOUT, "`var/`, `var/bench/nowhere.md`, `staticfiles/`: made when needed") == []
    assert documents.variables('env.bool("A_B", 1) or os.environ.get("CD") or x.get("E_F")') == {"A_B", "CD"}


def test_pre_commit_runs_the_formatters_of_make_check_and_fetches_nothing() -> None:
    text = (CHECKOUT / ".pre-commit-config.yaml").read_text()
    assert re.findall(r"repo: (\S+)", text) == ["local"]
    assert "://" not in text
    entries = re.findall(r"entry: \.venv/bin/(.+)", text)
    of_check = [" ".join(checks.commands()[name]) for name in ("format", "lint", "templates")]
    formatters = ("ruff format", "ruff check", "djade", "--target-version 5.2")
    for formatter, hook, command in zip(formatters, [*entries, entries[-1]], [*of_check, of_check[-1]], strict=True):
        assert formatter in hook and formatter in command
