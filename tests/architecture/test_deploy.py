"""What deploy/ offers can be read by those it is for, and names only what there is."""

import re
import shutil
import subprocess
from dataclasses import fields
from pathlib import Path

import pytest
import yaml

from server.cli import cli
from server.settings import PREFIX, Settings
from tests.architecture.sources import ROOT

DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
PROGRAM = "/opt/stockturn/.venv/bin/stockturn"


def test_the_compose_file_starts_commands_there_are_and_waits_for_services_there_are():
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    services = compose["services"]
    ours = {name: each for name, each in services.items() if each["image"] == "stockturn"}
    assert set(ours) == {"upgrade", "web", "worker", "relay", "schedule"}
    assert {each["command"][0] for each in ours.values()} <= set(cli.commands)
    waited_for = {name for each in services.values() for name in each.get("depends_on", ())}
    assert waited_for <= set(services)
    mounted = {v.split(":")[0] for each in services.values() for v in each.get("volumes", ())}
    assert mounted == set(compose["volumes"])


def test_every_variable_of_the_deployment_is_a_setting():
    known = {PREFIX + field.name.upper() for field in fields(Settings)}
    text = "".join(
        path.read_text(encoding="utf-8")
        for path in (
            DEPLOY / "compose.yaml",
            DEPLOY / "stockturn.env.example",
            DEPLOY / "Dockerfile",
        )
    )
    named = set(re.findall(r"^\s*(?:ENV )?(STOCKTURN_[A-Z_]+)\s*[:=]", text, re.MULTILINE))
    assert named
    assert named <= known


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_units_start_commands_there_are(unit: Path):
    started = re.findall(rf"{PROGRAM} (\w+)", unit.read_text(encoding="utf-8"))
    assert set(started) <= set(cli.commands)
    assert started or unit.suffix == ".timer"


def test_systemd_has_nothing_to_say_against_the_units(tmp_path: Path):
    """On another machine: neither our program nor our user are here."""
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is not installed")
    for unit in UNITS:
        text = unit.read_text(encoding="utf-8").replace(PROGRAM, "/bin/true")
        (tmp_path / unit.name).write_text(re.sub(r"(?m)^User=.*\n", "", text), encoding="utf-8")
    units = [str(tmp_path / unit.name) for unit in UNITS]
    told = subprocess.run(
        [analyze, "verify", "--man=no", *units], capture_output=True, text=True, timeout=60
    )
    assert (told.stdout, told.stderr, told.returncode) == ("", "", 0)


def test_the_proxy_example_has_its_braces_and_passes_what_the_server_reads():
    text = (DEPLOY / "nginx.conf.example").read_text(encoding="utf-8")
    lines = [line.split("#")[0].strip() for line in text.splitlines()]
    assert text.count("{") == text.count("}")
    assert [line for line in lines if line and line[-1] not in "{};"] == []
    for header in ("X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Request-ID"):
        assert f"proxy_set_header {header} " in text
