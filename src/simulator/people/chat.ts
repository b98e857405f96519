/** What a chat is made of: the words shared by the people, the fake Graph API and the chat page. */

/** A phone number's digits, or the BSUID of a person without one: how a person is called everywhere in the simulator. */
export type Who = string;

export type Person = {
  readonly who: Who;
  readonly name: string;
  readonly phone?: string;
  readonly bsuid?: string;
  readonly username?: string;
  readonly identityKeyHash?: string;
};
/**
 * With neither number nor BSUID it is not a person. A number may come with plus sign and spaces; it gets a BSUID, as
 * everyone has one since 2026, unless `bsuid` is the empty text.
 */
export type NewPerson = Partial<Omit<Person, 'who'>>;

export type Choice = { readonly id: string; readonly title: string };
export type Row = Choice & { readonly description?: string };
export type Section = { readonly title?: string; readonly rows: readonly Row[] };
export type MediaKind = 'image' | 'video' | 'document' | 'audio' | 'sticker';

/** What the bot sent, as its reader sees it. */
export type BotContent =
  | { readonly kind: 'text'; readonly body: string }
  | ({ readonly kind: 'buttons'; readonly buttons: readonly Choice[] } & Prompt)
  | ({ readonly kind: 'list'; readonly button: string; readonly sections: readonly Section[] } & Prompt)
  | ({ readonly kind: 'number_request' } & Prompt)
  | ({ readonly kind: 'flow'; readonly label: string; readonly flow: string; readonly token?: string } & Prompt)
  | ({ readonly kind: 'link'; readonly label: string; readonly url: string } & Prompt)
  | {
      readonly kind: 'template';
      readonly name: string;
      readonly language: string;
      readonly parameters: readonly string[];
    }
  | { readonly kind: 'media'; readonly media: MediaKind; readonly caption?: string }
  | { readonly kind: 'reaction'; readonly emoji: string; readonly to: string }
  | { readonly kind: 'other'; readonly type: string };
export type Prompt = { readonly body: string; readonly header?: string; readonly footer?: string };

/** What a person did, as their own chat shows it. */
export type PersonContent =
  | { readonly kind: 'text'; readonly body: string }
  | { readonly kind: 'tap'; readonly title: string; readonly description?: string }
  | { readonly kind: 'form'; readonly response: string }
  | { readonly kind: 'number'; readonly phone: string }
  | { readonly kind: 'media'; readonly media: MediaKind; readonly caption?: string }
  | { readonly kind: 'reaction'; readonly emoji: string; readonly to: string }
  | { readonly kind: 'edit'; readonly body: string; readonly to: string }
  | { readonly kind: 'revoke'; readonly to: string }
  | { readonly kind: 'other'; readonly type: string };

/**
 * The bot's message: accepted → sent → delivered → read, or failed.
 * A person's: waiting (no door has answered 200 yet) → delivered → read (the bot said so), or failed (given up).
 */
export type MessageState = 'waiting' | 'accepted' | 'sent' | 'delivered' | 'read' | 'failed';

type Common = {
  /** Place in this simulator's history, rising over all chats. */
  readonly seq: number;
  readonly wamid: string;
  /** Milliseconds since the epoch, by the injected clock. */
  readonly at: number;
  readonly state: MessageState;
  readonly error?: { readonly code: number; readonly details: string };
  /** wamid of what this answers. */
  readonly answers?: string;
};
export type BotMessage = Common & {
  readonly from: 'bot';
  readonly content: BotContent;
  /** `biz_opaque_callback_data` as sent. */
  readonly reference?: string;
};
export type PersonMessage = Common & { readonly from: 'person'; readonly content: PersonContent };
/** A send that Graph refused: the person never sees it, who plays with the bot should. */
export type RefusedMessage = Common & { readonly from: 'graph' };
export type ChatMessage = BotMessage | PersonMessage | RefusedMessage;

/** What the chat page hears, in order. */
export type SimulatorEvent =
  | { readonly type: 'person'; readonly person: Person }
  | { readonly type: 'message'; readonly who: Who; readonly message: ChatMessage }
  | {
      readonly type: 'state';
      readonly who: Who;
      readonly wamid: string;
      readonly state: MessageState;
      readonly error?: { readonly code: number; readonly details: string };
    }
  | { readonly type: 'typing'; readonly who: Who; readonly on: boolean }
  | { readonly type: 'faults'; readonly count: number };
