import type { Settings } from "./options.js";
import type { MockRequest, OpenRequest } from "./request.js";
import { createRetention } from "./retention.js";

/** The requests to both servers, counted and kept in order. */
export interface RequestLog {
  readonly requests: MockRequest[];
  record(request: Omit<OpenRequest, "ordinal" | "ordinalOfRole">): OpenRequest;
  /** Forgets every request and begins to count again. */
  reset(): void;
}

export function createRequestLog({ keep }: Pick<Settings, "keep">): RequestLog {
  const requests: MockRequest[] = [];
  const counts = new Map<MockRequest["role"], number>();
  const retention = createRetention<MockRequest>(keep, () => requests.shift());
  let count = 0;
  return {
    requests,
    record(fresh) {
      const ordinalOfRole = (counts.get(fresh.role) ?? 0) + 1;
      counts.set(fresh.role, ordinalOfRole);
      const request = { ...fresh, ordinal: ++count, ordinalOfRole };
      requests.push(request);
      retention.set(request, statedTextBytes(fresh.headers));
      return request;
    },
    reset() {
      requests.length = count = 0;
      counts.clear();
      retention.clear();
    },
  };
}

/** The texts of a form or of JSON are kept up to this size; files are not. */
const maxTextBytes = 1024 * 1024;

/** The memory that a request may need, estimated from its `Content-Length`. */
function statedTextBytes(headers: MockRequest["headers"]): number {
  const length = Number(headers["content-length"] ?? maxTextBytes);
  return Math.min(Number.isNaN(length) ? maxTextBytes : length, maxTextBytes);
}
