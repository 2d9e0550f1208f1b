package io.margay.agent;

import io.margay.datastore.DatastoreException;
import io.margay.datastore.DatastoreException.Unavailable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells the operator once that reports of this agent cannot be written, and again only after one
/// was. All that report share it.
///
/// Where no datastore answers at all, that is told already by whoever follows it.
final class ReportComplaint {

  private static final Logger LOG = LoggerFactory.getLogger(ReportComplaint.class);

  private boolean told;

  synchronized void onFailure(Object what, DatastoreException failure) {
    boolean news = !told && !(failure instanceof Unavailable unavailable && unavailable.isOutage());
    if (news) {
      told = true;
      LOG.warn(
          "{} cannot be written: {} It is tried until it can; what is in the kernel does not"
              + " depend on it.",
          what,
          failure.getMessage());
    } else {
      LOG.debug("{} cannot be written.", what, failure);
    }
  }

  synchronized void onSuccess() {
    if (told) {
      told = false;
      LOG.info("Reports can be written again.");
    }
  }
}
