/// The contracts of the kernel's interfaces on a real kernel, each test in a network namespace of
/// its own ([io.margay.linux.FreshNetworkNamespace]).
package io.margay.linux;
