import { setTimeout as sleep } from "node:timers/promises";
import type { ServerContext } from "@modelcontextprotocol/server";
import { escapeText } from "../index.js";
import type { Job, Saved } from "./jobs.js";

/** Interval between reports of progress: some clients wait longer if they receive it. */
const heartbeatMs = 5000;

/** Delay until a new step is reported. */
const lookMs = 200;

/** One call of a tool that may take long: it reports progress, and must end before the client's timeout. */
export interface Call {
  remainingMs(): number;
  /** Reports the progress of this job from now on. */
  follow(job: Job): void;
  /**
   * Waits until a job has ended, the time is up or the client has cancelled; the job continues in the last two cases.
   *
   * @returns Undefined if it has not ended.
   */
  wait(job: Job): Promise<Saved | undefined>;
  /** Stops reporting. */
  end(): void;
}

/** Begins a {@link Call}; clients give up a call after 60 seconds, and then the agent does not learn of its task. */
export function beginCall({ mcpReq }: ServerContext, respondWithinMs: number): Call {
  const began = performance.now();
  const { signal, _meta: meta } = mcpReq;
  const progressToken = meta?.progressToken;
  let job: Job | undefined;
  let told = "";
  let toldAt = -Infinity;

  function tell(): void {
    const now = performance.now();
    const message = describe(job);
    if (signal.aborted || (message === told && now - toldAt < heartbeatMs)) return;
    told = message;
    toldAt = now;
    const progress = Math.round(now - began) / 1000; // seconds; it must rise with each notification
    const params = { progressToken: progressToken!, progress, message };
    mcpReq.notify({ method: "notifications/progress", params }).catch(() => undefined); // the client is gone
  }
  const timer = progressToken === undefined ? undefined : setInterval(tell, lookMs);
  if (timer) tell();

  const remainingMs = (): number => respondWithinMs - (performance.now() - began);
  return {
    remainingMs,
    follow(next) {
      job = next;
    },
    async wait(next) {
      job = next;
      const timeUp = new AbortController();
      const time = sleep(Math.max(0, remainingMs()), undefined, {
        signal: AbortSignal.any([timeUp.signal, signal]),
      }).catch(() => undefined);
      try {
        const saved = await Promise.race([next.ended, time.then(() => undefined)]);
        // A response to a cancelled call is not sent, so it may be late; the log message sent instead must name the task.
        if (signal.aborted) await next.accepted;
        return saved;
      } finally {
        timeUp.abort();
      }
    },
    end() {
      clearInterval(timer);
    },
  };
}

function describe(job: Job | undefined): string {
  if (!job) return "starting";
  return escapeText(job.taskid === undefined ? job.step : `task ${job.taskid}: ${job.step}`);
}
