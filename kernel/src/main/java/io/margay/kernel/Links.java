package io.margay.kernel;

import java.util.List;

/// Interfaces and their addresses. Calls block; any thread may make them.
public interface Links {

  List<Link> list();

  List<LinkAddress> addresses();
}
