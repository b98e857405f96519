const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/**
 * What a call meets when the place where a limit is counted is away: `open` lets it pass, `closed` refuses it. What
 * protects money, PIN tries and look-ups of other people is closed, or counted in PostgreSQL (S20, I11).
 */
export type WhenAway = 'open' | 'closed';

export type LimitRow = {
  /** Variable that sets the number. */
  readonly env: string;
  readonly default: number;
  /** Length of the sliding window; null for what is no count of calls in a window. */
  readonly windowMs: number | null;
  readonly whenAway: WhenAway;
  readonly bounds: string;
};

/** Every limit of the system that an operator may set, one a line. */
export const LIMITS = {
  anonymousPerDay: {
    env: 'LIMIT_ANONYMOUS_PER_DAY',
    default: 100,
    windowMs: DAY_MS,
    whenAway: 'open',
    bounds: 'requests of one address that fail authentication (S18)',
  },
  strangerPerDay: {
    env: 'LIMIT_STRANGER_PER_DAY',
    default: 100,
    windowMs: DAY_MS,
    whenAway: 'open',
    bounds: 'messages of a WhatsApp identity that is no member (S19)',
  },
  memberPerDay: {
    env: 'LIMIT_MEMBER_PER_DAY',
    default: 1_000,
    windowMs: DAY_MS,
    whenAway: 'open',
    bounds: 'messages of a member (S19)',
  },
  memberPerMinute: {
    env: 'LIMIT_MEMBER_PER_MINUTE',
    default: 20,
    windowMs: MINUTE_MS,
    whenAway: 'open',
    bounds: 'messages of anybody in a burst (S19)',
  },
  pairPerMinute: {
    env: 'LIMIT_PAIR_PER_MINUTE',
    default: 10,
    windowMs: MINUTE_MS,
    whenAway: 'open',
    bounds: 'answers to one person, as Meta counts them (131056)',
  },
  pairBurst: {
    env: 'LIMIT_PAIR_BURST',
    default: 45,
    windowMs: null,
    whenAway: 'open',
    bounds: 'answers to one person ahead of the rate',
  },
  sendPerSecond: {
    env: 'LIMIT_SEND_PER_SECOND',
    default: 80,
    windowMs: 1_000,
    whenAway: 'open',
    bounds: 'answers to everybody, as Meta counts them (130429)',
  },
  messageAgeMinutes: {
    env: 'LIMIT_MESSAGE_AGE_MINUTES',
    default: 10,
    windowMs: null,
    whenAway: 'closed',
    bounds: 'age of a message that may still do something',
  },
} as const satisfies Readonly<Record<string, LimitRow>>;

export type LimitName = keyof typeof LIMITS;
/** The numbers in force. */
export type LimitNumbers = Readonly<Record<LimitName, number>>;

/** The limits that count calls in a window. */
export type WindowLimitName = {
  [Name in LimitName]: (typeof LIMITS)[Name]['windowMs'] extends number ? Name : never;
}[LimitName];

/** One limit as the limiter spends it. */
export type WindowLimit = { readonly name: WindowLimitName; readonly max: number; readonly windowMs: number };

export const windowLimit = (name: WindowLimitName, numbers: LimitNumbers): WindowLimit => ({
  name,
  max: numbers[name],
  windowMs: LIMITS[name].windowMs,
});
