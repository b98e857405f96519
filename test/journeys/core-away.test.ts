import { createServer, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { en } from '../../src/conversation/wording/en.ts';
import { openLedgerServer } from '../../src/main/compose/ledger-server.ts';
import { openStory, type Story } from './story.ts';

const TARIRO = '263770000001';
const NEWCOMER = '263770006001';

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });

describe('while the credex core is away', () => {
  let story: Story;
  let port: number;
  const openCore = () => openLedgerServer(story.grounds[0]!, { host: '127.0.0.1', port });
  beforeAll(async () => {
    port = await freePort();
    story = await openStory({ environment: { MYCREDEX_APP_URL: `http://127.0.0.1:${port}` } });
  });
  afterAll(() => story.close());

  it('a member and a newcomer are told so at once, and that nothing was done; help answers', async () => {
    for (const who of [TARIRO, NEWCOMER]) {
      expect(await story.say(who, 'hi')).toContain(en.core.away);
      expect(await story.say(who, 'help')).toContain(en.help);
    }
  });

  it('when it is back the same words show the balance; when it goes in mid-visit nothing wrong is said', async () => {
    const core = await openCore();
    expect(await story.say(TARIRO, 'hi')).toContain('12.00 USD');
    await story.say(NEWCOMER, 'hi');
    await story.tap(NEWCOMER, 'Become a member');
    await story.say(NEWCOMER, 'Zanele');
    await story.say(NEWCOMER, 'Gumbo');
    await core.close();

    const away = await story.say(TARIRO, 'balance');
    expect(away).toContain(en.core.away);
    expect(away).not.toContain('USD');
    const waiting = await story.tap(NEWCOMER, 'Yes, join');
    expect(waiting).toContain(en.register.away);

    const again = await openCore();
    expect(await story.tap(NEWCOMER, 'Yes, join')).toContain('Welcome, Zanele!');
    expect(await story.say(TARIRO, 'balance')).toContain('12.00 USD');
    await again.close();
  });
});
