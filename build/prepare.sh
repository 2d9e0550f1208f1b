# Finds or installs what a build needs. Sourced by ./demo and ./verify, which set `packages` to the
# Debian packages that they need besides.

say() { printf '%s\n' "$*" >&2; }

is_installed() { dpkg-query -W -f='${Status}' "$1" 2>/dev/null | grep -q 'ok installed'; }

find_jdk_25() {
  for home in "${JAVA_HOME:-}" /usr/lib/jvm/* "$HOME"/.jdks/* "$HOME"/.sdkman/candidates/java/*; do
    if [ -x "$home/bin/javac" ] && grep -qs '^JAVA_VERSION="25[."]' "$home/release"; then
      printf '%s\n' "$home"
      return
    fi
  done
}

install_packages() {
  missing=
  for package in $packages; do
    is_installed "$package" || missing="$missing $package"
  done
  command -v mvn >/dev/null || missing="$missing maven"
  jdk=$(find_jdk_25)
  if [ -z "$jdk" ] && apt-cache show openjdk-25-jdk-headless >/dev/null 2>&1; then
    missing="$missing openjdk-25-jdk-headless"
  fi
  [ -z "$missing" ] && return
  if [ "$(id -u)" != 0 ]; then
    say "These Debian packages are missing:$missing"
    say "Install them, then start again:  sudo apt-get install$missing"
    exit 1
  fi
  for package in $missing; do say "Installing $package"; done
  export DEBIAN_FRONTEND=noninteractive
  # shellcheck disable=SC2086
  apt-get install -qy --no-install-recommends $missing >"$log" 2>&1 ||
    { apt-get update -q >"$log" 2>&1 && apt-get install -qy --no-install-recommends $missing >"$log" 2>&1; } ||
    { tail -20 "$log" >&2; say "apt-get could not install:$missing"; exit 1; }
}

require_jdk_25() {
  jdk=$(find_jdk_25)
  if [ -z "$jdk" ]; then
    say "Margay needs a JDK 25, and none was found in JAVA_HOME, /usr/lib/jvm or ~/.sdkman."
    say "This distribution has no package for it. Get Eclipse Temurin 25 from https://adoptium.net,"
    say "unpack it below /usr/lib/jvm (or set JAVA_HOME), then start again."
    exit 1
  fi
}

prepare() {
  log=$(mktemp)
  trap 'rm -f "$log"' EXIT
  install_packages
  require_jdk_25
}
