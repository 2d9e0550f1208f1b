/// Documents: the YAML or JSON in which operators write resources, read and written.
///
/// ```
///   text ──YamlReader──> Value (with line and column) ──ResourceReader──> Resource
///                 │                                          │
///                 └─────────────> DocumentProblem <──────────┘
///
///   Resource ──ResourceTree──> maps and lists ──YamlPrinter, JsonPrinter──> text
/// ```
///
/// Start with [io.margay.model.document.DocumentReader] and
/// [io.margay.model.document.DocumentWriter]. Reading is strict: a field no schema has is a
/// problem, wherever it stands. All problems of a text are reported together, each with its line,
/// and nothing is read unless there are none. JSON goes through the YAML reader, being YAML.
///
/// Plain words follow YAML 1.1 (`yes`, `on`, `~`), as the Go library of Calico v1.1 read them;
/// numbers in base 60 do not exist, so `11:22:33:44:55:06` is text.
@NullMarked
package io.margay.model.document;

import org.jspecify.annotations.NullMarked;
