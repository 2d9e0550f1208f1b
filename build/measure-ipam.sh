#!/bin/sh
# How fast addresses are given out, and whether any is given out twice: 64 allocators on 16 nodes, who
# die now and then, on each store. A million operations in all, in a quarter of an hour.
#   build/measure-ipam.sh [EMBEDDED [ETCDV3 [ETCDV2 [FULL]]]]     operations on each; FULL is etcd v3 with
#                                                                a pool for a tenth of what is asked for
set -eu
cd "$(dirname "$0")/.."
run() {
  backend=$1 operations=$2
  shift 2
  [ "$operations" = 0 ] || mvn -q -Dquick -pl ipam -am -Dsurefire.failIfNoSpecifiedTests=false \
    -Dtest=CrowdMeasurement -Dipam.backend="$backend" -Dipam.operations="$operations" "$@" test | grep '^ipam, '
}
run embedded "${1:-500000}"
run etcdv3 "${2:-450000}"
run etcdv2 "${3:-40000}"
run etcdv3 "${4:-10000}" -Dipam.pool=10.64.0.0/26 -Dipam.blockSize=29
