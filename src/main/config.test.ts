import { describe, expect, test } from 'vitest';
import { loopback, namesOf, problemsOf, readValues, safe, secrets, strong } from '../../test/support/configuration.ts';
import { describeConfig } from './describe-config.ts';
import { makeSecrets } from './secrets.ts';

describe('staging on one machine', () => {
  test('may use plaintext while everything is on loopback', () => {
    expect(problemsOf(loopback)).toEqual([]);
    expect(problemsOf({ ...loopback, REDIS_URL: 'redis://[::1]:6379', OUTBOUND_HOSTS: undefined })).toEqual([]);
    expect(
      problemsOf({ ...loopback, DATABASE_URL: 'postgres:///bot?host=/run/postgresql', REDIS_URL: '/run/redis.sock' }),
    ).toEqual([]);
  });

  test.each([
    ['a store elsewhere', { DATABASE_URL: 'postgres://b:uKq81mZt0Lx@db.africa/b?sslmode=verify-full' }],
    ['a store elsewhere by a parameter', { DATABASE_URL: 'postgres://b:uKq81mZt0Lx@127.0.0.1/b?host=db.africa' }],
    ['a core elsewhere', { MYCREDEX_APP_URL: 'https://core.africa', OUTBOUND_HOSTS: undefined }],
    ['an allowed host elsewhere', { OUTBOUND_HOSTS: '127.0.0.1,localhost,core.africa' }],
    ['a name that only begins like an address', { OUTBOUND_HOSTS: '127.0.0.1,localhost,127.0.0.1.evil.africa' }],
    ['production', { ...secrets.production, APP_ENV: 'production' }],
  ])('loses that with %s', (_, change) => {
    const names = namesOf(problemsOf({ ...loopback, ...change }));
    expect(names).toContain('REDIS_URL');
    expect(names).toContain('WHATSAPP_API_URL');
  });

  test('is production in all else', () => {
    expect(namesOf(problemsOf({ ...loopback, DEBUG: '1', ALLOWED_HOSTS: '*' }))).toEqual(['ALLOWED_HOSTS', 'DEBUG']);
  });
});

describe('development', () => {
  test('needs nothing but its name, and is given secrets', () => {
    const result = readValues({ APP_ENV: 'development' }, makeSecrets);
    expect(result).toMatchObject({ ok: true, warnings: [] });
    if (!result.ok) return;
    expect(result.config.core).toMatchObject({ url: 'embedded', idempotency: 'key' });
    expect(result.config.whatsapp.apiUrl).toBe('http://127.0.0.1:8001');
    expect(result.config.keyRing.active.id).toBe('development.k1');
  });

  test('warns of weak secrets by name and goes on', () => {
    const result = readValues({ APP_ENV: 'development', APP_SECRET: 'tiny', ALLOWED_HOSTS: '*' }, makeSecrets);
    expect(result).toMatchObject({ ok: true });
    expect(result.ok && namesOf(result.warnings)).toEqual(['ALLOWED_HOSTS', 'APP_SECRET']);
  });

  test('still refuses what cannot be meant', () => {
    expect(namesOf(problemsOf({ ...makeSecrets('test'), APP_ENV: 'development', PORT: 'x', LIMIT_X: '1' }))).toEqual([
      ...['LIMIT_X', 'PORT', 'ENCRYPTION_KEYS'],
    ]);
  });
});

test('an older environment keeps working by its names', () => {
  const { APP_ENV, APP_SECRET, ...rest } = safe('production');
  expect(problemsOf({ ...rest, DJANGO_ENV: APP_ENV, DJANGO_SECRET: APP_SECRET })).toEqual([]);
});

test('names of rooms that are not built yet are known, strangers’ names are none of ours', () => {
  const later = {
    CONSOLE_PORT: '8080',
    STEP_UP_ABOVE: 'USD:20',
    ALERT_WEBHOOK_SECRET: strong,
    LIMITED: 'x',
    PATH: '/bin',
  };
  expect(problemsOf({ ...safe('production'), ...later })).toEqual([]);
});

test('a weak token secret beside an external core is not used, and not refused', () => {
  const result = readValues({ ...safe('production'), JWT_SECRET: 'secret' });
  expect(result.ok && result.config.ledger.jwtSecrets).toEqual([]);
});

test('two secrets of a rotation are read in their order', () => {
  const result = readValues({
    ...safe('production'),
    WHATSAPP_APP_SECRET: `${strong},${secrets.staging.WHATSAPP_APP_SECRET}`,
  });
  expect(result.ok && result.config.whatsapp.appSecrets.map((secret) => secret.reveal())).toEqual([
    ...[strong, secrets.staging.WHATSAPP_APP_SECRET],
  ]);
});

test('shows a configuration without any of its secrets (S31)', () => {
  const values = safe('production');
  const result = readValues(values);
  if (!result.ok) throw new Error(result.problems.join('\n'));
  const shown = describeConfig(result.config);
  const hidden = [
    ...Object.values(secrets.production),
    'uKq81mZt0Lx',
    'Zt7pXw20Qe',
    values['ENCRYPTION_KEYS']?.split(':')[1],
  ];
  for (const secret of hidden) expect(shown).not.toContain(secret);
  expect(JSON.parse(shown)).toMatchObject({
    environment: 'production',
    keyRing: { active: 'production.k1' },
    database: { url: 'postgres://db.vimbisopay.africa:5432/bot' },
    whatsapp: { phoneNumberId: '731200459982014', accessToken: '[secret]' },
  });
});
