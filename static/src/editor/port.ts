// What the rest of the page may ask of the editor. The editor fills these in when it is there.

export const editorCommands = {
  undo: (): void => undefined,
  toggleBreakpoint: (): void => undefined,
  askCondition: (): void => undefined,
  problem: (_by: 1 | -1): void => undefined,
  toCursorLine: (): void => undefined,
  /** Moves the text cursor to a line and shows it. */
  goToLine: (_line: number): void => undefined,
  /** The line an instruction of the last good check stands on now; null if an edit took it away. */
  lineOf: (_program: number, _pc: number): number | null => null,
  insert: (_text: string): void => undefined,
};
