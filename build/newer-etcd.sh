#!/bin/sh
# Unpacks a newer etcd than that of Debian 12 below target/newer-etcd/, from Debian 13's package. Nothing
# is installed, and the host's own lists of packages stay as they are. Where it cannot be had, tests with
# it are skipped.
set -eu
cd "$(dirname "$(readlink -f "$0")")/.."
newer=$PWD/target/newer-etcd
[ ! -x "$newer/usr/bin/etcd" ] || exit 0

fetch() {
  mkdir -p "$newer/sources" "$newer/lists/partial" "$newer/cache/archives/partial"
  # From where the host has its packages.
  mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Origin: Debian' 2>/dev/null | head -1)
  [ -n "$mirror" ] || { echo "apt knows no mirror of Debian"; return 1; }
  cat >"$newer/sources/trixie.sources" <<SOURCES
Types: deb
URIs: $mirror
Suites: trixie
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
SOURCES
  set -- -q -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$newer/sources" \
    -o Dir::State::Lists="$newer/lists" -o Dir::Cache="$newer/cache" -o APT::Sandbox::User=root \
    -o Acquire::http::Timeout=20 -o Acquire::Retries=0
  apt-get "$@" update && (cd "$newer" && apt-get "$@" download etcd-server) && dpkg -x "$newer"/etcd-server_*.deb "$newer"
}

mkdir -p "$newer"
fetch >"$newer/log" 2>&1 && "$newer/usr/bin/etcd" --version | head -1 ||
  echo "No newer etcd to be had (see $newer/log); tests with it are skipped." >&2
rm -rf "$newer/lists" "$newer/cache" "$newer"/*.deb
