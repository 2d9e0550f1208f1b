/// The part of Go's `text/template` that listings need: `calicoctl get -o go-template=...`.
///
/// ```
///   text ──Lexer──> Token ──Parser──> Element ──Evaluator, Value──> text
/// ```
///
/// Actions: pipelines, variables, `if`, `else if`, `else`, `with`, `range` (also with index and
/// element variables), white space trimming, comments. Functions: those of Go that compute or
/// compare, `printf` with Go's verbs, and calicoctl's own `join` and `config`. Not here: named
/// templates (`define`, `template`, `block`), methods, and the escaping functions of HTML and
/// JavaScript.
///
/// [io.margay.calicoctl.template.Value] holds what Go would hold, under Go's names, so that a
/// template written for Calico v1.1 finds `.Metadata.Name`.
@NullMarked
package io.margay.calicoctl.template;

import org.jspecify.annotations.NullMarked;
