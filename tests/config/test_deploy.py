"""The files for deployment, checked by the tools that read them."""

import configparser
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.config.instances import CHECKOUT

DEPLOY = CHECKOUT / "deploy"
SERVICES = sorted(DEPLOY.glob("*.service"))
UNITS = [*SERVICES, *sorted(DEPLOY.glob("*.socket"))]
GIVEN = {
    "SITE": "pipeline.example",
    "DATABASE_PASSWORD": "geheim",
    "SECRET_KEY": "secret",
    "TOKEN_KEY": "token",
    "EMAIL_URL": "smtp+tls://mail.example:587",
    "MAIL_FROM": "pipeline@pipeline.example",
    "OPERATOR_EMAIL": "operator@pipeline.example",
}


def tool(name: str, *arguments: str) -> list[str]:
    """Return the path of the command, or skip the test."""
    if not shutil.which(name):
        pytest.skip(f"NOT CHECKED: {name} is not installed here")
    return [name, *arguments]


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_understands_the_unit(unit: Path, tmp_path: Path) -> None:
    for each in UNITS:  # they refer to each other
        text = each.read_text().replace("/srv/pipeline/.venv", str(Path(sys.executable).parent.parent))
        (tmp_path / each.name).write_text(text.replace("/srv/pipeline", str(CHECKOUT)))
    command = tool("systemd-analyze", "verify", "--man=no", str(tmp_path / unit.name))
    said = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    ours = [line for line in said.stderr.splitlines() if unit.name in line]
    assert (said.returncode, ours) == (0, [])


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_a_unit_that_ends_is_started_again_however_often(unit: Path) -> None:
    sections = configparser.ConfigParser(strict=False, interpolation=None)
    sections.read_string(unit.read_text())
    assert sections["Unit"]["StartLimitIntervalSec"] == "0"
    assert sections["Service"]["Restart"] == "always"


def test_the_address_stays_open_while_the_web_server_restarts() -> None:
    socket, service = ((DEPLOY / f"pipeline-web.{kind}").read_text() for kind in ("socket", "service"))
    assert "\nListenStream=127.0.0.1:8000\n" in socket
    assert "\nRequires=pipeline-web.socket\n" in service
    assert "\nKillMode=mixed\n" in service, "the server itself ends its workers, with patience"


def test_caddy_understands_its_file() -> None:
    command = tool("caddy", "validate", "--adapter", "caddyfile", "--config", str(DEPLOY / "Caddyfile"))
    environment = os.environ | {"SITE": "pipeline.example"}
    said = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert said.returncode == 0, said.stderr


def compose(*arguments: str, **given: str) -> subprocess.CompletedProcess[str]:
    """Run `docker compose …` with these variables, or skip the test."""
    docker = tool("docker", "compose")
    if subprocess.run([*docker, "version"], capture_output=True, check=False, timeout=60).returncode:
        pytest.skip("NOT CHECKED: docker has no compose here")
    command = [*docker, "-f", str(CHECKOUT / "compose.yaml"), *arguments]
    environment = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")} | given
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)


def test_compose_starts_everything_and_starts_it_again() -> None:
    said = compose("config", "--format", "json", **GIVEN)
    assert said.returncode == 0, said.stderr
    services = json.loads(said.stdout)["services"]
    restarts = {name: service["restart"] for name, service in services.items()}
    lasting = dict.fromkeys(("db", "web1", "web2", "worker", "stream", "proxy"), "always")
    assert restarts == lasting | {"prepare": "on-failure"}
    for name in ("web1", "web2"):
        assert services[name].get("command") is None, "the image's own: gunicorn"
        assert services[name]["environment"]["WEB_DRAIN"] == "5"
    assert services["worker"]["command"][-2:] == ["procrastinate", "worker"]
    assert services["stream"]["command"] == ["python", "-m", "live.process"]
    for name in ("web1", "web2", "worker", "stream"):
        assert services[name]["depends_on"]["prepare"]["condition"] == "service_completed_successfully"


def test_compose_does_not_start_without_the_secrets() -> None:
    for missing in ("SECRET_KEY", "TOKEN_KEY", "DATABASE_PASSWORD", "SITE"):
        said = compose("config", "-q", **{name: value for name, value in GIVEN.items() if name != missing})
        assert said.returncode != 0
        assert missing in said.stderr


def test_the_image_is_built_from_the_locked_requirements_and_runs_unprivileged() -> None:
    lines = (CHECKOUT / "Dockerfile").read_text().splitlines()
    assert "RUN pip install --no-cache-dir --require-hashes -r requirements.txt" in lines
    assert "USER pipeline" in lines
    assert 'CMD ["gunicorn", "--config", "config/gunicorn.py"]' in lines
