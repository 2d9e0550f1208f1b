package io.margay.attach;

import io.margay.net.IpAddress;
import java.util.List;

/// Addresses that somebody else looks after.
public record GivenAddresses(List<IpAddress> addresses) implements AddressSource {
  public GivenAddresses {
    addresses = List.copyOf(addresses);
  }

  @Override
  public List<IpAddress> take() {
    return addresses;
  }

  @Override
  public void keep(List<IpAddress> held) {}

  @Override
  public void giveBack(List<IpAddress> known) {}

  @Override
  public List<String> problems(List<IpAddress> held) {
    return List.of();
  }
}
