/// The selector language: expressions over labels, their canonical text and their unique ids.
@NullMarked
package io.margay.model.selector;

import org.jspecify.annotations.NullMarked;
