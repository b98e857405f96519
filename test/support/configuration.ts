import { readConfig, type Environment } from '../../src/main/config.ts';
import { takeEnvironment } from '../../src/main/env.ts';
import { makeSecrets } from '../../src/main/secrets.ts';

export type Values = Readonly<Record<string, string | undefined>>;

export const secrets = { production: makeSecrets('production'), staging: makeSecrets('staging') };

/** What an operator of a safe installation sets. */
export const safe = (environment: 'production' | 'staging'): Values => ({
  ...secrets[environment],
  APP_ENV: environment,
  ALLOWED_HOSTS: 'bot.vimbisopay.africa,*.api.vimbisopay.africa',
  PUBLIC_URL: 'https://bot.vimbisopay.africa',
  DATABASE_URL: 'postgres://bot:uKq81mZt0Lx@db.vimbisopay.africa:5432/bot?sslmode=verify-full',
  REDIS_URL: 'rediss://:Zt7pXw20Qe@cache.vimbisopay.africa:6380',
  WHATSAPP_PHONE_NUMBER_ID: '731200459982014',
  WHATSAPP_BUSINESS_ID: '550917332104478',
  MYCREDEX_APP_URL: 'https://core.vimbisopay.africa',
});

export const loopback: Values = {
  ...safe('staging'),
  DATABASE_URL: 'postgres://postgres:postgres@127.0.0.1:5432/bot',
  REDIS_URL: 'redis://127.0.0.1:6379',
  WHATSAPP_API_URL: 'http://127.0.0.1:9100',
  MYCREDEX_APP_URL: 'http://localhost:9200',
  OUTBOUND_HOSTS: '127.0.0.1,localhost',
};

export const readValues = (
  values: Values,
  provideSecrets?: (environment: Environment) => ReturnType<typeof makeSecrets>,
) => readConfig(takeEnvironment({ ...values }), provideSecrets ? { provideSecrets } : {});

export const problemsOf = (values: Values): readonly string[] => {
  const result = readValues(values);
  return result.ok ? [] : result.problems;
};
export const namesOf = (problems: readonly string[]): readonly string[] => [
  ...new Set(problems.map((line) => line.split(':')[0] ?? '')),
];

/** Random enough for every secret. */
export const strong = 'q7Jd0vXr2LmPz9TfWb4KyNc8HsGe1AuR';
