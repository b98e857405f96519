import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { en } from '../../src/conversation/wording/en.ts';
import { controlMoney } from '../../src/payment/operate.ts';
import { openStory, type Story } from './story.ts';
import { openTill, type Till } from './till.ts';

const TARIRO = '263770000001';
const FARAI = '263770000002';
const SIMBA = '263770000009';

let story: Story;
let till: Till;
beforeAll(async () => {
  story = await openStory({ doors: 2, workers: 2 });
  till = openTill(story);
});
afterAll(() => story.close());

describe('F6 F7 F9 F10 F22: a payment, from the wish to the receipts of both', () => {
  it('is wished in one line, shown with name, amount and denomination, done once, told to the payee, and accepted', async () => {
    await story.say(FARAI, 'hi');
    await story.say(TARIRO, 'hi');
    const shown = await story.say(TARIRO, `0.5 USD => ${FARAI}`);
    for (const piece of ['0.50 USD', 'Farai Dube Personal', FARAI, 'Tariro Moyo Personal'])
      expect(shown).toContain(piece);
    expect(await till.offersMade()).toBe(0);

    const [told, receipt] = await Promise.all([
      till.nextAnswer(FARAI),
      story.answerTo(TARIRO, () => story.people.tap(TARIRO, story.idOf(TARIRO, 'Yes, send'))),
    ]);
    expect(receipt).toContain('You offered *0.50 USD* to Farai Dube Personal');
    expect(receipt).toContain('11.50 USD');
    expect(told).toContain('Tariro Moyo Personal offers you *0.50 USD*');
    expect(await till.offersMade()).toBe(1);

    const list = await story.say(FARAI, 'offers');
    expect(list).toContain('0.50 USD');
    await story.tap(FARAI, '0.50 USD');
    const asked = await story.tap(FARAI, 'Accept');
    for (const piece of ['*accept*', '0.50 USD', 'Tariro Moyo Personal']) expect(asked).toContain(piece);
    const [heard, done] = await Promise.all([
      till.nextAnswer(TARIRO),
      story.answerTo(FARAI, () => story.people.tap(FARAI, story.idOf(FARAI, 'Yes, accept'))),
    ]);
    expect(done).toContain('You accepted *0.50 USD* from Tariro Moyo Personal');
    expect(heard).toContain('Farai Dube Personal accepted your offer of *0.50 USD*');
    const history = await story.say(TARIRO, 'history');
    expect(history).toMatch(/-0\.50 USD\*\nFarai Dube Personal/);
  });

  it('F6: by questions, each mistake corrected in its own words with everything else kept', async () => {
    await story.say(TARIRO, 'send');
    for (const [words, correction] of [
      ['five', en.payment.refusedAmounts.not_a_number],
      ['nan', en.payment.refusedAmounts.not_a_number],
      ['1e3', en.payment.refusedAmounts.not_a_number],
      ['-5', en.payment.refusedAmounts.not_a_number],
      ['1,000', en.payment.refusedAmounts.not_a_number],
      ['٢٥', en.payment.refusedAmounts.not_a_number],
      ['0', en.payment.refusedAmounts.not_positive],
      ['0.001', en.payment.refusedAmounts.too_many_decimals],
      ['9999999999999', en.payment.refusedAmounts.too_large],
      ['5 EUR', en.payment.refusedAmounts.denomination_unknown],
      ['USD 5 USD', en.payment.refusedAmounts.denominations_two],
    ] as const)
      expect(await story.say(TARIRO, words)).toContain(correction);
    expect(await story.say(TARIRO, ' usd 0.25 ')).toContain('0.25 USD');
    expect(await story.say(TARIRO, 'x y')).toContain(en.payment.handleInvalid);
    expect(await story.say(TARIRO, 'nobody_here')).toContain('nobody_here');
    expect(await story.say(TARIRO, TARIRO)).toContain(en.payment.toYourself);
    const shown = await story.say(TARIRO, `+${FARAI}`);
    expect(shown).toContain('0.25 USD');
    expect(shown).toContain('Farai Dube Personal');
    const before = await till.offersMade();
    expect(await story.say(TARIRO, 'yes')).toContain(en.payment.useButtons);
    expect(await story.tap(TARIRO, 'No, cancel')).toContain(en.payment.cancelled);
    expect(await till.offersMade()).toBe(before);
  });

  it('an amount that is not there, or over the day, keeps the payee: only the amount is asked for anew', async () => {
    const short = await story.say(TARIRO, `5000 USD=>${FARAI}`);
    expect(short).toContain('which is less than that');
    expect(await story.say(TARIRO, '0.10')).toContain('Farai Dube Personal');
    await story.say(TARIRO, 'cancel');
  });

  it('F11 F13: an offer is declined by its receiver, another taken back by its issuer; both sides are told', async () => {
    await till.offer(TARIRO, FARAI, '0.31');
    await story.say(FARAI, 'offers');
    await story.tap(FARAI, '0.31 USD');
    await story.tap(FARAI, 'Decline');
    const [heard, declined] = await Promise.all([
      till.nextAnswer(TARIRO),
      story.answerTo(FARAI, () => story.people.tap(FARAI, story.idOf(FARAI, 'Yes, decline'))),
    ]);
    expect(declined).toContain('You declined *0.31 USD*');
    expect(heard).toContain('declined your offer of *0.31 USD*');

    await till.offer(TARIRO, FARAI, '0.32');
    await story.say(TARIRO, 'my offers');
    const asked = await story.tap(TARIRO, '0.32 USD');
    expect(asked).toContain('*take back*');
    const [told, cancelled] = await Promise.all([
      till.nextAnswer(FARAI),
      story.answerTo(TARIRO, () => story.people.tap(TARIRO, story.idOf(TARIRO, 'Yes, take back'))),
    ]);
    expect(cancelled).toContain('You took back your offer of *0.32 USD*');
    expect(told).toContain('took back the offer of *0.32 USD*');
  });

  it('an offer that was taken back meanwhile can no longer be accepted, and that is said', async () => {
    await till.offer(TARIRO, FARAI, '0.33');
    await story.say(FARAI, 'offers');
    await story.tap(FARAI, '0.33 USD');
    await story.tap(FARAI, 'Accept');
    await story.say(TARIRO, 'my offers');
    await story.tap(TARIRO, '0.33 USD');
    await Promise.all([till.nextAnswer(FARAI), story.tap(TARIRO, 'Yes, take back')]);
    const late = await story.tap(FARAI, 'Yes, accept');
    expect(late).toContain(en.payment.refused['payment.offer_gone']);
  });
});

describe('S106 F04: a button counts once, for its screen, for its person', () => {
  const confirmation = async (amount: string): Promise<string> => {
    await story.say(TARIRO, `${amount} USD=>${FARAI}`);
    return story.idOf(TARIRO, 'Yes, send');
  };

  it('pressed again, at once and a day later: the same reference, and nothing more', async () => {
    const id = await confirmation('0.41');
    const before = await till.offersMade();
    const receipt = await story.answerTo(TARIRO, () => story.people.tap(TARIRO, id));
    const reference = /Reference: (\S+)/.exec(receipt)?.[1] ?? 'none';
    expect(await story.answerTo(TARIRO, () => story.people.tap(TARIRO, id))).toContain(`Reference: ${reference}`);
    story.clock.advance(24 * 3_600_000 + 60_000);
    const later = await story.answerTo(TARIRO, () => story.people.tap(TARIRO, id));
    expect(later).toContain(`Reference: ${reference}`);
    expect(await till.offersMade()).toBe(before + 1);
  });

  it.each([3, 20, 50])('tapped %i times at once: one offer, and every tap is answered', async (taps) => {
    await story.say(TARIRO, 'hi');
    const id = await confirmation(`0.0${String(taps % 9)}`);
    const before = await till.offersMade();
    const answers = await story.answersTo(TARIRO, () =>
      Promise.all(Array.from({ length: taps }, () => story.people.tap(TARIRO, id))),
    );
    expect(answers).toHaveLength(taps);
    expect(answers.filter((answer) => answer.startsWith('Done.'))).toHaveLength(1);
    expect(await till.offersMade()).toBe(before + 1);
  });

  it.each([3, 20, 50])('one tap delivered %i times at once to two doors: one offer, one answer', async (copies) => {
    await story.say(TARIRO, 'hi');
    const id = await confirmation(`0.1${String(copies % 9)}`);
    const before = await till.offersMade();
    const answers = await story.answersTo(TARIRO, () => till.deliverTap(TARIRO, id, copies));
    expect(answers).toHaveLength(1);
    expect(answers[0]).toContain('Done.');
    expect(await till.offersMade()).toBe(before + 1);
  });

  it('pressed after cancel, after a newer one, after five quiet minutes, or by somebody else: nothing is done, kindly', async () => {
    await story.say(TARIRO, 'hi');
    await story.say(SIMBA, 'hi');
    const before = await till.offersMade();
    const first = await confirmation('0.51');
    await story.tap(TARIRO, 'No, cancel');
    expect(await story.answerTo(TARIRO, () => story.people.tap(TARIRO, first))).toContain(en.payment.ended);
    const second = await confirmation('0.52');
    const third = await confirmation('0.53');
    expect(await story.answerTo(TARIRO, () => story.people.tap(TARIRO, second))).toContain(en.payment.ended);
    expect(await story.answerTo(SIMBA, () => till.deliverTap(SIMBA, third, 1))).toContain(en.begin.oldButton);
    story.clock.advance(301_000);
    expect(await story.answerTo(TARIRO, () => story.people.tap(TARIRO, third))).toContain(en.payment.ended);
    expect(await till.offersMade()).toBe(before);
  });

  it('L12: the session lost between confirmation and tap: nothing is paid, and that is said', async () => {
    await story.say(TARIRO, 'hi');
    const id = await confirmation('0.54');
    const before = await till.offersMade();
    await till.flushRedis();
    expect(await story.answerTo(TARIRO, () => story.people.tap(TARIRO, id))).toContain(en.payment.ended);
    expect(await till.offersMade()).toBe(before);
  });
});

describe('money control', () => {
  it('stopped: nobody pays, everybody is told, what was shown can be tapped when it starts again; each change is audited', async () => {
    await story.say(TARIRO, 'hi');
    await story.say(TARIRO, `0.61 USD=>${FARAI}`);
    const before = await till.offersMade();
    const [ground] = story.grounds;
    const control = (stopped: boolean) => controlMoney(ground!, { stopped, actor: 'operator' });
    expect(await control(true)).toBe(true);
    expect(await control(true)).toBe(false);
    expect(await story.tap(TARIRO, 'Yes, send')).toContain(en.payment.stopped);
    expect(await till.offersMade()).toBe(before);
    expect(await control(false)).toBe(true);
    expect(await story.tap(TARIRO, 'Yes, send')).toContain('You offered *0.61 USD*');
    expect(await till.offersMade()).toBe(before + 1);
    expect(await till.audited('money')).toEqual(['payment.money_stopped', 'payment.money_started']);
  });
});

describe('F22: the 24-hour window', () => {
  it('outside it nobody is written to; what happened is kept, counted, and told when they write again', async () => {
    await story.say(SIMBA, 'hi');
    story.clock.advance(25 * 3_600_000);
    await story.say(TARIRO, 'hi');
    // Others who were quiet for a day have theirs.
    const kept = await till.keptNotices();
    const heard = story.people.inbox(SIMBA).length;
    await till.offer(TARIRO, SIMBA, '0.71');
    await till.until('the notice is kept', async () => (await till.keptNotices()) === kept + 1);
    expect(story.people.inbox(SIMBA)).toHaveLength(heard);
    const told = till.nextAnswer(SIMBA, 2);
    await story.people.write(SIMBA, 'hi');
    expect(await told).toContain('offers you *0.71 USD*');
    expect(await till.keptNotices()).toBe(kept);
  });
});
