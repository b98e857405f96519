import type { BotMessage, MediaKind, PersonContent } from './chat.ts';
import type { RawMessage } from './people.ts';

/** An act as the bot hears it and as the person's own chat shows it. */
export type Act = { readonly message: RawMessage; readonly content: PersonContent; readonly answers?: string };

const inAnswerTo = (businessPhone: string, wamid: string) => ({ from: businessPhone, id: wamid });

export const writeText = (body: string): Act => ({
  message: { type: 'text', payload: { body } },
  content: { kind: 'text', body },
});

/** A tap on what `prompt` offers under `id`; undefined where it offers no such thing. */
export const tapChoice = (prompt: BotMessage, id: string, businessPhone: string): Act | undefined => {
  const { content, wamid } = prompt;
  const context = inAnswerTo(businessPhone, wamid);
  const interactive = (payload: object): RawMessage => ({ type: 'interactive', context, payload });
  if (content.kind === 'buttons') {
    const button = content.buttons.find((choice) => choice.id === id);
    if (!button) return undefined;
    const { title } = button;
    const message = interactive({ type: 'button_reply', button_reply: { id, title } });
    return { message, content: { kind: 'tap', title }, answers: wamid };
  }
  if (content.kind === 'list') {
    const row = content.sections.flatMap((section) => section.rows).find((choice) => choice.id === id);
    if (!row) return undefined;
    const { title, description } = row;
    const shown = { title, ...(description === undefined ? {} : { description }) };
    const message = interactive({ type: 'list_reply', list_reply: { id, ...shown } });
    return { message, content: { kind: 'tap', ...shown }, answers: wamid };
  }
  return undefined;
};

export const sharePhone = (phone: string, prompt: BotMessage | undefined, businessPhone: string): Act => ({
  message: {
    type: 'contacts',
    ...(prompt ? { context: inAnswerTo(businessPhone, prompt.wamid) } : {}),
    payload: [{ origin: 'contact_request', phones: [{ phone: `+${phone}`, wa_id: phone, type: 'CELL' }] }],
  },
  content: { kind: 'number', phone },
  ...(prompt ? { answers: prompt.wamid } : {}),
});

export const showContact = (phone: string): Act => ({
  message: {
    type: 'contacts',
    payload: [
      {
        origin: 'other',
        name: { formatted_name: 'A friend', first_name: 'A friend' },
        phones: [{ phone: `+${phone}`, wa_id: phone, type: 'CELL' }],
      },
    ],
  },
  content: { kind: 'other', type: 'contact card' },
});

export const submitForm = (
  response: Readonly<Record<string, unknown>>,
  prompt: BotMessage | undefined,
  businessPhone: string,
): Act => {
  const token = prompt?.content.kind === 'flow' ? prompt.content.token : undefined;
  const json = JSON.stringify({ ...(token === undefined ? {} : { flow_token: token }), ...response });
  return {
    message: {
      type: 'interactive',
      ...(prompt ? { context: inAnswerTo(businessPhone, prompt.wamid) } : {}),
      payload: { type: 'nfm_reply', nfm_reply: { name: 'flow', body: 'Sent', response_json: json } },
    },
    content: { kind: 'form', response: json },
    ...(prompt ? { answers: prompt.wamid } : {}),
  };
};

const MIME: Readonly<Record<MediaKind, string>> = {
  image: 'image/jpeg',
  video: 'video/mp4',
  document: 'application/pdf',
  audio: 'audio/ogg; codecs=opus',
  sticker: 'image/webp',
};
/** SHA-256 of nothing, base64: there are no bytes behind this medium. */
const EMPTY_SHA256 = '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=';

export const sendMedium = (media: MediaKind, mediaId: string, caption?: string): Act => {
  const extra = { document: { filename: 'document.pdf' }, audio: { voice: true }, sticker: { animated: false } };
  const shown = caption === undefined ? {} : { caption };
  const more = media === 'image' || media === 'video' ? {} : extra[media];
  return {
    message: { type: media, payload: { id: mediaId, mime_type: MIME[media], sha256: EMPTY_SHA256, ...more, ...shown } },
    content: { kind: 'media', media, ...shown },
  };
};

export const sendPlace = (): Act => ({
  message: {
    type: 'location',
    payload: { latitude: -17.8292, longitude: 31.0522, name: 'Market square', address: 'Harare' },
  },
  content: { kind: 'other', type: 'location' },
});

export const reactTo = (emoji: string, to: string): Act => ({
  message: { type: 'reaction', payload: { message_id: to, ...(emoji === '' ? {} : { emoji }) } },
  content: { kind: 'reaction', emoji, to },
});

export const editText = (to: string, body: string): Act => ({
  message: { type: 'edit', payload: { original_message_id: to, message: { type: 'text', text: { body } } } },
  content: { kind: 'edit', body, to },
});

export const revokeText = (to: string): Act => ({
  message: { type: 'revoke', payload: { original_message_id: to } },
  content: { kind: 'revoke', to },
});

/** 131051: a kind of message the API does not carry; 131060: one that Meta lost. */
export const sendUnknownKind = (code: 131051 | 131060): Act => {
  const title = code === 131060 ? 'This message is currently unavailable' : 'Message type unknown';
  const errors = [{ code, title, message: title, error_data: { details: title } }];
  return {
    message: { type: 'unsupported', payload: { type: 'unknown' }, over: { errors } },
    content: { kind: 'other', type: 'unsupported' },
  };
};
