import type { Environment } from './config-types.ts';
import { createKeyRing, type KeyRing } from '../../security/keyring.ts';
import { createSealKey, newKeyBytes, type SealKey } from '../../security/seal.ts';
import { createSecret, type Secret } from '../../security/secret.ts';
import type { SecretName } from './names.ts';
import type { Reader } from './reader.ts';
import { estimateBits, isSample, isWeakKey } from './strength.ts';

/** Secrets that development and test make for themselves; URLs with passwords are no such. */
export const GENERATED = [
  'APP_SECRET',
  'ENCRYPTION_KEYS',
  'WHATSAPP_ACCESS_TOKEN',
  'WHATSAPP_APP_SECRET',
  'WHATSAPP_VERIFY_TOKEN',
  'CLIENT_API_KEY',
  'JWT_SECRET',
] as const satisfies readonly SecretName[];
export type GeneratedName = (typeof GENERATED)[number];
export type GeneratedSecrets = Readonly<Record<GeneratedName, string>>;

/** Made once and kept: the same at every start. @throws {Error} whose message may be shown, when they cannot be kept. */
export type ProvideSecrets = (environment: Environment) => GeneratedSecrets;

/** `bits` by `estimateBits`: 32 hex digits, as Meta's app secret has, come to about 118, and to 88 once in 300,000. */
type Strength = { readonly charactersMin: number; readonly bitsMin: number };
const OWN: Strength = { charactersMin: 32, bitsMin: 100 };
const STRENGTHS: Readonly<Record<Exclude<GeneratedName, 'ENCRYPTION_KEYS'>, Strength>> = {
  APP_SECRET: OWN,
  WHATSAPP_ACCESS_TOKEN: { charactersMin: 20, bitsMin: 64 },
  WHATSAPP_APP_SECRET: { charactersMin: 32, bitsMin: 80 },
  WHATSAPP_VERIFY_TOKEN: { charactersMin: 16, bitsMin: 48 },
  CLIENT_API_KEY: OWN,
  JWT_SECRET: OWN,
};

export type ReadSecrets = {
  readonly appSecrets: readonly Secret[];
  readonly keyRing: KeyRing;
  readonly accessToken: Secret;
  readonly whatsappSecrets: readonly Secret[];
  readonly verifyTokens: readonly Secret[];
  readonly clientApiKeys: readonly Secret[];
  readonly jwtSecrets: readonly Secret[];
};

type Provide = (name: GeneratedName) => string | undefined;

export const readSecrets = (
  reader: Reader,
  usesLedger: boolean,
  provideSecrets: ProvideSecrets | undefined,
): ReadSecrets => {
  const provide = provideOnce(reader, provideSecrets);
  const lists = {
    APP_SECRET: readList(reader, 'APP_SECRET', provide),
    WHATSAPP_ACCESS_TOKEN: readList(reader, 'WHATSAPP_ACCESS_TOKEN', provide),
    WHATSAPP_APP_SECRET: readList(reader, 'WHATSAPP_APP_SECRET', provide),
    WHATSAPP_VERIFY_TOKEN: readList(reader, 'WHATSAPP_VERIFY_TOKEN', provide),
    CLIENT_API_KEY: readList(reader, 'CLIENT_API_KEY', provide),
    JWT_SECRET: readJwtSecrets(reader, usesLedger, provide),
  };
  refuseSharedSecrets(reader, lists);
  const secretsOf = (name: keyof typeof lists): readonly Secret[] => lists[name].map(createSecret);
  return {
    appSecrets: secretsOf('APP_SECRET'),
    keyRing: readKeyRing(reader, provide),
    accessToken: secretsOf('WHATSAPP_ACCESS_TOKEN')[0] ?? createSecret(''),
    whatsappSecrets: secretsOf('WHATSAPP_APP_SECRET'),
    verifyTokens: secretsOf('WHATSAPP_VERIFY_TOKEN'),
    clientApiKeys: secretsOf('CLIENT_API_KEY'),
    jwtSecrets: secretsOf('JWT_SECRET'),
  };
};

/** Nothing is made where strict, nor before it is known where we are. */
const provideOnce = (reader: Reader, provideSecrets: ProvideSecrets | undefined): Provide => {
  let made: GeneratedSecrets | undefined;
  return (name) => {
    if (reader.isStrict || !reader.isPlaced) return undefined;
    try {
      made ??= provideSecrets?.(reader.environment);
    } catch (error) {
      reader.refuse('--data', error instanceof Error ? error.message : 'secrets cannot be kept');
      return undefined;
    }
    if (made === undefined) reader.refuse(name, 'missing');
    return made?.[name];
  };
};

const readList = (reader: Reader, name: Exclude<GeneratedName, 'ENCRYPTION_KEYS'>, provide: Provide): string[] => {
  const text = reader.text(name);
  if (text === undefined) return [provide(name)].filter((made) => made !== undefined);
  const items = name === 'WHATSAPP_ACCESS_TOKEN' ? [text] : text.split(',');
  for (const item of items) {
    const why = findFlaw(item, STRENGTHS[name]);
    if (why?.severity === 'wrong') reader.refuse(name, why.text);
    else if (why !== undefined) reader.object(name, why.text);
  }
  if (new Set(items).size < items.length) reader.object(name, 'lists the same secret twice');
  return items;
};

type Flaw = { readonly severity: 'wrong' | 'weak'; readonly text: string };
const wrong = (text: string): Flaw => ({ severity: 'wrong', text });
const weak = (text: string): Flaw => ({ severity: 'weak', text });

const findFlaw = (item: string, { charactersMin, bitsMin }: Strength): Flaw | undefined => {
  if (item === '') return wrong('has an empty item in its list');
  if (item !== item.trim()) return wrong('white space around an item of its list');
  // HTTP headers carry some of them, and no keyboard agrees on the rest.
  if (!/^[\x21-\x7e]+$/.test(item)) return wrong('must be printable ASCII without blanks');
  if (isSample(item)) return weak('is a sample, not a secret');
  if (item.length < charactersMin) return weak(`weak: shorter than ${charactersMin} characters`);
  return estimateBits(item) < bitsMin ? weak('weak: not random enough') : undefined;
};

/** Beside an external core it is not used: then a weak one is left out, not refused. */
const readJwtSecrets = (reader: Reader, usesLedger: boolean, provide: Provide): string[] => {
  if (usesLedger || !reader.isStrict) {
    const items = readList(reader, 'JWT_SECRET', provide);
    if (reader.isStrict && items.length === 0 && reader.text('JWT_SECRET') === undefined) {
      reader.refuse('JWT_SECRET', 'missing: the embedded ledger signs its tokens with it');
    }
    return items;
  }
  const items = reader.text('JWT_SECRET')?.split(',') ?? [];
  return items.some((item) => findFlaw(item, STRENGTHS.JWT_SECRET) !== undefined) ? [] : items;
};

/** One value under two names: who learns the lesser secret has the greater (S84). */
const refuseSharedSecrets = (reader: Reader, lists: Readonly<Record<string, readonly string[]>>): void => {
  const owners = new Map<string, string>();
  for (const [name, items] of Object.entries(lists)) {
    for (const item of new Set(items)) {
      const other = owners.get(item);
      if (other !== undefined) reader.object(name, `holds the same secret as ${other}`);
      owners.set(item, name);
    }
  }
};

const KEY_ID = /^(development|test|staging|production)\.[a-z0-9_-]{1,40}$/;

const readKeyRing = (reader: Reader, provide: Provide): KeyRing => {
  const text = reader.text('ENCRYPTION_KEYS') ?? provide('ENCRYPTION_KEYS');
  const keys = (text?.split(',') ?? []).map((item) => readKey(reader, item)).filter((key) => key !== undefined);
  if (new Set(keys.map(({ id }) => id)).size < keys.length) reader.refuse('ENCRYPTION_KEYS', 'names the same id twice');
  if (new Set(keys.map((key) => key.bytes().toString('hex'))).size < keys.length) {
    reader.refuse('ENCRYPTION_KEYS', 'holds the same key under two ids');
  }
  // Without keys there is a problem, and nobody will be given this ring.
  return createKeyRing(keys.length > 0 ? keys : [createSealKey('none', newKeyBytes())]);
};

const readKey = (reader: Reader, item: string): SealKey | undefined => {
  const refuse = (why: string): undefined => {
    reader.refuse('ENCRYPTION_KEYS', why);
    return undefined;
  };
  const [id = '', encoded = '', ...rest] = item.split(':');
  if (rest.length > 0 || !KEY_ID.test(id)) return refuse('must be a comma list of id:base64, ids like production.k1');
  if (!id.startsWith(`${reader.environment}.`) && reader.isPlaced) return refuse('holds a key of another environment');
  const bytes = Buffer.from(encoded, 'base64');
  if (bytes.length !== 32 || bytes.toString('base64') !== encoded) return refuse('a key must be 32 bytes in base64');
  if (isWeakKey(bytes)) reader.object('ENCRYPTION_KEYS', 'weak: a key must be 32 random bytes');
  return createSealKey(id, bytes);
};
