# Runs OpenBGPD in the foreground. It wants a user and a directory of its own; in this mount namespace
# it has them, and the host knows nothing of it.
set -eu
grep -v '^_openbgpd:' /etc/passwd >passwd || true
grep -v '^_openbgpd:' /etc/group >group || true
echo '_openbgpd:x:64999:64999::/run/openbgpd:/usr/sbin/nologin' >>passwd
echo '_openbgpd:x:64999:' >>group
mount --bind passwd /etc/passwd
mount --bind group /etc/group
mount -t tmpfs tmpfs /run
mkdir /run/openbgpd
exec "$1" -d -f "$2"
