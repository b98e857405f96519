import type { Reader } from './reader.ts';
import type { Target } from './plaintext.ts';
import { apiVersion, hostList, idempotency, metaId, webUrl } from './values.ts';

export type ReadOutgoing = {
  readonly apiUrl: string;
  readonly apiVersion: string;
  readonly phoneNumberId: string;
  readonly businessId: string;
  /** Or `embedded`. */
  readonly coreUrl: string;
  readonly idempotency: 'key' | 'none';
  readonly hosts: readonly string[];
  readonly targets: readonly Target[];
};

const GRAPH = 'https://graph.facebook.com';
/** Ids of the simulator's business; and those that Meta's handbooks show (O10). */
const SIMULATED = { phoneNumberId: '100000000000001', businessId: '200000000000002' } as const;
const SAMPLE_IDS = new Set([
  ...[SIMULATED.phoneNumberId, SIMULATED.businessId],
  ...['106540352242922', '102290129340398', '123456123', '8856996819413533', '16505553333'],
]);
const isSampleId = (id: string): boolean => SAMPLE_IDS.has(id) || /^(\d)\1*$/.test(id) || /^1234567/.test(id);

export const readOutgoing = (reader: Reader, simulatorPort: number): ReadOutgoing => {
  const graph = readBase(reader, 'WHATSAPP_API_URL');
  const core = readCore(reader);
  const apiUrl = graph?.base ?? (reader.isStrict ? GRAPH : `http://127.0.0.1:${simulatorPort}`);
  const graphTarget = graph?.target ?? targetOf('WHATSAPP_API_URL', new URL(apiUrl));
  const targets = [graphTarget, ...(core.target === undefined ? [] : [core.target])];
  return {
    apiUrl,
    apiVersion: reader.value('WHATSAPP_API_VERSION', apiVersion, 'v25.0'),
    phoneNumberId: readId(reader, 'WHATSAPP_PHONE_NUMBER_ID', SIMULATED.phoneNumberId),
    businessId: readId(reader, 'WHATSAPP_BUSINESS_ID', SIMULATED.businessId),
    coreUrl: core.url,
    idempotency: readIdempotency(reader, core.url),
    hosts: readHosts(reader, targets),
    targets,
  };
};

const targetOf = (name: string, url: URL): Target => ({
  name,
  host: url.hostname,
  isSealed: url.protocol === 'https:',
  remedy: 'must be https:',
  hasGuessedPassword: false,
});

const readBase = (reader: Reader, name: 'WHATSAPP_API_URL' | 'MYCREDEX_APP_URL') => {
  const url = reader.value(name, webUrl, undefined);
  if (url === undefined) return undefined;
  if (name === 'WHATSAPP_API_URL' && /\/v\d+(\.\d+)?(\/|$)/.test(url.pathname)) {
    reader.refuse(name, 'must not hold the version: that is WHATSAPP_API_VERSION');
  }
  return { base: url.href.replace(/\/+$/, ''), target: targetOf(name, url) };
};

const readCore = (reader: Reader): { readonly url: string; readonly target?: Target } => {
  const text = reader.text('MYCREDEX_APP_URL');
  if (text === undefined || text === 'embedded') return { url: 'embedded' };
  const core = readBase(reader, 'MYCREDEX_APP_URL');
  return core === undefined ? { url: 'embedded' } : { url: core.base, target: core.target };
};

const readIdempotency = (reader: Reader, coreUrl: string): 'key' | 'none' => {
  const isEmbedded = coreUrl === 'embedded';
  const given = reader.value('MYCREDEX_IDEMPOTENCY', idempotency, undefined);
  if (isEmbedded && given === 'none') reader.refuse('MYCREDEX_IDEMPOTENCY', 'none contradicts the embedded ledger');
  return given ?? (isEmbedded ? 'key' : 'none');
};

const readId = (
  reader: Reader,
  name: 'WHATSAPP_PHONE_NUMBER_ID' | 'WHATSAPP_BUSINESS_ID',
  simulated: string,
): string => {
  const id = reader.value(name, metaId, undefined);
  if (id !== undefined && reader.isStrict && isSampleId(id)) reader.refuse(name, 'is a sample id');
  return id ?? simulated;
};

/** The configured hosts, or a list that holds them all: a list that lacks one would fail at the first message. */
const readHosts = (reader: Reader, targets: readonly Target[]): readonly string[] => {
  const needed = [...new Set(targets.map(({ host }) => host))];
  const given = reader.value('OUTBOUND_HOSTS', hostList, undefined);
  for (const { name, host } of targets) {
    if (given !== undefined && !given.includes(host)) reader.refuse('OUTBOUND_HOSTS', `lacks the host of ${name}`);
  }
  return given ?? needed;
};
