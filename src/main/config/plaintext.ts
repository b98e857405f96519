import type { Reader } from './reader.ts';

/** Something this program connects to. */
export type Target = {
  /** The environment name that says so. */
  readonly name: string;
  /** Lower case, IPv6 in brackets or not; `localhost` for a Unix socket. */
  readonly host: string;
  /** Encrypted, with the other side's certificate checked. */
  readonly isSealed: boolean;
  readonly remedy: string;
  readonly hasGuessedPassword: boolean;
};

/** The machine itself, by address or by the one name that must mean it (RFC 6761, 6.3). */
const isLoopback = (host: string): boolean => {
  const bare = host.toLowerCase().replace(/^\[(.*)\]$/, '$1');
  return bare === 'localhost' || bare === '::1' || /^127(\.(0|[1-9][0-9]{0,2})){3}$/.test(bare);
};

/**
 * S29: nothing in plaintext where strict. Staging alone may, and only while every store, every outgoing URL and every
 * allowed host is on loopback, so that no real secret can be on the wire. Returns whether plaintext is allowed.
 */
export const refusePlaintext = (
  reader: Reader,
  targets: readonly Target[],
  outboundHosts: readonly string[],
): boolean => {
  if (!reader.isStrict) return true;
  const hosts = [...targets.map(({ host }) => host), ...outboundHosts];
  const isAllowed = reader.environment === 'staging' && hosts.every(isLoopback);
  if (isAllowed) return true;
  for (const { name, isSealed, remedy, hasGuessedPassword } of targets) {
    if (!isSealed) reader.refuse(name, `plaintext: ${remedy}`);
    if (hasGuessedPassword) reader.refuse(name, 'weak: its password is among the first to be guessed');
  }
  return false;
};
