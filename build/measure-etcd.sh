#!/bin/sh
# Measures an agent and a watch on an etcd with many endpoints: time from the agent's start until its
# kernel is right, its CPU and memory, and how long writes take to be told, beside jetcd's own watch.
# Builds nothing: run mvn package -DskipTests -DskipITs first. docs/performance.md has the last results.
#
# Usage: build/measure-etcd.sh [ENDPOINTS [POLICIES [WRITES_PER_SECOND [SECONDS]]]]
set -eu
cd "$(dirname "$(readlink -f "$0")")/.."
endpoints=${1:-100000} policies=${2:-2000} rate=${3:-1000} seconds=${4:-20}

MARGAY_LAB_DIR=$(mktemp -d)/lab
MARGAY_HEAP=${MARGAY_HEAP:-1g}
export MARGAY_LAB_DIR MARGAY_HEAP
trap 'bin/margay lab down >/dev/null; rmdir "$(dirname "$MARGAY_LAB_DIR")"' EXIT
trap 'exit 1' INT TERM
margay=$PWD/bin/margay
java=$(. bin/java.sh; echo "$JAVA")
load() {
  $margay lab exec outside -- "$java" -XX:+UseSerialGC -Xmx1g \
    -cp "$PWD/margay/target/test-classes:$PWD/margay/target/lib/*" io.margay.lab.EtcdLoad "$@"
}
run=$MARGAY_LAB_DIR/slave1/run
cpu_ticks() { # of the agent of slave1, user and system
  $margay lab exec slave1 -- cat "/proc/$(cat "$run/agent.pid")/stat" | sed 's/.*) //' | awk '{ print $12 + $13 }'
}
memory() {
  $margay lab exec slave1 -- grep -E 'VmRSS|VmHWM' "/proc/$(cat "$run/agent.pid")/status" |
    tr -s '\t\n ' ' '
}
seconds_of() { awk "BEGIN { printf \"%.1f\", $1 / $(getconf CLK_TCK) }"; }

echo "load average: $(cut -d' ' -f1-3 /proc/loadavg), cores: $(nproc)"
$margay lab up seed --datastore etcdv3 >/dev/null
# The other agent would take its share of the processors.
$margay lab exec slave2 -- kill "$(cat "$MARGAY_LAB_DIR/slave2/run/agent.pid")"
$margay lab exec slave1 -- kill "$(cat "$run/agent.pid")"
while [ -e "$run/agent.pid" ]; do sleep 0.1; done
load fill "$MARGAY_LAB_DIR/calicoctl.cfg" "$endpoints" "$policies"

begin=$(date +%s%N)
$margay lab exec slave1 -- "$margay" node --name=slave1 --ip=192.168.40.11/24 \
  --config="$MARGAY_LAB_DIR/slave1/calicoctl.cfg" --felix-config="$MARGAY_LAB_DIR/slave1/felix.cfg" \
  --log-dir="$MARGAY_LAB_DIR/slave1/log" --run-dir="$run" >"$MARGAY_LAB_DIR/slave1/agent2.out" 2>&1 &
agent=$!
while [ ! -e "$run/ready" ]; do
  kill -0 $agent 2>/dev/null || { tail -5 "$MARGAY_LAB_DIR/slave1/agent2.out" >&2; exit 1; }
  sleep 0.05
done
echo "agent: right after $((($(date +%s%N) - begin) / 1000000)) ms, $(seconds_of "$(cpu_ticks)") s of processor,$(memory)"

before=$(cpu_ticks)
load write "$MARGAY_LAB_DIR/calicoctl.cfg" "$endpoints" "$rate" "$seconds"
echo "agent during the writes: $(seconds_of "$(($(cpu_ticks) - before))") s of processor,$(memory)"
grep -E 'WARN|ERROR' "$MARGAY_LAB_DIR/slave1/agent2.out" | cut -c1-200 | sed 's/^/agent said: /' || true
