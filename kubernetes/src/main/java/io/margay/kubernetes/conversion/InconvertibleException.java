package io.margay.kubernetes.conversion;

import java.io.Serial;

/// A Kubernetes object, or a part of one, that cannot be expressed as policy. The message says
/// which part and why.
public final class InconvertibleException extends Exception {

  @Serial private static final long serialVersionUID = 1;

  InconvertibleException(String message) {
    super(message);
  }
}
