import type { EnvironmentSnapshot } from '../env.ts';
import { isUnknown } from './names.ts';
import type { Reader } from './reader.ts';

/** A misspelt limit or secret would silently not hold: names that look like ours and are none are refused. */
export const checkUnknownNames = (reader: Reader, snapshot: EnvironmentSnapshot): void => {
  for (const name of Object.keys(snapshot.values)) if (isUnknown(name)) reader.refuse(name, 'unknown name');
};

/** Node's own switches that undo what the configuration promises: certificates checked (S29), no debugger (S42). */
export const checkRuntime = (reader: Reader, { values }: EnvironmentSnapshot): void => {
  if (values['NODE_TLS_REJECT_UNAUTHORIZED'] === '0') {
    reader.object('NODE_TLS_REJECT_UNAUTHORIZED', 'switches certificate checks off');
  }
  const options = values['NODE_OPTIONS'] ?? '';
  if (/--inspect/.test(options)) reader.object('NODE_OPTIONS', 'opens a debugger');
  if (/--tls-min-v1\.[01]\b|--insecure-http-parser/.test(options)) reader.object('NODE_OPTIONS', 'weakens TLS or HTTP');
};
