"""A small production with a process of the streams."""

import json
from pathlib import Path

from tests.config.production import Production
from tests.live.streams import PATIENCE


class House(Production):
    def __init__(self, data_dir: Path) -> None:
        super().__init__(data_dir)
        self.streams = self.start("-m", "live.process")
        self.email = str(self.ask("SELECT email FROM accounts_user WHERE role = 'administrator' ORDER BY id")[0][0])
        self.office = int(self.ask("SELECT account_id FROM accounts_user WHERE email = %s", self.email)[0][0])
        self.user = int(self.ask("SELECT id FROM accounts_user WHERE email = %s", self.email)[0][0])

    def tell(self, **facts: object) -> None:
        """Have the database tell something, as a verb does at the end of its transaction."""
        told = {"kind": "edited", "office": self.office, "contacts": [], "columns": [], "user": None, "origin": ""}
        self.ask("SELECT pg_notify('live', %s)", json.dumps(told | facts))

    def cut_listening(self) -> None:
        name = "pipeline-stream"
        ended = self.ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s", name)
        assert ended == [(True,)]

    def restart_streams(self) -> None:
        self.streams.kill()
        self.streams.wait()
        self.streams = self.start("-m", "live.process")

    def close(self) -> None:
        self.streams.terminate()
        self.streams.wait(PATIENCE)
        super().close()
