// What is signed is kept, what is not is not even read.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { newToken } from '../../src/base/id.ts';
import { createSecret } from '../../src/security/secret.ts';
import { signBody } from '../../src/security/signature.ts';
import { APP_SECRETS, openTestDoor, type TestDoor } from '../support/doors.ts';
import { askRaw, expectRefusal, HEADERS } from '../support/refusals.ts';
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
const countKept = async () =>
  Number(
    (
      await door.ground.database.query<{ n: bigint }>(
        'SELECT (SELECT count(*) FROM bot.input) + (SELECT count(*) FROM bot.quarantine) AS n',
      )
    )[0]?.n,
  );
const reasons = () => door.events.map(({ event, fields }) => `${event} ${String(fields['reason'])}`);

describe('a signed post (S38)', () => {
  const JSON_TYPE = ['Content-Type', 'application/json'];
  const withSignature =
    (...signatures: readonly string[]) =>
    (body: Buffer) => [
      ...JSON_TYPE,
      ...signatures.flatMap((value) => ['X-Hub-Signature-256', value.replace('GOOD', signBody(body, SECRET).slice(7))]),
    ];
  const BAD = `sha256=${'0'.repeat(64)}`;

  test.each([
    ['no header (B02)', withSignature(), 'missing'],
    [
      'sha1 only (B05)',
      (body: Buffer) => [...JSON_TYPE, 'X-Hub-Signature', `sha1=${signBody(body, SECRET).slice(7, 47)}`],
      'missing',
    ],
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
    [
      'the signature of another secret',
      (body: Buffer) => [...JSON_TYPE, 'X-Hub-Signature-256', signBody(body, createSecret('another'))],
      'wrong',
    ],
    [
      'the signature of another body',
      () => [...JSON_TYPE, 'X-Hub-Signature-256', signBody(Buffer.from('{}'), SECRET)],
      'wrong',
    ],
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
    expectRefusal(
      await door.ask({
        method: 'POST',
        headers: [...JSON_TYPE, 'X-Hub-Signature-256', BAD],
        body: Buffer.from(content),
      }),
      401,
      'unauthorized',
    );
    expect(reasons()).toEqual(['intake.signature_refused wrong']);
  });

  test('is kept with either secret while one is replaced, and only with the new one afterwards (B24, E17)', async () => {
    const captured = newBody();
    for (const [body, secret] of [
      [newBody(), SECRET],
      [captured, OLD_SECRET],
    ] as const)
      expect(await door.ask({ method: 'POST', headers: signedHeaders(body, secret), body })).toMatchObject({
        status: 200,
        body: 'ok',
      });
    const later = await openTestDoor({ ...stores, appSecrets: [SECRET] });
    expectRefusal(
      await later.ask({ method: 'POST', headers: signedHeaders(captured, OLD_SECRET), body: captured }),
      401,
      'unauthorized',
    );
    const body = newBody();
    expect(await later.ask({ method: 'POST', headers: signedHeaders(body, SECRET), body })).toMatchObject({
      status: 200,
    });
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

  test.each([
    'application/json',
    'APPLICATION/JSON',
    'application/json; charset=utf-8',
    'application/json;charset="UTF-8"',
  ])('may call itself %s', async (type) => {
    const body = newBody();
    expect(
      await door.ask({ method: 'POST', headers: { ...signedHeaders(body, SECRET), 'content-type': type }, body }),
    ).toMatchObject({ status: 200 });
  });

  test.each([
    undefined,
    '',
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/json; charset=utf-16',
    'multipart/form-data; boundary=x',
    'application/jsonp',
    'text/json',
    'application/json, text/html',
  ])('that calls itself %j is refused (B21)', async (type) => {
    const body = newBody();
    const { 'content-type': _left, ...rest } = signedHeaders(body, SECRET);
    expectRefusal(
      await door.ask({ method: 'POST', headers: type === undefined ? rest : { ...rest, 'Content-Type': type }, body }),
      415,
      'unsupported_type',
    );
    expect(reasons()).toEqual(['intake.request_refused unsupported_type']);
  });

  test.each(['gzip', 'deflate', 'br', 'GZIP', 'identity, gzip'])('encoded as %s is refused', async (encoding) => {
    const body = newBody();
    expectRefusal(
      await door.ask({
        method: 'POST',
        headers: { ...signedHeaders(body, SECRET), 'Content-Encoding': encoding },
        body,
      }),
      415,
      'unsupported_type',
    );
  });

  test('encoded as identity is what it is', async () => {
    const body = newBody();
    expect(
      await door.ask({
        method: 'POST',
        headers: { ...signedHeaders(body, SECRET), 'Content-Encoding': 'identity' },
        body,
      }),
    ).toMatchObject({ status: 200 });
  });

  test('of 3 MiB is taken, one byte more is refused, whichever way its length is told', async () => {
    const full = Buffer.alloc(3 * 1024 * 1024, ' ');
    newBody().copy(full);
    expect(await door.post(full)).toMatchObject({ status: 200 });
    expectRefusal(await door.post(Buffer.concat([full, Buffer.from(' ')])), 413, 'too_large');
    expect(
      await askRaw(
        door.door.url,
        `POST /bot/webhook HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n${'20000\r\n'.concat('x'.repeat(0x20000), '\r\n').repeat(25)}0\r\n\r\n`,
      ),
    ).toMatch(/^HTTP\/1\.1 413 /);
  });

  test('of 5 MB is refused with an answer that its sender can read', async () => {
    for (let round = 0; round < 5; round += 1)
      expectRefusal(await door.post(Buffer.alloc(5_000_000, 'x')), 413, 'too_large');
    expect(await door.post(newBody())).toMatchObject({ status: 200 });
  });

  test('that says it is for the simulator is believed in development only (S39)', async () => {
    const developing = await openTestDoor({ ...stores, environment: 'development' });
    const routeOf = async (at: TestDoor, value: string) => {
      const body = newBody();
      await at.ask({ method: 'POST', headers: { ...signedHeaders(body, SECRET), 'X-Mock-Testing': value }, body });
      const [row] = await door.ground.database.query<{ route: string }>(
        'SELECT route FROM bot.input ORDER BY input_id DESC LIMIT 1',
      );
      return row?.route;
    };
    expect([await routeOf(developing, 'true'), await routeOf(developing, 'TRUE'), await routeOf(door, 'true')]).toEqual(
      ['simulator', 'graph', 'graph'],
    );
    expect(reasons()).toContain('intake.mock_header_seen undefined');
    await developing.close();
  });
});
