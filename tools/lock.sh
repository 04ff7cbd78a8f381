#!/usr/bin/env bash
# Writes requirements/*.txt from pyproject.toml: every package with its hashes, for every
# platform and Python >= 3.11, without the address of any package registry.
set -euo pipefail
cd "$(dirname "$0")/.."

lock() {
    local target=$1
    shift
    .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-emit-find-links --no-emit-build-options --no-header --no-annotate \
        "$@" --output-file "requirements/$target" >/dev/null
    echo "requirements/$target: $(grep -c '==' "requirements/$target") packages"
}

lock run.txt pyproject.toml requirements/build.in "$@"
lock forecast.txt pyproject.toml requirements/build.in --extra forecast -c requirements/run.txt "$@"
lock dev.txt pyproject.toml requirements/build.in --extra dev -c requirements/run.txt "$@"
lock node.txt requirements/node.in "$@"
