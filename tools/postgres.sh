#!/usr/bin/env bash
# Sets PostgreSQL up for the tests of the shared run store, on Debian as root; anywhere else it says so.
#
# The programs alone are needed: each test run starts a server of its own.
set -euo pipefail

newest() { ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1; }

if [ -z "$(newest)" ] && ! command -v initdb >/dev/null; then
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        echo "PostgreSQL is not set up: this needs root and apt-get; its tests are skipped"
        exit 0
    fi
    apt-get update -qq
    mkdir -p /etc/postgresql-common
    # No server of the system's own: it would only take memory.
    [ -e /etc/postgresql-common/createcluster.conf ] ||
        echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql >/dev/null
fi
if [ -n "$(newest)" ]; then "$(newest)/postgres" --version; else initdb --version; fi
