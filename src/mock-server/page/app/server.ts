import type { Fault } from "../../control/faults.js";
import type { Form } from "../../control/forms.js";
import type { RequestDetails } from "../../control/details.js";
import type { RequestView, StateView, TaskView } from "../../control/views.js";
import type { MockCharge } from "../../tasks.js";

export type { Fault, Form, MockCharge, RequestDetails, RequestView, StateView, TaskView };
export type { FormField } from "../../control/forms.js";
export type { PartView } from "../../control/details.js";

/** The events that an open page receives. */
export interface Changes {
  requests: RequestView[];
  tasks: TaskView[];
  state: StateView;
  /** The oldest request that is still kept. */
  oldest: number;
}

/** Asks the control API; rejects with what it says is wrong. */
export async function ask<Result>(method: string, path: string, body?: object): Promise<Result> {
  const response = await fetch(path, {
    method,
    ...(body === undefined
      ? {}
      : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const value = (text === "" ? {} : JSON.parse(text)) as Result & { error?: string };
  if (!response.ok) throw new Error(value.error ?? `HTTP ${response.status}`);
  return value;
}
