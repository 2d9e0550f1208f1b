/// The messages of BGP-4 as values, and the codec between them and octets.
///
/// ```
///   octets ──> MessageFramer ──one frame──> MessageDecoder ──Decoded──> session
///                                             └── UpdateDecoder (attributes, RFC 7606)
///   session, rib ──BgpMessage, PathAttributes + prefixes──> MessageEncoder, UpdateEncoder ──> octets
/// ```
///
/// Start with [io.margay.bgp.message.BgpMessage]. An UPDATE is kept by meaning, not by layout: its
/// prefixes of both families stand in the same lists, whichever of the classic fields,
/// MP_REACH_NLRI or MP_UNREACH_NLRI carried them.
///
/// Errors come typed by the reaction that RFC 7606 wants: what only loses an attribute or turns an
/// UPDATE into withdrawals is a [io.margay.bgp.message.AttributeError] beside the message; what
/// ends the session is a [io.margay.bgp.message.MalformedMessageException] that holds the
/// NOTIFICATION to send. Nothing else is ever thrown because of what a peer sent.
///
/// Implemented: RFC 4271 §4, 1997 (communities), 2545, 2918, 4456 (attributes), 4724, 4760 (IPv4
/// and IPv6 unicast), 5492, 6286, 6793, 7313, 7606, 7607, 7911, 8538, 8654, 9003, 9072. Extended
/// and large communities (RFC 4360, 8092) are checked and carried, not understood.
@NullMarked
package io.margay.bgp.message;

import org.jspecify.annotations.NullMarked;
