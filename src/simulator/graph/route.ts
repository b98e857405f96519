import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Secret } from '../../security/secret.ts';
import { proveAppSecret } from '../../security/signature.ts';
import type { Fault, Faults } from '../faults.ts';
import type { Chat, Chats } from '../people/chats.ts';
import type { OwnedSentLog } from '../sent.ts';
import type { SimulatorSettings } from '../settings.ts';
import { readAddress, type AcceptSend, type Addressed } from './accept-send.ts';
import { checkReadMark, checkSend } from './check-send.ts';
import { dig, type Json } from './check-value.ts';
import { renderGraphError, type GraphRefusal } from './errors.ts';
import { addressOfWamid } from './wamid.ts';

export type GraphDeps = {
  readonly accessToken: Secret;
  readonly appSecret: Secret;
  readonly phoneNumberId: string;
  readonly settings: SimulatorSettings;
  readonly faults: Faults;
  readonly chats: Chats;
  readonly sent: OwnedSentLog;
  readonly acceptSend: AcceptSend;
  readonly markRead: (chat: Chat, wamid: string, typing: boolean) => void;
};

type Call = FastifyRequest<{
  Params: { version: string; phoneNumberId: string };
  Querystring: { appsecret_proof?: unknown };
}>;

const refuse = (reply: FastifyReply, refusal: GraphRefusal): FastifyReply => {
  const { status, body } = renderGraphError(refusal);
  return reply.code(status).send(body);
};

/** Who may call at all: version, token, proof, number, in the order in which Meta asks. */
const createCheckCaller = ({ accessToken, appSecret, phoneNumberId, settings }: GraphDeps) => {
  const authorization = `Bearer ${accessToken.reveal()}`;
  const expectedProof = proveAppSecret(accessToken, appSecret);
  return ({ params, headers, query, body }: Call): GraphRefusal | undefined => {
    if (!/^v[0-9]{1,3}\.[0-9]{1,2}$/.test(params.version)) return { code: 2500, details: '' };
    if (headers.authorization !== authorization) return { code: 190, details: '' };
    const proof = query.appsecret_proof ?? dig(body, 'appsecret_proof');
    if (proof === undefined ? settings.requireAppSecretProof : proof !== expectedProof)
      return { code: 100, details: `appsecret_proof: is ${proof === undefined ? 'required' : 'not valid'}.` };
    return params.phoneNumberId === phoneNumberId ? undefined : { code: 33, details: '' };
  };
};

/** A checked send on its way through. */
type Visit = { readonly request: Call; readonly reply: FastifyReply; readonly send: Addressed };

const reset = (request: Call, reply: FastifyReply): void => {
  reply.hijack();
  request.raw.socket.resetAndDestroy();
};

/** `POST /v<version>/<phone_number_id>/messages` (Cloud API reference, "Messages"), and what a fault makes of it. */
export const registerGraph = (app: FastifyInstance, deps: GraphDeps): void => {
  const { settings, faults, chats, sent, acceptSend, markRead } = deps;
  const checkCaller = createCheckCaller(deps);

  const refuseSend = (reply: FastifyReply, refusal: GraphRefusal, address?: string): FastifyReply => {
    sent.count('refused');
    const chat = address === undefined ? undefined : chats.find(address);
    if (chat) chats.append(chat, { from: 'graph', wamid: '', state: 'failed', error: refusal });
    return refuse(reply, refusal);
  };
  const accept = (reply: FastifyReply, send: Addressed): FastifyReply => {
    const result = acceptSend(send);
    return 'refusal' in result ? refuseSend(reply, result.refusal, send.address) : reply.send(result.answer);
  };

  const meetFault = async (fault: Fault, { request, reply, send }: Visit) => {
    switch (fault.kind) {
      case 'error':
        return refuseSend(reply, { code: fault.code, details: 'Ordered by a fault of the simulator.' }, send.address);
      case 'garbage':
        return reply.code(502).type('text/html').send('<html><title>502 Bad Gateway</title></html>');
      case 'slow':
        await pause(fault.ms);
        return accept(reply, send);
      case 'reset_before':
        return reset(request, reply);
      case 'undeliverable': {
        const result = acceptSend(send, fault.code);
        return 'refusal' in result ? refuseSend(reply, result.refusal, send.address) : reply.send(result.answer);
      }
      case 'late_answer':
      case 'hang':
      case 'reset_after': {
        const result = acceptSend(send);
        if ('refusal' in result) return refuseSend(reply, result.refusal, send.address);
        if (fault.kind === 'reset_after') return reset(request, reply);
        if (fault.kind === 'hang') return void reply.hijack();
        await pause(fault.ms);
        return reply.send(result.answer);
      }
    }
  };

  const takeReadMark = (reply: FastifyReply, body: Json): FastifyReply => {
    const wamid = String(body.message_id);
    const chat = chats.find(addressOfWamid(wamid) ?? '');
    const refusal =
      checkReadMark(body) ?? (chat ? undefined : { code: 100 as const, details: 'message_id: is not known.' });
    if (refusal || !chat) return refuseSend(reply, refusal ?? { code: 100, details: '' });
    sent.count('read');
    markRead(chat, wamid, body.typing_indicator !== undefined);
    return reply.send({ success: true });
  };

  app.post('/:version/:phoneNumberId/messages', async (request: Call, reply) => {
    const { body } = request;
    const callerRefusal = checkCaller(request);
    if (callerRefusal) return refuseSend(reply, callerRefusal);
    if (dig(body, 'status') !== undefined) return takeReadMark(reply, body as Json);
    const refusal = checkSend(body, settings.templates);
    if (refusal)
      return refuseSend(
        reply,
        refusal,
        typeof dig(body, 'to') === 'string' ? readAddress(body as Json).address : undefined,
      );
    const send = readAddress(body as Json);
    const fault = faults.meet(chats.find(send.address)?.person.who ?? send.address);
    return fault ? meetFault(fault, { request, reply, send }) : accept(reply, send);
  });
};
