import { createSecureContext } from 'node:tls';
import type { DatabaseConfig, RedisConfig } from './config-types.ts';
import { createSecret } from '../../security/secret.ts';
import type { Name } from './names.ts';
import type { Reader } from './reader.ts';
import type { Target } from './plaintext.ts';
import { storeUrl } from './values.ts';

export type ReadStores = {
  readonly database: DatabaseConfig;
  readonly redis: RedisConfig;
  /** Where these stores are and whether the way there is sealed. */
  readonly targets: readonly Target[];
};

type DatabaseName = 'DATABASE_URL' | 'MIGRATE_DATABASE_URL' | 'LEDGER_DATABASE_URL';

const databaseUrl = storeUrl(
  ['postgres:', 'postgresql:'],
  'postgres://user:password@host:5432/name?sslmode=verify-full',
);
const redisUrl = storeUrl(['redis:', 'rediss:', 'unix:'], 'rediss://:password@host:6379');

/** Passwords that every list of guesses begins with. */
const GUESSED =
  /^(postgres|postgresql|redis|password|passwd|pass|root|admin|secret|test|changeme|123456?7?8?9?0?|vimbiso(pay)?)$/i;

export const readStores = (reader: Reader): ReadStores => {
  const databaseCa = readAuthority(reader, 'DATABASE_CA_FILE');
  const redisCa = readAuthority(reader, 'REDIS_CA_FILE');
  const names = ['DATABASE_URL', 'MIGRATE_DATABASE_URL', 'LEDGER_DATABASE_URL'] as const;
  const [own, migrate, ledger] = names.map((name) => readDatabase(reader, name, databaseCa?.path));
  const redis = readRedis(reader);
  if (own === undefined) {
    for (const [index, other] of [migrate, ledger].entries()) {
      if (other !== undefined) reader.refuse(names[index + 1] ?? '', 'given without DATABASE_URL');
    }
  }
  if (redisCa !== undefined && redis !== undefined && !redis.target.isSealed) {
    reader.refuse('REDIS_CA_FILE', 'contradicts REDIS_URL, which is not rediss:');
  }
  const found = [own, migrate, ledger, redis].filter((store) => store !== undefined);
  return {
    database: { url: own?.url, migrateUrl: migrate?.url, ledgerUrl: ledger?.url },
    redis: { url: redis?.url, caPem: redisCa?.pem },
    targets: found.map(({ target }) => target),
  };
};

/** A PEM of one or more certificates that TLS can use. */
export const readAuthority = (
  reader: Reader,
  name: Name,
): { readonly path: string; readonly pem: string } | undefined => {
  const path = reader.text(name);
  const pem = reader.fileText(name);
  if (path === undefined || pem === undefined) return undefined;
  try {
    createSecureContext({ ca: pem });
    if (pem.includes('-----BEGIN CERTIFICATE-----') && !pem.includes('PRIVATE KEY')) return { path, pem };
  } catch {
    // Said below.
  }
  reader.refuse(name, 'the file must hold certificates in PEM form, and nothing else');
  return undefined;
};

/** Parameters that pg reads as a licence to connect otherwise than `sslmode` says. */
const CONTRADICTING = ['ssl', 'uselibpqcompat', 'sslnegotiation', 'hostaddr'];

const readDatabase = (reader: Reader, name: DatabaseName, caPath: string | undefined) => {
  const url = reader.value(name, databaseUrl, undefined);
  if (url === undefined) return undefined;
  const query = url.searchParams;
  const keys = [...query.keys()];
  // pg takes the last of two, others the first.
  if (new Set(keys).size < keys.length) reader.refuse(name, 'repeats a parameter');
  if (CONTRADICTING.some((key) => keys.includes(key))) reader.refuse(name, `must not use ${CONTRADICTING.join(', ')}`);
  if (url.pathname.length < 2) reader.refuse(name, 'names no database');
  // In pg, `host` in the query wins over the one before the path.
  const host = query.get('host') ?? decodeURIComponent(url.hostname);
  const isSocket = host === '' || host.startsWith('/');
  const mode = query.get('sslmode');
  if (isSocket && mode !== null && mode !== 'disable') reader.refuse(name, 'asks for TLS on a Unix socket');
  if (caPath !== undefined && mode === 'verify-full' && !query.has('sslrootcert')) query.set('sslrootcert', caPath);
  const target: Target = {
    name,
    host: isSocket ? 'localhost' : host,
    isSealed: mode === 'verify-full',
    remedy: 'must say sslmode=verify-full',
    hasGuessedPassword: hasGuessedPassword(url),
  };
  return { url: createSecret(url.href), target };
};

const readRedis = (reader: Reader) => {
  const text = reader.text('REDIS_URL');
  const isPath = text?.startsWith('/') ?? false;
  const url = isPath ? new URL(`unix://${text ?? ''}`) : reader.value('REDIS_URL', redisUrl, undefined);
  if (text === undefined || url === undefined) return undefined;
  // ioredis reads any of its options from the query, those of TLS included.
  if (reader.isStrict && url.search !== '') reader.refuse('REDIS_URL', 'must not carry a query');
  const isSocket = url.protocol === 'unix:';
  if (!isSocket && url.hostname === '') reader.refuse('REDIS_URL', 'names no host');
  const target: Target = {
    name: 'REDIS_URL',
    host: isSocket ? 'localhost' : url.hostname,
    isSealed: url.protocol === 'rediss:',
    remedy: 'must be rediss:',
    hasGuessedPassword: hasGuessedPassword(url),
  };
  return { url: createSecret(isSocket ? url.pathname : text), target };
};

const hasGuessedPassword = ({ username, password }: URL): boolean =>
  password !== '' && (password === username || GUESSED.test(decodeURIComponent(password)));
