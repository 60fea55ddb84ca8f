"""The web server's own log, in our format and without quoting requests."""

import os
from typing import Any

from gunicorn.glogging import Logger

from config.logs import Lines, NoPath


class ServerLog(Logger):
    """Logs the server's own messages; requests are logged by `RequestLine`."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(Lines(as_json=os.environ.get("LOG_FORMAT") == "json"))
            handler.addFilter(NoPath())
