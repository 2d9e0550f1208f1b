package io.margay.attach.cni;

import io.margay.attach.Phases;
import org.jspecify.annotations.Nullable;

/// What a plugin is to do at its end.
///
/// @param exitCode 0 if all went well
/// @param stdout what it prints
/// @param phases how long an ADD took; null for others
public record CniAnswer(int exitCode, String stdout, @Nullable Phases phases) {}
