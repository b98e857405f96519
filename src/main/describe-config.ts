import type { Config } from './config.ts';

/** Where a store is, without user, password and parameters. */
const place = (text: string): string => {
  if (text.startsWith('/')) return 'unix socket';
  const url = new URL(text);
  const host = url.searchParams.get('host') ?? url.host;
  return `${url.protocol}//${host.startsWith('/') ? 'unix socket' : host}${url.pathname}`;
};
const given = (pem: string | undefined): string => (pem === undefined ? 'system' : 'given');

/** The configuration as JSON for an operator's screen: no secret, no password, no parameter of a URL (S31). */
export const describeConfig = (config: Config): string => {
  const { database, redis, outbound } = config;
  const shown = {
    ...config,
    keyRing: { active: config.keyRing.active.id },
    database: {
      url: database.url === undefined ? 'embedded' : place(database.url.reveal()),
      migrateUrl: database.migrateUrl && place(database.migrateUrl.reveal()),
      ledgerUrl: database.ledgerUrl && place(database.ledgerUrl.reveal()),
    },
    redis: { url: redis.url === undefined ? 'embedded' : place(redis.url.reveal()), authority: given(redis.caPem) },
    outbound: { hosts: outbound.hosts, authority: given(outbound.caPem), allowsPlaintext: outbound.allowsPlaintext },
  };
  return JSON.stringify(shown, undefined, 2);
};
