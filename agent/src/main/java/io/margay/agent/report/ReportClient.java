package io.margay.agent.report;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Asks an agent on this host how it is.
public final class ReportClient {

  private ReportClient() {}

  /// @param directory the agent's run directory
  /// @throws IOException if nobody listens there, or what comes is no report
  /// @throws TimeoutException if the agent does not answer in time
  public static NodeReport ask(Path directory, Duration limit)
      throws IOException, InterruptedException, TimeoutException {
    return NodeReportJson.decode(askText(directory, limit));
  }

  /// The report as the agent sends it.
  public static String askText(Path directory, Duration limit)
      throws IOException, InterruptedException, TimeoutException {
    return askText(directory, ReportServer.QUESTION, limit);
  }

  /// The answer to a question, as the agent sends it.
  ///
  /// @param question one line
  public static String askText(Path directory, String question, Duration limit)
      throws IOException, InterruptedException, TimeoutException {
    var address = UnixDomainSocketAddress.of(directory.resolve(ReportServer.FILE));
    try (SocketChannel channel = SocketChannel.open(address)) {
      channel.write(ByteBuffer.wrap((question + "\n").getBytes(StandardCharsets.UTF_8)));
      FutureTask<String> answer =
          new FutureTask<>(() ->
              new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8));
      Thread.ofVirtual().start(answer);
      return answer.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new IOException("the agent's answer broke off: " + e.getCause(), e);
    }
  }
}
