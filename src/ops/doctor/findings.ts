export type Level = 'fine' | 'warning' | 'error';

interface Fine {
  readonly level: 'fine';
  /** What was looked at. */
  readonly check: string;
  readonly says: string;
}

interface Trouble {
  readonly level: 'warning' | 'error';
  readonly check: string;
  /** A stable name, for scripts. */
  readonly cause: string;
  readonly says: string;
  /** What to do about it. */
  readonly mend: string;
}

export type Finding = Fine | Trouble;

export const fine = (check: string, says: string): Finding => ({ level: 'fine', check, says });

type Report = (check: string, cause: string, says: string, mend: string) => Finding;
export const warning: Report = (check, cause, says, mend) => ({ level: 'warning', check, cause, says, mend });
export const error: Report = (check, cause, says, mend) => ({ level: 'error', check, cause, says, mend });

/** 0: all is well. The same numbers are in docs/operators.md. */
export const EXIT: Record<Level, number> = { fine: 0, warning: 1, error: 2 };

export function worst(findings: readonly Finding[]): Level {
  const levels = findings.map(({ level }) => level);
  return (['error', 'warning'] as const).find((level) => levels.includes(level)) ?? 'fine';
}

/** For eyes: a line for each finding, and what mends it below. */
export function asText(findings: readonly Finding[]): string {
  const lines = findings.flatMap((finding) => {
    const first = `${finding.level.padEnd(8)} ${finding.check.padEnd(10)} ${finding.says}`;
    return finding.level === 'fine' ? [first] : [first, `${' '.repeat(20)}mend: ${finding.mend}`];
  });
  const count = (level: Level) => findings.filter((each) => each.level === level).length;
  return [...lines, '', `errors: ${count('error')}, warnings: ${count('warning')}`].join('\n');
}

/** For scripts. */
export function asJson(findings: readonly Finding[]): string {
  const verdict = worst(findings);
  return JSON.stringify({ verdict, exitCode: EXIT[verdict], findings }, undefined, 2);
}

/** What no finding may show, whoever's words are repeated in it: a driver's, a mail server's. */
export function without(secrets: readonly string[], findings: readonly Finding[]): Finding[] {
  const hide = (text: string) => secrets.reduce((all, secret) => all.replaceAll(secret, '***'), text);
  return findings.map((each) =>
    each.level === 'fine'
      ? { ...each, says: hide(each.says) }
      : { ...each, says: hide(each.says), mend: hide(each.mend) },
  );
}
