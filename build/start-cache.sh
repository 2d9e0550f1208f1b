#!/bin/sh
# Makes margay/target/calicoctl.aot and cni.aot, with which calicoctl and the CNI plugins start in half
# the time, and reflector.aot, with which a reflector is at speed sooner. They belong to the jars and the
# JVM they were made with; with others, and without them, all starts as ever.
set -eu
self=$(readlink -f "$0")
. "${self%/*}/../bin/java.sh"

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
"$JAVA" $CALICOCTL_JVM -XX:AOTCacheOutput="$scratch/calicoctl.aot" -cp "$MARGAY_CLASS_PATH" \
  io.margay.calicoctl.StartupTraining "$scratch" >"$scratch/log" 2>&1 || { cat "$scratch/log" >&2; exit 1; }
mv "$scratch/calicoctl.aot" "$CALICOCTL_CACHE"
"$JAVA" $CNI_JVM -XX:AOTCacheOutput="$scratch/cni.aot" -cp "$CNI_CLASS_PATH" \
  io.margay.cni.StartupTraining "$scratch/cni.sock" >"$scratch/log" 2>&1 || { cat "$scratch/log" >&2; exit 1; }
mv "$scratch/cni.aot" "$CNI_CACHE"

# Its JVM ends by the signal that ends a reflector, and writes the cache on its way out.
# shellcheck disable=SC2086
"$JAVA" -XX:+UseSerialGC --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
  -cp "$MARGAY_CLASS_PATH" io.margay.reflector.Training \
  "$JAVA" $REFLECTOR_JVM -XX:AOTCacheOutput="$scratch/reflector.aot" -cp "$MARGAY_CLASS_PATH" io.margay.Margay \
  >"$scratch/log" 2>&1 || { cat "$scratch/log" >&2; exit 1; }
mv "$scratch/reflector.aot" "$REFLECTOR_CACHE"
