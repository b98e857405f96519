import {
  checkArray,
  checkOptionalText,
  checkText,
  checkUnique,
  checkUrl,
  dig,
  invalid,
  isObject,
  misshapen,
  missing,
} from './check-value.ts';
import type { GraphRefusal } from './errors.ts';
import { META_LIMITS as MAX } from './limits.ts';

type Check = (interactive: unknown) => GraphRefusal | undefined;

const checkBody: Check = (interactive) =>
  checkText(dig(interactive, 'body', 'text'), 'interactive.body.text', MAX.interactiveBody);
const checkFooter: Check = (interactive) =>
  dig(interactive, 'footer') === undefined
    ? undefined
    : checkText(dig(interactive, 'footer', 'text'), 'interactive.footer.text', MAX.footer);

/** Lists and Flows take text only; reply buttons and links also media, which is not looked into here. */
const checkHeader =
  (textOnly: boolean): Check =>
  (interactive) => {
    const header = dig(interactive, 'header');
    if (header === undefined) return undefined;
    const type = dig(header, 'type');
    if (type === 'text') return checkText(dig(header, 'text'), 'interactive.header.text', MAX.header);
    const known = ['image', 'video', 'document'].includes(String(type));
    return !known || textOnly ? invalid('interactive.header.type', 'is not allowed here') : undefined;
  };

const checkId = (value: unknown, field: string, max: number): GraphRefusal | undefined =>
  checkText(value, field, max) ??
  (String(value).trim() === value ? undefined : invalid(field, 'must not begin or end with a space'));

const checkButton = (button: unknown, field: string): GraphRefusal | undefined =>
  (dig(button, 'type') === 'reply' ? undefined : invalid(`${field}.type`, 'must be reply')) ??
  checkId(dig(button, 'reply', 'id'), `${field}.reply.id`, MAX.buttonId) ??
  checkText(dig(button, 'reply', 'title'), `${field}.reply.title`, MAX.buttonTitle);

const checkButtons: Check = (interactive) => {
  const field = 'interactive.action.buttons';
  const buttons = dig(interactive, 'action', 'buttons');
  const all = Array.isArray(buttons) ? buttons : [];
  return (
    checkArray(buttons, { field, min: 1, max: MAX.buttons }, checkButton) ??
    checkUnique(
      all.map((button) => dig(button, 'reply', 'id')),
      `${field}.reply.id`,
    ) ??
    checkUnique(
      all.map((button) => dig(button, 'reply', 'title')),
      `${field}.reply.title`,
    )
  );
};

const checkRow = (row: unknown, field: string): GraphRefusal | undefined =>
  checkId(dig(row, 'id'), `${field}.id`, MAX.rowId) ??
  checkText(dig(row, 'title'), `${field}.title`, MAX.rowTitle) ??
  checkOptionalText(dig(row, 'description'), `${field}.description`, MAX.rowDescription);

const checkSection = (section: unknown, field: string): GraphRefusal | undefined =>
  checkText(dig(section, 'title'), `${field}.title`, MAX.sectionTitle) ??
  checkArray(dig(section, 'rows'), { field: `${field}.rows`, min: 1, max: MAX.rowsInAll }, checkRow);

const checkList: Check = (interactive) => {
  const field = 'interactive.action.sections';
  const sections = dig(interactive, 'action', 'sections');
  const refusal =
    checkText(dig(interactive, 'action', 'button'), 'interactive.action.button', MAX.listButton) ??
    checkArray(sections, { field, min: 1, max: MAX.sections }, checkSection);
  if (refusal) return refusal;
  const rows = (sections as readonly { rows: readonly { id: string }[] }[]).flatMap((section) => section.rows);
  if (rows.length > MAX.rowsInAll)
    return invalid(field, `${String(rows.length)} rows in all, at most ${String(MAX.rowsInAll)} are allowed`);
  return checkUnique(
    rows.map((row) => row.id),
    `${field}.rows.id`,
  );
};

const checkActionName =
  (name: string): Check =>
  (interactive) =>
    dig(interactive, 'action', 'name') === name ? undefined : invalid('interactive.action.name', `must be ${name}`);

const checkLink: Check = (interactive) => {
  const parameters = dig(interactive, 'action', 'parameters');
  const field = 'interactive.action.parameters';
  return (
    checkText(dig(parameters, 'display_text'), `${field}.display_text`, MAX.linkLabel) ??
    checkUrl(dig(parameters, 'url'), `${field}.url`, MAX.linkUrl)
  );
};

const checkFlow: Check = (interactive) => {
  const parameters = dig(interactive, 'action', 'parameters');
  const field = 'interactive.action.parameters';
  const flow = dig(parameters, 'flow_id') ?? dig(parameters, 'flow_name');
  return (
    (dig(parameters, 'flow_message_version') === '3'
      ? undefined
      : invalid(`${field}.flow_message_version`, 'must be 3')) ??
    checkText(flow, `${field}.flow_id`, MAX.templateName) ??
    checkText(dig(parameters, 'flow_cta'), `${field}.flow_cta`, MAX.flowLabel)
  );
};

const CHECKS: Readonly<Record<string, readonly Check[]>> = {
  button: [checkHeader(false), checkBody, checkFooter, checkButtons],
  list: [checkHeader(true), checkBody, checkFooter, checkList],
  contact_request: [checkBody, checkActionName('request_contact_info')],
  flow: [checkHeader(true), checkBody, checkFooter, checkActionName('flow'), checkFlow],
  cta_url: [checkHeader(false), checkBody, checkFooter, checkActionName('cta_url'), checkLink],
};

/** An `interactive` object, from the top (Cloud API, "Interactive messages"); undefined = nothing wrong. */
export const checkInteractive: Check = (interactive) => {
  if (interactive === undefined) return missing('interactive');
  if (!isObject(interactive)) return misshapen('interactive', 'an object');
  const type = interactive.type;
  if (type === undefined) return missing('interactive.type');
  const checks = typeof type === 'string' && Object.hasOwn(CHECKS, type) ? CHECKS[type] : undefined;
  if (!checks) return invalid('interactive.type', 'is not one this simulator knows');
  for (const check of checks) {
    const refusal = check(interactive);
    if (refusal) return refusal;
  }
  return undefined;
};
