#!/usr/bin/env bash
# Gets what no Python package brings: libzbar0 (reads labels back), a Chinese font (writes them)
# and, for tests, Chromium. Asks nothing; what could not be got is said in one line each and never
# stops make.
# usage: tools/system.sh run | test
set -uo pipefail
cd "$(dirname "$0")/.."
purpose=${1:-run}

missing() { # what, consequence
    echo "not available: $1 ($2)"
}

as_root=()
if [ "$(id -u)" -ne 0 ]; then as_root=(sudo -n); fi

may_install() {
    command -v apt-get >/dev/null && { [ "$(id -u)" -eq 0 ] || sudo -n true 2>/dev/null; }
}

apt_install() {
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "$@" >/dev/null 2>&1
}

get() { # packages…
    may_install || return 1
    echo "installing $*"
    apt_install "$@" || { "${as_root[@]}" apt-get update -qq >/dev/null 2>&1 && apt_install "$@"; }
}

has_zbar() { .venv/bin/python -c 'import pyzbar.pyzbar' 2>/dev/null; }
has_browser() { .venv/bin/python tests/plugins/browser.py >/dev/null 2>&1; }
has_chinese_font() { command -v fc-list >/dev/null && [ -n "$(fc-list :lang=zh family)" ]; }

get_browser() {
    get chromium && has_browser && return 0
    echo "installing Playwright's Chromium"
    .venv/bin/playwright install chromium >/dev/null 2>&1 && has_browser
}

has_zbar || { get libzbar0 && has_zbar; } ||
    missing libzbar0 "labels are read back by one reader instead of two"
has_chinese_font || { get fontconfig fonts-noto-cjk && has_chinese_font; } ||
    missing "a Chinese font" "labels with Chinese cannot be printed"
if [ "$purpose" = test ]; then
    has_browser || get_browser || missing Chromium "browser tests are skipped"
fi
exit 0
