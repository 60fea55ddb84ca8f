"""A small production with a process of the streams."""

import json
from pathlib import Path

from tests.config.production import Production
from tests.live.readers import SETTLED
from tests.live.streams import PATIENCE
from tests.pipeline.working import wait_until


class House(Production):
    def __init__(self, data_dir: Path) -> None:
        super().__init__(data_dir)
        self.start_streams()
        self.email = "anna@krueger.example"
        self.office, self.user = self.ask("SELECT account_id, id FROM accounts_user WHERE email = %s", self.email)[0]

    def start_streams(self) -> None:
        self.streams = self.start("-m", "live.process")

    def kill_streams(self) -> None:
        self.streams.kill()
        self.streams.wait()

    def settle(self) -> None:
        """Wait until a stream that begins now goes on for long."""
        wait_until(lambda: self.ask(SETTLED)[0][0])

    def tell(self, **facts: object) -> None:
        """Have the database tell something, as a verb does at the end of its transaction."""
        told = {"kind": "edited", "office": self.office, "contacts": [], "columns": [], "user": None, "origin": ""}
        self.ask("SELECT pg_notify('live', %s)", json.dumps(told | facts))

    def cut_listening(self) -> None:
        name = "pipeline-stream"
        ended = self.ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s", name)
        assert ended == [(True,)]

    def column(self, name: str) -> str:
        """Return the id of the column with this name."""
        sql = "SELECT id FROM pipeline_column WHERE account_id = %s AND name LIKE %s ORDER BY id DESC"
        return str(self.ask(sql, self.office, f"{name}%")[0][0])

    def truth(self) -> dict[str, list[str]]:
        """Return the ids of each column's cards, from left to right and from above."""
        found = self.ask(
            "SELECT col.name, array_agg(card.contact_id::text ORDER BY card.rank) FILTER (WHERE card.contact_id > 0)"
            " FROM pipeline_column col LEFT JOIN pipeline_card card ON card.column_id = col.id"
            " WHERE col.account_id = %s GROUP BY col.id ORDER BY col.position",
            self.office,
        )
        return {name: ids or [] for name, ids in found}

    def close(self) -> None:
        self.streams.terminate()
        self.streams.wait(PATIENCE)
        super().close()
