#!/bin/sh
# Builds a kube-apiserver for KubeApiServerTest to talk with, from Debian's source package, which has no
# binary package of it: target/kube-apiserver/kube-apiserver. Takes five minutes, 2 GB of disk and 200 MB
# of downloads. Nothing is installed; the compiler too is only unpacked.
set -eu
cd "$(dirname "$(readlink -f "$0")")/.."
target=$PWD/target/kube-apiserver
binary=$target/kube-apiserver
if [ -x "$binary" ]; then
  printf '%s\n' "$binary is there already"
  exit
fi
for tool in make dpkg-source gcc; do
  command -v "$tool" >/dev/null || { echo "$tool is missing: apt-get install make dpkg-dev gcc" >&2; exit 1; }
done
mkdir -p "$target/lists/partial" "$target/sources" "$target/tools"
: >"$target/log"
trap 'status=$?; [ $status = 0 ] || tail -20 "$target/log" >&2' EXIT

# The same archive and suites that binary packages come from.
for file in /etc/apt/sources.list.d/*.sources; do
  [ ! -e "$file" ] || sed 's/^Types:.*/Types: deb-src/' "$file" >"$target/sources/$(basename "$file")"
done
[ ! -e /etc/apt/sources.list ] || sed -n 's/^deb /deb-src /p' /etc/apt/sources.list >"$target/sources/one.list"
apt_source() {
  apt-get -q -o APT::Sandbox::User=root -o Dir::Etc::SourceList=/dev/null \
    -o Dir::Etc::SourceParts="$target/sources" -o Dir::State::Lists="$target/lists" "$@" >>"$target/log" 2>&1
}

echo "Source ..."
cd "$target"
apt_source update
apt_source source --download-only kubernetes
rm -rf source
dpkg-source --no-check -x kubernetes_*.dsc source >>"$target/log" 2>&1

echo "Compiler ..."
unpack() {
  (cd "$target/tools" && apt-get -q -o APT::Sandbox::User=root download "$@") >>"$target/log" 2>&1
}
unpack golang-1.19-go golang-1.19-src golang-github-modern-go-reflect2-dev rsync libpopt0 libxxhash0
for deb in tools/*.deb; do dpkg -x "$deb" tools; done
# Kubernetes 1.20 comes with a library that breaks with Go 1.18 and later at the first custom resource.
rm source/vendor/github.com/modern-go/reflect2/*
cp -r tools/usr/share/gocode/src/github.com/modern-go/reflect2/. source/vendor/github.com/modern-go/reflect2/

echo "Build (minutes) ..."
cd source
PATH=$target/tools/usr/lib/go-1.19/bin:$target/tools/usr/bin:$PATH
LD_LIBRARY_PATH=$target/tools/usr/lib/$(dpkg-architecture -qDEB_HOST_MULTIARCH)
export PATH LD_LIBRARY_PATH GOROOT="$target/tools/usr/lib/go-1.19" GOPATH="$PWD/.go" GOPROXY=off CGO_ENABLED=0
export GOCACHE="$target/cache" KUBE_VERBOSE=1
make WHAT=cmd/kube-apiserver >>"$target/log" 2>&1
mv _output/local/bin/*/*/kube-apiserver "$binary" 2>/dev/null || mv _output/bin/kube-apiserver "$binary"
chmod -R u+w .
cd ..
rm -rf source tools cache lists sources kubernetes_*
printf '%s\n' "$binary"
