import type { LogLevel } from '../../base/log.ts';
import type { KeyRing } from '../../security/keyring.ts';
import type { Secret } from '../../security/secret.ts';

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
  /** Without trailing slash; or `embedded`. */
  readonly url: string;
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
