import { useEffect, useRef } from "preact/hooks";
import { count, formatBytes, formatDuration, formatTime } from "./format.js";
import type { RequestView, TaskView } from "./server.js";
import {
  model,
  models,
  outcome,
  outcomes,
  requests,
  search,
  selected,
  shown,
  state,
  tasks,
  view,
  visible,
} from "./store.js";
import { VirtualList } from "./virtual-list.js";

/** Every request or task, newest first, with search and filters. */
export function Timeline() {
  return (
    <section class="pane" aria-label="Requests">
      <Filters />
      {visible.value.length === 0 ? (
        <Empty />
      ) : (
        <VirtualList
          items={visible.value}
          rowHeight={64}
          label={shown.value === "tasks" ? "Tasks, newest first" : "Requests, newest first"}
          keyOf={({ ordinal }) => ordinal}
          selected={selected.value}
          onSelect={({ ordinal }) => (selected.value = ordinal)}
          render={(request) => <Row request={request} />}
        />
      )}
    </section>
  );
}

function Filters() {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const focus = (event: KeyboardEvent): void => {
      const isTyping = /^(INPUT|TEXTAREA|SELECT)$/.test((event.target as HTMLElement).tagName);
      if (event.key !== "/" || isTyping) return;
      event.preventDefault();
      input.current?.focus();
    };
    document.addEventListener("keydown", focus);
    return () => document.removeEventListener("keydown", focus);
  }, []);
  const dropped = state.value?.dropped ?? 0;
  return (
    <div class="filters">
      <input
        ref={input}
        type="search"
        placeholder="Search  ( / )"
        aria-label="Search requests"
        value={search.value}
        onInput={({ currentTarget }) => (search.value = currentTarget.value)}
      />
      <select
        aria-label="Show"
        value={shown.value}
        onChange={({ currentTarget }) => (shown.value = currentTarget.value as "all" | "tasks")}
      >
        <option value="all">All requests</option>
        <option value="tasks">Tasks</option>
      </select>
      <select
        aria-label="Outcome"
        value={outcome.value}
        onChange={({ currentTarget }) => (outcome.value = currentTarget.value)}
      >
        <option value="">Any outcome</option>
        {Object.keys(outcomes).map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
      {models.value.length > 1 && (
        <select
          aria-label="Model"
          value={model.value}
          onChange={({ currentTarget }) => (model.value = currentTarget.value)}
        >
          <option value="">Any model</option>
          {models.value.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      )}
      <p class="quiet" role="status">
        {count(visible.value.length, "row")}
        {visible.value.length !== requests.value.length &&
          ` of ${requests.value.length.toLocaleString("en")}`}
        {dropped > 0 && ` · the ${count(dropped, "oldest request")} no longer kept`}
      </p>
    </div>
  );
}

function Empty() {
  if (requests.value.length > 0) return <p class="empty">Nothing matches the search and the filters.</p>;
  return (
    <div class="empty">
      <h2>Nothing has arrived yet</h2>
      <p>
        Point your program at <code>{state.value?.url}</code>, or{" "}
        <button class="link" onClick={() => (view.value = "try")}>
          send a request from here
        </button>
        .
      </p>
    </div>
  );
}

function Row({ request }: { request: RequestView }) {
  const task = request.taskid === undefined ? undefined : tasks.value.get(request.taskid);
  return (
    <>
      <div class="line">
        <span class={`role ${request.role}`}>{request.role}</span>
        <span class="title" dir="auto">
          {request.prompt === "" ? "(empty prompt)" : (request.prompt ?? request.path)}
        </span>
        {request.charged > 0 && <span class="charge">{count(request.charged, "image")}</span>}
        <Ending request={request} />
      </div>
      <div class="line quiet">
        <span class="number">#{request.ordinal}</span>
        <span>{formatTime(request.at)}</span>
        {request.role === "submit" && task ? (
          <Steps task={task} />
        ) : (
          <>
            <span class="wide">{request.method}</span>
            {request.state !== "open" && <span>{formatDuration(request.durationMs)}</span>}
            {request.bodyBytes > 0 && <span>{formatBytes(request.bodyBytes)}</span>}
          </>
        )}
        {request.files > 0 && <span class="wide">{count(request.files, "file")}</span>}
        {request.failure !== undefined && <span class="note">fault: {request.failure}</span>}
        {request.issues > 0 && <span class="note">{count(request.issues, "issue")}</span>}
        {request.warnings > 0 && <span class="note">{count(request.warnings, "warning")}</span>}
      </div>
    </>
  );
}

/** The end of a request, in a word. */
export function Ending({ request }: { request: RequestView }) {
  const [kind, text] = describeEnding(request);
  return <span class={`ending ${kind}`}>{text}</span>;
}

function describeEnding({ state: end, status, ok }: RequestView): [kind: string, text: string] {
  if (end === "open") return ["open", status > 0 ? `${status} …` : "…"];
  if (end === "broken") return ["bad", status > 0 ? `${status} broken` : "no response"];
  if (ok) return ["good", String(status)];
  return ["bad", status < 300 ? `${status} refused` : String(status)];
}

const order = ["queued", "processing", "completed"];

/** The way of a task: submitted, queued, processing, completed, downloaded. */
export function Steps({ task }: { task: TaskView }) {
  const at = order.indexOf(task.status);
  const ended = task.status === "failed" || task.status === "unknown";
  const steps = ended ? ["queued", "processing", task.status] : order;
  const reached = ended ? 2 : at;
  return (
    <span
      class="steps"
      role="img"
      aria-label={`Task ${task.status}, ${task.downloads} of ${task.images} downloaded`}
    >
      {steps.map((step, index) => (
        <span key={step} class={`step ${index < reached ? "done" : index === reached ? `now ${step}` : ""}`}>
          {index === reached && step}
        </span>
      ))}
      {task.status === "completed" && (
        <span class="wide">
          {task.downloads} of {task.images} downloaded
        </span>
      )}
    </span>
  );
}
