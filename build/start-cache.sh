#!/bin/sh
# Makes margay/target/calicoctl.aot, with which calicoctl starts in half the time. It belongs to the
# jars and the JVM it was made with; with others, and without it, calicoctl starts as ever.
set -eu
self=$(readlink -f "$0")
. "${self%/*}/../bin/java.sh"

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
"$JAVA" $CALICOCTL_JVM -XX:AOTCacheOutput="$scratch/calicoctl.aot" -cp "$MARGAY_CLASS_PATH" \
  io.margay.calicoctl.StartupTraining "$scratch" >"$scratch/log" 2>&1 || { cat "$scratch/log" >&2; exit 1; }
mv "$scratch/calicoctl.aot" "$CALICOCTL_CACHE"
