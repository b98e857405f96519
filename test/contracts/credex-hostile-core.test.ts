// S75 S103: a core that is away, or answers what no contract knows, costs a member one honest answer and nothing else.
import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { createMovableClock } from '../../src/base/clock.ts';
import { createCallCore } from '../../src/credex/call-core.ts';
import { BREAKER_FAILURES, BREAKER_OPEN_MS, CALL_TIMEOUT_MS, CONNECT_TIMEOUT_MS } from '../../src/credex/limits.ts';
import {
  CLIENT_KEY,
  envelope,
  logInReply,
  makeToken,
  openFakeCore,
  openHttpClient,
  say,
  toMember,
  type Behave,
} from './credex-fixture.ts';

const clock = createMovableClock();
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const open = async (behave: Behave) => {
  const core = await openFakeCore(behave);
  const client = openHttpClient(core.url, clock);
  closing.push(
    () => client.close(),
    () => core.close(),
  );
  return { core, client };
};
const member = toMember('263770000001');
const wish = { firstname: 'A', lastname: 'B', defaultDenomination: 'USD' as const, idempotencyKey: 'k' };

const raw =
  (response: ServerResponse) =>
  (status: number, text: string, headers: Readonly<Record<string, string>> = {}): void => {
    response.writeHead(status, headers);
    response.end(text);
  };

describe('answers that are nonsense', () => {
  test.each<[string, (response: ServerResponse) => void]>([
    ['an HTML page', (response) => raw(response)(200, '<html>Sign in</html>', { 'content-type': 'text/html' })],
    [
      'an HTML 404, as of a proxy',
      (response) => raw(response)(404, '<html>Not found</html>', { 'content-type': 'text/html' }),
    ],
    [
      'the 404 of a path it does not serve',
      (response) => say(response)(404, { status: 'error', statusCode: 404, message: 'Not Found' }),
    ],
    ['nothing', (response) => raw(response)(200, '')],
    ['half an answer', (response) => raw(response)(200, JSON.stringify(logInReply(makeToken(clock))).slice(0, 300))],
    ['an array', (response) => say(response)(200, [])],
    ['null', (response) => say(response)(200, null)],
    ['numbers for objects', (response) => say(response)(200, { message: 1, data: 2 })],
    ['another action', (response) => say(response)(200, envelope({ type: 'CREDEX_CREATED' }))],
    ['200,000 arrays in each other', (response) => raw(response)(200, '['.repeat(200_000) + ']'.repeat(200_000))],
    [
      '200,000 objects in each other',
      (response) => raw(response)(200, '{"data":'.repeat(200_000) + '1' + '}'.repeat(200_000)),
    ],
    ['a redirect', (response) => raw(response)(302, '', { location: 'http://127.0.0.1:1/login' })],
    ['a permanent redirect', (response) => raw(response)(308, '', { location: '/elsewhere' })],
    ['a success inside an error', (response) => say(response)(200, envelope({ type: 'ERROR_INTERNAL' }))],
  ])('%s is a fault that a later try may mend', async (_what, answer) => {
    const { core, client } = await open((_heard, response) => answer(response));
    await expect(client.credex.logIn(member)).rejects.toMatchObject({
      name: 'Fault',
      code: 'credex.core_nonsense',
      retry: 'later',
    });
    expect(core.heard).toHaveLength(1);
    await expect(client.credex.register(member, wish)).rejects.toMatchObject({ code: 'credex.outcome_unknown' });
  });

  test('100 MB are not read: the connection ends after 2 MiB', async () => {
    let sent = 0;
    const { client } = await open((_heard, response) => {
      const chunk = Buffer.alloc(256 * 1024, 0x20);
      const pour = (): void => {
        while (sent < 100 * 1024 * 1024 && !response.destroyed) {
          sent += chunk.length;
          if (!response.write(chunk)) return void response.once('drain', pour);
        }
        response.end();
      };
      response.writeHead(200);
      pour();
    });
    await expect(client.credex.logIn(member)).rejects.toMatchObject({ code: 'credex.core_nonsense' });
    expect(sent).toBeLessThan(50 * 1024 * 1024);
  });

  test('an answer announced as 100 MB is refused by its announcement', async () => {
    const { client } = await open((_heard, response) => {
      response.writeHead(200, { 'content-length': String(100 * 1024 * 1024) });
      response.write('{');
    });
    await expect(client.credex.logIn(member)).rejects.toMatchObject({ code: 'credex.core_nonsense' });
  });
});

describe('a core that is away', () => {
  test.each<[string, (response: ServerResponse) => void]>([
    ['500', (response) => say(response)(500, envelope({ type: 'ERROR_INTERNAL' }))],
    ['503', (response) => raw(response)(503, 'Service Unavailable')],
    ['a connection cut before the answer', (response) => void response.destroy()],
    [
      'a connection cut in mid-answer',
      (response) => {
        response.writeHead(200, { 'content-length': '1000' });
        response.write('{"message":');
        setImmediate(() => response.destroy());
      },
    ],
  ])('S75: %s: reads are tried twice, a registration once', async (_what, answer) => {
    const { core, client } = await open((_heard, response) => answer(response));
    await expect(client.credex.logIn(member)).rejects.toMatchObject({ code: 'credex.core_away', retry: 'later' });
    expect(core.heard).toHaveLength(2);
    await expect(client.credex.register(member, wish)).rejects.toMatchObject({ code: 'credex.outcome_unknown' });
    expect(core.heard).toHaveLength(3);
  });

  test('429 is not answered by asking again', async () => {
    const { core, client } = await open((_heard, response) =>
      raw(response)(429, 'Too many requests, please try again later'),
    );
    await expect(client.credex.logIn(member)).rejects.toMatchObject({ code: 'credex.core_away' });
    await expect(client.credex.register(member, wish)).rejects.toMatchObject({ code: 'credex.core_away' });
    expect(core.heard).toHaveLength(2);
  });

  test('a core that refuses our own key is away, for it says nothing about the member', async () => {
    const { client } = await open((_heard, response) => say(response)(401, { message: 'Unauthorized client' }));
    await expect(client.credex.logIn(member)).rejects.toMatchObject({ code: 'credex.core_away' });
  });

  test('nobody listening is known to be not sent', async () => {
    const { core, client } = await open(() => undefined);
    await core.close();
    await expect(client.credex.register(member, wish)).rejects.toMatchObject({
      code: 'credex.core_away',
      detail: expect.stringMatching(/^not sent: /),
    });
  });

  test('S103: the budget of a call is 3 s to connect and 10 s in all', () => {
    expect({ CONNECT_TIMEOUT_MS, CALL_TIMEOUT_MS }).toEqual({ CONNECT_TIMEOUT_MS: 3_000, CALL_TIMEOUT_MS: 10_000 });
  });

  test('S103: a core that never answers is given up when the budget is spent, repeats included', async () => {
    const core = await openFakeCore(() => undefined);
    const callCore = createCallCore({ baseUrl: core.url, clientKey: CLIENT_KEY, timeoutMs: 500 });
    closing.push(
      () => callCore.close(),
      () => core.close(),
    );
    const startedAt = performance.now();
    await expect(callCore.call({ path: '/login', body: {}, reads: true })).rejects.toMatchObject({
      code: 'credex.core_away',
      retry: 'later',
    });
    expect(performance.now() - startedAt).toBeGreaterThan(400);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });

  test('the breaker opens after failures in a row, says that nothing was sent, and closes by itself', async () => {
    let isWell = false;
    const { core, client } = await open((_heard, response) =>
      isWell ? say(response)(200, logInReply(makeToken(clock))) : raw(response)(500, ''),
    );
    for (let failures = 0; failures < BREAKER_FAILURES; failures += 1)
      await client.credex.register(member, wish).catch(() => undefined);
    await expect(client.credex.logIn(member)).rejects.toMatchObject({
      code: 'credex.core_away',
      detail: 'not sent: breaker open',
    });
    expect(core.heard).toHaveLength(BREAKER_FAILURES);
    isWell = true;
    await expect
      .poll(
        async () =>
          client.credex
            .logIn(member)
            .then(({ ok }) => ok)
            .catch(() => false),
        { timeout: 3 * BREAKER_OPEN_MS },
      )
      .toBe(true);
  });
});
