import type { Instrumentation, InstrumentedOperation } from "../../index.js";
import { amountOf } from "../terminal/progress.js";
import type { Progress } from "../terminal/progress.js";

/** Shows each submit, read and download when it ends: never the key, the prompt or an address. */
export function showOperations(progress: Progress): Instrumentation {
  return {
    around: (operation, run) => run().finally(() => show(operation)),
  };
  function show(operation: InstrumentedOperation): void {
    if (operation.name !== "generate" && operation.name !== "wait") progress.warn(describe(operation));
  }
}

function describe(operation: InstrumentedOperation): string {
  const { name, model, taskid, httpStatus, errorCode, outcome, attempts, bytes, durationMs = 0 } = operation;
  const facts = [
    httpStatus === undefined ? undefined : `HTTP ${httpStatus}`,
    errorCode,
    name === "submit" ? outcome : undefined,
    taskid === undefined ? undefined : `task ${taskid}`,
    bytes === undefined || bytes < 1000 ? undefined : amountOf(bytes),
    attempts > 1 ? `${attempts} attempts` : undefined,
    `${Math.round(durationMs)} ms`,
  ];
  const subject = model === undefined ? name : `${name} ${model}`;
  return `${subject}: ${facts.filter((fact) => fact !== undefined).join(", ")}`;
}
