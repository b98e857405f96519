/** One name of the environment that this version reads. */
export type EnvironmentName = {
  readonly name: string;
  /** What it is for, as `.env.example` says it. */
  readonly meaning: string;
  /** As an operator would write it; where it is absent there is no default, or one that depends on the environment. */
  readonly byDefault?: string;
  /** May also come from the file that `NAME_FILE` names; taken out of the environment once read (S31). */
  readonly secret?: true;
  /** The name an older environment of an operator has for it (S43, S46). */
  readonly alias?: string;
  /** `strict`: staging and production refuse to start without it. */
  readonly needed: 'always' | 'strict' | 'no';
};

const limit = (name: `LIMIT_${string}`, byDefault: string, meaning: string) =>
  ({ name, byDefault, meaning, needed: 'no' }) as const;

/** Every name in use, in the order of `.env.example`. */
export const ENVIRONMENT = [
  { name: 'APP_ENV', alias: 'DJANGO_ENV', needed: 'always', meaning: 'development, test, staging or production' },
  { name: 'DEBUG', needed: 'no', byDefault: 'false', meaning: 'true or false; never true in staging and production' },
  { name: 'LOG_LEVEL', needed: 'no', byDefault: 'info', meaning: 'debug, info, warn or error' },
  {
    name: 'ALLOWED_HOSTS',
    needed: 'strict',
    meaning: 'Comma list of the names this service is called by; *.example.org stands for every name below it',
  },
  {
    name: 'PUBLIC_URL',
    needed: 'no',
    meaning: 'Where the world reaches this service; https in staging and production',
  },
  {
    name: 'TRUSTED_PROXIES',
    needed: 'no',
    meaning: 'Comma list of addresses or CIDR blocks whose X-Forwarded headers are believed',
  },
  { name: 'HOST', needed: 'no', byDefault: '127.0.0.1', meaning: 'Address that the service and the ledger listen on' },
  { name: 'PORT', needed: 'no', byDefault: '8000', meaning: 'Port of the webhook' },
  { name: 'OPS_HOST', needed: 'no', byDefault: '127.0.0.1', meaning: 'Address of /health, /ready and /metrics' },
  { name: 'OPS_PORT', needed: 'no', byDefault: '9000', meaning: 'Port of /health, /ready and /metrics; 0 = off' },
  { name: 'LEDGER_PORT', needed: 'no', byDefault: '3000', meaning: 'Port of the embedded ledger where it is served' },
  {
    name: 'SIMULATOR_PORT',
    needed: 'no',
    byDefault: '8001',
    meaning: 'Port of the WhatsApp simulator; development and test only',
  },
  {
    name: 'APP_SECRET',
    alias: 'DJANGO_SECRET',
    secret: true,
    needed: 'strict',
    meaning: 'Comma list, the first active: what keys of this service are derived from; 32 characters or more',
  },
  {
    name: 'ENCRYPTION_KEYS',
    secret: true,
    needed: 'strict',
    meaning: 'Comma list of id:base64, the first active; 32 random bytes each; make one with `keys new`',
  },
  {
    name: 'DATABASE_URL',
    secret: true,
    needed: 'strict',
    meaning: 'postgres://…?sslmode=verify-full; absent in development: a PostgreSQL of its own',
  },
  {
    name: 'MIGRATE_DATABASE_URL',
    secret: true,
    needed: 'no',
    meaning: 'The same database under a role that may change its schema; default DATABASE_URL',
  },
  {
    name: 'LEDGER_DATABASE_URL',
    secret: true,
    needed: 'no',
    meaning: 'Database of the embedded ledger; default DATABASE_URL',
  },
  {
    name: 'DATABASE_CA_FILE',
    needed: 'no',
    meaning: 'PEM file of the authority that signed the database’s certificate',
  },
  {
    name: 'REDIS_URL',
    secret: true,
    needed: 'strict',
    meaning: 'rediss://…; absent in development: a Redis of its own',
  },
  { name: 'REDIS_CA_FILE', needed: 'no', meaning: 'PEM file of the authority that signed Redis’s certificate' },
  {
    name: 'OUTBOUND_HOSTS',
    needed: 'no',
    meaning: 'Comma list of the only hosts this service may call; default those of the URLs configured here',
  },
  { name: 'OUTBOUND_CA_FILE', needed: 'no', meaning: 'PEM file of one more authority for outgoing calls' },
  {
    name: 'WHATSAPP_API_URL',
    needed: 'no',
    meaning: 'Base of the Graph API, without version; default Meta’s, in development and test the simulator',
  },
  { name: 'WHATSAPP_API_VERSION', needed: 'no', byDefault: 'v25.0', meaning: 'Version of the Graph API' },
  { name: 'WHATSAPP_PHONE_NUMBER_ID', needed: 'strict', meaning: 'Id of the business number (not the number)' },
  { name: 'WHATSAPP_BUSINESS_ID', needed: 'strict', meaning: 'Id of the WhatsApp business account (WABA)' },
  { name: 'WHATSAPP_ACCESS_TOKEN', secret: true, needed: 'strict', meaning: 'Token of a system user' },
  {
    name: 'WHATSAPP_APP_SECRET',
    secret: true,
    needed: 'strict',
    meaning: 'Comma list, the first active: signs webhooks; give the old one second while Meta rotates',
  },
  {
    name: 'WHATSAPP_VERIFY_TOKEN',
    secret: true,
    needed: 'strict',
    meaning: 'Comma list: what the webhook’s handshake must present; 16 characters or more',
  },
  {
    name: 'MYCREDEX_APP_URL',
    needed: 'strict',
    meaning: 'The credex core: a URL, or `embedded` for the ledger of this program (default in development and test)',
  },
  {
    name: 'MYCREDEX_IDEMPOTENCY',
    needed: 'no',
    meaning: '`key` where the core honours Idempotency-Key, else `none`; default none for a URL, key for embedded',
  },
  {
    name: 'CLIENT_API_KEY',
    secret: true,
    needed: 'strict',
    meaning: 'Comma list, the first active: what the core knows this client by; 32 characters or more',
  },
  {
    name: 'JWT_SECRET',
    secret: true,
    needed: 'no',
    meaning: 'Comma list, the first active: signs the embedded ledger’s tokens; needed where that is used',
  },
  limit('LIMIT_ANONYMOUS_PER_DAY', '100', 'Requests per address that fail authentication'),
  limit('LIMIT_STRANGER_PER_DAY', '100', 'Messages of a WhatsApp identity that is no member'),
  limit('LIMIT_MEMBER_PER_DAY', '1000', 'Messages of a member'),
  limit('LIMIT_MEMBER_PER_MINUTE', '20', 'Messages of one identity'),
  limit('LIMIT_PAIR_PER_MINUTE', '10', 'Messages sent to one person, sustained'),
  limit('LIMIT_PAIR_BURST', '45', 'Messages sent to one person, at once'),
  limit('LIMIT_SEND_PER_SECOND', '80', 'Messages sent by the business number'),
  limit('LIMIT_MESSAGE_AGE_MINUTES', '10', 'Age at which a message is answered as stale'),
] as const satisfies readonly EnvironmentName[];

export type Name = (typeof ENVIRONMENT)[number]['name'];

type Secretive<Row> = Row extends { readonly secret: true; readonly name: infer N } ? N : never;
export type SecretName = Secretive<(typeof ENVIRONMENT)[number]>;

const ROWS: readonly EnvironmentName[] = ENVIRONMENT;

export const findRow = (name: Name): EnvironmentName | undefined => ROWS.find((row) => row.name === name);

/** Names of rooms that are not built yet: an operator's environment may hold them, nothing reads them. */
const LATER: readonly string[] = [
  ...['CONSOLE_URL', 'CONSOLE_PORT', 'CORS_ORIGINS', 'TLS_CERT_FILE', 'TLS_KEY_FILE', 'TLS_CLIENT_CA_FILE'],
  ...['WHATSAPP_FLOWS', 'WHATSAPP_TEMPLATE_NOTIFICATION', 'RATES_FILE', 'LEDGER_NOTIFY_URL'],
  ...['ALERT_EMAIL_FROM', 'ALERT_EMAIL_TO', 'SUPPORT_PHONE', 'SUPPORT_HOURS', 'CASH_POINTS', 'STEP_UP_ABOVE'],
  'OTEL_EXPORTER_OTLP_ENDPOINT',
];
const LATER_SECRETS: readonly string[] = [
  ...['WHATSAPP_FLOW_PRIVATE_KEY', 'WHATSAPP_FLOW_PRIVATE_KEY_PASSPHRASE', 'NOTIFY_API_KEYS', 'LEDGER_NOTIFY_API_KEY'],
  ...['DEV_ADMIN_KEY', 'SKIP_RATE_LIMITER_KEY', 'ALERT_WEBHOOK_URL', 'ALERT_WEBHOOK_SECRET', 'SMTP_URL'],
];

const OWN_PREFIXES = ['WHATSAPP_', 'LIMIT_', 'ALERT_', 'MYCREDEX_', 'ENCRYPTION_', 'STEP_UP_', 'VIMBISO_'];

/** Every name a secret may stand under, aliases included, without `_FILE`. */
export const SECRET_NAMES: readonly string[] = [
  ...ROWS.flatMap(({ name, alias, secret }) => (secret ? [name, ...(alias === undefined ? [] : [alias])] : [])),
  ...LATER_SECRETS,
];

const KNOWN: ReadonlySet<string> = new Set([
  ...ROWS.flatMap(({ name, alias }) => (alias === undefined ? [name] : [name, alias])),
  ...SECRET_NAMES.flatMap((name) => [name, `${name}_FILE`]),
  ...LATER,
]);

/** Whether a name of the environment concerns this program: known to it, or so named that a slip of the pen is likely. */
export const isOurs = (name: string): boolean => KNOWN.has(name) || isUnknown(name);

/** A name that looks like one of ours and is none: a limit or secret misspelt would silently not hold. */
export const isUnknown = (name: string): boolean =>
  !KNOWN.has(name) && OWN_PREFIXES.some((prefix) => name.startsWith(prefix));
