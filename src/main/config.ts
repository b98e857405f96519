/*
 * What this process is told to be. Arrives: a snapshot of the environment, files of secrets already read. Leaves: one
 * typed, frozen configuration, or every problem at once, by name and never with a value (S81, S96).
 * Promises: staging and production refuse whatever is missing, weak, a sample, in plaintext or contradictory (S29, S42–S46);
 * development and test go on with secrets that `provideSecrets` keeps, and warn of weak ones. A secret has a type that
 * prints `[secret]` (S31).
 * Will not do: read files, the clock or the network; look anything up a second time.
 */
import type { LogLevel } from '../base/log.ts';
import type { KeyRing } from '../security/keyring.ts';
import type { Secret } from '../security/secret.ts';
import { checkRuntime, checkUnknownNames } from './config/check-names.ts';
import { assembleConfig } from './config/assemble.ts';
import { createReader } from './config/reader.ts';
import type { ProvideSecrets } from './config/read-secrets.ts';
import type { EnvironmentSnapshot } from './env.ts';

export { ENVIRONMENT } from './config/names.ts';
export type { ProvideSecrets } from './config/read-secrets.ts';

export type Environment = 'development' | 'test' | 'staging' | 'production';

export type Config = {
  readonly environment: Environment;
  /** Staging and production: whatever is unsafe refuses. */
  readonly isStrict: boolean;
  readonly debug: boolean;
  readonly logLevel: LogLevel;
  /** The first active; at least one. */
  readonly appSecrets: readonly Secret[];
  readonly keyRing: KeyRing;
  readonly web: WebConfig;
  /** Port 0: off. */
  readonly ops: { readonly host: string; readonly port: number };
  readonly database: DatabaseConfig;
  readonly redis: RedisConfig;
  readonly outbound: OutboundConfig;
  readonly whatsapp: WhatsAppConfig;
  readonly core: CoreConfig;
  readonly ledger: LedgerConfig;
  /** Present in development and test only. Port 0: any free one. */
  readonly simulator: { readonly port: number } | undefined;
  readonly limits: LimitsConfig;
};

export type WebConfig = {
  readonly host: string;
  /** 0, in development and test: any free one. */
  readonly port: number;
  /** Lower case, without port; IPv6 in brackets; `*.example.org` stands for every name below; `*` not where strict. */
  readonly allowedHosts: readonly string[];
  /** An origin, without trailing slash. */
  readonly publicUrl: string | undefined;
  /** IP addresses and CIDR blocks. */
  readonly trustedProxies: readonly string[];
};

/** URLs carry passwords. Undefined, in development and test: embedded. `DATABASE_CA_FILE` stands in them as `sslrootcert`. */
export type DatabaseConfig = {
  readonly url: Secret | undefined;
  readonly migrateUrl: Secret | undefined;
  readonly ledgerUrl: Secret | undefined;
};

export type RedisConfig = { readonly url: Secret | undefined; readonly caPem: string | undefined };

export type OutboundConfig = {
  /** Host names without port, lower case: the only ones that may be called. */
  readonly hosts: readonly string[];
  readonly caPem: string | undefined;
  /** `http:` is allowed: development, test, and staging where everything is on loopback. */
  readonly allowsPlaintext: boolean;
};

export type WhatsAppConfig = {
  /** Graph base without version and without trailing slash. */
  readonly apiUrl: string;
  readonly apiVersion: string;
  readonly phoneNumberId: string;
  readonly businessId: string;
  readonly accessToken: Secret;
  /** The first signs; all verify. */
  readonly appSecrets: readonly Secret[];
  readonly verifyTokens: readonly Secret[];
};

export type CoreConfig = {
  /** Without trailing slash. */
  readonly url: string | 'embedded';
  readonly idempotency: 'key' | 'none';
  /** The first is sent; the embedded ledger accepts all. */
  readonly clientApiKeys: readonly Secret[];
};

/** Empty `jwtSecrets`: an external core is used and none, or only a weak one, was given; the ledger cannot be served. */
export type LedgerConfig = { readonly port: number; readonly jwtSecrets: readonly Secret[] };

/** Whole numbers from 0 to 10,000,000. */
export type LimitsConfig = {
  readonly anonymousPerDay: number;
  readonly strangerPerDay: number;
  readonly memberPerDay: number;
  readonly memberPerMinute: number;
  readonly pairPerMinute: number;
  readonly pairBurst: number;
  readonly sendPerSecond: number;
  readonly messageAgeMinutes: number;
};

/** Lines begin with the name they are about. */
export type ReadConfig =
  | { readonly ok: true; readonly config: Config; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly problems: readonly string[] };

export type ReadConfigDeps = {
  /** Gives development and test the secrets that were not given; without it they are missing there too. */
  readonly provideSecrets?: ProvideSecrets;
};

export const readConfig = (snapshot: EnvironmentSnapshot, { provideSecrets }: ReadConfigDeps = {}): ReadConfig => {
  const reader = createReader(snapshot);
  checkUnknownNames(reader, snapshot);
  checkRuntime(reader, snapshot);
  const config = assembleConfig(reader, provideSecrets);
  const problems = reader.problems();
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, config, warnings: reader.warnings() };
};
