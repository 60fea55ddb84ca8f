"""The rules that documents can break: what they name exists, and what they must name is there."""

import ast
import re
from pathlib import Path

FENCED = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
PATH = re.compile(r"`([\w.-]+(?:/[\w.-]+)*(?:/|\.(?:css|html|js|md|py|sql|svg|toml|webp|ya?ml|service|socket)))`")
LINK = re.compile(r"\]\(([^)\s:]+)\)")  # no address on the web: those have a colon
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
README_LINES = 90
READ = re.compile(r"""\b(?:env\.\w+|environ\.get|required|given\.get)\(\s*["']([A-Z][A-Z_]+)["']""")


def dead_paths(checkout: Path, text: str) -> list[str]:
    """Files and folders in backticks that are not there; they are named in full, as seen from the checkout.

    What the product makes and git ignores may be named, whether or not this checkout holds it yet.
    """
    made = {line.strip("/\n") for line in (checkout / ".gitignore").open()}
    named = [path for path in PATH.findall(text) if path.split("/")[0] not in made]
    return [f"{path} does not exist" for path in named if not (checkout / path).exists()]


def dead_links(document: Path, text: str) -> list[str]:
    """Links to files that are not there, or to headings they do not have."""
    found = []
    for link in LINK.findall(FENCED.sub("", text)):
        name, _, anchor = link.partition("#")
        target = document.parent / name if name else document
        if not target.exists():
            found.append(f"{document.name} leads to {link}")
        elif anchor and anchor not in anchors(text if not name else target.read_text()):
            found.append(f"{document.name} leads to {link}, a heading that is not there")
    return found


def anchors(text: str) -> set[str]:
    """The names by which headings can be linked to."""
    plain = [re.sub(r"[^\w -]", "", heading.lower()) for heading in HEADING.findall(FENCED.sub("", text))]
    return {heading.replace(" ", "-") for heading in plain}


def untold_folders(path: str, source: str) -> list[str]:
    """Packages that do not say what they are for, but for those whose names Django gives."""
    is_given = Path(path).parent.name in ("management", "commands", "migrations", "templatetags")
    return [] if is_given or ast.get_docstring(ast.parse(source)) else [f"{path} does not say what its folder is for"]


def variables(source: str) -> set[str]:
    """The variables of the environment that a source reads."""
    return set(READ.findall(source))
