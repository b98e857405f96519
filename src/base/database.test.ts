import { beforeEach, describe, expect, test, vi } from 'vitest';
import { createDatabase, isDataRefusal } from './database.ts';
import { Fault } from './fault.ts';

const { answer, released } = vi.hoisted(() => ({
  answer: vi.fn<(text: string) => Promise<unknown>>(),
  released: vi.fn(),
}));

/** A driver that says what a test wants it to say. How the real one behaves is a contract of its own. */
vi.mock('pg', () => {
  const query = async (text: string) => ({ rows: await answer(text) });
  const emitter = { on: () => undefined, removeListener: () => undefined };
  const connect = async () => ({ ...emitter, query, release: released });
  const Pool = function () {
    return { ...emitter, query, connect, end: async () => undefined };
  };
  return { Pool, types: { setTypeParser: () => undefined, builtins: {} } };
});

const database = createDatabase({ url: 'unused', connectionsMax: 1, applicationName: 'test', timeoutMs: 100 });
const failWith = (code: string | undefined) =>
  Object.assign(new Error('says the driver'), code === undefined ? {} : { code });

beforeEach(() => {
  answer.mockReset().mockResolvedValue([]);
  released.mockReset();
});

describe('what the driver throws becomes', () => {
  test.each([
    'ECONNREFUSED',
    'ECONNRESET',
    'EPIPE',
    'ENOENT',
    'ETIMEDOUT',
    '08006',
    '57P01',
    '57P03',
    '57014',
    '53300',
    '40P01',
    '25006',
    undefined,
  ])('a fault that passes: %s', async (code) => {
    answer.mockRejectedValue(failWith(code));
    await expect(database.query('SELECT 1')).rejects.toMatchObject({
      name: 'Fault',
      code: 'base.database_away',
      retry: 'later',
    });
  });

  test.each(['42P01', '42601', '23505', '22P02', 'P0001', 'XX000', '0A000'])(
    'itself, where our statement is at fault: %s',
    async (code) => {
      const error = failWith(code);
      answer.mockRejectedValue(error);
      await expect(database.query('SELECT 1')).rejects.toBe(error);
    },
  );

  test('a refusal for its data only for SQLSTATE classes 22 and 23', () => {
    expect(['22001', '22P02', '23502', '23514'].every((code) => isDataRefusal(failWith(code)))).toBe(true);
    expect(isDataRefusal(new Fault('a.b', { retry: 'later', cause: failWith('23505') }))).toBe(true);
    expect(
      ['42P01', '40P01', '2', '22', '220011', 'ECONNREFUSED', undefined].some((code) => isDataRefusal(failWith(code))),
    ).toBe(false);
    expect([undefined, null, 'text', 22001].some(isDataRefusal)).toBe(false);
  });
});

describe('a transaction', () => {
  const said = () => answer.mock.calls.map(([text]) => text);

  test('commits once what its act returned', async () => {
    expect(await database.transact(async (tx) => tx.query('INSERT'))).toEqual([]);
    expect(said()).toEqual(['BEGIN', 'INSERT', 'COMMIT']);
    expect(released).toHaveBeenCalledWith(undefined);
  });

  test('is undone when its act throws, and the connection goes back', async () => {
    await expect(database.transact(async () => Promise.reject(new Error('mine')))).rejects.toThrow('mine');
    expect(said()).toEqual(['BEGIN', 'ROLLBACK']);
    expect(released).toHaveBeenCalledTimes(1);
  });

  test.each(['40P01', '40001', '55P03'])('is repeated after %s, at most five times', async (code) => {
    answer.mockImplementation(async (text) => (text === 'UPDATE' ? Promise.reject(failWith(code)) : []));
    await expect(database.transact((tx) => tx.query('UPDATE'))).rejects.toMatchObject({ code: 'base.database_away' });
    expect(said().filter((text) => text === 'UPDATE')).toHaveLength(5);
    expect(said().filter((text) => text === 'COMMIT')).toHaveLength(0);
  });

  test('is not repeated after anything else', async () => {
    answer.mockImplementation(async (text) => (text === 'UPDATE' ? Promise.reject(failWith('23505')) : []));
    await expect(database.transact((tx) => tx.query('UPDATE'))).rejects.toMatchObject({ code: '23505' });
    expect(said()).toEqual(['BEGIN', 'UPDATE', 'ROLLBACK']);
  });

  test('gives up a connection that cannot even roll back', async () => {
    answer.mockImplementation(async (text) => (text === 'BEGIN' ? [] : Promise.reject(failWith('ECONNRESET'))));
    await expect(database.transact((tx) => tx.query('UPDATE'))).rejects.toBeInstanceOf(Fault);
    expect(released.mock.calls[0]?.[0]).toBeInstanceOf(Error);
  });
});
