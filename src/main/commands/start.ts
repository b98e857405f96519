import { openDoor } from '../compose/door.ts';
import { openIsolatingWorker } from '../compose/isolation.ts';
import { openLedgerServer } from '../compose/ledger-server.ts';
import { openRole, seedDemoMembers, type Role } from '../compose/role.ts';
import { openSimulator } from '../compose/simulator.ts';
import { openOps } from '../compose/ops.ts';
import { DEMO_MEMBERS } from '../../ledger/demo.ts';
import type { CommandContext } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { supervise, type ChildRole } from '../supervisor.ts';

/** Everything on embedded defaults, in one process tree; in one process where no Redis can be had. */
export const run = async (context: CommandContext): Promise<number> => {
  const role = await openRole(context, { role: 'start', allowMemoryRedis: true });
  try {
    await seedDemoMembers(role.ground);
    if (role.ground.redis) await superviseRoles(context, role);
    else await runHere(context, role);
    showUrls(context);
  } catch (error) {
    role.lifecycle.stop(EXIT.failed);
    await role.lifecycle.ended;
    throw error;
  }
  return role.lifecycle.ended;
};

const superviseRoles = async (context: CommandContext, { ground, lifecycle }: Role): Promise<void> => {
  const { snapshot, dataDir, cacheDir, print } = context;
  const places = ['--data', dataDir, '--cache', cacheDir];
  const roles: readonly ChildRole[] = ['ledger', 'simulate', 'serve', 'work'].map((name) => ({
    name,
    args: [name, ...places],
  }));
  const supervisor = supervise({ roles, snapshot, noteEvent: ground.noteEvent, note: print });
  lifecycle.onStop(() => supervisor.stop());
  void supervisor.failed.then((code) => lifecycle.stop(code));
  await openOps(context, ground, { lifecycle, collectMetrics: supervisor.collectMetrics });
  const ended = lifecycle.ended.then(() => 'ended' as const);
  await Promise.race([supervisor.ready, ended]);
};

const runHere = async (context: CommandContext, { ground, lifecycle }: Role): Promise<void> => {
  const { web, ledger } = context.config;
  const parts = [
    await openLedgerServer(ground, { host: web.host, port: ledger.port }),
    await openSimulator(context),
    await openDoor(ground, { host: web.host, port: web.port }),
    await openIsolatingWorker(ground, context),
  ];
  for (const part of parts) lifecycle.onStop(() => part.close());
  await openOps(context, ground, { lifecycle, collectMetrics: () => Promise.resolve([]) });
};

const showUrls = ({ config, print }: CommandContext): void => {
  const [first, second] = DEMO_MEMBERS;
  const at = (port: number): string => `http://localhost:${String(port)}`;
  print('');
  print(
    `Chat with the bot    ${at(config.simulator?.port ?? 0)}   (say "hi" as ${first.firstname} or ${second.firstname})`,
  );
  print(`Webhook              ${at(config.web.port)}/bot/webhook`);
  print(`Ledger (dialect C)   ${at(config.ledger.port)}`);
  if (config.ops.port > 0)
    print(`Health and metrics   http://${config.ops.host}:${String(config.ops.port)}/health  /ready  /metrics`);
  print(`From a terminal      npm run vimbisopay -- chat --phone ${first.number} "hi"`);
  print('Ctrl-C stops everything.');
};
