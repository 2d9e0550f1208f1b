#!/bin/sh
# Measures calicoctl: how long it takes to start, beside a JVM that does nothing, and what an apply of
# 10,000 endpoints takes. Needs a build, hyperfine and GNU time; docs/performance.md has the last results.
set -eu
self=$(readlink -f "$0")
. "${self%/*}/../bin/java.sh"

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' INT TERM
cat >"$scratch/Nothing.java" <<'JAVA'
class Nothing {
  public static void main(String[] arguments) {
    System.out.println("nothing");
  }
}
JAVA
"$(dirname "$JAVA")/javac" -d "$scratch" "$scratch/Nothing.java"

endpoints() {
  awk -v count="$1" 'BEGIN { for (i = 0; i < count; i++) {
    printf "- apiVersion: v1\n  kind: workloadEndpoint\n  metadata:\n    name: eth0\n    workload: w%d\n", i
    printf "    orchestrator: k8s\n    node: slave%d\n    labels: {role: web, app: a%d}\n  spec:\n", i % 250, i % 100
    printf "    interfaceName: cali%d\n    mac: ca:fe:1d:52:00:01\n    profiles: [web]\n", i
    printf "    ipNetworks: [10.65.%d.%d/32]\n", i / 250, i % 250 + 1 } }'
}

export CALICOCTL_CONFIG="$scratch/none.cfg" DATASTORE_TYPE=embedded
export EMBEDDED_PATH="$scratch/small.db"
calicoctl=$MARGAY_HOME/bin/calicoctl
endpoints 50 | "$calicoctl" apply -f - >/dev/null
[ -r "$CALICOCTL_CACHE" ] || "$MARGAY_HOME/build/start-cache.sh"

jvm="-XX:+UseSerialGC -XX:TieredStopAtLevel=1"
hyperfine --shell=none --warmup 3 --runs "${RUNS:-20}" \
  --command-name "JVM that does nothing" "$JAVA $jvm -cp $scratch Nothing" \
  --command-name "calicoctl version" "$calicoctl version" \
  --command-name "calicoctl config get asNumber" "$calicoctl config get asNumber" \
  --command-name "calicoctl get workloadEndpoint" "$calicoctl get workloadEndpoint" \
  --command-name "calicoctl get workloadEndpoint, no cache" \
  "$JAVA $CALICOCTL_JVM -cp $MARGAY_CLASS_PATH io.margay.calicoctl.Calicoctl get workloadEndpoint" \
  --export-markdown "$scratch/start.md" >/dev/null 2>&1
echo "load average: $(cut -d' ' -f1-3 /proc/loadavg), cores: $(nproc)"
cat "$scratch/start.md"

# etcd, where it is installed, is started for the time of the measurement.
if command -v etcd >/dev/null; then
  etcd --data-dir "$scratch/etcd" --listen-client-urls http://127.0.0.1:23790 \
    --advertise-client-urls http://127.0.0.1:23790 --listen-peer-urls http://127.0.0.1:23800 \
    --enable-v2=true >/dev/null 2>&1 &
  etcd=$!
  trap 'kill $etcd; rm -rf "$scratch"' EXIT
  export ETCD_ENDPOINTS=http://127.0.0.1:23790 DATASTORE_TYPE=etcdv3
  until endpoints 50 | "$calicoctl" apply -f - >/dev/null; do :; done
  endpoints 50 | DATASTORE_TYPE=etcdv2 "$calicoctl" apply -f - >/dev/null
  hyperfine --shell=none --warmup 2 --runs "${RUNS:-20}" \
    --command-name "calicoctl get workloadEndpoint, etcdv3" "$calicoctl get workloadEndpoint" \
    --command-name "calicoctl get workloadEndpoint, etcdv2" \
    "env DATASTORE_TYPE=etcdv2 $calicoctl get workloadEndpoint" \
    --export-markdown "$scratch/etcd.md" >/dev/null 2>&1
  cat "$scratch/etcd.md"
fi
export DATASTORE_TYPE=embedded

export EMBEDDED_PATH="$scratch/large.db"
endpoints 10000 >"$scratch/endpoints.yaml"
for run in first second; do
  command time -f "$run apply of 10,000 endpoints: %e s, %U s + %S s of processor, %M kB" \
    "$calicoctl" apply -f "$scratch/endpoints.yaml"
done
