/// How listings look: tables whose every byte is Calico v1.1's, documents, templates.
@NullMarked
package io.margay.calicoctl.output;

import org.jspecify.annotations.NullMarked;
