import type { Command } from './command.ts';
import { KILL_OPTION } from './kill-at.ts';

/** What can be typed, in the order of usage. */
export const COMMANDS: readonly Command[] = [
  {
    name: 'start',
    about: 'everything on embedded defaults: bot, ledger, WhatsApp simulator with demo members',
    environment: 'development',
    load: () => import('./commands/start.ts'),
  },
  {
    name: 'demo',
    about: 'play a story through signed webhooks and check its outcome',
    environment: 'development',
    load: () => import('./commands/demo.ts'),
  },
  {
    name: 'serve',
    about: 'the door: take webhooks in',
    environment: 'given',
    options: KILL_OPTION,
    load: () => import('./commands/serve.ts'),
  },
  {
    name: 'work',
    about: 'lanes, delivery and jobs',
    environment: 'given',
    options: KILL_OPTION,
    load: () => import('./commands/work.ts'),
  },
  {
    name: 'lane',
    usage: 'IDENTITY',
    about: 'run the head of one lane and end (used by `work` for a lane that failed again and again)',
    environment: 'given',
    load: () => import('./commands/lane.ts'),
  },
  {
    name: 'ledger',
    about: 'serve the embedded ledger over HTTP',
    environment: 'given',
    load: () => import('./commands/ledger.ts'),
  },
  {
    name: 'ledger check',
    about: 'add the ledger up and name every invariant that does not hold',
    environment: 'given',
    load: () => import('./commands/ledger-check.ts'),
  },
  {
    name: 'money stop',
    about: 'send no payment for anybody until money is started again',
    environment: 'given',
    load: async () => (await import('./commands/money.ts')).stop,
  },
  {
    name: 'money start',
    about: 'let payments go again',
    environment: 'given',
    load: async () => (await import('./commands/money.ts')).start,
  },
  {
    name: 'simulate',
    about: 'the WhatsApp simulator alone',
    environment: 'development',
    load: () => import('./commands/simulate.ts'),
  },
  {
    name: 'chat',
    usage: '--phone NUMBER "MESSAGE"',
    about: 'one message through the running simulator',
    environment: 'none',
    options: { phone: { type: 'string' } },
    load: () => import('./commands/chat.ts'),
  },
  {
    name: 'migrate',
    about: 'bring the database up to this version',
    environment: 'given',
    load: () => import('./commands/migrate.ts'),
  },
  {
    name: 'config check',
    about: 'show the configuration without secrets, or everything that is wrong with it',
    environment: 'none',
    load: () => import('./commands/config-check.ts'),
  },
  {
    name: 'keys new',
    usage: '--env NAME [--id ID]',
    about: 'print a new key for ENCRYPTION_KEYS',
    environment: 'none',
    options: { env: { type: 'string' }, id: { type: 'string' } },
    load: () => import('./commands/keys-new.ts'),
  },
];
