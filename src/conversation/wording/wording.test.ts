import { describe, expect, test } from 'vitest';
import { MENU_ROWS } from '../flows/menu.ts';
import { en } from './en.ts';
import { wordingOf } from './languages.ts';
import type { Wording } from './wording.ts';

describe.each([['en', en]] as readonly (readonly [string, Wording])[])('the wording of %s', (_, wording) => {
  test('titles fit WhatsApp uncut', () => {
    const { welcome, register, menu, payment, offers, ledger } = wording;
    for (const title of [
      welcome.join,
      welcome.about,
      register.yes,
      register.change,
      register.cancel,
      menu.button,
      ...Object.values(payment.yes),
      payment.no,
      offers.button,
      offers.accept,
      offers.decline,
      offers.back.title,
      ledger.older,
      ledger.newer,
      ledger.menu,
    ])
      expect(title.length).toBeLessThanOrEqual(20);
    expect(menu.section.length).toBeLessThanOrEqual(24);
    for (const [index, row] of MENU_ROWS.entries()) {
      const { title, description } = row.say(wording);
      expect(`${index + 1}. ${title}`.length).toBeLessThanOrEqual(24);
      expect(description.length).toBeLessThanOrEqual(72);
    }
  });

  test('no text is empty, asks for a PIN, or holds a mark-up that is not closed', () => {
    const texts: string[] = [];
    const collect = (value: unknown): void => {
      if (typeof value === 'string') texts.push(value);
      else if (typeof value === 'object' && value !== null) Object.values(value).forEach(collect);
    };
    collect(wording);
    expect(texts.length).toBeGreaterThan(40);
    for (const each of texts) {
      expect(each.trim()).toBe(each);
      expect(each).not.toBe('');
      expect((each.match(/\*/g) ?? []).length % 2).toBe(0);
      expect(each).not.toMatch(/(send|enter|type) (me )?your (pin|password)/i);
    }
  });
});

test('a language that we do not speak is answered in English', () => {
  for (const language of ['en', 'sn', 'xx', '__proto__', '']) expect(wordingOf(language)).toBe(en);
});
