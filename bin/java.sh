# Sets JAVA to a Java 25 and MARGAY_HOME to this installation. Sourced by programs two levels below it,
# which may set self to their own path. Every process started here is waited for at each start, so there
# are few.

self=${self:-$(readlink -f "$0")}
MARGAY_HOME=${self%/*/*}
export MARGAY_HOME
# Network tools live where an ordinary user's PATH does not look.
PATH=$PATH:/usr/sbin:/sbin
export PATH

is_java_25() {
  [ -x "$1" ] && [ -r "${1%/bin/java}/release" ] || return 1
  while IFS= read -r line; do
    case $line in 'JAVA_VERSION="25'[.\"]*) return 0 ;; esac
  done <"${1%/bin/java}/release"
  return 1
}

JAVA=
for candidate in "${MARGAY_JAVA:-}" "${JAVA_HOME:+$JAVA_HOME/bin/java}" \
  "$(readlink -f "$(command -v java 2>/dev/null)" 2>/dev/null)" /usr/lib/jvm/*/bin/java "$HOME"/.sdkman/candidates/java/*/bin/java; do
  if is_java_25 "$candidate"; then
    JAVA=$candidate
    break
  fi
done
if [ -z "$JAVA" ]; then
  echo "${self##*/}: no Java 25 found. Install a JDK 25 (for example Eclipse Temurin 25 from adoptium.net" >&2
  echo "or your distribution's package openjdk-25-jdk-headless), or name its java in MARGAY_JAVA." >&2
  exit 1
fi
if [ ! -d "$MARGAY_HOME/margay/target/lib" ]; then
  echo "${self##*/}: Margay is not built yet. Run $MARGAY_HOME/demo, or: mvn -f $MARGAY_HOME/pom.xml package -DskipTests" >&2
  exit 1
fi
MARGAY_CLASS_PATH="$MARGAY_HOME/margay/target/lib/*"

# How calicoctl runs: it lives shortly, and a cache of its classes is bound to these options. The JVM's
# own warnings, as of a cache that does not fit, would be taken for calicoctl's output; so would what
# libraries log by java.util.logging, which has no place to log to here.
CALICOCTL_JVM="-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xlog:disable -Xlog:all=off --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -Djava.util.logging.config.file=/dev/null"
CALICOCTL_CACHE="$MARGAY_HOME/margay/target/calicoctl.aot"

# How a CNI plugin runs: like calicoctl, and it needs one jar.
CNI_JVM="-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:-UsePerfData -Xlog:disable -Xlog:all=off"
for jar in "$MARGAY_HOME"/margay/target/lib/margay-cni-*.jar; do CNI_CLASS_PATH=$jar; done
CNI_CACHE="$MARGAY_HOME/margay/target/cni.aot"

# How a reflector runs, to which its cache is bound likewise. It does much at once: room for young
# objects from the start, in pages that are touched by then. The first compiler alone has it at speed
# in half the time, and a reflector waits for sockets rather than for code.
REFLECTOR_JVM="-XX:+UseSerialGC -XX:+UseCompactObjectHeaders -XX:TieredStopAtLevel=1 -XX:CompileThresholdScaling=0.2 -Xms40m -Xmn24m -XX:+AlwaysPreTouch -Xmx${MARGAY_HEAP:-1g} -Xlog:disable -Xlog:all=error:stderr --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -Djava.util.logging.config.file=/dev/null"
REFLECTOR_CACHE="$MARGAY_HOME/margay/target/reflector.aot"
