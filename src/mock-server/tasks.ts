import { randomUUID } from "node:crypto";
import type { TaskFate } from "./markers.js";
import type { Settings } from "./options.js";
import type { Order } from "./order.js";
import { createRetention } from "./retention.js";

/** The charge for one task. */
export interface MockCharge {
  /** The task that it was charged for. */
  readonly taskid: string;
  /** The model, such as `seedreamv5`. */
  readonly model: string;
  /** Number of images, and so of credits. */
  readonly images: number;
  /** When, by the server's clock. */
  readonly at: number;
}

export interface MockTask extends Order {
  readonly taskid: string;
  /** Its number among the server's tasks, from 1. */
  readonly ordinal: number;
  readonly fate: TaskFate;
  readonly startedAt: number;
  /** Number of times that its images' URLs were given out. */
  timesIssued: number;
}

export type TaskStatus = "queued" | "processing" | "completed" | "failed" | "unknown";

/** The tasks of one server, and their charges. */
export interface Tasks {
  readonly ledger: MockCharge[];
  /** Number of images that can still be made. */
  creditsLeft: number;
  /** Number of charges, and of the images charged, also if their entries are no longer kept. */
  readonly charges: number;
  readonly charged: number;
  /** Makes and charges a task; undefined, and nothing charged, if too few credits are left. */
  start(order: Order, fate: TaskFate): MockTask | undefined;
  find(taskid: unknown): MockTask | undefined;
  /** The status of a task, by the clock unless another time is given. */
  statusOf(task: MockTask, at?: number): TaskStatus;
  /** Forgets every task and charge, and gives the first credits back. */
  reset(): void;
}

/** The part of its time that a task waits before it is processed. */
const queuedShare = 0.25;
const slowness = 10;

export function createTasks({
  credits,
  taskDurationMs,
  now,
  keep,
}: Pick<Settings, "credits" | "taskDurationMs" | "now" | "keep">): Tasks {
  const tasks = new Map<unknown, MockTask>();
  const ledger: MockCharge[] = [];
  const retention = createRetention<MockTask>(keep, ({ taskid }) => {
    tasks.delete(taskid);
    ledger.shift(); // there is one charge for each task, in the same order
  });
  let started = 0;
  let charged = 0;
  const self: Tasks = {
    ledger,
    creditsLeft: credits,
    get charges() {
      return started;
    },
    get charged() {
      return charged;
    },
    start(order, fate) {
      if (order.images > self.creditsLeft) return undefined;
      self.creditsLeft -= order.images;
      charged += order.images;
      const taskid = randomUUID(); // as with the service, no two runs share one: files are named after it
      const task = { ...order, taskid, ordinal: ++started, fate, startedAt: now(), timesIssued: 0 };
      tasks.set(taskid, task);
      ledger.push({ taskid, model: order.model, images: order.images, at: task.startedAt });
      retention.set(task, order.prompt.length);
      return task;
    },
    find: (taskid) => tasks.get(taskid),
    statusOf({ startedAt, fate }, at = now()) {
      const duration = fate.slow ? taskDurationMs * slowness : taskDurationMs;
      const elapsed = at - startedAt;
      if (elapsed < duration * queuedShare) return "queued";
      if (elapsed < duration || fate.stuck) return "processing";
      if (fate.unknownStatus) return "unknown";
      return fate.fails ? "failed" : "completed";
    },
    reset() {
      tasks.clear();
      retention.clear();
      ledger.length = started = charged = 0;
      self.creditsLeft = credits;
    },
  };
  return self;
}
