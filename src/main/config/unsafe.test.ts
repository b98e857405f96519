import { describe, expect, test } from 'vitest';
import { namesOf, problemsOf, safe, secrets, strong, type Values } from '../../../test/support/configuration.ts';
import { makeSecrets } from '../secrets.ts';

const key = (
  id: string,
  text: Buffer = Buffer.from(secrets.production.ENCRYPTION_KEYS.split(':')[1] ?? '', 'base64'),
) => `${id}:${text.toString('base64')}`;

/** What is changed in a safe production environment, and the one name that must be refused for it. */
const UNSAFE: readonly (readonly [string, Values, string])[] = [
  ['no environment', { APP_ENV: undefined }, 'APP_ENV'],
  ['an empty environment', { APP_ENV: '' }, 'APP_ENV'],
  ['an unknown environment', { APP_ENV: 'prod' }, 'APP_ENV'],
  ['an environment in capitals', { APP_ENV: 'Production' }, 'APP_ENV'],
  ['an environment with a blank', { APP_ENV: 'production ' }, 'APP_ENV'],
  ['an environment that contradicts its alias', { DJANGO_ENV: 'development' }, 'APP_ENV'],
  ['debug', { DEBUG: 'true' }, 'DEBUG'],
  ['debug as a number', { DEBUG: '1' }, 'DEBUG'],
  ['debug as yes', { DEBUG: 'yes' }, 'DEBUG'],
  ['debug in capitals', { DEBUG: 'TRUE' }, 'DEBUG'],
  ['a level of logging that tells too much', { LOG_LEVEL: 'debug' }, 'LOG_LEVEL'],
  ['an unknown level of logging', { LOG_LEVEL: 'verbose' }, 'LOG_LEVEL'],
  ['a simulator', { SIMULATOR_PORT: '8001' }, 'SIMULATOR_PORT'],
  ['no hosts', { ALLOWED_HOSTS: undefined, PUBLIC_URL: undefined }, 'ALLOWED_HOSTS'],
  ['every host', { ALLOWED_HOSTS: '*' }, 'ALLOWED_HOSTS'],
  ['every host among others', { ALLOWED_HOSTS: 'bot.vimbisopay.africa,*' }, 'ALLOWED_HOSTS'],
  ['a whole top domain', { ALLOWED_HOSTS: 'bot.vimbisopay.africa,*.africa' }, 'ALLOWED_HOSTS'],
  ['a host with a scheme', { ALLOWED_HOSTS: 'bot.vimbisopay.africa,https://x.africa' }, 'ALLOWED_HOSTS'],
  ['a host with a port', { ALLOWED_HOSTS: 'bot.vimbisopay.africa,x.africa:443' }, 'ALLOWED_HOSTS'],
  ['a pattern in mid-name', { ALLOWED_HOSTS: 'bot.vimbisopay.africa,a.*.africa' }, 'ALLOWED_HOSTS'],
  ['a public address in plaintext', { PUBLIC_URL: 'http://bot.vimbisopay.africa' }, 'PUBLIC_URL'],
  ['a public address that is not an allowed host', { PUBLIC_URL: 'https://elsewhere.africa' }, 'PUBLIC_URL'],
  ['a public address with a path', { PUBLIC_URL: 'https://bot.vimbisopay.africa/bot' }, 'PUBLIC_URL'],
  ['trust in every proxy', { TRUSTED_PROXIES: '0.0.0.0/0' }, 'TRUSTED_PROXIES'],
  ['trust in every IPv6 proxy', { TRUSTED_PROXIES: '10.0.0.1,::/0' }, 'TRUSTED_PROXIES'],
  ['a proxy by name', { TRUSTED_PROXIES: 'proxy.vimbisopay.africa' }, 'TRUSTED_PROXIES'],
  ['no application secret', { APP_SECRET: undefined }, 'APP_SECRET'],
  ['an empty application secret', { APP_SECRET: '' }, 'APP_SECRET'],
  ['a short application secret', { APP_SECRET: 'q7Jd0vXr2LmPz9Tf' }, 'APP_SECRET'],
  ['a sample as application secret', { APP_SECRET: 'django-insecure-q7Jd0vXr2LmPz9TfWb4KyNc8' }, 'APP_SECRET'],
  ['a placeholder as application secret', { APP_SECRET: 'please-change-me-before-you-go-live-0123' }, 'APP_SECRET'],
  ['one letter repeated', { APP_SECRET: 'a'.repeat(64) }, 'APP_SECRET'],
  ['one piece repeated', { APP_SECRET: 'q7Jd0vXr'.repeat(6) }, 'APP_SECRET'],
  ['the alphabet', { APP_SECRET: 'abcdefghijklmnopqrstuvwxyz0123456789' }, 'APP_SECRET'],
  ['a few words', { APP_SECRET: 'the-secret-token-of-our-whatsapp-webhook-client' }, 'APP_SECRET'],
  ['a secret in quotes', { APP_SECRET: `"${strong}"` }, 'APP_SECRET'],
  ['a secret before a line end', { APP_SECRET: `${strong}\n` }, 'APP_SECRET'],
  ['a secret after a blank', { APP_SECRET: ` ${strong}` }, 'APP_SECRET'],
  ['a secret with a blank in its list', { APP_SECRET: `${strong}, ${strong}x` }, 'APP_SECRET'],
  ['a list that ends in a comma', { APP_SECRET: `${strong},` }, 'APP_SECRET'],
  ['the same secret twice', { APP_SECRET: `${strong},${strong}` }, 'APP_SECRET'],
  ['an old secret that is weak', { APP_SECRET: `${strong},short` }, 'APP_SECRET'],
  ['an alias that differs', { DJANGO_SECRET: strong }, 'APP_SECRET'],
  ['one secret for two ends', { APP_SECRET: strong, CLIENT_API_KEY: strong }, 'CLIENT_API_KEY'],
  [
    'a handshake with the app secret',
    { WHATSAPP_VERIFY_TOKEN: secrets.production.WHATSAPP_APP_SECRET },
    'WHATSAPP_VERIFY_TOKEN',
  ],
  ['no encryption key', { ENCRYPTION_KEYS: undefined }, 'ENCRYPTION_KEYS'],
  ['a key without id', { ENCRYPTION_KEYS: key('x').slice(2) }, 'ENCRYPTION_KEYS'],
  ['a key of another environment', { ENCRYPTION_KEYS: key('development.k1') }, 'ENCRYPTION_KEYS'],
  [
    'an old key of another environment',
    { ENCRYPTION_KEYS: `${key('production.k2')},${makeSecrets('staging').ENCRYPTION_KEYS}` },
    'ENCRYPTION_KEYS',
  ],
  ['a key of 16 bytes', { ENCRYPTION_KEYS: key('production.k1', Buffer.from('q7Jd0vXr2LmPz9Tf')) }, 'ENCRYPTION_KEYS'],
  ['a key of zeros', { ENCRYPTION_KEYS: key('production.k1', Buffer.alloc(32)) }, 'ENCRYPTION_KEYS'],
  ['a text as key', { ENCRYPTION_KEYS: key('production.k1', Buffer.from(strong)) }, 'ENCRYPTION_KEYS'],
  ['a key that is not base64', { ENCRYPTION_KEYS: `production.k1:${'!'.repeat(44)}` }, 'ENCRYPTION_KEYS'],
  [
    'two keys of one id',
    { ENCRYPTION_KEYS: `${key('production.k1')},${makeSecrets('production').ENCRYPTION_KEYS}` },
    'ENCRYPTION_KEYS',
  ],
  ['one key under two ids', { ENCRYPTION_KEYS: `${key('production.k1')},${key('production.k2')}` }, 'ENCRYPTION_KEYS'],
  ['no database', { DATABASE_URL: undefined }, 'DATABASE_URL'],
  ['a database without TLS', { DATABASE_URL: 'postgres://bot:uKq81mZt0Lx@db.africa/bot' }, 'DATABASE_URL'],
  ['TLS switched off', { DATABASE_URL: 'postgres://bot:uKq81mZt0Lx@db.africa/bot?sslmode=disable' }, 'DATABASE_URL'],
  [
    'TLS that checks nobody',
    { DATABASE_URL: 'postgres://bot:uKq81mZt0Lx@db.africa/bot?sslmode=require' },
    'DATABASE_URL',
  ],
  [
    'TLS that checks no name',
    { DATABASE_URL: 'postgres://bot:uKq81mZt0Lx@db.africa/bot?sslmode=verify-ca' },
    'DATABASE_URL',
  ],
  [
    'TLS asked for and taken back',
    { DATABASE_URL: 'postgres://bot:uKq81mZt0Lx@db.africa/bot?sslmode=verify-full&sslmode=disable' },
    'DATABASE_URL',
  ],
  [
    'TLS undone by another parameter',
    { DATABASE_URL: 'postgres://bot:uKq81mZt0Lx@db.africa/bot?sslmode=verify-full&ssl=0' },
    'DATABASE_URL',
  ],
  [
    'a password of the guess lists',
    { DATABASE_URL: 'postgres://bot:postgres@db.africa/bot?sslmode=verify-full' },
    'DATABASE_URL',
  ],
  [
    'the user name as password',
    { DATABASE_URL: 'postgres://bot:bot@db.africa/bot?sslmode=verify-full' },
    'DATABASE_URL',
  ],
  ['another kind of database', { DATABASE_URL: 'mysql://bot:uKq81mZt0Lx@db.africa/bot' }, 'DATABASE_URL'],
  ['a loopback database in plaintext', { DATABASE_URL: 'postgres://bot:uKq81mZt0Lx@127.0.0.1/bot' }, 'DATABASE_URL'],
  [
    'migrations in plaintext',
    { MIGRATE_DATABASE_URL: 'postgres://o:uKq81mZt0Lx@db.africa/bot' },
    'MIGRATE_DATABASE_URL',
  ],
  [
    'a ledger in plaintext',
    { LEDGER_DATABASE_URL: 'postgres://o:uKq81mZt0Lx@db.africa/l?sslmode=prefer' },
    'LEDGER_DATABASE_URL',
  ],
  ['an authority that is no file', { DATABASE_CA_FILE: '/nowhere/ca.pem' }, 'DATABASE_CA_FILE'],
  ['an authority that is no certificate', { DATABASE_CA_FILE: import.meta.filename }, 'DATABASE_CA_FILE'],
  ['no Redis', { REDIS_URL: undefined }, 'REDIS_URL'],
  ['Redis in plaintext', { REDIS_URL: 'redis://:Zt7pXw20Qe@cache.africa:6379' }, 'REDIS_URL'],
  ['Redis with options in its address', { REDIS_URL: 'rediss://:Zt7pXw20Qe@cache.africa?tls=false' }, 'REDIS_URL'],
  ['another kind of cache', { REDIS_URL: 'memcached://cache.africa' }, 'REDIS_URL'],
  ['Graph in plaintext', { WHATSAPP_API_URL: 'http://graph.facebook.com' }, 'WHATSAPP_API_URL'],
  ['Graph with its version', { WHATSAPP_API_URL: 'https://graph.facebook.com/v25.0' }, 'WHATSAPP_API_URL'],
  ['Graph with a password', { WHATSAPP_API_URL: 'https://me:you@graph.facebook.com' }, 'WHATSAPP_API_URL'],
  ['Graph as a file', { WHATSAPP_API_URL: 'file:///etc/passwd' }, 'WHATSAPP_API_URL'],
  ['a version without v', { WHATSAPP_API_VERSION: '25.0' }, 'WHATSAPP_API_VERSION'],
  ['a version that climbs', { WHATSAPP_API_VERSION: 'v25.0/../v1.0' }, 'WHATSAPP_API_VERSION'],
  ['no number', { WHATSAPP_PHONE_NUMBER_ID: undefined }, 'WHATSAPP_PHONE_NUMBER_ID'],
  ['the number of the handbook', { WHATSAPP_PHONE_NUMBER_ID: '106540352242922' }, 'WHATSAPP_PHONE_NUMBER_ID'],
  ['the number of the simulator', { WHATSAPP_PHONE_NUMBER_ID: '100000000000001' }, 'WHATSAPP_PHONE_NUMBER_ID'],
  ['a number that is none', { WHATSAPP_PHONE_NUMBER_ID: 'my-number' }, 'WHATSAPP_PHONE_NUMBER_ID'],
  ['no business', { WHATSAPP_BUSINESS_ID: undefined }, 'WHATSAPP_BUSINESS_ID'],
  ['no access token', { WHATSAPP_ACCESS_TOKEN: undefined }, 'WHATSAPP_ACCESS_TOKEN'],
  ['a made-up access token', { WHATSAPP_ACCESS_TOKEN: 'your-access-token-goes-here' }, 'WHATSAPP_ACCESS_TOKEN'],
  ['no app secret', { WHATSAPP_APP_SECRET: undefined }, 'WHATSAPP_APP_SECRET'],
  ['a short app secret', { WHATSAPP_APP_SECRET: 'a81f0cd24e' }, 'WHATSAPP_APP_SECRET'],
  ['counting as app secret', { WHATSAPP_APP_SECRET: '0123456789abcdef0123456789abcdef' }, 'WHATSAPP_APP_SECRET'],
  ['no verify token', { WHATSAPP_VERIFY_TOKEN: undefined }, 'WHATSAPP_VERIFY_TOKEN'],
  ['a verify token of a word', { WHATSAPP_VERIFY_TOKEN: 'my-verify-token-for-whatsapp' }, 'WHATSAPP_VERIFY_TOKEN'],
  ['no core', { MYCREDEX_APP_URL: undefined }, 'MYCREDEX_APP_URL'],
  ['a core in plaintext', { MYCREDEX_APP_URL: 'http://core.vimbisopay.africa' }, 'MYCREDEX_APP_URL'],
  ['a loopback core in plaintext', { MYCREDEX_APP_URL: 'http://127.0.0.1:3000' }, 'MYCREDEX_APP_URL'],
  ['an embedded ledger that signs with nothing', { MYCREDEX_APP_URL: 'embedded', JWT_SECRET: undefined }, 'JWT_SECRET'],
  ['an embedded ledger that signs weakly', { MYCREDEX_APP_URL: 'embedded', JWT_SECRET: 'secret' }, 'JWT_SECRET'],
  [
    'an embedded ledger without idempotency',
    { MYCREDEX_APP_URL: 'embedded', MYCREDEX_IDEMPOTENCY: 'none' },
    'MYCREDEX_IDEMPOTENCY',
  ],
  ['an idempotency nobody knows', { MYCREDEX_IDEMPOTENCY: 'maybe' }, 'MYCREDEX_IDEMPOTENCY'],
  ['no key for the core', { CLIENT_API_KEY: undefined }, 'CLIENT_API_KEY'],
  ['a short key for the core', { CLIENT_API_KEY: 'q7Jd0vXr2LmPz9TfWb4KyNc8HsGe1Au' }, 'CLIENT_API_KEY'],
  ['a host to call that is a pattern', { OUTBOUND_HOSTS: '*' }, 'OUTBOUND_HOSTS'],
  ['a list of hosts that lacks the core', { OUTBOUND_HOSTS: 'graph.facebook.com' }, 'OUTBOUND_HOSTS'],
  ['a port out of range', { PORT: '70000' }, 'PORT'],
  ['a port in words', { PORT: 'http' }, 'PORT'],
  ['no fixed port', { PORT: '0' }, 'PORT'],
  ['two servers on one port', { PORT: '9000' }, 'OPS_PORT'],
  ['a listening address with a port', { HOST: '0.0.0.0:8000' }, 'HOST'],
  ['a limit below nothing', { LIMIT_MEMBER_PER_DAY: '-1' }, 'LIMIT_MEMBER_PER_DAY'],
  ['a limit with a fraction', { LIMIT_MEMBER_PER_MINUTE: '1.5' }, 'LIMIT_MEMBER_PER_MINUTE'],
  ['a limit above the highest', { LIMIT_SEND_PER_SECOND: '10000001' }, 'LIMIT_SEND_PER_SECOND'],
  ['a limit with an exponent', { LIMIT_PAIR_BURST: '1e9' }, 'LIMIT_PAIR_BURST'],
  ['a limit misspelt', { LIMIT_MEMBERS_PER_DAY: '10' }, 'LIMIT_MEMBERS_PER_DAY'],
  ['a secret misspelt', { WHATSAPP_APPSECRET: strong }, 'WHATSAPP_APPSECRET'],
  ['a name of a house that is not built', { VIMBISO_MODE: 'fast' }, 'VIMBISO_MODE'],
  ['certificates unchecked', { NODE_TLS_REJECT_UNAUTHORIZED: '0' }, 'NODE_TLS_REJECT_UNAUTHORIZED'],
  ['an open debugger', { NODE_OPTIONS: '--inspect=0.0.0.0:9229' }, 'NODE_OPTIONS'],
  ['a secret file that is not there', { JWT_SECRET: undefined, JWT_SECRET_FILE: '/nowhere/jwt' }, 'JWT_SECRET_FILE'],
];

describe('an unsafe production (S29, S42, S44–S46, S61, S81, S84, S96)', () => {
  test('the environment that the others change is safe', () => {
    expect(problemsOf(safe('production'))).toEqual([]);
    expect(problemsOf(safe('staging'))).toEqual([]);
    expect(UNSAFE.length).toBeGreaterThanOrEqual(60);
  });

  test.each(UNSAFE)('refuses %s', (_, change, name) => {
    const problems = problemsOf({ ...safe('production'), ...change });
    expect(namesOf(problems)).toEqual([name]);
    for (const value of Object.values(change)) {
      if (value !== undefined && value.length > 8) expect(problems.join('\n')).not.toContain(value);
    }
  });

  test('tells all problems at once', () => {
    const changes = Object.assign({}, safe('production'), {
      ...{ DEBUG: 'yes', ALLOWED_HOSTS: '*', APP_SECRET: 'short', REDIS_URL: 'redis://cache.africa' },
      ...{ LIMIT_PAIR_BURST: 'many', WHATSAPP_TOKEN: 'x', ENCRYPTION_KEYS: '' },
    });
    const expected = [
      'DEBUG',
      'ALLOWED_HOSTS',
      'APP_SECRET',
      'REDIS_URL',
      'LIMIT_PAIR_BURST',
      'WHATSAPP_TOKEN',
      'ENCRYPTION_KEYS',
    ];
    expect([...namesOf(problemsOf(changes))].sort()).toEqual(expected.sort());
  });

  test('an empty production lacks everything it needs', () => {
    expect(problemsOf({ APP_ENV: 'production' }).every((line) => line.endsWith(': missing'))).toBe(true);
    expect(problemsOf({ APP_ENV: 'production' }).length).toBeGreaterThan(10);
  });
});
