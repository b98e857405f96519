import type { Step } from './flow.ts';
import type { Inbound } from '../understanding/inbound.ts';

/**
 * WhatsApp says that a number, a BSUID or a device key has changed: the visit ends and nothing migrates by itself (S12,
 * S107). Nobody is answered: whoever holds the old number now is not the one who wrote.
 */
export const hearSystem = ({ change }: Extract<Inbound, { kind: 'system' }>): Step =>
  change === 'other'
    ? { step: 'silent', session: 'keep' }
    : { step: 'silent', session: 'end', event: { name: 'identity.change_announced', reason: change } };
