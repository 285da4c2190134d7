import { createClient } from "../../index.js";
import type { Model } from "../../index.js";

/** A request as it would be sent, without the key. */
export interface PlannedRequest {
  method: string;
  url: string;
  contentType: string;
  bodyBytes: number;
  /** Files as their name, media type and size in bytes. */
  fields: Record<string, unknown>;
}

/** Creates the request that a submit would send, and sends nothing; also returns what is doubtful about the input. */
export type PlanRequest = (
  model: Model,
  input: Record<string, unknown>,
) => Promise<{ request: PlannedRequest; warnings: string[] }>;

/**
 * Validates inputs just as a submit does, without a key and without a network.
 *
 * @throws {InvalidInputError} The returned function throws it, listing every fault of an input.
 */
export function createPlanner(baseUrl: string, namePath = (path: string) => path): PlanRequest {
  return async (model, input) => {
    let request: PlannedRequest | undefined;
    const warnings: string[] = [];
    const client = createClient({
      apiKey: null,
      baseUrl,
      submitRetries: 0,
      onWarning: ({ path, message }) => void warnings.push(`${namePath(path)} ${message}`),
      fetch: async (target, { method = "", headers, body } = {}) => {
        const { size: bodyBytes } = typeof body === "string" ? new Blob([body]) : (body as Blob);
        const contentType = new Headers(headers).get("content-type") ?? "";
        const fields = Object.fromEntries(
          Object.entries(input)
            .filter(([, value]) => value !== undefined)
            .map(([name, value]) => [name, Array.isArray(value) ? value.map(show) : show(value)]),
        );
        request = { method, url: String(target), contentType, bodyBytes, fields };
        throw new Error("This was only a plan");
      },
    });
    const error: unknown = await client.submit(model, input as never).catch((reason: unknown) => reason);
    if (request) return { request, warnings };
    throw error;
  };
}

function show(value: unknown): unknown {
  return value instanceof File ? { name: value.name, type: value.type, bytes: value.size } : value;
}
