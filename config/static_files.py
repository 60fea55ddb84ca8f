"""Static files with a content hash in the name, compressed once, kept by browsers for a year.

While they are collected the parts of each page's style sheet and script are put together into one file (see
base/templatetags/assets.py). The parts stay as they are, so that nothing has to be built to change one.
"""

import hashlib
import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

from base.templatetags.assets import Parts, assemblies_of_all_pages

# An exception in one part must not keep the following ones from running; the browser reports it as usual.
WRAPPED = {
    ".css": "/* {name} */\n{text}\n",
    ".js": "/* {name} */\ntry {{\n{text}\n}} catch (error) {{ reportError(error); }}\n",
}
COMMENTS = re.compile(r"^ *//.*\n", re.M)  # lines of nothing else, for readers of the source: a tenth of what was sent
# Third-party licences are next to their files.
VENDORED = "{name}, licence: vendor/VENDORED.md"


class StaticFiles(CompressedManifestStaticFilesStorage):
    """WhiteNoise's storage, but a file without a manifest entry (tests, a first start) keeps its plain URL."""

    manifest_strict = False

    def stored_name(self, name: str) -> str:
        try:
            return super().stored_name(name)
        except ValueError:  # not collected yet
            return name

    def together(self, parts: Parts) -> Parts:
        """Return what to load for these parts: the one file made of them, or the parts if it was not collected."""
        whole = name_of(parts)
        is_collected = not settings.DEBUG and self.hash_key(whole) in self.hashed_files
        return (whole,) if is_collected else parts

    def post_process(self, paths: dict[str, Any], *args: Any, **kwargs: Any) -> Iterator[tuple[str, str, bool]]:
        for parts in [] if kwargs.get("dry_run") else assemblies_of_all_pages():
            text = "".join(wrapped(name, self._source(paths, name)) for name in parts)
            self.delete(name_of(parts))
            paths[name_of(parts)] = (self, self.save(name_of(parts), ContentFile(text.encode())))
        yield from super().post_process(paths, *args, **kwargs)

    def _source(self, paths: dict[str, Any], name: str) -> str:
        storage, path = paths[name]
        with storage.open(path) as file:
            return file.read().decode()


def name_of(parts: Parts) -> str:
    """Return the name of the file made of these parts: in the same folder, since style sheets have relative URLs."""
    suffix = PurePosixPath(parts[0]).suffix
    return f"{suffix[1:]}/page.{hashlib.sha256(' '.join(parts).encode()).hexdigest()[:8]}{suffix}"


def wrapped(name: str, text: str) -> str:
    label = VENDORED.format(name=name) if name.startswith("vendor/") else name
    sent = COMMENTS.sub("", text) if name.startswith("js/") else text
    return WRAPPED[PurePosixPath(name).suffix].format(name=label, text=sent)
