import { InvalidInputError } from "../index.js";

/** An error as `--json` and records show it. */
export function describeError(error: Error): Record<string, unknown> {
  const all = error as Error & Record<string, unknown>;
  const known = details.filter((detail) => all[detail] !== undefined);
  return Object.fromEntries(known.map((detail) => [detail, all[detail]]));
}

const details = [
  "name",
  "code",
  "message",
  "outcome",
  "taskid",
  "httpStatus",
  "serviceCode",
  "serviceMessage",
  "retryAfterMs",
  "excerpt",
  "issues",
  "failures",
];

/** An error as people read it, line by line. */
export function explainError(error: Error): string[] {
  if (error instanceof InvalidInputError && error.issues.length > 1) {
    return ["Invalid input:", ...error.issues.map(({ path, message }) => `  ${path} ${message}`)];
  }
  return [error.message];
}
