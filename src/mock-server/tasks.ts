import { randomUUID } from "node:crypto";
import type { TaskFate } from "./markers.js";
import type { Order } from "./order.js";
import type { Settings } from "./options.js";

/** What was charged for one task. */
export interface MockCharge {
  /** The task that it was charged for. */
  readonly taskid: string;
  /** The model that was asked, such as `seedreamv5`. */
  readonly model: string;
  /** How many images, and so how many credits. */
  readonly images: number;
  /** When, by the server's clock. */
  readonly at: number;
}

export interface Task extends Order {
  readonly taskid: string;
  /** Which of the server's tasks it is, from 1. */
  readonly ordinal: number;
  readonly fate: TaskFate;
  readonly startedAt: number;
  /** How many times its images' URLs were given out. */
  timesIssued: number;
}

export type TaskStatus = "queued" | "processing" | "completed" | "failed" | "unknown";

/** The tasks of one server, and what they cost. */
export interface Tasks {
  readonly ledger: MockCharge[];
  /** Makes and charges a task; undefined, and nothing charged, if too few credits are left. */
  start(order: Order, fate: TaskFate): Task | undefined;
  find(taskid: unknown): Task | undefined;
  statusOf(task: Task): TaskStatus;
}

/** The part of its time that a task waits before it is worked on. */
const queuedShare = 0.25;
const slowness = 10;

export function createTasks({
  credits,
  taskDurationMs,
  now,
}: Pick<Settings, "credits" | "taskDurationMs" | "now">): Tasks {
  const tasks = new Map<unknown, Task>();
  const ledger: MockCharge[] = [];
  let left = credits;
  return {
    ledger,
    start(order, fate) {
      if (order.images > left) return undefined;
      left -= order.images;
      const taskid = randomUUID(); // as with the service, no two runs share one: files are named after it
      const ordinal = tasks.size + 1;
      const task = { ...order, taskid, ordinal, fate, startedAt: now(), timesIssued: 0 };
      tasks.set(taskid, task);
      ledger.push({ taskid, model: order.model, images: order.images, at: task.startedAt });
      return task;
    },
    find: (taskid) => tasks.get(taskid),
    statusOf({ startedAt, fate }) {
      const duration = fate.slow ? taskDurationMs * slowness : taskDurationMs;
      const elapsed = now() - startedAt;
      if (elapsed < duration * queuedShare) return "queued";
      if (elapsed < duration || fate.stuck) return "processing";
      if (fate.unknownStatus) return "unknown";
      return fate.fails ? "failed" : "completed";
    },
  };
}
