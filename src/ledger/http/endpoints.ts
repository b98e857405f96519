import type { Clock } from '../../base/clock.ts';
import type { Secret } from '../../security/secret.ts';
import type { Ledger, Snapshot } from '../ledger.ts';
import {
  accountByHandleBody,
  dashboardByPhoneBody,
  idempotencyKey,
  logInBody,
  onboardBody,
  readBody,
} from './body-schema.ts';
import { refuse, refuseBody, succeed, type Answer } from './envelope.ts';
import { createGate, type Incoming } from './gate.ts';
import { createMoneyEndpoints } from './money-endpoints.ts';
import { createPageEndpoint } from './page-endpoint.ts';
import { presentDashboard } from './present.ts';
import { createTokens } from './token.ts';

export type EndpointDeps = {
  readonly ledger: Ledger;
  readonly clock: Clock;
  /** `CLIENT_API_KEY`: the services that may log members in. */
  readonly clientKeys: readonly Secret[];
  readonly jwtSecrets: readonly Secret[];
};

/** Knows nothing of sockets: what is measured and tested here is what is served. */
export type Endpoint = { readonly path: string; readonly serve: (request: Incoming) => Promise<Answer> };

/** Dialect C, endpoint by endpoint (contract 1.4). All are POST. */
export const createEndpoints = ({ ledger, clock, clientKeys, jwtSecrets }: EndpointDeps): readonly Endpoint[] => {
  const tokens = createTokens({ secrets: jwtSecrets, clock });
  const readOwn = createReadOwn({ ledger, clock });
  const gate = createGate({ tokens, clientKeys, isLive: ledger.isLive });

  const logIn = async (body: unknown): Promise<Answer> => {
    const read = readBody(logInBody, body);
    if ('refusal' in read) return refuseBody(read.refusal, clock.now());
    const result = await ledger.logIn(read.value.phone);
    if (!result.ok) return refuse(result.refusal, clock.now());
    const { memberId, phone } = result.value.member;
    const details = { memberID: memberId, phone, token: await tokens.issue(memberId) };
    return tell(
      result.value,
      { status: 200, message: 'Successfully logged in', type: 'MEMBER_LOGIN', details },
      clock.now(),
    );
  };

  const onboard = async (body: unknown, key: string | undefined): Promise<Answer> => {
    const read = readBody(onboardBody, body);
    if ('refusal' in read) return refuseBody(read.refusal, clock.now());
    const { firstname, lastname, phone, defaultDenom: defaultDenomination } = read.value;
    const wish = {
      firstname,
      lastname,
      phone,
      defaultDenomination,
      ...(key === undefined ? {} : { idempotencyKey: key }),
    };
    const result = await ledger.registerMember(wish);
    if (!result.ok) return refuse(result.refusal, clock.now());
    const { memberId, memberHandle } = result.value.member;
    const personal = result.value.accounts.find(({ accountType }) => accountType === 'PERSONAL');
    const details = {
      memberID: memberId,
      firstname,
      lastname,
      memberHandle,
      defaultDenom: defaultDenomination,
      token: await tokens.issue(memberId),
      defaultAccountID: personal?.accountId,
    };
    return tell(
      result.value,
      { status: 201, message: 'Member and personal account created', type: 'MEMBER_ONBOARDED', details },
      clock.now(),
    );
  };

  return [
    { path: '/login', serve: gate.keyed((request) => logIn(request.body)) },
    {
      path: '/onboardMember',
      serve: gate.keyed((request) => {
        const header = request.headers['idempotency-key'];
        if (header === undefined) return onboard(request.body, undefined);
        const key = idempotencyKey.safeParse(header);
        return key.success
          ? onboard(request.body, key.data)
          : Promise.resolve(refuse('ledger.request_invalid', clock.now(), { field: 'Idempotency-Key' }));
      }),
    },
    {
      path: '/getMemberDashboardByPhone',
      serve: gate.authenticated((request, { memberId }) => readOwn({ memberId, body: request.body })),
    },
    { path: '/getAccountByHandle', serve: gate.authenticated(({ body }) => findAccount({ ledger, clock }, body)) },
    createPageEndpoint({ ledger, clock, gate }),
    ...createMoneyEndpoints({ ledger, clock, gate }),
  ];
};

const findAccount = async (
  { ledger, clock }: Pick<EndpointDeps, 'ledger' | 'clock'>,
  body: unknown,
): Promise<Answer> => {
  const read = readBody(accountByHandleBody, body);
  if ('refusal' in read) return refuseBody(read.refusal, clock.now());
  const result = await ledger.findAccountByHandle(read.value.accountHandle);
  if (!result.ok) return refuse(result.refusal, clock.now());
  const { accountId: accountID, accountName, accountHandle } = result.value;
  const found = {
    status: 200,
    message: 'Account found',
    type: 'ACCOUNT_FOUND',
    id: accountID,
    actor: 'system',
  } as const;
  return succeed({ ...found, details: { accountID, accountName, accountHandle }, dashboard: {} }, clock.now());
};

type Told = {
  readonly status: 200 | 201;
  readonly message: string;
  readonly type: string;
  readonly details: Readonly<Record<string, unknown>>;
};

const tell = (snapshot: Snapshot, told: Told, atMs: number): Answer => {
  const { memberId } = snapshot.member;
  return succeed({ ...told, id: memberId, actor: memberId, dashboard: presentDashboard(snapshot) }, atMs);
};

const createReadOwn =
  ({ ledger, clock }: Pick<EndpointDeps, 'ledger' | 'clock'>) =>
  async ({ memberId, body }: { readonly memberId: string; readonly body: unknown }): Promise<Answer> => {
    const read = readBody(dashboardByPhoneBody, body);
    if ('refusal' in read) return refuseBody(read.refusal, clock.now());
    const result = await ledger.readDashboard(memberId);
    // Another's number is answered as an unknown one: no token tells who else is a member.
    if (!result.ok || result.value.member.phone !== read.value.phone)
      return refuse('ledger.member_unknown', clock.now());
    return tell(
      result.value,
      { status: 200, message: 'Dashboard retrieved', type: 'DASHBOARD_RETRIEVED', details: { memberID: memberId } },
      clock.now(),
    );
  };
