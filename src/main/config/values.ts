import { isIP } from 'node:net';
import { z } from 'zod';
import { LOG_LEVELS } from '../../base/log.ts';

/*
 * How single values are written. Messages say what was expected and never quote what was found: it may be a secret that
 * slipped into the wrong name.
 */

export const environmentName = z.enum(['development', 'test', 'staging', 'production'], {
  error: 'must be development, test, staging or production',
});

export const flag = z
  .enum(['true', 'false', '1', '0'], { error: 'must be true, false, 1 or 0' })
  .transform((text) => text === 'true' || text === '1');

export const logLevel = z.enum(LOG_LEVELS, { error: `must be one of ${LOG_LEVELS.join(', ')}` });

const LIMIT_MAX = 10_000_000;

const wholeNumber = (max: number, error: string) =>
  z
    .string()
    .regex(/^(0|[1-9][0-9]{0,8})$/, error)
    .transform(Number)
    .refine((value) => value <= max, error);

export const limitNumber = wholeNumber(LIMIT_MAX, 'must be a whole number from 0 to 10000000');
export const port = wholeNumber(65_535, 'must be a port, 0 to 65535');

export const apiVersion = z.string().regex(/^v\d{1,3}\.\d{1,2}$/, 'must be like v25.0');
export const metaId = z.string().regex(/^[0-9]{5,20}$/, 'must be the digits of an id');
export const idempotency = z.enum(['key', 'none'], { error: 'must be key or none' });

const LABEL = '[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?';
const HOST_NAME = new RegExp(`^${LABEL}(?:\\.${LABEL})*$`);

/** A host as a URL writes it: lower case, IPv6 in brackets. Undefined when it is none, or carries a scheme or port. */
const readHost = (text: string): string | undefined => {
  const lower = text.toLowerCase();
  const bare = lower.replace(/^\[(.*)\]$/, '$1');
  if (isIP(bare) === 6) return `[${bare}]`;
  if (isIP(lower) === 4) return lower;
  // Digits and dots alone would be read as an address by some and as a name by others.
  return HOST_NAME.test(lower) && lower.length <= 253 && !/^[0-9.]+$/.test(lower) ? lower : undefined;
};

const splitList = (text: string): readonly string[] => text.split(',').map((item) => item.trim());

const hostsOf = (text: string, allowsPatterns: boolean): readonly (string | undefined)[] =>
  splitList(text).map((item) => {
    if (!allowsPatterns) return readHost(item);
    if (item === '*') return item;
    const below = item.startsWith('*.') ? readHost(item.slice(2)) : undefined;
    return below === undefined ? readHost(item) : `*.${below}`;
  });

const listOf = <T>(read: (text: string) => readonly (T | undefined)[], error: string) =>
  z.string().transform((text, context) => {
    const items = read(text).filter((item) => item !== undefined);
    if (items.length === splitList(text).length) return items;
    context.addIssue({ code: 'custom', message: error });
    return z.NEVER;
  });

export const hostList = listOf(
  (text) => hostsOf(text, false),
  'must be a comma list of host names, without scheme, port or pattern',
);
export const hostPatternList = listOf(
  (text) => hostsOf(text, true),
  'must be a comma list of host names, without scheme or port; *.example.org for all below',
);

const readBlock = (text: string): string | undefined => {
  const [address = '', prefix, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return undefined;
  if (prefix === undefined) return text;
  return /^(0|[1-9][0-9]{0,2})$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128) ? text : undefined;
};
export const addressList = listOf(
  (text) => splitList(text).map(readBlock),
  'must be a comma list of IP addresses or CIDR blocks',
);

/** What a server may be bound to. */
export const listenHost = z
  .string()
  .refine((text) => readHost(text) !== undefined, 'must be an address or a host name');

/** A base that paths are added to. */
export const webUrl = z.string().transform((text, context) => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const refuse = (message: string) => {
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  };
  if (url === undefined || !/^https?:$/.test(url.protocol)) return refuse('must be an http or https URL');
  if (url.username !== '' || url.password !== '') return refuse('must not carry a user name or password');
  if (url.search !== '' || url.hash !== '' || /[?#]/.test(text)) return refuse('must not carry a query or fragment');
  return url;
});

export const storeUrl = (protocols: readonly string[], example: string) =>
  z.string().transform((text, context) => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url !== undefined && protocols.includes(url.protocol) && url.hash === '') return url;
    context.addIssue({ code: 'custom', message: `must be like ${example}` });
    return z.NEVER;
  });
