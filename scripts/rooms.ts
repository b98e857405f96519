/**
 * The map of rooms: who may import whom. The one place where it is written for machines; .dependency-cruiser.cjs makes
 * its rules from it, and test/tidy.test.ts compares it with the table in ARCHITECTURE.md, cell by cell.
 */
export type Room = {
  /** Rooms whose values may be imported. */
  readonly imports: readonly string[];
  /** Rooms of which only types may be imported (`import type`). */
  readonly types?: readonly string[];
  /** One file of this room that may import one more room. */
  readonly exception?: { readonly file: string; readonly imports: string };
  /** Files that may be imported from any room; `*` stands for any run of letters, digits and dashes. */
  readonly files?: readonly string[];
  /** For the room that puts the others together. */
  readonly every?: true;
};

/** In the order of the table in ARCHITECTURE.md. */
export const ROOMS: Readonly<Record<string, Room>> = {
  main: { imports: [], every: true },
  intake: { imports: ['base', 'security', 'watch', 'queue'], types: ['conversation'] },
  queue: { imports: ['base', 'watch'] },
  conversation: { imports: ['base', 'security', 'watch', 'queue'], types: ['credex', 'payment', 'delivery'] },
  payment: { imports: ['base', 'security', 'watch', 'queue'], types: ['credex'] },
  credex: {
    imports: ['base', 'security', 'watch'],
    exception: { file: 'embedded-client.ts', imports: 'ledger' },
  },
  ledger: { imports: ['base', 'security', 'watch'] },
  delivery: { imports: ['base', 'security', 'watch', 'queue'] },
  security: { imports: ['base'] },
  watch: { imports: ['base', 'security'] },
  console: { imports: ['base', 'security', 'watch'], files: ['report.ts', 'operate.ts'] },
  simulator: { imports: ['base', 'security', 'main'], files: ['memory-*.ts'] },
  base: { imports: [] },
};

/** The words of the column "may import" in ARCHITECTURE.md, without back-ticks. */
export function describeImports(room: Room): string {
  if (room.every) return 'every room';
  const parts = [room.imports.join(', ')];
  if (room.types) parts.push(`types of ${room.types.join(', ')}`);
  if (room.exception) parts.push(`${room.exception.imports} (${room.exception.file} only)`);
  if (room.files) parts.push(`${room.files.join(' and ')} of any room`);
  return parts.filter(Boolean).join('; ') || 'nothing of ours';
}
