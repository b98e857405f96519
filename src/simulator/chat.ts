import { z } from 'zod';
import type { BotContent } from './people/chat.ts';
import { readDigits } from './people/chats.ts';

const REPLY_MS = 10_000;
/** The answer to "is there a reply yet" may travel a little after the wait has ended. */
const ANSWER_MS = REPLY_MS + 5000;

export type ChatOptions = {
  readonly simulatorUrl: string;
  readonly phone: string;
  /** A text; `button:ID` or `list:ID` taps, `flow:JSON` submits the newest Flow. */
  readonly message: string;
  readonly write: (line: string) => void;
};

type Act = Readonly<Record<string, unknown>>;

const readFlow = (json: string): Act | undefined => {
  try {
    return { act: 'flow', response: z.record(z.string(), z.unknown()).parse(JSON.parse(json)) };
  } catch {
    return undefined;
  }
};

const readAct = (message: string): Act | undefined => {
  if (message.trim() === '') return undefined;
  const [, kind, rest = ''] = /^(button|list|flow):([\s\S]+)$/.exec(message) ?? [];
  if (kind === undefined) return { act: 'text', text: message };
  return kind === 'flow' ? readFlow(rest) : { act: 'tap', id: rest };
};

// A terminal obeys control characters; a message must not drive it. Line ends stay.
const printable = (text: string): string =>
  text.replaceAll(/[\p{Cc}\p{Bidi_Control}]/gu, (unit) => (unit === '\n' ? unit : ''));

/** What a message looks like in a terminal: its text, then one line for each thing that can be tapped. */
export const renderContent = (content: BotContent): readonly string[] => {
  switch (content.kind) {
    case 'text':
      return [content.body];
    case 'buttons':
      return [...renderPrompt(content), ...content.buttons.map(({ id, title }) => `[button:${id}] ${title}`)];
    case 'list':
      return [
        ...renderPrompt(content),
        ...content.sections
          .flatMap(({ rows }) => rows)
          .map(
            ({ id, title, description }) =>
              `[list:${id}] ${title}${description === undefined ? '' : ` — ${description}`}`,
          ),
      ];
    case 'number_request':
      return [...renderPrompt(content), '[asks for the phone number: share it on the chat page]'];
    case 'flow':
      return [...renderPrompt(content), `[flow:{…}] ${content.label}`];
    case 'link':
      return [...renderPrompt(content), `[link] ${content.label}: ${content.url}`];
    case 'template':
      return [`[template ${content.name} ${content.language}] ${content.parameters.join(' · ')}`];
    case 'media':
      return [`[${content.media}]${content.caption === undefined ? '' : ` ${content.caption}`}`];
    case 'reaction':
      return [`[reaction] ${content.emoji}`];
    case 'other':
      return [`[${content.type}]`];
  }
};

const renderPrompt = (prompt: {
  readonly header?: string;
  readonly body: string;
  readonly footer?: string;
}): string[] => [prompt.header, prompt.body, prompt.footer].filter((part) => part !== undefined);

type Answer = { readonly status: number; readonly body: unknown };
const call = async (url: URL, timeoutMs: number, body?: Act): Promise<Answer | undefined> => {
  const post =
    body === undefined
      ? {}
      : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  try {
    const answer = await fetch(url, { ...post, signal: AbortSignal.timeout(timeoutMs) });
    return { status: answer.status, body: await answer.json() };
  } catch {
    return undefined;
  }
};

const postedSchema = z.object({ seq: z.number() });
const problemSchema = z.object({ problem: z.string() });
const replySchema = z.object({
  message: z.object({ content: z.custom<BotContent>((value) => typeof value === 'object') }),
});

/** One message through the running simulator; prints the bot's reply. Answers the exit code: 0, or 1 with a reason. */
export const runChat = async ({ simulatorUrl, phone, message, write }: ChatOptions): Promise<number> => {
  const fail = (why: string): number => {
    write(why);
    return 1;
  };
  const who = readDigits(phone);
  if (who === undefined) return fail('That is not a phone number: write it with country code, like 263770000001.');
  const act = readAct(message);
  if (act === undefined) return fail('Nothing to send: give a text, button:ID, list:ID or flow:{"field":"value"}.');

  const posted = await call(new URL(`/_people/${who}/acts`, simulatorUrl), REPLY_MS, act);
  if (!posted) return fail(`The simulator is not running at ${simulatorUrl}. Start it with: npm start`);
  const problem = problemSchema.safeParse(posted.body);
  if (problem.success) return fail(problem.data.problem);
  const kept = postedSchema.safeParse(posted.body);
  if (!kept.success) return fail(`What answers at ${simulatorUrl} is not the simulator.`);

  const url = new URL(`/_people/${who}/reply`, simulatorUrl);
  url.searchParams.set('after', String(kept.data.seq));
  url.searchParams.set('waitMs', String(REPLY_MS));
  const answer = await call(url, ANSWER_MS);
  const reply = replySchema.safeParse(answer?.body);
  if (reply.success) {
    for (const line of renderContent(reply.data.message.content)) write(printable(line));
    return 0;
  }
  const silent = problemSchema.safeParse(answer?.body);
  return fail(
    silent.data?.problem === 'door'
      ? 'The bot did not take the message: its webhook does not answer 200.'
      : `No reply came within ${String(REPLY_MS / 1000)} seconds.`,
  );
};
