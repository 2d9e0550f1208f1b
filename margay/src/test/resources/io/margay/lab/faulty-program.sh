#!/bin/sh
# Stands in for a program of its own name, which comes later on the PATH. In the directory of this file are
# `calls`, the number of calls so far of all such programs; `fail`, the number of the one that is to fail;
# `failed`, which appears when it has; and `delay`, how long each takes to start, in seconds.
here=${0%/*}
name=${0##*/}
exec 9>>"$here/lock"
flock 9
read -r calls <"$here/calls"
echo $((calls + 1)) >"$here/calls"
read -r fail <"$here/fail"
exec 9>&-
if [ $((calls + 1)) -eq "$fail" ]; then
  echo "$name $*" >"$here/failed"
  echo "$name: told to fail" >&2
  exit 1
fi
read -r delay <"$here/delay"
[ "$delay" = 0 ] || sleep "$delay"
PATH=${PATH#"$here:"}
exec "$name" "$@"
