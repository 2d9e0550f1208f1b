package io.margay.libnetwork;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/// What answers at one socket. Any platform thread may call.
interface Driver {

  /// Answers a request.
  ///
  /// @param path such as `/NetworkDriver.Join`
  /// @return empty if the path is unknown
  /// @throws RefusedException if it is refused, or one of the exceptions of kernel and datastore
  Optional<ObjectNode> answer(String path, JsonNode request);
}
