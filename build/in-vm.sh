#!/bin/sh
# Runs a command as root on Debian's own kernel, in an emulated machine: for what the kernel of this
# host lacks, such as IP in IP. The host's root file system is there, and what the command writes is
# forgotten. Needs qemu-system-x86, busybox-static, cpio and kmod; the kernel's package is fetched
# once and unpacked below target/vm.
#
#   build/in-vm.sh [--modules "ipip ..."] COMMAND [ARGUMENT...]
#
# Exit status: that of the command; 125 if the machine did not come up or never said.
set -eu
here=$PWD
cd "$(dirname "$(readlink -f "$0")")/.."
vm=$PWD/target/vm
modules="ipip"

case "${1:-}" in
  -h | --help | "") sed -n '2,11s/^# \{0,1\}//p' "$0"; exit 0 ;;
  --modules) modules=$2; shift 2 ;;
esac

for program in qemu-system-x86_64 busybox cpio depmod modprobe; do
  PATH=$PATH:/sbin:/usr/sbin command -v "$program" >/dev/null || {
    echo "$program is missing: apt-get install qemu-system-x86 busybox-static cpio kmod" >&2
    exit 125
  }
done
PATH=$PATH:/sbin:/usr/sbin

# The kernel.
if [ ! -e "$vm/kernel/vmlinuz" ]; then
  rm -rf "$vm/new"
  mkdir -p "$vm/new"
  package=$(apt-cache depends linux-image-amd64 | awk '/Depends: linux-image/ { print $2; exit }')
  (cd "$vm/new" && apt-get -o APT::Sandbox::User=root download -q "$package" >log 2>&1 &&
    dpkg -x ./*.deb . && rm ./*.deb) || {
    echo "the package ${package:-linux-image-amd64} cannot be fetched:" >&2
    cat "$vm/new/log" >&2
    exit 125
  }
  (cd "$vm/new" && ln -s boot/vmlinuz-* vmlinuz)
  depmod -b "$vm/new" "$(ls "$vm/new/lib/modules")"
  rm -rf "$vm/kernel"
  mv "$vm/new" "$vm/kernel"
fi
version=$(ls "$vm/kernel/lib/modules")

# What it needs to see the host's files: busybox, the modules for 9p, and a script.
run=$(mktemp -d "${TMPDIR:-/tmp}/in-vm.XXXXXX")
trap 'rm -rf "$run"' EXIT
trap 'exit 125' INT TERM
mkdir -p "$run/root/bin" "$run/root/modules"
cp "$(command -v busybox)" "$run/root/bin/busybox"
for module in virtio_pci 9pnet_virtio 9p overlay; do
  modprobe -d "$vm/kernel" -S "$version" --show-depends "$module"
done | awk '/^insmod/ && !seen[$2]++ { print $2 }' >"$run/list"
number=100
while read -r file; do
  cp "$file" "$run/root/modules/$number.ko"
  number=$((number + 1))
done <"$run/list"
cat >"$run/root/init" <<'INIT'
#!/bin/busybox sh
/bin/busybox mkdir -p /proc /sys /h /t /n
b=/bin/busybox
$b mount -t proc proc /proc
for m in /modules/*; do $b insmod $m; done
$b mount -t 9p -o trans=virtio,version=9p2000.L,ro,cache=loose,msize=524288 hostroot /h
$b mount -t tmpfs tmpfs /t
$b mkdir /t/u /t/w
$b mount -t overlay -o lowerdir=/h,upperdir=/t/u,workdir=/t/w overlay /n
for d in proc sys dev run; do $b mkdir -p /n/$d; done
$b mount -t proc proc /n/proc
$b mount -t sysfs sysfs /n/sys
$b mount -t devtmpfs devtmpfs /n/dev
$b mkdir -p /n/dev/pts /n/dev/shm
$b mount -t devpts devpts /n/dev/pts
$b mount -t tmpfs tmpfs /n/run
exec $b switch_root /n /bin/sh "$($b sed 's/.*in_vm=//; s/ .*//' /proc/cmdline)"
INIT
chmod +x "$run/root/init"
(cd "$run/root" && find . | cpio -o -H newc 2>/dev/null | gzip -1) >"$run/initrd"

# What runs in it.
{
  echo "export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C"
  echo "mkdir -p /usr/lib/modules && mount --bind '$vm/kernel/lib/modules' /usr/lib/modules"
  echo "ip link set lo up"
  for module in $modules veth bridge vxlan ip_tables iptable_filter iptable_nat iptable_raw \
    ip6table_filter ip6table_nat ip6table_raw nf_tables nft_compat ip_set nf_conntrack_netlink; do
    echo "modprobe $module || true"
  done
  printf 'cd "%s"\n' "$here"
  for word in "$@"; do printf "'%s' " "$(printf '%s' "$word" | sed "s/'/'\\\\''/g")"; done
  printf '\necho "in-vm: exit $?"\nsync\nexec busybox poweroff -f\n'
} >"$run/command"

qemu-system-x86_64 -accel tcg,thread=multi -cpu max -smp 2 -m "${VM_MEMORY:-3072}" -nographic \
  -no-reboot -nic none -kernel "$vm/kernel/vmlinuz" -initrd "$run/initrd" \
  -append "console=ttyS0 panic=-1 quiet in_vm=$run/command" \
  -fsdev local,id=r,path=/,security_model=passthrough,readonly=on,multidevs=remap \
  -device virtio-9p-pci,fsdev=r,mount_tag=hostroot </dev/null 2>&1 |
  sed -u 's/\r//g' | tee "$run/output"
status=$(sed -n 's/.*in-vm: exit \([0-9]*\).*/\1/p' "$run/output" | tail -1)
exit "${status:-125}"
