import { isHostAllowed } from '../../security/host.ts';
import type { WebConfig } from './config-types.ts';
import { findRow, type Name } from './names.ts';
import type { Reader } from './reader.ts';
import { addressList, hostPatternList, listenHost, port, webUrl } from './values.ts';

export type ReadWeb = {
  readonly web: WebConfig;
  readonly ops: { readonly host: string; readonly port: number };
  readonly ledgerPort: number;
  readonly simulatorPort: number;
};

const LOCAL_HOSTS: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

type PortName = 'PORT' | 'OPS_PORT' | 'LEDGER_PORT' | 'SIMULATOR_PORT';

const readPort = (reader: Reader, name: PortName): number => reader.value(name, port, Number(findRow(name)?.byDefault));

export const readWeb = (reader: Reader): ReadWeb => {
  const ports = {
    PORT: readPort(reader, 'PORT'),
    OPS_PORT: readPort(reader, 'OPS_PORT'),
    LEDGER_PORT: readPort(reader, 'LEDGER_PORT'),
    SIMULATOR_PORT: readPort(reader, 'SIMULATOR_PORT'),
  };
  checkPorts(reader, ports);
  const allowedHosts = readAllowedHosts(reader);
  return {
    web: {
      host: readListenHost(reader, 'HOST'),
      port: ports.PORT,
      allowedHosts,
      publicUrl: readPublicUrl(reader, allowedHosts),
      trustedProxies: readProxies(reader),
    },
    ops: { host: readListenHost(reader, 'OPS_HOST'), port: ports.OPS_PORT },
    ledgerPort: ports.LEDGER_PORT,
    simulatorPort: ports.SIMULATOR_PORT,
  };
};

const readListenHost = (reader: Reader, name: 'HOST' | 'OPS_HOST'): string =>
  reader.value(name, listenHost, '127.0.0.1').replace(/^\[(.*)\]$/, '$1');

/** A default of what may not run at all here takes nobody's port away; one that was written down does. */
const checkPorts = (reader: Reader, ports: Readonly<Record<PortName, number>>): void => {
  const isMeant = (name: Name): boolean => name === 'PORT' || name === 'OPS_PORT' || reader.text(name) !== undefined;
  const owners = new Map<number, string>();
  for (const [name, number] of Object.entries(ports) as [PortName, number][]) {
    if (number === 0 || !isMeant(name)) continue;
    const other = owners.get(number);
    if (other !== undefined) reader.refuse(name, `is the same as ${other}`);
    owners.set(number, name);
  }
  if (!reader.isStrict) return;
  if (ports.PORT === 0) reader.refuse('PORT', 'must be a fixed port');
  if (ports.LEDGER_PORT === 0) reader.refuse('LEDGER_PORT', 'must be a fixed port');
  if (ports.SIMULATOR_PORT !== 0 && reader.text('SIMULATOR_PORT') !== undefined) {
    reader.refuse('SIMULATOR_PORT', 'there is no simulator in staging and production');
  }
};

/** Empty when what was given is not understood. */
const readAllowedHosts = (reader: Reader): readonly string[] => {
  const isGiven = reader.text('ALLOWED_HOSTS') !== undefined;
  const hosts = reader.value('ALLOWED_HOSTS', hostPatternList, isGiven ? [] : LOCAL_HOSTS);
  if (hosts.includes('*')) reader.object('ALLOWED_HOSTS', '* allows every host');
  // `*.africa` would allow whoever buys a name there.
  if (hosts.some((host) => /^\*\.[^.]+$/.test(host)))
    reader.object('ALLOWED_HOSTS', 'a pattern covers a whole top domain');
  return hosts;
};

const readPublicUrl = (reader: Reader, allowedHosts: readonly string[]): string | undefined => {
  const url = reader.value('PUBLIC_URL', webUrl, undefined);
  if (url === undefined) return undefined;
  if (url.pathname !== '/') reader.refuse('PUBLIC_URL', 'must be an origin, without path');
  if (reader.isStrict && url.protocol !== 'https:') reader.refuse('PUBLIC_URL', 'plaintext: must be https:');
  if (allowedHosts.length > 0 && !isHostAllowed(url.hostname, allowedHosts))
    reader.object('PUBLIC_URL', 'its host is not in ALLOWED_HOSTS');
  return url.origin;
};

const readProxies = (reader: Reader): readonly string[] => {
  const proxies = reader.value('TRUSTED_PROXIES', addressList, []);
  if (proxies.some((proxy) => proxy.endsWith('/0'))) reader.object('TRUSTED_PROXIES', 'trusts every address');
  return proxies;
};
