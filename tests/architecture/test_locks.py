"""Lock files pin and hash every package and name no registry."""

import subprocess

import pytest

from tests.architecture.sources import ROOT

_GOOD = "click==8.2.0 \\\n    --hash=sha256:00\n"


def test_lock_files_name_no_registry_and_hash_everything():
    assert _check(ROOT).stdout == ""


@pytest.mark.parametrize(
    "flaw",
    [
        "--index-url x\n",
        "click @ https://example.com/click.whl \\\n",
        "rich==15.0.0\n",
        "rich>=15.0.0 \\\n    --hash=sha256:00\n",
    ],
)
def test_a_flaw_in_a_lock_file_is_found(tmp_path, flaw):
    requirements = tmp_path / "requirements"
    requirements.mkdir()
    (requirements / "run.txt").write_text(_GOOD)
    assert _check(tmp_path).returncode == 0
    (requirements / "run.txt").write_text(_GOOD + flaw)
    assert _check(tmp_path).returncode == 1


def test_a_registry_address_in_the_client_lock_is_found(tmp_path):
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "run.txt").write_text(_GOOD)
    (tmp_path / "package-lock.json").write_text('{"resolved": "https://example.com/vite.tgz"}')
    assert _check(tmp_path).returncode == 1


def _check(directory):
    return subprocess.run(
        [ROOT / "tools" / "check_locks.sh", directory], capture_output=True, text=True
    )
