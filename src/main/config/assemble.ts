import type { Config, LimitsConfig } from './config-types.ts';
import { findRow, type Name } from './names.ts';
import { refusePlaintext } from './plaintext.ts';
import { readOutgoing } from './read-outgoing.ts';
import { readSecrets, type ProvideSecrets } from './read-secrets.ts';
import { readAuthority, readStores } from './read-stores.ts';
import { readWeb } from './read-web.ts';
import type { Reader } from './reader.ts';
import { flag, limitNumber, logLevel } from './values.ts';

/** Reads every part, the later ones even after problems in the earlier: the reader holds them, and then nobody uses this. */
export const assembleConfig = (reader: Reader, provideSecrets: ProvideSecrets | undefined): Config => {
  const { web, ops, ledgerPort, simulatorPort } = readWeb(reader);
  const stores = readStores(reader);
  const outgoing = readOutgoing(reader, simulatorPort);
  const allowsPlaintext = refusePlaintext(reader, [...stores.targets, ...outgoing.targets], outgoing.hosts);
  const usesLedger = reader.text('MYCREDEX_APP_URL') === 'embedded';
  const secrets = readSecrets(reader, usesLedger, provideSecrets);
  return Object.freeze<Config>({
    environment: reader.environment,
    isStrict: reader.isStrict,
    ...readVoice(reader),
    appSecrets: secrets.appSecrets,
    keyRing: secrets.keyRing,
    web,
    ops,
    database: stores.database,
    redis: stores.redis,
    outbound: { hosts: outgoing.hosts, caPem: readAuthority(reader, 'OUTBOUND_CA_FILE')?.pem, allowsPlaintext },
    whatsapp: {
      apiUrl: outgoing.apiUrl,
      apiVersion: outgoing.apiVersion,
      phoneNumberId: outgoing.phoneNumberId,
      businessId: outgoing.businessId,
      accessToken: secrets.accessToken,
      appSecrets: secrets.whatsappSecrets,
      verifyTokens: secrets.verifyTokens,
    },
    core: { url: outgoing.coreUrl, idempotency: outgoing.idempotency, clientApiKeys: secrets.clientApiKeys },
    ledger: { port: ledgerPort, jwtSecrets: secrets.jwtSecrets },
    simulator: reader.isStrict ? undefined : { port: simulatorPort },
    limits: readLimits(reader),
  });
};

/** S42, S44, S61. */
const readVoice = (reader: Reader): Pick<Config, 'debug' | 'logLevel'> => {
  const debug = reader.value('DEBUG', flag, false);
  if (debug && reader.isStrict) reader.refuse('DEBUG', 'must not be on');
  const level = reader.value('LOG_LEVEL', logLevel, debug ? 'debug' : 'info');
  if (level === 'debug' && reader.isStrict && !debug) reader.refuse('LOG_LEVEL', 'must not be debug');
  return { debug, logLevel: level };
};

const readLimits = (reader: Reader): LimitsConfig => {
  const limit = (name: Name & `LIMIT_${string}`): number =>
    reader.value(name, limitNumber, Number(findRow(name)?.byDefault));
  return {
    anonymousPerDay: limit('LIMIT_ANONYMOUS_PER_DAY'),
    strangerPerDay: limit('LIMIT_STRANGER_PER_DAY'),
    memberPerDay: limit('LIMIT_MEMBER_PER_DAY'),
    memberPerMinute: limit('LIMIT_MEMBER_PER_MINUTE'),
    pairPerMinute: limit('LIMIT_PAIR_PER_MINUTE'),
    pairBurst: limit('LIMIT_PAIR_BURST'),
    sendPerSecond: limit('LIMIT_SEND_PER_SECOND'),
    messageAgeMinutes: limit('LIMIT_MESSAGE_AGE_MINUTES'),
  };
};
