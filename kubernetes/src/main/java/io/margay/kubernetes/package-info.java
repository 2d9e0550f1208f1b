/// Network policy of Kubernetes: `margay kube-controllers`.
@NullMarked
package io.margay.kubernetes;

import org.jspecify.annotations.NullMarked;
