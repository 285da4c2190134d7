interface SystemError {
  code?: unknown;
  syscall?: unknown;
  cause?: unknown;
  errors?: unknown;
  message?: unknown;
}

// Failures before the first byte of a request, as Node, Deno and Bun name them. A certificate is judged by the client
// and a version is agreed on at the start of the handshake; other TLS alerts can come after the request, so they prove
// nothing.
const beforeSending = new Set([
  "ENOTFOUND",
  "EAI_AGAIN",
  "ECONNREFUSED",
  "ConnectionRefused",
  "FailedToOpenSocket",
  "UND_ERR_CONNECT_TIMEOUT",
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
  "CERT_REVOKED",
  "CERT_UNTRUSTED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "ERR_SSL_PACKET_LENGTH_TOO_LONG",
  "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION",
  "ERR_SSL_UNSUPPORTED_PROTOCOL",
  "ERR_SSL_WRONG_VERSION_NUMBER",
  "ERR_TLS_CERT_ALTNAME_INVALID",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
]);

// Some have no code: a port that fetch never connects to, and a peer that hung up in the middle of the handshake.
const messagesBeforeSending = new Set([
  "bad port",
  "Client network socket disconnected before secure TLS connection was established",
]);

// Deno names the step that failed: name lookup, connection and handshake are one.
const connecting = "client error (Connect): ";

/** Whether an error proves that nothing of the request reached anybody. */
export function neverSent(error: unknown): boolean {
  const { code, syscall, cause, errors, message } = Object(error) as SystemError;
  if (Array.isArray(errors) && errors.length > 0) return errors.every(neverSent);
  if (typeof code === "string" && beforeSending.has(code)) return true;
  if (syscall === "connect" || syscall === "getaddrinfo") return true;
  if (typeof message === "string" && (messagesBeforeSending.has(message) || message.includes(connecting)))
    return true;
  return cause !== undefined && neverSent(cause);
}
