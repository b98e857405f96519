/**
 * What Meta's side accepts at most (Cloud API reference, "Messages", "Interactive messages"; OpenAPI v23.0), in UTF-16
 * units. Kept apart from what the program sends by, so that a wrong number there is refused here. Where Meta's pages
 * disagree (body of a list: 4,096 or 1,024) the smaller holds.
 */
export const META_LIMITS = {
  textBody: 4096,
  interactiveBody: 1024,
  header: 60,
  footer: 60,
  buttons: 3,
  buttonTitle: 20,
  buttonId: 256,
  listButton: 20,
  sections: 10,
  rowsInAll: 10,
  sectionTitle: 24,
  rowTitle: 24,
  rowDescription: 72,
  rowId: 200,
  linkLabel: 20,
  linkUrl: 2000,
  flowLabel: 30,
  caption: 1024,
  contacts: 5,
  templateName: 512,
  reference: 512,
} as const;

/** A person may be written to for 24 hours after they last wrote; later only by template (131047). */
export const WINDOW_MS = 24 * 60 * 60 * 1000;
/** "Typing…" ends with the reply or after 25 seconds. */
export const TYPING_MS = 25_000;
/** Meta's own limit of one webhook. */
export const UPDATES_PER_WEBHOOK_MAX = 1000;
/** A send is a small thing; Meta's limit is not documented. */
export const SEND_BYTES_MAX = 256 * 1024;
