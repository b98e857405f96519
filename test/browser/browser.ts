import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext, type Page } from 'playwright-core';
import { findChromium } from '../../scripts/chromium.ts';

// As root a sandbox is not to be had; the rest keeps it from reaching the network on its own.
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export type Browser = {
  /** A fresh page, and what went wrong on it: errors, refused resources, violations of the content policy. */
  readonly openPage: (
    url: string,
    size?: Size,
  ) => Promise<{ readonly page: Page; readonly problems: readonly string[] }>;
  readonly close: () => Promise<void>;
};
export type Size = { readonly width: number; readonly height: number };
const DESKTOP: Size = { width: 1280, height: 800 };

export const openBrowser = async (): Promise<Browser> => {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error('the browser tests need a Chromium on PATH');
  const profile = await mkdtemp(join(tmpdir(), 'browser-'));
  const context: BrowserContext = await chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    args: FLAGS,
  });
  return {
    openPage: async (url, size = DESKTOP) => {
      const page = await context.newPage();
      const problems: string[] = [];
      page.on('pageerror', (error) => problems.push(error.message));
      // Chromium reports every violation of the content policy on the console.
      page.on('console', (message) => {
        if (message.type() === 'error') problems.push(message.text());
      });
      await page.setViewportSize(size);
      await page.goto(url);
      return { page, problems };
    },
    close: async () => {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
};
