/**
 * The host name of a `Host` header in canonical form, or undefined where it is anything but a name or address with an
 * optional port (S45, RFC 9112 §3.2): user information, a trailing dot, lists and odd ports are tricks, not hosts.
 */
export const readHost = (header: string): string | undefined => {
  const match = /^(\[[0-9a-f:.]{2,45}\]|[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?)(?::([0-9]{1,5}))?$/i.exec(header);
  const [, host, port] = match ?? [];
  if (host === undefined || host.includes('..') || (port !== undefined && Number(port) > 65_535)) return undefined;
  return host.toLowerCase();
};

/** The documented form: `*.example.org` stands for every name below it, not for the name itself; `*` for every host. */
export const isHostAllowed = (host: string, patterns: readonly string[]): boolean =>
  patterns.some(
    (pattern) => pattern === '*' || (pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) : host === pattern),
  );
