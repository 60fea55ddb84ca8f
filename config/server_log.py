"""The web server's own log, in our format and without quoting requests."""

import os
from typing import Any

from gunicorn.glogging import Logger

from config.logs import Lines, NoPath


class ServerLog(Logger):
    """Writes what the server itself has to say; the lines on requests are `RequestLine`'s."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(Lines(as_json=os.environ.get("LOG_FORMAT") == "json"))
            handler.addFilter(NoPath())
