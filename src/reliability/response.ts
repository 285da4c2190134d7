import { enums, fields } from "../../generated/operations.js";
import { responses } from "../../generated/validators.js";
import type {
  OperationName,
  ResponseData,
  StatusOperation,
  Submission,
  SubmitOperation,
  Task,
  TaskStatus,
} from "../types.js";
import { parseEnvelope } from "./envelope.js";
import type { RawResponse } from "./envelope.js";
import { proxyFailure, refusalOf, unexpected } from "./refusal.js";
import type { RequestContext } from "./refusal.js";

/** The header in which the proxy says what it knows about the outcome of a submit. */
export const outcomeHeader = "tensorslab-images-outcome";

/**
 * Validates a response: HTTP status, then the service's code, then the schema.
 *
 * @returns The response's `data`.
 * @throws {TensorsLabError} The response is a refusal, or is not what the document says.
 */
export function parseResponse<Name extends OperationName>(
  received: RawResponse,
  context: RequestContext<Name>,
): ResponseData<Name> {
  const parsed = parseEnvelope(received, context.redact);
  const { status, envelope, fault, meaning, serviceCode } = parsed;
  const isOk = status >= 200 && status <= 299;
  const isStatedRefusal = meaning !== undefined && meaning !== "success";

  if (received.proxyOutcome !== undefined && !isOk) throw proxyFailure(parsed, context);

  // There is a task, so it is paid for, whatever else is wrong with the response.
  if (context.taskid === undefined && parsed.taskid !== undefined && !isStatedRefusal && !(isOk && meaning)) {
    throw unexpected(
      parsed,
      context,
      `HTTP ${status}, code ${serviceCode ?? "missing"}, but there is a task`,
    );
  }
  const refusal = isOk && meaning === "success" ? undefined : refusalOf(parsed, context, isStatedRefusal);
  if (refusal) throw refusal;
  if (!isOk) throw unexpected(parsed, context, `HTTP ${status}`);
  if (fault) throw unexpected(parsed, context, "the response is not JSON", fault);
  const check = responses[context.operation];
  if (check && !check(envelope)) {
    const [first] = check.errors ?? [];
    const place = first?.field === undefined ? first?.path : `${first.path}/${first.field}`;
    const details = [place, first?.message].filter(Boolean).join(" ");
    throw unexpected(parsed, context, `response does not match the OpenAPI schema: ${details}`);
  }
  if (context.taskid !== undefined && parsed.taskid !== context.taskid) {
    throw unexpected(parsed, context, "the response names another task");
  }
  // A number that JavaScript cannot hold exactly would name another task.
  if (context.taskid === undefined && parsed.taskid === undefined) {
    throw unexpected(parsed, context, "the response has no usable task id");
  }
  const data = (envelope as Record<string, unknown>)[fields.data] as ResponseData<Name>;
  if (urlsOf(fieldOf(data, fields.url)).some((url) => context.redact(url) !== url)) {
    throw unexpected(parsed, context, "the response has a URL with the API key in it");
  }
  return data;
}

/** Reads the data of a status response. */
export function toTask(raw: ResponseData<StatusOperation>): Task {
  const status = String(fieldOf(raw, fields.status));
  return {
    taskid: String(fieldOf(raw, fields.taskid)),
    status: Object.hasOwn(enums.status, status)
      ? (enums.status as Record<string, TaskStatus>)[status]!
      : "unknown",
    urls: urlsOf(fieldOf(raw, fields.url)),
    requested: undefined,
    width: numberOf(fieldOf(raw, fields.width)),
    height: numberOf(fieldOf(raw, fields.height)),
    raw,
  };
}

/** Reads the data of a submit's response. */
export function toSubmission(raw: ResponseData<SubmitOperation>, requested: number): Submission {
  return {
    taskid: String(fieldOf(raw, fields.taskid)),
    urls: urlsOf(fieldOf(raw, fields.url)),
    requested,
    raw,
  };
}

/** A field by its wire name; the document may have come to leave it out. */
const fieldOf = (data: unknown, name: string): unknown => (data as Record<string, unknown>)[name];

const numberOf = (value: unknown): number | undefined => (typeof value === "number" ? value : undefined);

/** The service sends one URL, or a list of them. */
function urlsOf(given: unknown): string[] {
  return [given ?? []].flat().filter((url) => typeof url === "string" && url !== "") as string[];
}
