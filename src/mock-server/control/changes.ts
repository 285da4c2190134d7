import type { EventSource } from "./events.js";
import type { Exchange, History } from "./history.js";
import { viewRequest, viewTask } from "./views.js";
import type { RequestView, StatusOf, TaskView } from "./views.js";

/** The changes in the history since it was last read. */
export interface Changes extends EventSource {
  read(): { requests: RequestView[]; tasks: TaskView[]; oldest: number };
  note(exchange: Exchange): void;
  reset(): void;
}

export function createChanges(history: History, statusOf: StatusOf): Changes {
  let ordinals = new Set<number>();
  let taskids = new Set<string>();
  /** The tasks that have not ended, and the status that was read last. */
  const running = new Map<string, string>();

  function noteStatuses(): void {
    for (const [taskid, before] of running) {
      const known = history.tasks.get(taskid);
      const status = known && statusOf(known.task);
      if (status === before) continue;
      if (status === undefined || (status !== "queued" && status !== "processing")) running.delete(taskid);
      else running.set(taskid, status);
      taskids.add(taskid);
    }
  }

  return {
    note({ request, task }) {
      ordinals.add(request.ordinal);
      if (!task) return;
      taskids.add(task.taskid);
      if (request.role === "submit") running.set(task.taskid, "");
    },
    read() {
      noteStatuses();
      const exchanges = [...ordinals].flatMap((ordinal) => history.exchanges.get(ordinal) ?? []);
      const changed = [...taskids].flatMap((taskid) => history.tasks.get(taskid) ?? []);
      ordinals = new Set();
      taskids = new Set();
      return {
        requests: exchanges.map((exchange) => viewRequest(exchange, history.redaction)),
        tasks: changed.map((task) => viewTask(task, statusOf, history.redaction)),
        oldest: history.exchanges.keys().next().value ?? 0,
      };
    },
    isBusy: () => running.size > 0,
    reset() {
      ordinals.clear();
      taskids.clear();
      running.clear();
    },
  };
}
