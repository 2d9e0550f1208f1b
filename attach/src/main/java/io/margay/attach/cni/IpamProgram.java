package io.margay.attach.cni;

import java.io.IOException;

/// Has the plugin at the other end of the socket run another one, which it looks for where
/// `CNI_PATH` says, in its own environment but for what is given here.
public interface IpamProgram {

  /// @param type the other plugin's name, a file name
  /// @param command `CNI_COMMAND` for it
  /// @param args `CNI_ARGS` for it
  /// @param config what it reads
  /// @throws IOException if the plugin is gone
  Output run(String type, String command, String args, String config) throws IOException;

  /// @param exitCode as the program ended; -1 if there is no such program, which `stderr` says
  record Output(int exitCode, String stdout, String stderr) {}
}
