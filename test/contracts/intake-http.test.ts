// What a stranger, and Meta, meets at the door: before and around the signature.
import { connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { newToken } from '../../src/base/id.ts';
import { createSecret } from '../../src/security/secret.ts';
import { signBody } from '../../src/security/signature.ts';
import { APP_SECRETS, openTestDoor, VERIFY_TOKEN, type Answer, type AskOptions, type TestDoor } from '../support/doors.ts';
import { openTestStores, type TestStores } from '../support/stores.ts';
import { messagesBody, signedHeaders } from '../support/webhooks.ts';

const [SECRET, OLD_SECRET] = APP_SECRETS;
const TARIRO = { phone: '263770000001', name: 'Tariro' };

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
beforeEach(() => {
  door.events.length = 0;
});

const newBody = () => messagesBody({ wamid: `wamid.${newToken(12)}`, atMs: systemClock.now(), from: TARIRO });
const countKept = async () => Number((await door.ground.database.query<{ n: bigint }>('SELECT (SELECT count(*) FROM bot.input) + (SELECT count(*) FROM bot.quarantine) AS n'))[0]?.n);
const reasons = () => door.events.map(({ event, fields }) => `${event} ${String(fields['reason'])}`);

const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none';frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** One shape for every refusal: our words, a code, an id, all headers, and nothing of what was sent. */
const expectRefusal = (answer: Answer, status: number, code: string): void => {
  expect({ status: answer.status, body: JSON.parse(answer.body) }).toEqual({
    status,
    body: { status: 'error', code, error: expect.stringMatching(/^[A-Z][^<>{}]{5,80}\.$/), requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
  });
  expect(answer.headers).toMatchObject({ ...HEADERS, 'content-type': expect.stringMatching(/^application\/json/) });
  expect(answer.headers['strict-transport-security']).toBeDefined();
  expect(answer.headers['x-powered-by']).toBeUndefined();
};

describe('the handshake (S98)', () => {
  const asked = (more: Readonly<Record<string, string>> = {}) => `/bot/webhook?${new URLSearchParams({ 'hub.mode': 'subscribe', 'hub.challenge': '1158201444', 'hub.verify_token': VERIFY_TOKEN, ...more }).toString()}`;

  test('answers the challenge as plain text', async () => {
    const answer = await door.ask({ path: asked() });
    expect(answer).toMatchObject({ status: 200, body: '1158201444' });
    expect(answer.headers).toMatchObject({ ...HEADERS, 'content-type': 'text/plain; charset=utf-8' });
  });

  test.each(['<script>alert(1)</script>', '{"a":1}', '\ufeff<html>', '\r\nSet-Cookie: a=b'])('never answers a challenge as HTML, whatever the client accepts: %j (A04)', async (challenge) => {
    const answer = await door.ask({ path: asked({ 'hub.challenge': challenge }), headers: { Accept: 'text/html' } });
    expect(answer).toMatchObject({ status: 200, body: challenge });
    expect(answer.headers).toMatchObject({ 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' });
    expect(answer.headers['set-cookie']).toBeUndefined();
  });

  test.each([
    ['a wrong token', asked({ 'hub.verify_token': 'wrong' })],
    ['an empty token', asked({ 'hub.verify_token': '' })],
    ['the token in capitals', asked({ 'hub.verify_token': VERIFY_TOKEN.toUpperCase() })],
    ['another mode', asked({ 'hub.mode': 'unsubscribe' })],
    ['an endless challenge', asked({ 'hub.challenge': '1'.repeat(1_025) })],
    ['no parameters', '/bot/webhook'],
    ['the good token, then a bad one', `${asked()}&hub.verify_token=bad`],
    ['a bad token, then the good one', `/bot/webhook?hub.verify_token=bad&${asked().split('?')[1]}`],
    ['the good token twice', `${asked()}&hub.verify_token=${VERIFY_TOKEN}`],
    ['the mode twice', `${asked()}&hub.mode=subscribe`],
    ['a token in brackets', `/bot/webhook?hub.mode=subscribe&hub.challenge=1&hub[verify_token]=${VERIFY_TOKEN}`],
    ['a token as a list', `/bot/webhook?hub.mode=subscribe&hub.challenge=1&hub.verify_token[]=${VERIFY_TOKEN}`],
    ['names with underscores', `/bot/webhook?hub_mode=subscribe&hub_challenge=1&hub_verify_token=${VERIFY_TOKEN}`],
    ['names of Object.prototype', `/bot/webhook?__proto__=1&constructor=2&hub.mode=subscribe`],
    ['a broken escape', '/bot/webhook?hub.mode=subscribe&hub.challenge=%E0%A4&hub.verify_token=%zz'],
  ])('refuses %s (A05)', async (_what, path) => {
    expectRefusal(await door.ask({ path }), 403, 'forbidden');
    expect(reasons()).toEqual([expect.stringMatching(/^intake.handshake_refused wrong_(token|shape)$/)]);
  });

  test('HEAD and a body change no rule (A08)', async () => {
    expect(await door.ask({ method: 'HEAD', path: asked() })).toMatchObject({ status: 200, body: '' });
    expect(await door.ask({ method: 'HEAD', path: asked({ 'hub.verify_token': 'wrong' }) })).toMatchObject({ status: 403, body: '' });
    expect(await door.ask({ path: asked(), body: Buffer.from('x'), headers: { 'Content-Type': 'application/json' } })).toMatchObject({ status: 200, body: '1158201444' });
    expectRefusal(await door.ask({ path: asked({ 'hub.verify_token': 'wrong' }), body: Buffer.from('{}'), headers: { 'Content-Type': 'application/json' } }), 403, 'forbidden');
  });
});

describe('a signed post (S38)', () => {
  const JSON_TYPE = ['Content-Type', 'application/json'];
  const withSignature = (...signatures: readonly string[]) => (body: Buffer) => [...JSON_TYPE, ...signatures.flatMap((value) => ['X-Hub-Signature-256', value.replace('GOOD', signBody(body, SECRET).slice(7))])];
  const BAD = `sha256=${'0'.repeat(64)}`;

  test.each([
    ['no header (B02)', withSignature(), 'missing'],
    ['sha1 only (B05)', (body: Buffer) => [...JSON_TYPE, 'X-Hub-Signature', `sha1=${signBody(body, SECRET).slice(7, 47)}`], 'missing'],
    ['no prefix (B07)', withSignature('GOOD'), 'malformed'],
    ['a prefix in capitals (B07)', withSignature('SHA256=GOOD'), 'malformed'],
    ['another prefix (B07)', withSignature('sha-256=GOOD'), 'malformed'],
    ['a colon (B07)', withSignature('sha256:GOOD'), 'malformed'],
    ['a longer hash (B07)', withSignature('sha512=GOOD'), 'malformed'],
    ['one digit more', withSignature('sha256=GOOD0'), 'malformed'],
    ['bytes that are no ASCII', withSignature(`sha256=${'\u00e9'.repeat(64)}`), 'malformed'],
    ['two headers, the good one first (B10)', withSignature('sha256=GOOD', BAD), 'repeated'],
    ['two headers, the good one last (B10)', withSignature(BAD, 'sha256=GOOD'), 'repeated'],
    ['the good header twice', withSignature('sha256=GOOD', 'sha256=GOOD'), 'repeated'],
    ['two in one header (B10)', withSignature('sha256=GOOD, sha256=GOOD'), 'repeated'],
    ['the signature of another secret', (body: Buffer) => [...JSON_TYPE, 'X-Hub-Signature-256', signBody(body, createSecret('another'))], 'wrong'],
    ['the signature of another body', () => [...JSON_TYPE, 'X-Hub-Signature-256', signBody(Buffer.from('{}'), SECRET)], 'wrong'],
  ])('is refused with %s, and leaves nothing but one event', async (_what, headers, reason) => {
    const before = await countKept();
    const body = newBody();
    expectRefusal(await door.ask({ method: 'POST', headers: headers(body), body }), 401, 'unauthorized');
    expect(await countKept()).toBe(before);
    expect(reasons()).toEqual([`intake.signature_refused ${reason}`]);
  });

  test.each([
    ['deep nesting', '['.repeat(200_000)],
    ['a prototype', '{"__proto__":{"a":1}}'],
    ['bad UTF-8', Buffer.from([0xff, 0xfe, 0x00])],
    ['no JSON', '<xml/>'],
    ['nothing', ''],
  ])('with a wrong signature is not looked at: %s (B23)', async (_what, content) => {
    expectRefusal(await door.ask({ method: 'POST', headers: [...JSON_TYPE, 'X-Hub-Signature-256', BAD], body: Buffer.from(content) }), 401, 'unauthorized');
    expect(reasons()).toEqual(['intake.signature_refused wrong']);
  });

  test('is kept with either secret while one is replaced, and only with the new one afterwards (B24, E17)', async () => {
    const captured = newBody();
    for (const [body, secret] of [[newBody(), SECRET], [captured, OLD_SECRET]] as const) expect(await door.ask({ method: 'POST', headers: signedHeaders(body, secret), body })).toMatchObject({ status: 200, body: 'ok' });
    const later = await openTestDoor({ ...stores, appSecrets: [SECRET] });
    expectRefusal(await later.ask({ method: 'POST', headers: signedHeaders(captured, OLD_SECRET), body: captured }), 401, 'unauthorized');
    const body = newBody();
    expect(await later.ask({ method: 'POST', headers: signedHeaders(body, SECRET), body })).toMatchObject({ status: 200 });
    await later.close();
  });

  test('is answered as plain text with all headers', async () => {
    const answer = await door.post(newBody());
    expect(answer).toMatchObject({ status: 200, body: 'ok' });
    expect(answer.headers).toMatchObject({ ...HEADERS, 'content-type': 'text/plain; charset=utf-8' });
  });

  test('without a byte in it is refused (B20)', async () => {
    const body = Buffer.alloc(0);
    expectRefusal(await door.ask({ method: 'POST', headers: signedHeaders(body, SECRET), body }), 400, 'empty_body');
  });

  test.each(['application/json', 'APPLICATION/JSON', 'application/json; charset=utf-8', 'application/json;charset="UTF-8"'])('may call itself %s', async (type) => {
    const body = newBody();
    expect(await door.ask({ method: 'POST', headers: { ...signedHeaders(body, SECRET), 'content-type': type }, body })).toMatchObject({ status: 200 });
  });

  test.each([undefined, '', 'text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=utf-16', 'multipart/form-data; boundary=x', 'application/jsonp', 'text/json', 'application/json, text/html'])(
    'that calls itself %j is refused (B21)',
    async (type) => {
      const body = newBody();
      const { 'content-type': _left, ...rest } = signedHeaders(body, SECRET);
      expectRefusal(await door.ask({ method: 'POST', headers: type === undefined ? rest : { ...rest, 'Content-Type': type }, body }), 415, 'unsupported_type');
      expect(reasons()).toEqual(['intake.request_refused unsupported_type']);
    },
  );

  test.each(['gzip', 'deflate', 'br', 'GZIP', 'identity, gzip'])('encoded as %s is refused', async (encoding) => {
    const body = newBody();
    expectRefusal(await door.ask({ method: 'POST', headers: { ...signedHeaders(body, SECRET), 'Content-Encoding': encoding }, body }), 415, 'unsupported_type');
  });

  test('encoded as identity is what it is', async () => {
    const body = newBody();
    expect(await door.ask({ method: 'POST', headers: { ...signedHeaders(body, SECRET), 'Content-Encoding': 'identity' }, body })).toMatchObject({ status: 200 });
  });

  test('of 3 MiB is taken, one byte more is refused, whichever way its length is told', async () => {
    const full = Buffer.alloc(3 * 1024 * 1024, ' ');
    newBody().copy(full);
    expect(await door.post(full)).toMatchObject({ status: 200 });
    expectRefusal(await door.post(Buffer.concat([full, Buffer.from(' ')])), 413, 'too_large');
    expect(await rawAsk(`POST /bot/webhook HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n${'20000\r\n'.concat('x'.repeat(0x20000), '\r\n').repeat(25)}0\r\n\r\n`)).toMatch(/^HTTP\/1\.1 413 /);
  });

  test('of 5 MB is refused with an answer that its sender can read', async () => {
    for (let round = 0; round < 5; round += 1) expectRefusal(await door.post(Buffer.alloc(5_000_000, 'x')), 413, 'too_large');
    expect(await door.post(newBody())).toMatchObject({ status: 200 });
  });

  test('that says it is for the simulator is believed in development only (S39)', async () => {
    const developing = await openTestDoor({ ...stores, environment: 'development' });
    const routeOf = async (at: TestDoor, value: string) => {
      const body = newBody();
      await at.ask({ method: 'POST', headers: { ...signedHeaders(body, SECRET), 'X-Mock-Testing': value }, body });
      const [row] = await door.ground.database.query<{ route: string }>('SELECT route FROM bot.input ORDER BY input_id DESC LIMIT 1');
      return row?.route;
    };
    expect([await routeOf(developing, 'true'), await routeOf(developing, 'TRUE'), await routeOf(door, 'true')]).toEqual(['simulator', 'graph', 'graph']);
    expect(reasons()).toContain('intake.mock_header_seen undefined');
    await developing.close();
  });
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
  ])('%s %s is %i %s', async (method, path, status, code) => {
    const answer = await door.ask({ method, path, ...(method === 'POST' && { headers: { 'Content-Type': 'application/json' } }) });
    expectRefusal(answer, status, code);
    if (status === 405) expect(answer.headers['allow']).toBe(path.startsWith('/health') ? 'GET, HEAD' : 'GET, HEAD, POST');
  });

  test('all that is not there looks the same (C25)', async () => {
    const shape = ({ body }: Answer) => body.replace(/[0-9a-f-]{36}/, 'id');
    const bodies = await Promise.all(['/.env', '/debug', '/api-docs', '/backup.zip', '/bot/webhook.map'].map((path) => door.ask({ path })));
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
    ['two equal lengths (C02)', 'POST /bot/webhook HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nxx'],
    ['a length with a sign (C02)', 'POST /bot/webhook HTTP/1.1\r\nHost: a\r\nContent-Length: +2\r\n\r\nxx'],
    ['a negative length (C02)', 'POST /bot/webhook HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n'],
    ['a length in hex (C02)', 'POST /bot/webhook HTTP/1.1\r\nHost: a\r\nContent-Length: 0x2\r\n\r\nxx'],
    ['a list of lengths (C02)', 'POST /bot/webhook HTTP/1.1\r\nHost: a\r\nContent-Length: 2, 2\r\n\r\nxx'],
    ['length and chunks', 'POST /bot/webhook HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['no HTTP at all', 'hello secret-canary\r\n\r\n'],
    ['an HTTP/2 preface (C16)', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ])('%s: 400 in our own shape, echoing nothing', async (_what, bytes) => {
    const answer = await rawAsk(bytes);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).not.toMatch(/secret-canary|HPE_|Error:|node_modules/);
    for (const [name, value] of Object.entries(HEADERS)) expect(answer.toLowerCase()).toContain(`${name}: ${value.toLowerCase()}`);
    expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4))).toMatchObject({ status: 'error', code: 'bad_request', requestId: expect.any(String) });
  });
});

/** Bytes as they are, and everything that comes back until the door closes or has answered. */
const rawAsk = (bytes: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(door.door.url).port), '127.0.0.1');
    let answer = '';
    const finish = () => {
      socket.destroy();
      resolve(answer);
    };
    socket.on('data', (part) => {
      answer += part.toString();
      const headEnd = answer.indexOf('\r\n\r\n');
      const length = /content-length: (\d+)/i.exec(answer)?.[1];
      if (headEnd >= 0 && length !== undefined && answer.length >= headEnd + 4 + Number(length)) finish();
    });
    socket.on('end', finish);
    socket.on('error', (error) => (answer === '' ? reject(error) : finish()));
    socket.write(bytes);
  });
