/// What the operator types: `calicoctl` with the commands, tables, messages and exit codes of
/// Calico v1.1.
///
/// ```
///   args ──CommandSyntax──> CommandLine ──> WriteCommand   create, apply, replace, delete ──┐
///                                      ├──> GetCommand     get ──output, template           ├──> Datastore
///                                      ├──> ConfigCommand  config                           │
///                                      ├──> IpamCommand    ipam show, ipam release ─────────┘
///                                      └──> ValidateCommand, CompletionCommand, VersionCommand
/// ```
///
/// Start with [io.margay.calicoctl.Calicoctl#run]: it takes everything a process is given and
/// returns the exit code, so a test runs the very program. A command is a class in
/// [io.margay.calicoctl.Commands]; its help is a text file of the same name beside it.
///
/// - Every outcome is text on standard output and exit code 0 or 1. Standard error has the text for
///   an unknown command, what is wrong with arguments that do not fit, and logs.
/// - It starts once per command, so start-up is what a user waits for: no logging framework, no
///   command line framework, and nothing is loaded before it is needed.
/// - Whoever reads a file reads all of it before anything is written.
@NullMarked
package io.margay.calicoctl;

import org.jspecify.annotations.NullMarked;
