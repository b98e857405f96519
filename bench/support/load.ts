import { connect, type Socket } from 'node:net';

/** A load generator that costs little itself: prepared requests over plain sockets, one at a time on each. */
export type LoadOptions = {
  readonly port: number;
  readonly connections: number;
  /** The next request as bytes. */
  readonly next: () => Buffer;
  readonly seconds: number;
  /** Requests a second over all connections; absent = as fast as answers come. */
  readonly perSecond?: number;
};

export type LoadResult = {
  readonly answers: number;
  readonly refused: number;
  readonly seconds: number;
  readonly perSecond: number;
  /** Milliseconds from the moment a request was due to its answer. */
  readonly p50: number;
  readonly p99: number;
};

const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;

/** Reads answers off one socket: status, and where the answer ends. */
const createAnswerReader = (onAnswer: (status: number) => void): ((chunk: Buffer) => void) => {
  let held: Buffer = Buffer.alloc(0);
  return (chunk) => {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    for (;;) {
      const head = held.indexOf('\r\n\r\n');
      if (head < 0) return;
      const text = held.toString('latin1', 0, head);
      const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
      const end = head + 4 + length;
      if (held.length < end) return;
      held = held.subarray(end);
      onAnswer(Number(text.slice(9, 12)));
    }
  };
};

export const runLoad = async ({
  port,
  connections,
  next,
  seconds: lasting,
  perSecond,
}: LoadOptions): Promise<LoadResult> => {
  const latencies: number[] = [];
  let refused = 0;
  const startedAt = performance.now();
  const endAt = startedAt + lasting * 1000;
  let issued = 0;
  /** When the next request is due: now, or by the pace; lateness of the generator counts against the server. */
  const dueAt = (): number => (perSecond === undefined ? performance.now() : startedAt + (issued / perSecond) * 1000);

  const runOne = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true });
      let due = 0;
      const send = (): void => {
        due = dueAt();
        issued += 1;
        const wait = due - performance.now();
        const write = (): void => void socket.write(next());
        if (due >= endAt) {
          resolve();
          socket.destroy();
        } else if (wait > 1) setTimeout(write, wait);
        else write();
      };
      socket.on('connect', send);
      socket.on('error', reject);
      socket.on('close', () => reject(new Error('the server closed a connection')));
      socket.on(
        'data',
        createAnswerReader((status) => {
          latencies.push(performance.now() - due);
          if (status !== 200) refused += 1;
          send();
        }),
      );
    });

  await Promise.all(Array.from({ length: connections }, runOne));
  const seconds = (performance.now() - startedAt) / 1000;
  latencies.sort((a, b) => a - b);
  return {
    answers: latencies.length,
    refused,
    seconds,
    perSecond: latencies.length / seconds,
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
  };
};

/** One signed webhook as the bytes of an HTTP/1.1 request. */
export const toRequest = (body: Buffer, signature: string): Buffer =>
  Buffer.concat([
    Buffer.from(
      `POST /bot/webhook HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n` +
        `X-Hub-Signature-256: ${signature}\r\nContent-Length: ${String(body.length)}\r\n\r\n`,
      'latin1',
    ),
    body,
  ]);
