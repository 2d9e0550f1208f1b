package io.margay.cni;

import java.util.LinkedHashMap;
import java.util.Map;

/// An error that the plugin tells itself, as it has no agent to tell it.
final class PluginError extends Exception {

  private static final long serialVersionUID = 1;

  static final int INCOMPATIBLE_VERSION = 1;
  static final int INVALID_ENVIRONMENT = 4;
  static final int IO_FAILURE = 5;
  static final int DECODING_FAILURE = 6;
  static final int INVALID_CONFIGURATION = 7;
  static final int TRY_AGAIN_LATER = 11;
  static final int NOT_AVAILABLE = 50;

  private final int code;

  PluginError(int code, String message) {
    super(message);
    this.code = code;
  }

  String json(String cniVersion) {
    Map<String, Object> error = new LinkedHashMap<>();
    error.put("cniVersion", cniVersion);
    error.put("code", code);
    error.put("msg", String.valueOf(getMessage()));
    error.put("details", "");
    return Json.write(error);
  }
}
