import { connect } from 'node:net';
import { expect } from 'vitest';
import type { Answer } from './doors.ts';

/** What every answer of the door carries. */
export const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none';frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** One shape for every refusal: our words, a code, an id, all headers, and nothing of what was sent. */
export const expectRefusal = (answer: Answer, status: number, code: string): void => {
  expect({ status: answer.status, body: JSON.parse(answer.body) }).toEqual({
    status,
    body: {
      status: 'error',
      code,
      error: expect.stringMatching(/^[A-Z][^<>{}]{5,80}\.$/),
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    },
  });
  expect(answer.headers).toMatchObject({ ...HEADERS, 'content-type': expect.stringMatching(/^application\/json/) });
  expect(answer.headers['strict-transport-security']).toBeDefined();
  expect(answer.headers['x-powered-by']).toBeUndefined();
};

/** Bytes as they are, and everything that comes back until the door closes or has answered. */
export const askRaw = (url: string, bytes: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
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
