/// The selector language: expressions over labels, their canonical text and their unique ids.
///
/// ```
///   text ──Tokenizer──> Token list ──Parser──> Expression ──> matches(labels)
///                                                   └───────> canonical text ──SHA-224──> unique id
/// ```
///
/// Start with [io.margay.model.selector.Selector]. Tokens, grammar and canonical text are those of
/// Calico v1.1, since the id names IP sets in the kernel: two programs that read the same selector
/// must arrive at the same id.
@NullMarked
package io.margay.model.selector;

import org.jspecify.annotations.NullMarked;
