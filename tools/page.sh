#!/usr/bin/env bash
# Builds the page with Node and checks it: types, lint, tests of its pure parts.
#
#   tools/page.sh            install what package-lock.json says, check and build
#   tools/page.sh build      build only, and only when something in web/ is newer than the build
#
# Debian as root gets Node and Chromium (for tests/browser) by apt-get when CI is set; without Node it says so and ends well.
set -euo pipefail
cd "$(dirname "$0")/.."
page=src/headrace/server/page/index.html

missing=()
command -v npm >/dev/null || missing+=(nodejs npm)
command -v chromium >/dev/null || missing+=(chromium)
if [ "${#missing[@]}" -gt 0 ] && [ -n "${CI:-}" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null ||
        echo "not everything could be installed: ${missing[*]}"
fi
if ! command -v npm >/dev/null; then
    echo "the page is not built: this needs Node 20.19 or newer (npm); the server works without it"
    exit 0
fi
if ! node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)'; then
    echo "the page is not built: Node $(node --version) is too old, 20.19 or newer is needed"
    exit 0
fi

fresh() {
    [ -e "$page" ] && [ -z "$(find web -path web/node_modules -prune -o -type f -newer "$page" -print -quit)" ]
}
if [ "${1:-}" = build ] && fresh; then
    exit 0
fi
cd web
if [ ! -e node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
    npm ci --no-audit --no-fund --loglevel=error
    touch node_modules/.package-lock.json
fi
if [ "${1:-}" != build ]; then
    npm run --silent check
fi
npm run --silent build -- --logLevel=warn
