#!/bin/sh
# How fast addresses are given out, and whether any is given out twice: 64 allocators on a real etcd.
#   build/measure-ipam.sh [OPERATIONS]      default 20000; 1000000 takes a while
set -eu
cd "$(dirname "$0")/.."
mvn -q -pl ipam -am -Dsurefire.failIfNoSpecifiedTests=false -Dtest=EtcdCrowdTest \
  -Dipam.operations="${1:-20000}" test | grep '^ipam, '
