"""The rules of the house that Python code can break: each checker takes a path and a source, and returns complaints."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import PurePosixPath
from typing import Any, NamedTuple

# A room and those it may import.
ROOMS: dict[str, set[str]] = {
    "base": set(),
    "accounts": {"base"},
    "contacts": {"accounts", "base"},
    "funnel": {"contacts", "accounts", "base"},
    "pipeline": {"funnel", "contacts", "accounts", "base"},
    "intake": {"pipeline", "funnel", "contacts", "accounts", "base"},
    "demo": {"intake", "pipeline", "funnel", "contacts", "accounts", "base"},
    "help": {"accounts", "base"},
    "live": {"contacts", "accounts", "base"},
    "config": {"demo", "intake", "pipeline", "funnel", "contacts", "accounts", "base", "help", "live"},
}
# The folders of a room, from the bottom up: each may import those before it. "" are the modules that lie flat in it.
FOLDERS: dict[str, tuple[str, ...]] = {
    "contacts": ("", "csv", "views", "urls"),
    "funnel": (
        *("models", "permission", "incoming", "letters", "series", "transport", "replies", "sending", ""),
        *("views", "urls"),
    ),
    "intake": ("reading", "models", "", "mail", "website", "hooks", "tasks", "views", "urls"),
    "pipeline": (
        *("models", "columns", "cards", "alerts", "", "deeds", "imports", "duplicates", "inquiries"),
        *("tasks", "views", "urls"),
    ),
}
FORBIDDEN_NAMES = {"utils", "helpers", "services", "common"}
SIGNAL_MODULES = {"django.dispatch", "django.db.models.signals", "django.core.signals"}
WRITES = {"create", "bulk_create", "bulk_update"}  # of rows whose account is named or whose lookup was scoped
SCOPED = {"of", "visible_to", "none"}  # the second begins with the first, the third finds nothing
SHORTCUTS = {"get_object_or_404", "get_list_or_404"}
VIEW_LINES = 20
CLOCKS = {
    "now",
    "today",
    "localdate",
    "localtime",
    "utcnow",
    "time",
}  # `time.time`, and what else is called so
ASKED = re.compile(rf"\b(?:{'|'.join(CLOCKS)})\b")  # most sources need not be parsed to see that they ask no clock
GETTEXT = {
    "gettext_noop",
    "_",
    "gettext",
    "gettext_lazy",
    "ngettext",
    "ngettext_lazy",
    "pgettext",
    "pgettext_lazy",
}
GERMAN = re.compile(
    r"[a-z]*[äöüß][a-z]+|[äöüß]?[a-z]+[äöüß]|\b(?:bitte|ein|kein|nicht|oder|sind|und|wird|wurde)e?\b", re.I
)

LEAVES = {ast.Name, ast.Load, ast.Store, ast.Del}  # half of all nodes, and no checker starts from one

Function = ast.FunctionDef | ast.AsyncFunctionDef


class Spot(NamedTuple):
    """A node with the dotted name of the function or class it stands in."""

    place: str
    node: Any
    is_late: bool  # inside a function


@cache
def _spots(source: str) -> dict[type, list[Spot]]:
    """The nodes of a source by kind, read once for all checkers: none of them changes any."""
    found: dict[type, list[Spot]] = {}
    waiting = [Spot("", ast.parse(source), False)]
    while waiting:
        outer = waiting.pop()
        place, node, is_late = outer
        found.setdefault(type(node), []).append(outer)
        if isinstance(node, Function | ast.ClassDef):
            place = f"{place}.{node.name}".lstrip(".")
            is_late = is_late or not isinstance(node, ast.ClassDef)
        waiting += [Spot(place, child, is_late) for child in _children(node) if type(child) not in LEAVES]
    return found


def _children(node: ast.AST) -> Iterator[ast.AST]:
    """As `ast.iter_child_nodes`, in half the time: most of a checker's time goes here."""
    for value in map(vars(node).get, node._fields):
        if isinstance(value, list):
            yield from (item for item in value if isinstance(item, ast.AST))
        elif isinstance(value, ast.AST):
            yield value


def of_kind(source: str, *kinds: type) -> list[Any]:
    return [spot.node for kind in kinds for spot in _spots(source).get(kind, ())]


def texts(source: str) -> list[ast.Constant]:
    return [node for node in of_kind(source, ast.Constant) if isinstance(node.value, str)]


def room_of(path: str) -> str:
    return PurePosixPath(path).parts[0]


def upward_imports(path: str, source: str) -> list[str]:
    """Imports, and model names in strings ("pipeline.Card"), of rooms that this room may not know."""
    room = room_of(path)
    banned = (set(ROOMS) | {"tests"}) - ROOMS[room] - {room}
    imported = [(line, name) for line, name in _imports(path, source) if name.split(".")[0] in banned]
    named = [
        (node.lineno, node.value)
        for node in texts(source)
        if (match := re.fullmatch(r"(\w+)\.[A-Z]\w+", node.value)) and match[1] in banned
    ]
    return [f"{path}:{line} {room} may not know {name}" for line, name in imported + named]


def climbing_imports(path: str, source: str) -> list[str]:
    """Imports of a folder of the same room that stands above this one."""
    room, place = room_of(path), _folder_of(path.removesuffix(".py").split("/"))
    folders = FOLDERS.get(room)
    if folders is None or "migrations" in path:
        return []
    imported = [(line, name.split(".")) for line, name in _imports(path, source)]
    return [
        f"{path}:{line} {room}/{place} may not know {'.'.join(parts)}"
        for line, parts in imported
        if parts[0] == room and folders.index(_folder_of(parts)) > folders.index(place)
    ]


def _folder_of(parts: list[str]) -> str:
    second = parts[1] if len(parts) > 1 else ""
    return "views" if second == "management" else second if second in FOLDERS.get(parts[0], ()) else ""


def circles(sources: dict[str, str]) -> list[str]:
    """Modules that import each other, directly or through others, for their types included."""
    known = {path.removesuffix(".py").removesuffix("/__init__").replace("/", "."): path for path in sources}
    imports = {
        name: {found for found in _modules(path, sources[path], known) if found != name} for name, path in known.items()
    }
    while leaves := [name for name, targets in imports.items() if not targets & imports.keys()]:
        for name in leaves:
            del imports[name]
    return sorted(name for name in imports if name in _reached(imports, name))


def _modules(path: str, source: str, known: dict[str, str]) -> set[str]:
    found = {name for _, name in _imports(path, source)}
    return {name if name in known else name.rpartition(".")[0] for name in found} & known.keys()


def _reached(imports: dict[str, set[str]], start: str) -> set[str]:
    """Return all that a module imports, directly or indirectly."""
    found: set[str] = set()
    waiting = list(imports[start])
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += imports.get(name, ())
    return found


def late_imports(path: str, source: str) -> list[str]:
    """Imports of our modules inside a function, which hide circles."""
    found = set(_imports(path, source, only_late=True))
    return [f"{path}:{line} imports {name} inside a function" for line, name in sorted(found) if _ours(name)]


def vague_names(path: str, source: str = "") -> list[str]:
    parts = {PurePosixPath(part).stem for part in PurePosixPath(path).parts}
    return [f"{path} is called {name}" for name in sorted(parts & FORBIDDEN_NAMES)]


def hidden_effects(path: str, source: str) -> list[str]:
    """Signals, and save() or delete() overrides in models: changes without a visible call."""
    signals = [(line, name) for line, name in _imports(path, source) if name.startswith(tuple(SIGNAL_MODULES))]
    is_model = "models" in PurePosixPath(path.removesuffix(".py")).parts
    overrides = [
        (node.lineno, f"{holder.name}.{node.name}()")
        for holder in of_kind(source, ast.ClassDef)
        if is_model
        for node in holder.body
        if isinstance(node, Function) and node.name in ("save", "delete")
    ]
    return [f"{path}:{line} works through {name}" for line, name in signals + overrides]


def unscoped_lookups(path: str, source: str) -> list[tuple[str, str]]:
    """Lookups that do not start with `.of(account)`: pairs of place ("file::function") and complaint."""
    found = []
    for spot in [*_spots(source).get(ast.Attribute, ()), *_spots(source).get(ast.Call, ())]:
        where, node = f"{path}::{spot.place}", spot.node
        if isinstance(node, ast.Attribute) and node.attr in ("_default_manager", "_base_manager"):
            found.append((where, f"{path}:{node.lineno} uses {node.attr}"))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute):
            if node.value.attr == "objects" and node.attr not in WRITES | SCOPED:
                found.append((where, f"{path}:{node.lineno} looks up .objects.{node.attr} without .of(account)"))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SHORTCUTS:
            if node.args and isinstance(node.args[0], ast.Name) and node.args[0].id[0].isupper():
                found.append((where, f"{path}:{node.lineno} looks up {node.args[0].id} without .of(account)"))
    return found


def long_views(path: str, source: str) -> list[str]:
    """Views with more than twenty lines, docstring not counted."""
    if PurePosixPath(path).stem != "views" and "views" not in PurePosixPath(path).parts:
        return []
    text = source.splitlines()
    views = of_kind(source, ast.FunctionDef, ast.AsyncFunctionDef)
    return [
        f"{path}:{view.lineno} {view.name} has {lines} lines"
        for view in views
        if (lines := _body_lines(view, text)) > VIEW_LINES
    ]


def quoting_log_lines(path: str, source: str) -> list[str]:
    """Lines of the log that repeat what an exception says: it may quote a row, an address or a statement."""
    calls = of_kind(source, ast.Call)
    lines = [node for node in calls if _is_log_line(node)]
    if not lines:
        return []
    caught = {node.name for node in of_kind(source, ast.ExceptHandler) if node.name}
    given = {
        node.arg for node in of_kind(source, ast.arg) if node.annotation and "Exception" in ast.unparse(node.annotation)
    }
    kinds = {id(node.args[0]) for node in calls if _is_of_type(node)}
    return [
        f"{path}:{line.lineno} logs what {node.id} says"
        for line in lines
        for node in ast.walk(line)
        if isinstance(node, ast.Name) and node.id in caught | given and id(node) not in kinds
    ]


def _is_log_line(node: ast.Call) -> bool:
    """Whether it is a call of `log` or `logger`, at any level."""
    holder = node.func.value if isinstance(node.func, ast.Attribute) else None
    return isinstance(holder, ast.Name) and holder.id in ("log", "logger")


def _is_of_type(node: ast.Call) -> bool:
    return isinstance(node.func, ast.Name) and node.func.id == "type" and len(node.args) == 1


def clocks_at_import(path: str, source: str) -> list[str]:
    """Clocks read at import: hours may pass, and midnight too, before the tests run."""
    if not ASKED.search(source):
        return []
    calls = [node for node in _at_import(ast.parse(source)) if isinstance(node, ast.Call)]
    asked = [call for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr in CLOCKS]
    found = [call for call in asked if not call.args or call.func.attr == "now"]  # `localdate(moment)` only converts
    return [f"{path}:{call.lineno} asks for the time while it is imported" for call in found]


def _at_import(module: ast.Module) -> Iterator[ast.AST]:
    """Yield the nodes evaluated at import: decorators of functions, but not their bodies."""
    waiting: list[ast.AST] = [module]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Function):
            waiting += node.decorator_list
        elif not isinstance(node, ast.Lambda):
            yield node
            waiting += _children(node)


def german_outside_gettext(path: str, source: str) -> list[str]:
    """String literals that look German and are not translated, except docstrings."""
    seen = {id(node.value) for node in of_kind(source, ast.Expr)}
    for node in of_kind(source, ast.Call):
        if isinstance(node.func, ast.Name) and node.func.id in GETTEXT:
            seen |= {id(inner) for inner in ast.walk(node)}
    return [
        f"{path}:{node.lineno} {node.value[:40]!r} outside gettext"
        for node in texts(source)
        if id(node) not in seen and GERMAN.search(node.value)
    ]


def _body_lines(function: Function, text: list[str]) -> int:
    """Count the lines of code, without blank lines, comments and lone brackets."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    lines = text[body[0].lineno - 1 : function.end_lineno] if body else []
    return sum(1 for line in lines if line.strip(" ()[]{},") and not line.lstrip().startswith("#"))


def _ours(name: str) -> bool:
    return name.split(".")[0] in ROOMS


def _imports(path: str, source: str, only_late: bool = False) -> Iterator[tuple[int, str]]:
    spots = _spots(source)
    for spot in spots.get(ast.Import, ()):
        if spot.is_late or not only_late:
            yield from ((spot.node.lineno, alias.name) for alias in spot.node.names)
    for spot in spots.get(ast.ImportFrom, ()):
        if spot.is_late or not only_late:
            node = spot.node
            package = PurePosixPath(path).parts[: -node.level] if node.level else ()
            base = ".".join([*package, *([node.module] if node.module else [])])
            yield from ((node.lineno, f"{base}.{alias.name}".lstrip(".")) for alias in node.names)
