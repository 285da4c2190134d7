import { operations, statusOperation } from "../../../generated/operations.js";
import type { Fetch } from "../../index.js";
import type { Progress } from "../terminal/progress.js";

/** A fetch that says why a task cannot be read, once for each reason, while the client tries again. */
export function watchRequests(fetch: Fetch, progress: Progress): Fetch {
  let lastReason: string | undefined;
  function note(reason: string | undefined): void {
    if (reason !== undefined && reason !== lastReason) {
      progress.warn(`The task cannot be read: ${reason}; trying again`);
    }
    lastReason = reason;
  }
  return async (target, init = {}) => {
    if (!new URL(String(target)).pathname.endsWith(operations[statusOperation].path))
      return fetch(target, init);
    try {
      const response = await fetch(target, init);
      const { status } = response;
      note(status === 408 || status === 429 || status >= 500 ? `HTTP ${status}` : undefined);
      return response;
    } catch (error) {
      if (!init.signal?.aborted) note(reasonOf(error));
      throw error;
    }
  };
}

/** The code of the system's error underneath, in words; messages may quote what is secret. */
function reasonOf(error: unknown): string {
  let code = "the connection failed";
  for (let each = error; each instanceof Error; each = each.cause) {
    const { code: own } = each as NodeJS.ErrnoException;
    if (typeof own === "string")
      code = reasons[own] ? `${reasons[own]} (${own})` : `the connection failed (${own})`;
  }
  return code;
}

const reasons: Record<string, string> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "the connection was closed",
  UND_ERR_SOCKET: "the connection was closed",
  ENOTFOUND: "the host name is unknown",
  EAI_AGAIN: "the host name cannot be looked up",
  ETIMEDOUT: "the connection timed out",
  UND_ERR_CONNECT_TIMEOUT: "the connection timed out",
  ENETUNREACH: "there is no network",
  EHOSTUNREACH: "the host cannot be reached",
};
