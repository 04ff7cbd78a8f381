#!/usr/bin/env bash
# Lock files pin and hash every package, and name no registry.
# usage: tools/check_locks.sh [DIRECTORY]       exit 1 and the offending lines when they do not
set -uo pipefail
cd "${1:-$(dirname "$0")/..}"
bad=0

if grep -HnE '[a-z+]+://|^ *(--index-url|--extra-index-url|--find-links|-i|-f) ' requirements/*.txt; then
    bad=1
fi
for lock in requirements/*.txt; do
    if [ "$(grep -cE '^[A-Za-z0-9]' "$lock")" -ne "$(grep -cE '^[A-Za-z0-9][^ ]*==.*\\$' "$lock")" ]; then
        echo "$lock: a package without version or hash"
        bad=1
    fi
done
for lock in package-lock.json scanner_client/package-lock.json; do
    if [ -f "$lock" ] && grep -HnF '://' "$lock"; then bad=1; fi
done
exit $bad
