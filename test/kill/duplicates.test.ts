import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { messagesBody } from '../support/webhooks.ts';
import { openTown, type Town } from './town.ts';
import { tell } from './until.ts';

const ROUNDS = 20;
const COPIES = 50;

let town: Town;
beforeAll(async () => {
  // Its messages do not come from the simulator's people, for whom no window is open.
  town = await openTown({
    environment: { WHATSAPP_PHONE_NUMBER_ID: '100000000000001' },
    settings: { windowMs: Infinity },
  });
});
afterAll(() => town.close());

it(`one message delivered ${COPIES} times at once to two doors has one effect, ${ROUNDS} times`, async () => {
  const { simulator, doors } = town;
  for (let round = 0; round < ROUNDS; round += 1) {
    // Every other round by somebody nobody has met: both doors make the identity.
    const phone = `26377000${3_000 + (round % 2 === 0 ? round : 0)}`;
    const before = simulator.people.inbox(phone).length;
    const body = messagesBody({ wamid: `wamid.copies-${round}`, atMs: systemClock.now(), from: { phone }, text: 'hi' });
    const answers = await Promise.all(
      Array.from({ length: COPIES }, (_, copy) =>
        simulator.webhooks.postOnce(body, { url: `${doors[copy % doors.length]}/bot/webhook` }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    await town.settled(20_000);
    expect(simulator.people.inbox(phone).length - before).toBe(1);
  }
  const [counts] = await town.query(
    `SELECT (SELECT count(*)::int FROM bot.input) AS inputs, (SELECT count(*)::int FROM bot.outbox) AS answers,
            (SELECT count(*)::int FROM bot.identity) AS people`,
  );
  expect(counts).toEqual({ inputs: ROUNDS, answers: ROUNDS, people: ROUNDS / 2 });
  const dropped = (await town.events('intake.duplicate_dropped')).reduce((sum, { count }) => sum + Number(count), 0);
  expect(dropped).toBe(ROUNDS * (COPIES - 1));
  tell(`${ROUNDS * COPIES} deliveries of ${ROUNDS} messages: ${ROUNDS} answers`);
});
