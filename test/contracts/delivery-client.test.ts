import { afterEach, beforeEach, expect, test } from 'vitest';
import { fitText } from '../../src/base/fit-text.ts';
import type { OutboxId } from '../../src/base/id.ts';
import type { Phone } from '../../src/base/phone.ts';
import { createGraphClient, type SendClient } from '../../src/delivery/graph/graph-client.ts';
import { createSecret } from '../../src/security/secret.ts';
import { startFakeGraph, type FakeGraph } from './delivery-world.ts';

let graph: FakeGraph;
let client: SendClient;

const connect = (url: string, connectionsMax = 4): SendClient =>
  createGraphClient({
    ...{ url, version: 'v25.0', phoneNumberId: '100', timeoutMs: 300, connectionsMax },
    accessToken: createSecret('token-of-tests'),
    appSecret: createSecret('secret-of-tests'),
  });
const send = (by: SendClient = client) =>
  by.send({
    to: { phone: '263770000001' as Phone },
    message: { kind: 'text', body: fitText('Hello', 4096) },
    outboxId: 'f6f2c1a0-0000-4000-8000-000000000001' as OutboxId,
  });

beforeEach(async () => {
  graph = await startFakeGraph();
  client = connect(graph.url);
});
afterEach(async () => {
  graph.close();
  await client.close();
});

test('an accepted message is told by its wamid', async () => {
  expect(await send()).toEqual({ outcome: 'accepted', wamid: 'wamid.1' });
});

test('a silent Graph is given up after the total time-out, and may have accepted (S75, S103)', async () => {
  graph.state.script = () => 'hang';
  expect(await send()).toEqual({ outcome: 'ambiguous', reason: 'timed_out' });
});

test('a connection that breaks after the request may have accepted', async () => {
  graph.state.script = () => 'reset';
  expect((await send()).outcome).toBe('ambiguous');
});

test('no redirect is followed (S103)', async () => {
  graph.state.script = () => ({ status: 307, body: '', headers: { location: `${graph.url}/elsewhere` } });
  expect(await send()).toMatchObject({ outcome: 'refused', retryClass: 'auth' });
  expect(graph.calls).toHaveLength(1);
});

test('an answer of more than 256 KiB is not read', async () => {
  graph.state.script = () => ({
    status: 200,
    body: { messages: [{ id: 'wamid.1' }], padding: 'x'.repeat(300 * 1024) },
  });
  expect((await send()).outcome).toBe('ambiguous');
});

test('where nobody listens, and where no host is, nothing was sent', async () => {
  for (const url of ['http://127.0.0.1:1', 'http://nobody.invalid']) {
    const lonely = connect(url);
    expect((await send(lonely)).outcome).toBe('not_sent');
    await lonely.close();
  }
});

test('a message that times out while it waits for a connection was not sent', async () => {
  graph.state.script = () => 'hang';
  // The first one's end frees the connection: on a slow machine the second may then begin before its own time is over.
  let seen: string[] = [];
  for (let attempt = 0; attempt < 5 && !seen.includes('not_sent'); attempt += 1) {
    const narrow = connect(graph.url, 1);
    const before = graph.calls.length;
    const outcomes = await Promise.all([send(narrow), send(narrow)]);
    seen = outcomes.map(({ outcome }) => outcome);
    expect(seen[0]).toBe('ambiguous');
    expect(graph.calls.length - before).toBe(seen[1] === 'not_sent' ? 1 : 2);
    await narrow.close();
  }
  expect(seen).toEqual(['ambiguous', 'not_sent']);
});
