#!/bin/sh
# Unpacks other BGP daemons below target/bgp-peers/ for the tests to talk with. Nothing is installed
# and no service is started: BIRD 1.6 and BIRD 2 cannot be installed together, and the packages
# start their daemons. A daemon that cannot be had is left out; its tests say so and are skipped.
set -eu
cd "$(dirname "$(readlink -f "$0")")/.."
peers=$PWD/target/bgp-peers
packages="bird frr openbgpd gobgpd"

# The libraries that a package needs and the host does not have.
libraries() {
  installed=$(dpkg-query -W -f='${db:Status-Abbrev}${Package}\n' | sed -n 's/^ii *//p')
  apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks \
    --no-replaces --no-enhances "$1" | grep '^lib' | sort -u | grep -vxF "$installed"
}

# As the user that owns the directory, or apt warns about its sandbox.
download() {
  (cd "$debs" && apt-get -o APT::Sandbox::User=root download -q "$@") >>"$peers/log" 2>&1
}

unpack() {
  rm -rf "$peers/$1.new"
  debs=$peers/$1.new/debs
  mkdir -p "$debs"
  needed=$(libraries "$1")
  # All at once, or what can be had one by one: some names stand for others' packages.
  # shellcheck disable=SC2086
  download "$1" $needed || for package in "$1" $needed; do
    download "$package" || [ "$package" != "$1" ] || return 1
  done
  for deb in "$debs"/*.deb; do dpkg -x "$deb" "$peers/$1.new"; done
  rm -r "$debs"
  mv "$peers/$1.new" "$peers/$1"
}

mkdir -p "$peers"
: >"$peers/log"
# A fresh machine has no lists to look packages up in.
if ! apt-cache show frr >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
  apt-get update -q >>"$peers/log" 2>&1 || true
fi
for package in $packages; do
  [ -d "$peers/$package" ] || unpack "$package" ||
    printf 'No package %s to be had (see %s); tests with it are skipped.\n' "$package" "$peers/log" >&2
done
