/// Logs of the libraries, on standard error, and only if `--log-level` asks for them.
///
/// The node agent's logging framework takes longer to start than most commands run, and would print
/// into the middle of them. calicoctl therefore names its own, which does no more than print lines.
@NullMarked
package io.margay.calicoctl.log;

import org.jspecify.annotations.NullMarked;
