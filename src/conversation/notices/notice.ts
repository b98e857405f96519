import type { Money } from '../../base/money.ts';

/** Something happened to an account of the person without their doing, as core's ledger tells it. */
export type Notice = {
  readonly what: 'offered' | 'accepted' | 'declined' | 'cancelled' | 'expired' | 'cleared' | 'defaulted';
  readonly amount: Money;
  readonly otherName: string;
};
