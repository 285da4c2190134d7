import { randomBytes, randomUUID } from "node:crypto";
import { createRequestStateCodec, inputRequired, inputResponse } from "@modelcontextprotocol/server";
import type {
  ClientCapabilities,
  InputRequiredResult,
  RequestStateCodec,
  ServerContext,
} from "@modelcontextprotocol/server";
import { Refusal } from "./failure.js";

/** Which calls a person must agree to. */
export interface ConfirmRule {
  /** More images than this; Infinity for none. */
  above: number;
  /** Whether a call is refused if the client cannot ask; otherwise it is carried out. */
  isStrict: boolean;
}

/** The input and the call that a question belongs to, if its response comes in a later request. */
interface Pending {
  inputDigest: string;
  question: string;
}

/** Asks a person before something is paid for. */
export interface Confirmation {
  /** Verifies the state that a request of a later round brings back. */
  codec: RequestStateCodec<Pending>;
  /**
   * Asks if the rule requires it, at most once for each call.
   *
   * @returns Undefined if the submit may be paid for; otherwise the question that the client must ask.
   * @throws {Refusal} The person declined or did not respond, or the client cannot ask.
   */
  ask(question: Question): Promise<InputRequiredResult | undefined>;
}

export interface Question {
  images: number;
  /** The question itself. */
  message: string;
  inputDigest: string;
  context: ServerContext;
  /** Whether the client speaks the protocol in which a question is a result, and the call comes again with the response. */
  isModern: boolean;
  capabilities: ClientCapabilities | undefined;
  /** Milliseconds for the person to respond, where the call stays open meanwhile. */
  remainingMs: number;
}

/** The form has no fields: only whether the person agrees counts. */
const noFields = { type: "object" as const, properties: {} };

const key = "confirm";

/** Creates a {@link Confirmation}. */
export function createConfirmation({ above, isStrict }: ConfirmRule): Confirmation {
  // Questions are kept in memory: after a restart, they are asked again.
  const codec = createRequestStateCodec<Pending>({ key: randomBytes(32) });
  const open = new Set<string>();

  async function askModern({ message, inputDigest, context }: Question) {
    const pending = context.mcpReq.requestState<Pending>();
    if (pending === undefined) {
      const question = randomUUID();
      open.add(question);
      return inputRequired({
        inputRequests: { [key]: inputRequired.elicit({ message, requestedSchema: noFields }) },
        requestState: await codec.mint({ inputDigest, question }),
      });
    }
    // A response counts once, and for the arguments that the person was shown.
    const isOpen = open.delete(pending.question);
    if (!isOpen || pending.inputDigest !== inputDigest) {
      throw new Refusal("The person agreed to another call than this one, or to one that was made already");
    }
    const response = inputResponse(context.mcpReq.inputResponses, key);
    check(response.kind === "elicit" ? response.action : "cancel");
    return undefined;
  }

  async function askLegacy({ message, context, remainingMs }: Question): Promise<undefined> {
    const { signal } = context.mcpReq;
    const params = { mode: "form", message, requestedSchema: noFields };
    const options = { signal, timeout: Math.max(1, remainingMs) };
    const response = await context.mcpReq
      .send({ method: "elicitation/create", params }, options)
      .catch((error: Error) => {
        throw new Refusal(
          signal.aborted
            ? "The call was cancelled"
            : `The person could not be asked, or did not respond in time`,
          { cause: error },
        );
      });
    check(response.action);
  }

  return {
    codec,
    async ask(question) {
      if (question.images <= above) return undefined;
      if (canAsk(question.capabilities)) return question.isModern ? askModern(question) : askLegacy(question);
      if (!isStrict) return undefined;
      throw new Refusal(
        "A person must agree to this first, and this client cannot ask: a person can start the server with `--confirm never`",
      );
    },
  };
}

function check(action: "accept" | "decline" | "cancel"): void {
  if (action === "accept") return;
  throw new Refusal(
    action === "decline"
      ? "The person declined. Do not call again unless they ask for it"
      : "The person did not agree. Do not call again unless they ask for it",
  );
}

/** Whether the client can show a form; it can if it names no kind at all. */
function canAsk(capabilities: ClientCapabilities | undefined): boolean {
  const elicitation = capabilities?.elicitation;
  return elicitation !== undefined && (elicitation.form !== undefined || elicitation.url === undefined);
}
