import { computed, signal } from "@preact/signals";
import { ask } from "./server.js";
import type { Changes, RequestView, StateView, TaskView } from "./server.js";

/** Everything that the page knows, as signals: what reads one is drawn again when it changes. */
export const requests = signal<readonly RequestView[]>([]);
export const tasks = signal<ReadonlyMap<string, TaskView>>(new Map());
export const state = signal<StateView | undefined>(undefined);
export const isLive = signal(false);

export const selected = signal<number | undefined>(undefined);
export const view = signal<"requests" | "try" | "faults" | "ledger">("requests");
export const message = signal("");

export const search = signal("");
export const shown = signal<"all" | "tasks">("all");
export const model = signal("");
export const outcome = signal("");

/** The ways in which a request can end, for the filter. */
export const outcomes: Readonly<Record<string, (request: RequestView) => boolean>> = {
  succeeded: ({ ok }) => ok,
  failed: ({ ok, state: end }) => !ok && end !== "open",
  "in progress": ({ state: end }) => end === "open",
  charged: ({ charged }) => charged > 0,
  "breaks the document": ({ issues }) => issues > 0,
  "has warnings": ({ warnings }) => warnings > 0,
  "affected by a fault": ({ failure }) => failure !== undefined,
};

export const models = computed(() => [...new Set(requests.value.flatMap((request) => request.model ?? []))]);

/** The requests that the list shows, newest first. */
export const visible = computed(() => {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  const matchesOutcome = outcomes[outcome.value] ?? (() => true);
  return requests.value.filter((request) => {
    if (shown.value === "tasks" && !(request.role === "submit" && request.taskid !== undefined)) return false;
    if (model.value !== "" && request.model !== model.value) return false;
    if (!matchesOutcome(request)) return false;
    if (words.length === 0) return true;
    const text = `#${request.ordinal} ${request.role} ${request.method} ${request.path} ${request.prompt ?? ""} ${request.taskid ?? ""} ${request.status} ${request.failure ?? ""} ${request.model ?? ""}`;
    return words.every((word) => text.toLowerCase().includes(word));
  });
});

/** Reads everything, and follows the changes from then on, while somebody can see the page. */
export function connect(): void {
  let events = follow();
  // A browser opens six connections to a server at most: those of hidden tabs would leave none for another one.
  document.addEventListener("visibilitychange", () => {
    events.close();
    if (document.visibilityState === "visible") events = follow();
  });
}

function follow(): EventSource {
  const events = new EventSource("/api/events");
  let isReading = false;
  let waiting: Changes[] = [];
  async function readAll(): Promise<void> {
    isReading = true;
    waiting = [];
    const [all, everyTask, now] = await Promise.all([
      ask<{ requests: RequestView[] }>("GET", "/api/requests"),
      ask<{ tasks: TaskView[] }>("GET", "/api/tasks"),
      ask<StateView>("GET", "/api/state"),
    ]);
    if (events.readyState === EventSource.CLOSED) return; // what is newer is read elsewhere
    requests.value = all.requests;
    tasks.value = new Map(everyTask.tasks.map((task) => [task.taskid, task]));
    state.value = now;
    isReading = false;
    waiting.forEach(apply);
  }
  events.addEventListener("reset", () => {
    isLive.value = true;
    readAll().catch(say);
  });
  events.addEventListener("message", ({ data }: MessageEvent<string>) => {
    const changes = JSON.parse(data) as Changes;
    if (isReading) waiting.push(changes);
    else apply(changes);
  });
  events.addEventListener("error", () => (isLive.value = false));
  return events;
}

/** Puts changes into the lists; new requests come first. */
function apply(changes: Changes): void {
  state.value = changes.state;
  if (changes.tasks.length > 0) {
    const known = new Map(tasks.value);
    for (const task of changes.tasks) known.set(task.taskid, task);
    tasks.value = known;
  }
  const changed = new Map(changes.requests.map((request) => [request.ordinal, request]));
  const isDropped = (requests.value.at(-1)?.ordinal ?? Infinity) < changes.oldest;
  if (changed.size === 0 && !isDropped) return;
  const kept = requests.value
    .filter(({ ordinal }) => ordinal >= changes.oldest)
    .map((request) => {
      const newer = changed.get(request.ordinal);
      changed.delete(request.ordinal);
      return newer ?? request;
    });
  requests.value = [...[...changed.values()].sort((one, other) => other.ordinal - one.ordinal), ...kept];
}

/** Milliseconds that a message stays; a mistake stays until it is closed. */
const messageMs = 6000;

/** Tells the person in front of the page, and a screen reader, what happened. */
export function say(what: unknown): void {
  const text = what instanceof Error ? what.message : String(what);
  message.value = text;
  if (what instanceof Error) return;
  setTimeout(() => {
    if (message.value === text) message.value = "";
  }, messageMs);
}
