package io.margay.bgp.message;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/// The errors a NOTIFICATION can name, one enum for each registry of subcodes:
/// <https://www.iana.org/assignments/bgp-parameters>, from "BGP Error (Notification) Codes" on.
public sealed interface NotificationError {

  int code();

  int subcode();

  String name();

  /// The registry's group.
  String group();

  /// The error in words.
  default String describe() {
    String error = name().toLowerCase(Locale.ROOT).replace('_', ' ');
    return error.equals(group()) ? error : group() + ", " + error;
  }

  /// The error with these codes, if it is a known one.
  static Optional<NotificationError> of(int code, int subcode) {
    return Stream.<NotificationError[]>of(
            MessageHeader.values(),
            Open.values(),
            Update.values(),
            Timer.values(),
            StateMachine.values(),
            Cease.values(),
            RouteRefresh.values())
        .flatMap(Arrays::stream)
        .filter(error -> error.code() == code && error.subcode() == subcode)
        .findFirst();
  }

  /// RFC 4271 §6.1.
  enum MessageHeader implements NotificationError {
    UNSPECIFIC(0),
    CONNECTION_NOT_SYNCHRONIZED(1),
    BAD_MESSAGE_LENGTH(2),
    BAD_MESSAGE_TYPE(3);

    private final int subcode;

    MessageHeader(int subcode) {
      this.subcode = subcode;
    }

    @Override
    public int code() {
      return 1;
    }

    @Override
    public int subcode() {
      return subcode;
    }

    @Override
    public String group() {
      return "message header error";
    }
  }

  /// RFC 4271 §6.2, RFC 5492 §5.
  enum Open implements NotificationError {
    UNSPECIFIC(0),
    UNSUPPORTED_VERSION_NUMBER(1),
    BAD_PEER_AS(2),
    BAD_BGP_IDENTIFIER(3),
    UNSUPPORTED_OPTIONAL_PARAMETER(4),
    UNACCEPTABLE_HOLD_TIME(6),
    UNSUPPORTED_CAPABILITY(7);

    private final int subcode;

    Open(int subcode) {
      this.subcode = subcode;
    }

    @Override
    public int code() {
      return 2;
    }

    @Override
    public int subcode() {
      return subcode;
    }

    @Override
    public String group() {
      return "OPEN message error";
    }
  }

  /// RFC 4271 §6.3.
  enum Update implements NotificationError {
    UNSPECIFIC(0),
    MALFORMED_ATTRIBUTE_LIST(1),
    UNRECOGNIZED_WELL_KNOWN_ATTRIBUTE(2),
    MISSING_WELL_KNOWN_ATTRIBUTE(3),
    ATTRIBUTE_FLAGS_ERROR(4),
    ATTRIBUTE_LENGTH_ERROR(5),
    INVALID_ORIGIN_ATTRIBUTE(6),
    INVALID_NEXT_HOP_ATTRIBUTE(8),
    OPTIONAL_ATTRIBUTE_ERROR(9),
    INVALID_NETWORK_FIELD(10),
    MALFORMED_AS_PATH(11);

    private final int subcode;

    Update(int subcode) {
      this.subcode = subcode;
    }

    @Override
    public int code() {
      return 3;
    }

    @Override
    public int subcode() {
      return subcode;
    }

    @Override
    public String group() {
      return "UPDATE message error";
    }
  }

  /// Errors that have a code of their own and no subcodes: RFC 4271 §6.5, RFC 9687.
  enum Timer implements NotificationError {
    HOLD_TIMER_EXPIRED(4),
    SEND_HOLD_TIMER_EXPIRED(8);

    private final int code;

    Timer(int code) {
      this.code = code;
    }

    @Override
    public int code() {
      return code;
    }

    @Override
    public int subcode() {
      return 0;
    }

    @Override
    public String group() {
      return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
  }

  /// RFC 6608.
  enum StateMachine implements NotificationError {
    UNSPECIFIC(0),
    UNEXPECTED_MESSAGE_IN_OPEN_SENT(1),
    UNEXPECTED_MESSAGE_IN_OPEN_CONFIRM(2),
    UNEXPECTED_MESSAGE_IN_ESTABLISHED(3);

    private final int subcode;

    StateMachine(int subcode) {
      this.subcode = subcode;
    }

    @Override
    public int code() {
      return 5;
    }

    @Override
    public int subcode() {
      return subcode;
    }

    @Override
    public String group() {
      return "finite state machine error";
    }
  }

  /// RFC 4486, RFC 8538.
  enum Cease implements NotificationError {
    UNSPECIFIC(0),
    MAXIMUM_NUMBER_OF_PREFIXES_REACHED(1),
    ADMINISTRATIVE_SHUTDOWN(2),
    PEER_DE_CONFIGURED(3),
    ADMINISTRATIVE_RESET(4),
    CONNECTION_REJECTED(5),
    OTHER_CONFIGURATION_CHANGE(6),
    CONNECTION_COLLISION_RESOLUTION(7),
    OUT_OF_RESOURCES(8),
    HARD_RESET(9);

    static final int CODE = 6;

    private final int subcode;

    Cease(int subcode) {
      this.subcode = subcode;
    }

    @Override
    public int code() {
      return CODE;
    }

    @Override
    public int subcode() {
      return subcode;
    }

    @Override
    public String group() {
      return "cease";
    }
  }

  /// RFC 7313 §5.
  enum RouteRefresh implements NotificationError {
    RESERVED(0),
    INVALID_MESSAGE_LENGTH(1);

    private final int subcode;

    RouteRefresh(int subcode) {
      this.subcode = subcode;
    }

    @Override
    public int code() {
      return 7;
    }

    @Override
    public int subcode() {
      return subcode;
    }

    @Override
    public String group() {
      return "ROUTE-REFRESH message error";
    }
  }
}
