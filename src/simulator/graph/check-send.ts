import { readBsuid } from '../../base/phone.ts';
import type { Template } from '../settings.ts';
import { checkInteractive } from './check-interactive.ts';
import {
  checkArray,
  checkOptionalText,
  checkText,
  checkUrl,
  dig,
  invalid,
  isObject,
  misshapen,
  missing,
} from './check-value.ts';
import type { GraphRefusal } from './errors.ts';
import { META_LIMITS as MAX } from './limits.ts';

type Check = (body: unknown) => GraphRefusal | undefined;

const checkProduct: Check = (body) => {
  if (!isObject(body)) return misshapen('body', 'a JSON object');
  if (body.messaging_product === undefined) return { code: 100, details: 'Parameter messaging_product is required.' };
  return body.messaging_product === 'whatsapp' ? undefined : invalid('messaging_product', 'must be whatsapp');
};

/** Digits of `to` as Meta reads them: plus sign, spaces, dashes and brackets do not count. */
export const readPhoneDigits = (to: string): string | undefined => {
  const digits = to.replaceAll(/[+ ()-]/g, '');
  return /^[1-9][0-9]{6,14}$/.test(digits) ? digits : undefined;
};

const checkAddress: Check = (body) => {
  const recipientType = dig(body, 'recipient_type') ?? 'individual';
  if (recipientType !== 'individual') return invalid('recipient_type', 'must be individual');
  const to = dig(body, 'to');
  const recipient = dig(body, 'recipient');
  if (to === undefined && recipient === undefined) return { code: 100, details: 'Parameter to is required.' };
  if (to !== undefined) {
    if (typeof to !== 'string') return misshapen('to', 'a string');
    return readPhoneDigits(to) === undefined ? invalid('to', 'is not a phone number') : undefined;
  }
  return readBsuid(recipient) !== undefined ? undefined : invalid('recipient', 'is not a business-scoped user id');
};

const checkContext: Check = (body) =>
  dig(body, 'context') === undefined
    ? undefined
    : checkText(dig(body, 'context', 'message_id'), 'context.message_id', MAX.reference);

const checkReference: Check = (body) =>
  checkOptionalText(dig(body, 'biz_opaque_callback_data'), 'biz_opaque_callback_data', MAX.reference);

const checkMedia =
  (type: string): Check =>
  (body) => {
    const media = dig(body, type);
    if (media === undefined) return missing(type);
    const source =
      dig(media, 'link') === undefined
        ? checkText(dig(media, 'id'), `${type}.id`, MAX.reference)
        : checkUrl(dig(media, 'link'), `${type}.link`, MAX.linkUrl);
    return source ?? checkOptionalText(dig(media, 'caption'), `${type}.caption`, MAX.caption);
  };

const checkTemplate = (body: unknown, templates: readonly Template[]): GraphRefusal | undefined => {
  const name = dig(body, 'template', 'name');
  const code = dig(body, 'template', 'language', 'code');
  const refusal =
    (dig(body, 'template') === undefined ? missing('template') : undefined) ??
    checkText(name, 'template.name', MAX.templateName) ??
    checkText(code, 'template.language.code', MAX.templateName);
  if (refusal) return refusal;
  const known = templates.find((template) => template.name === name && template.language === code);
  if (!known) return { code: 132001, details: 'template.name: does not exist in template.language.code.' };
  // Meta: one-time-password templates need a number, a BSUID alone will not do.
  if (known.category === 'authentication' && dig(body, 'to') === undefined)
    return { code: 131062, details: 'recipient: authentication templates need to.' };
  const components = dig(body, 'template', 'components');
  const parts: readonly unknown[] = Array.isArray(components) ? components : [];
  const bodyPart = parts.find((part) => dig(part, 'type') === 'body');
  const parameters = dig(bodyPart, 'parameters');
  const count = Array.isArray(parameters) ? parameters.length : 0;
  if (count !== known.bodyParameters)
    return {
      code: 132000,
      details: `template.components: body has ${String(count)} parameters, ${String(known.bodyParameters)} are expected.`,
    };
  return undefined;
};

const CHECKS: Readonly<Record<string, Check>> = {
  text: (body) => checkText(dig(body, 'text', 'body'), 'text.body', MAX.textBody),
  interactive: (body) => checkInteractive(dig(body, 'interactive')),
  image: checkMedia('image'),
  video: checkMedia('video'),
  audio: checkMedia('audio'),
  document: checkMedia('document'),
  sticker: checkMedia('sticker'),
  reaction: (body) => checkText(dig(body, 'reaction', 'message_id'), 'reaction.message_id', MAX.reference),
  location: (body) =>
    ['latitude', 'longitude']
      .map((key) => (dig(body, 'location', key) === undefined ? missing(`location.${key}`) : undefined))
      .find(Boolean),
  contacts: (body) =>
    checkArray(dig(body, 'contacts'), { field: 'contacts', min: 1, max: MAX.contacts }, (contact, field) =>
      checkText(dig(contact, 'name', 'formatted_name'), `${field}.name.formatted_name`, MAX.caption),
    ),
};

/** A send, as Meta checks it before anything is done (Cloud API reference, "Messages"); undefined = nothing wrong. */
export const checkSend = (body: unknown, templates: readonly Template[]): GraphRefusal | undefined => {
  const refusal = checkProduct(body) ?? checkAddress(body) ?? checkContext(body) ?? checkReference(body);
  if (refusal) return refusal;
  const type = dig(body, 'type') ?? 'text';
  if (type === 'template') return checkTemplate(body, templates);
  const check = typeof type === 'string' && Object.hasOwn(CHECKS, type) ? CHECKS[type] : undefined;
  return check ? check(body) : { code: 100, details: 'Parameter type must be one of the known message types.' };
};

/** `status: "read"`, with or without a typing indicator. */
export const checkReadMark = (body: unknown): GraphRefusal | undefined => {
  const typing = dig(body, 'typing_indicator');
  return (
    checkProduct(body) ??
    (dig(body, 'status') === 'read' ? undefined : invalid('status', 'must be read')) ??
    checkText(dig(body, 'message_id'), 'message_id', MAX.reference) ??
    (typing === undefined || dig(typing, 'type') === 'text'
      ? undefined
      : invalid('typing_indicator.type', 'must be text'))
  );
};
