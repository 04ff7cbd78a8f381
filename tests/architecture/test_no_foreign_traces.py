"""The repository names no package registry and no path of the machine it was written on."""

import re

from tests.architecture.sources import ROOT, project_files

_TRACES = re.compile(
    r"(?<![\w./-])/(work/(main|shared)|root/|home/\w|tmp/)|"
    + "|".join(
        ["pypi" + r"\.org", "pythonhosted" + r"\.org", "npmjs" + r"\.(org|com)", "npm" + "mirror"]
    )
)


def test_no_file_names_a_registry_or_a_path_of_one_machine():
    traces = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}"
        for path in project_files()
        for number, line in enumerate(_text(path).splitlines(), 1)
        if _TRACES.search(line)
    ]
    assert [trace for trace in traces if not trace.startswith("tests/architecture/")] == []


def _text(path):
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""
