#!/usr/bin/env bash
# Sets podman up for the tests of container steps, on Debian as root; anywhere else it says so.
#
# Within a container or a small virtual machine podman needs other defaults than its package has:
# files without overlay mounts, limits that may be set, the network of the machine. Configuration
# that is there already is left alone.
set -euo pipefail

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "podman is not set up: this needs root and apt-get; the tests of containers are skipped"
    exit 0
fi
if ! command -v podman >/dev/null || ! command -v runc >/dev/null || [ ! -e /bin/busybox ]; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        podman runc busybox-static >/dev/null
fi
mkdir -p /etc/containers
[ -e /etc/containers/storage.conf ] || cat >/etc/containers/storage.conf <<'CONF'
[storage]
driver = "vfs"
runroot = "/run/containers/storage"
graphroot = "/var/lib/containers/storage"
CONF
[ -e /etc/containers/containers.conf ] || cat >/etc/containers/containers.conf <<'CONF'
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
netns = "host"
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
CONF
podman info --format 'podman {{.Version.Version}}'
