/** What a command ends with (sysexits.h names 78 EX_CONFIG): a supervisor outside may restart after 1, never after 78. */
export const EXIT = { done: 0, failed: 1, configuration: 78 } as const;
