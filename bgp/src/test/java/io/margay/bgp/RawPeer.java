package io.margay.bgp;

import io.margay.bgp.Speakers.Host;
import io.margay.bgp.message.AsPath;
import io.margay.bgp.message.BgpMessage;
import io.margay.bgp.message.BgpMessage.Keepalive;
import io.margay.bgp.message.BgpMessage.Notification;
import io.margay.bgp.message.BgpMessage.Open;
import io.margay.bgp.message.Capability;
import io.margay.bgp.message.MessageDecoder;
import io.margay.bgp.message.MessageEncoder;
import io.margay.bgp.message.MessageFramer;
import io.margay.bgp.message.NextHop;
import io.margay.bgp.message.PathAttributes;
import io.margay.bgp.message.SessionCodec;
import io.margay.bgp.message.UpdateEncoder;
import io.margay.bgp.session.PeerConfig;
import io.margay.loop.Transport;
import io.margay.net.AsNumber;
import io.margay.net.IpAddress;
import io.margay.net.IpPrefix;
import io.margay.net.Ipv4Address;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// A peer, in AS 65009 unless said otherwise, on 10.0.0.9 that says what the test makes it say, and
/// notes what comes.
final class RawPeer implements Transport.Handler {

  static final AsNumber AS = new AsNumber(65009);
  static final IpAddress ADDRESS = IpAddress.parse("10.0.0.9");
  private static final SessionCodec FOUR_OCTETS = new SessionCodec(true, true);
  private static final Duration MOMENT = Duration.ofMillis(10);

  final List<BgpMessage> received = new ArrayList<>();
  SessionCodec codec = FOUR_OCTETS;
  Transport.@Nullable Connection connection;
  boolean closed;

  private final Speakers world;
  private final Host to;
  private final AsNumber as;
  private MessageFramer framer = new MessageFramer();

  RawPeer(Speakers world, Host to) {
    this(world, to, AS);
  }

  RawPeer(Speakers world, Host to, AsNumber as) {
    this.world = world;
    this.to = to;
    this.as = as;
  }

  /// Has the host wait for this peer.
  RawPeer isConfigured(UnaryOperator<PeerConfig.Builder> settings) {
    to.peersWith(world.host(9, as), builder -> settings.apply(builder.passive(true))).starts();
    return this;
  }

  RawPeer connect() {
    framer = new MessageFramer();
    closed = false;
    connection =
        world
            .network
            .transport(ADDRESS)
            .connect(null, new InetSocketAddress(to.address.toInetAddress(), 179), this);
    world.loop.advance(MOMENT);
    return this;
  }

  RawPeer sends(ByteBuffer... frames) {
    for (ByteBuffer frame : frames) {
      if (connection != null) {
        connection.write(frame);
      }
    }
    world.loop.advance(MOMENT);
    return this;
  }

  /// A session with these capabilities.
  RawPeer establishes(Capability... capabilities) {
    return connect().sends(open(as, capabilities), keepalive());
  }

  PeerStatus status() {
    return to.speaker.peers().stream()
        .filter(status -> status.config().remoteAddress().equals(ADDRESS))
        .findFirst()
        .orElseThrow();
  }

  /// The last NOTIFICATION received.
  @Nullable Notification notification() {
    return received.stream()
        .filter(Notification.class::isInstance)
        .map(Notification.class::cast)
        .reduce((_, last) -> last)
        .orElse(null);
  }

  @Override
  public void onOpen(Transport.Connection opened) {}

  @Override
  public void onBytes(Transport.Connection from, ByteBuffer bytes) {
    framer.append(bytes);
    framer.use(codec);
    for (ByteBuffer frame = framer.next(); frame != null; frame = framer.next()) {
      received.add(MessageDecoder.decode(frame, codec).message());
    }
  }

  @Override
  public void onClosed(Transport.Connection from, @Nullable Throwable cause) {
    if (from == connection) {
      closed = true;
    }
  }

  static ByteBuffer open(Capability... capabilities) {
    return open(AS, capabilities);
  }

  private static ByteBuffer open(AsNumber as, Capability... capabilities) {
    return MessageEncoder.encode(
        new Open(as, 90, Ipv4Address.parse("10.0.0.9"), List.of(capabilities)));
  }

  static ByteBuffer keepalive() {
    return MessageEncoder.encode(new Keepalive());
  }

  static ByteBuffer octets(String hex) {
    return ByteBuffer.wrap(HexFormat.of().parseHex(hex.replace(" ", "")));
  }

  static ByteBuffer announce(String prefix) {
    return announce(prefix, AsPath.sequence(65009), "10.0.0.9");
  }

  static ByteBuffer announce(String prefix, AsPath path, String nextHop) {
    List<ByteBuffer> frames = new ArrayList<>();
    new UpdateEncoder(FOUR_OCTETS)
        .announce(
            PathAttributes.builder()
                .asPath(path)
                .nextHop(NextHop.of(IpAddress.parse(nextHop)))
                .build(),
            List.of(IpPrefix.parse(prefix)),
            frames::add);
    return frames.getFirst();
  }
}
