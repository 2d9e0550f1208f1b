package io.margay.calicoctl;

import io.margay.calicoctl.CommandLine.DoesNotFitException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/// `version`: which calicoctl this is.
final class VersionCommand implements Command {

  @Override
  public CommandSyntax syntax() {
    return CommandSyntax.of();
  }

  @Override
  public String name() {
    return "version";
  }

  @Override
  public boolean run(CommandLine line, Terminal terminal) throws DoesNotFitException {
    line.requirePositionals(0, 0, "no further words");
    Properties build = new Properties();
    try (InputStream in = VersionCommand.class.getResourceAsStream("build.properties")) {
      build.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    terminal.say("Version:      " + build.getProperty("version"));
    terminal.say("Build date:   " + build.getProperty("date"));
    terminal.say("Git commit:   " + build.getProperty("commit"));
    return true;
  }
}
