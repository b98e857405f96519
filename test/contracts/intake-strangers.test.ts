// What a stranger meets at the door beside the webhook.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestDoor, type Answer, type AskOptions, type TestDoor } from '../support/doors.ts';
import { askRaw, expectRefusal, HEADERS } from '../support/refusals.ts';
import { openTestStores, type TestStores } from '../support/stores.ts';

let stores: TestStores;
let door: TestDoor;

beforeAll(async () => {
  stores = await openTestStores();
  door = await openTestDoor(stores);
});
afterAll(async () => {
  await door?.close();
  await stores?.release();
});

describe('everything else', () => {
  test.each([
    ['GET', '/', 404, 'not_found'],
    ['GET', '/.env', 404, 'not_found'],
    ['GET', '/.git/HEAD', 404, 'not_found'],
    ['GET', '/package.json', 404, 'not_found'],
    ['GET', '/metrics', 404, 'not_found'],
    ['GET', '/bot', 404, 'not_found'],
    ['GET', '/bot/webhook/', 404, 'not_found'],
    ['GET', '/BOT/WEBHOOK', 404, 'not_found'],
    ['POST', '/bot/webhookx', 404, 'not_found'],
    ['DELETE', '/nothing', 404, 'not_found'],
    ['PUT', '/bot/webhook', 405, 'method_not_allowed'],
    ['DELETE', '/bot/webhook', 405, 'method_not_allowed'],
    ['PATCH', '/bot/webhook?a=b', 405, 'method_not_allowed'],
    ['OPTIONS', '/bot/webhook', 405, 'method_not_allowed'],
    ['POST', '/health', 405, 'method_not_allowed'],
    ['GET', '/%zz', 404, 'not_found'],
    ['GET', '/bot/%', 404, 'not_found'],
    ['GET', '/%E0%A4%A', 404, 'not_found'],
  ])('%s %s is %i %s', async (...[method, path, status, code]) => {
    const answer = await door.ask({
      method,
      path,
      ...(method === 'POST' && { headers: { 'Content-Type': 'application/json' } }),
    });
    expectRefusal(answer, status, code);
    if (status === 405)
      expect(answer.headers['allow']).toBe(path.startsWith('/health') ? 'GET, HEAD' : 'GET, HEAD, POST');
  });

  test('all that is not there looks the same (C25)', async () => {
    const shape = ({ body }: Answer) => body.replace(/[0-9a-f-]{36}/, 'id');
    const bodies = await Promise.all(
      ['/.env', '/debug', '/api-docs', '/backup.zip', '/bot/webhook.map'].map((path) => door.ask({ path })),
    );
    expect(new Set(bodies.map(shape)).size).toBe(1);
  });

  test.each([
    ['two hosts (C13)', ['Host', 'a.example', 'Host', 'b.example']],
    ['two equal hosts', ['Host', 'a.example', 'Host', 'a.example']],
  ])('%s are refused', async (_what, headers) => {
    const options: AskOptions = { path: '/health', headers };
    expectRefusal(await door.ask(options), 400, 'bad_request');
  });

  test.each([
    ['no host (C16)', 'GET /health HTTP/1.0\r\n\r\n'],
    ['no host', 'GET /health HTTP/1.1\r\n\r\n'],
    ['two lengths (C02)', 'POST /bot/webhook HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx'],
    [
      'two equal lengths (C02)',
      'POST /bot/webhook HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nxx',
    ],
    ['a length with a sign (C02)', 'POST /bot/webhook HTTP/1.1\r\nHost: a\r\nContent-Length: +2\r\n\r\nxx'],
    ['a negative length (C02)', 'POST /bot/webhook HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n'],
    ['a length in hex (C02)', 'POST /bot/webhook HTTP/1.1\r\nHost: a\r\nContent-Length: 0x2\r\n\r\nxx'],
    ['a list of lengths (C02)', 'POST /bot/webhook HTTP/1.1\r\nHost: a\r\nContent-Length: 2, 2\r\n\r\nxx'],
    [
      'length and chunks',
      'POST /bot/webhook HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['no HTTP at all', 'hello secret-canary\r\n\r\n'],
    ['an HTTP/2 preface (C16)', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ])('%s: 400 in our own shape, echoing nothing', async (_what, bytes) => {
    const answer = await askRaw(door.door.url, bytes);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).not.toMatch(/secret-canary|HPE_|Error:|node_modules/);
    for (const [name, value] of Object.entries(HEADERS))
      expect(answer.toLowerCase()).toContain(`${name}: ${value.toLowerCase()}`);
    expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4))).toMatchObject({
      status: 'error',
      code: 'bad_request',
      requestId: expect.any(String),
    });
  });
});
